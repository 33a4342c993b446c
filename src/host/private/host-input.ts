import { createHash } from 'node:crypto';
import type { HostNeeds } from '../../firewall/private/backend/guard-backend';
import type { FirewallFiles } from '../../firewall/private/files';
import { STAMP_FOLDER } from '../../hardening/private/host-paths';
import { configPlace } from '../../topology/private/config-places';
import type { ConfigUse, SecretUse } from '../../topology/private/facts';
import type { HostDirectoryPlan } from '../../topology/private/topology';

/** All input for the files on a host. Plain data: the same input gives the same bytes. */
export interface HostInput {
  /** Construct path of the daemon, for comments and messages. */
  readonly daemonPath: string;
  /** 12 hexadecimal characters; the stamp contains it, so that it differs from the stamp of another daemon's guard. */
  readonly daemonId: string;
  /** Generation the rules were made for: another engine on the host is refused. */
  readonly engine: { readonly version: string; readonly minimum: string; readonly below: string };
  readonly bridgePrefix: string;
  /** Canonical blocks of Bulkhead's networks; their connections from before the first apply are ended. */
  readonly blocks: readonly string[];
  /** Interfaces on LAN segments of the host that the script creates and maintains. */
  readonly links: readonly HostLink[];
  /** Directories that containers mount, which the host makes. */
  readonly directories: readonly HostDirectoryPlan[];
  /** Containers that share the network of another one, and that one, by their names. */
  readonly sharers: readonly { readonly name: string; readonly other: string }[];
  /** Whether a container holds a capability with which it can create raw frames. */
  readonly forges: boolean;
  /** For a node of a swarm. */
  readonly swarm?: HostSwarm;
  /** Where containers have secrets of the host. */
  readonly secrets?: HostSecrets;
  /** Containers that have files with content, by name. */
  readonly config: readonly HostConfig[];
  readonly firewall: FirewallFiles;
  readonly daemonJson: string;
  /** Whether the host records which users access the engine. */
  readonly auditRules: boolean;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly modules: readonly string[];
  readonly guard: HostNeeds;
  /** Debian package that brings the engine when user data installs it; undefined when the image has it already. */
  readonly installPackages: readonly string[];
}

/** Which secrets exist, and which containers see them. */
export interface HostSecrets {
  readonly names: readonly string[];
  readonly containers: readonly (SecretUse & { readonly name: string })[];
}

/** The files with content of a container. */
export interface HostConfig extends ConfigUse {
  /** Name of the container. */
  readonly name: string;
}

/** A file with content, as the host has it. */
export interface PlacedFile {
  readonly container: string;
  /**
   * How the container is notified when the file changes under the same name; a container that Terraform replaces finds it so only after another user
   * changed it.
   */
  readonly action: SecretUse['onChange'];
  readonly owner: string;
  /** As stat(1) prints it. */
  readonly mode: string;
  readonly sum: string;
  /** In the folder of the container. */
  readonly place: string;
  /** In the container. */
  readonly target: string;
  readonly text: string;
}

export function placedFiles(config: readonly HostConfig[]): PlacedFile[] {
  return config.flatMap((use) =>
    use.files.map((file) => ({
      container: use.name,
      action: use.onChange === 'replace' ? 'restart' : use.onChange,
      owner: file.owner,
      mode: file.mode.replace(/^0+(?=.)/, ''),
      sum: createHash('sha256').update(file.text, 'utf8').digest('hex'),
      place: configPlace(use, file),
      target: file.target,
      text: file.text,
    })),
  );
}

/** The line of a file with content that the host's program reads. */
export function configLine({ container, action, owner, mode, sum, place, target }: PlacedFile): string {
  return [container, action, owner, mode, sum, place, target].join(' ');
}

/** The lines of the file that the program of secrets reads. */
export function secretLines({ names, containers }: HostSecrets): string[] {
  return [
    ...names.map((name) => `secret ${name}`),
    ...containers.map(({ name, uid, gid, onChange, secrets }) => ['container', name, uid, gid, onChange, ...secrets].join(' ')),
  ];
}

/** What a host has to know to be a node of its swarm. */
export interface HostSwarm {
  readonly id: string;
  readonly role: 'manager' | 'worker';
  readonly address: string;
  /** Address of the node that makes the swarm, and that the others join. */
  readonly first: string;
  readonly dataPort: number;
  readonly autolock: boolean;
  readonly sealsIngress: boolean;
  readonly gateway: { readonly block: string; readonly gateway: string };
  readonly ingressBlock: string;
}

/** Its line in the file that the script reads. */
export function swarmLine({ id, role, address, first, dataPort, autolock, sealsIngress, gateway, ingressBlock }: HostSwarm): string {
  const lock = autolock ? 'autolock' : 'no-autolock';
  const ingress = sealsIngress ? 'encrypted' : 'unencrypted';
  return ['swarm', id, role, address, first, dataPort, lock, gateway.block, gateway.gateway, ingressBlock, ingress].join(' ');
}

/** Its line in the file that the host's program reads. */
export function directoryLine({ directory, owner, mode }: HostDirectoryPlan): string {
  return `${owner} ${mode} ${directory}`;
}

export type HostLink =
  | { readonly kind: 'vlan'; readonly name: string; readonly parent: string; readonly id: number }
  | {
      readonly kind: 'macvlan' | 'ipvlan';
      readonly name: string;
      readonly parent: string;
      readonly address: string;
      readonly routes: readonly string[];
    };

export interface HostFile {
  readonly path: string;
  readonly mode: '0644' | '0600' | '0755' | '0700';
  readonly content: string;
}

/** The same for all nodes of a swarm: a link to the stamp of each. */
export function swarmStampPath(swarmId: string): string {
  return `${STAMP_FOLDER}/swarm-${swarmId}`;
}

/** The path of the stamp of a daemon on its host; containers bind-mount it. */
export function stampPath(daemonId: string): string {
  return `${STAMP_FOLDER}/stamp-${daemonId}`;
}
