import { iptablesRules } from './docker-rules/docker-rules';
import { compareVersions, isIn, type Span } from './versions';
import { capabilityFacts } from '../../hardening/private/capabilities';
import { ENGINE_SETTINGS, ENGINE_VARIABLES, type SettingKey } from '../../hardening/private/engine-settings';

type Has = (version: string) => boolean;

const KEEPS_INTERNAL_NAMES: readonly Span[] = [
  { from: '23.0.11', below: '24.0' },
  { from: '25.0.5', below: '26.1.3' },
];

/** Functions that only some engines have, by name. The rules of the engine determine some of them; the release determines the others. */
const CAPABILITIES = {
  /** The engine drops packets to unpublished ports. A neighbour cannot bypass a publication, and cannot reach a publication on loopback. */
  closesUnpublished: (version) => iptablesRules(version).layout !== 'forward',
  /** The table raw drops packets from other interfaces to a container's own address, before DOCKER-USER runs. */
  closesContainers: (version) => iptablesRules(version).direct === 'containers',
  /** Answers of a published SCTP port keep their checksum. */
  keepsSctpChecksum: (version) => iptablesRules(version).sctpChecksum !== 'always',
  /** Can make its rules with nftables: `firewall-backend`. */
  nftables: knows('firewall-backend'),
  /** Makes rules for IPv6 without the experimental mode: `ip6tables`. */
  ip6tables: knows('ip6tables'),
  /** Knows defaults for networks that are made by hand: `default-network-opts`. */
  defaultNetworkOptions: knows('default-network-opts'),
  /** Tells several publications of one container port in the order of their host ports. */
  ordersPublications: since('28.0'),
  /**
   * Makes rules by which no frame of an encrypted overlay leaves unencrypted (CVE-2023-28840 to 28842). Before 29.9.3 firewalld can delete them
   * (CVE-2026-115538), of which an engine with its patch warns.
   */
  encryptsOverlays: since('20.10.24', '23.0.3'),
  /** Encrypts overlays on whatever data port the swarm has. */
  encryptsAnyDataPort: since('23.0.7'),
  /**
   * Its resolver forwards queries of a container whose networks are all internal, to another container there or to the host. The first fixes of
   * CVE-2024-29018 stopped that, and moby#47821 restored it. In a line that changed, a version without its patch counts as one that does not.
   */
  forwardsInternalNames: (version) => KEEPS_INTERNAL_NAMES.every((span) => !canBeIn(span, version)),
  /** Sets no default route of a container in an internal bridge network (moby#46603). */
  noInternalRoute: since('25.0'),
  /** Starts a container in a bridge network and in an ipvlan that routes, which both have a default route (moby#48576 of 27.3; runs on 28.5). */
  routesOnce: since('28.0'),
  /** Knows the ipvlan mode `l3s`. */
  ipvlanL3s: since('23.0'),
} satisfies Record<string, Has>;

export type Capability = keyof typeof CAPABILITIES;

/** Whether an engine of a version, such as `28.5.2`, has it. */
export function can(version: string, capability: Capability): boolean {
  return CAPABILITIES[capability](version);
}

/** Whether an engine of a version implements a key of daemon.json. */
export function knowsSetting(version: string, key: SettingKey): boolean {
  return knows(key)(version);
}

/** Whether an engine of a version knows a Linux capability, by name with or without `CAP_`; otherwise it refuses a container that adds it. */
export function knowsCapability(version: string, name: string): boolean {
  return isOf(version, capabilityFacts(name) ?? {});
}

function knows(key: SettingKey): Has {
  return (version) => isOf(version, ENGINE_SETTINGS[key]);
}

/** Variables of the environment that change the rules of an engine of a version. */
export function variablesOf(version: string): string[] {
  return Object.entries(ENGINE_VARIABLES).flatMap(([name, variable]) => (isOf(version, variable) ? [name] : []));
}

function isOf(version: string, { since: first, until }: { readonly since?: string; readonly until?: string }): boolean {
  return (first === undefined || compareVersions(version, first) >= 0) && (until === undefined || compareVersions(version, until) < 0);
}

/** From a release on. Before the last entry, a release counts only for its own minor version: it was also fixed there. */
function since(...releases: string[]): Has {
  return (version) =>
    releases.some(
      (release, i) => compareVersions(version, release) >= 0 && (i === releases.length - 1 || minorOf(version) === minorOf(release)),
    );
}

/** A version without a patch, or without a minor, is any of its line. */
function canBeIn(span: Span, version: string): boolean {
  const parts = version.split('.').map(Number);
  if (parts.length > 2) return isIn(span, version);
  const next = [...parts.slice(0, -1), parts[parts.length - 1] + 1].join('.');
  return compareVersions(span.from, next) < 0 && compareVersions(span.below, version) > 0;
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
