import type { CheckedContainer } from './check-container';
import { givenBack, healthCheckBlock, mountBlock, stampMount } from './common';
import { confined } from './confined';
import { parseAddress } from '../../addressing/private/ip';
import { advertisementSysctls } from '../../engine/private/advertisements';
import { HARDENED, tmpfsOptions } from '../../hardening/private/hardened-defaults';
import { HOST_NAME } from '../../hardening/private/host-name';
import { CONFIG_FOLDER, secretFolderOf } from '../../hardening/private/host-paths';
import type { ContainerConfig, LateContainerBlocks } from '../../private/bindings';
import { literalText, literalWords } from '../../private/late';
import { configMounts } from '../../topology/private/config-places';
import type { Declarations } from '../../topology/private/declarations';
import type { NetworkMembership } from '../../topology/private/snapshot';
import type { ExistingPlan, NetworkPlan, WirePlan } from '../../topology/private/topology';
import type { Ulimit } from '../container-limits';
import type { HardenedContainerProps } from '../hardened-container-props';

/** What a container's resource needs besides its props. */
export interface GivenToContainer {
  readonly image: string;
  readonly environment: string[];
  readonly stamp: string | undefined;
  /** What has the config files, where volumes have them. */
  readonly configVolumes?: readonly { readonly source: string; readonly target: string }[];
  readonly dualStack: boolean;
  /** Where the container is in no segment, and the same as the engine takes it. */
  readonly mode?: 'host' | 'none' | 'container';
  readonly networkMode?: string;
}

/** Everything of the resource that is known when the container is declared. */
export function containerConfig(props: HardenedContainerProps, checked: CheckedContainer, given: GivenToContainer): ContainerConfig {
  const add = givenBack(props.capabilities);
  const devices = checked.devices.filter(({ _isGpus }) => !_isGpus).sort((a, b) => (a.path < b.path ? -1 : 1));
  const stamp = given.stamp === undefined ? [] : [stampMount(given.stamp)];
  return {
    name: checked.name,
    image: given.image,
    command: props.command && literalWords(props.command),
    entrypoint: props.entrypoint && literalWords(props.entrypoint),
    env: given.environment.length > 0 ? given.environment.map(literalText) : undefined,
    labels: checked.labels.length > 0 ? [...checked.labels] : undefined,
    user: checked.user.text,
    workingDir: checked.workingDirectory,
    // The name belongs to the network, too.
    hostname: given.mode === 'host' || given.mode === 'container' ? undefined : (props.hostname ?? checked.name.slice(0, 63)),
    groupAdd: checked.groups,
    tty: props.terminal?.tty,
    stdinOpen: props.terminal?.stdinOpen,
    networkMode: given.networkMode,
    dnsSearch: props.dns?.searchDomains?.length ? [...props.dns.searchDomains] : undefined,
    dnsOpts: props.dns?.options?.length ? [...props.dns.options] : undefined,
    init: checked.init,

    ...confined({ add, memory: checked.memory, cpuMillis: checked.cpuMillis }),
    shmSize: checked.sharedMemory,
    readOnly: props.writableRootReason === undefined,
    // World-writable with the sticky bit, as /tmp is: the user of the container is not root.
    tmpfs: Object.fromEntries(
      checked.tmpfs.map(({ target, mebibytes, executableReason }) => [target, tmpfsOptions(mebibytes, executableReason !== undefined)]),
    ),
    mounts: [...stamp, ...secretMount(checked), ...configMountBlocks(checked, given), ...(props.volumes ?? []).map(mountBlock)],
    runtime: props.runtime,
    // Each field is set: the engine's default differs from an empty field when the provider reads it back.
    devices:
      devices.length > 0 ? devices.map(({ path, permissions }) => ({ hostPath: path, containerPath: path, permissions })) : undefined,
    gpus: checked.devices.some(({ _isGpus }) => _isGpus) ? 'all' : undefined,

    ulimit: ulimitsOf(props.limits?.ulimits),

    logDriver: checked.logDriver.driver,
    logOpts: checked.logDriver._optionsFor(checked.logMebibytes),
    restart: checked.restart.text,
    maxRetryCount: checked.restart.maxRetries,
    // Otherwise the provider starts an ended container in every apply.
    mustRun: checked.restart.text === 'no' ? false : undefined,
    stopSignal: props.stopSignal,
    stopTimeout: checked.stopTimeout,
    destroyGraceSeconds: checked.stopTimeout,
    healthcheck: healthCheckBlock(props.healthCheck),
    sysctls: sysctlsOf(props, given),
  };
}

/** The daemon has that default as well: the engine adds it where it is not named, and every plan would replace the container. */
function ulimitsOf(given: readonly Ulimit[] = []): { name: string; soft: number; hard: number }[] {
  const own = given.map(({ limitName, soft, hard }) => ({ name: limitName, soft, hard }));
  return own.some(({ name }) => name === HARDENED.ulimit.name) ? own : [...own, { ...HARDENED.ulimit }];
}

/** A folder, never its files: a mounted file stays the same file, and a rotation would not be visible. It exists only while all its secrets do. */
function secretMount({ name, secrets }: CheckedContainer): ReturnType<typeof mountBlock>[] {
  return secrets === undefined ? [] : [{ type: 'bind', source: secretFolderOf(name), target: secrets.folder, readOnly: true }];
}

/** Of the host: single files, or folders of them. */
function configMountBlocks({ name, config }: CheckedContainer, { configVolumes }: GivenToContainer): ReturnType<typeof mountBlock>[] {
  if (configVolumes !== undefined) return configVolumes.map((mount) => mountBlock({ mountType: 'volume', readOnly: true, ...mount }));
  const mounts = config === undefined ? [] : configMounts(config);
  return mounts.map((mount) =>
    mountBlock({ mountType: 'bind', source: `${CONFIG_FOLDER}/${name}/${mount.name}`, target: mount.target, readOnly: true }),
  );
}

/**
 * A container in no segment forwards nothing: the engine refuses parameters of the host's network, without a network there is nothing to forward, and
 * in the network of another container they would change that container's.
 */
function sysctlsOf({ sysctls = [] }: HardenedContainerProps, { mode, dualStack }: GivenToContainer): Record<string, string> | undefined {
  const all = {
    ...(mode === undefined && { 'net.ipv4.ip_forward': '0', ...(dualStack && { 'net.ipv6.conf.all.forwarding': '0' }) }),
    ...Object.fromEntries(sysctls.map(({ sysctl, text }) => [sysctl, text])),
  };
  return Object.keys(all).length > 0 ? all : undefined;
}

/** What follows from flows and publications: networks with addresses, ports, resolvers, the host's name. */
export function lateBlocks(
  declarations: Declarations,
  path: string,
  { aliases = [], hostEntries = {}, dns }: Pick<HardenedContainerProps, 'aliases' | 'hostEntries' | 'dns'>,
  reference: (network: NetworkPlan | WirePlan | ExistingPlan) => string,
): LateContainerBlocks {
  const places = declarations.store.placesOf(path);
  const { topology } = declarations.store.derived();
  const publications = topology.publications.filter((publication) => publication.workload === path);
  const home = places[0];
  const toHost = topology.hostFlows.find((flow) => flow.direction === 'to-host' && flow.address === home?.member.ipv4);
  return {
    networksAdvanced: places.map(({ network, member }) => ({
      name: reference(network),
      // In an unmanaged network, the engine chooses, unless the program does.
      ...(!member.isNominal && { ipv4Address: member.ipv4 }),
      ...(member.ipv6 !== undefined && { ipv6Address: member.ipv6 }),
      ...(member.home && network.kind !== 'gateway' && aliases.length > 0 ? { aliases: [...aliases] } : {}),
    })),
    ports: publications
      .flatMap(({ hostAddress, hostPort, targetPort, isChosen }) =>
        Array.from({ length: hostPort.last - hostPort.first + 1 }, (_, offset) => ({
          ip: hostAddress,
          ...(!isChosen && { external: hostPort.first + offset }),
          internal: targetPort.first + offset,
          protocol: hostPort.protocol,
        })),
      )
      .sort(asReadBack),
    dns: declarations.store.segmentlessFact(path) === undefined ? [...declarations.store.dnsOf(path)] : [...(dns?.servers ?? [])],
    sysctls: advertisements(declarations, places),
    // Not the IPv6 one: the provider reads an address back up to its first colon, and every plan would replace the container.
    host: [...(toHost ? [{ host: HOST_NAME, ip: toHost.gateway }] : []), ...entriesOf(hostEntries)],
  };
}

/** On a LAN segment, every machine may announce a router; a Bulkhead bridge carries no such packets. */
function advertisements({ store: { engine } }: Declarations, places: readonly NetworkMembership[]): Record<string, string> {
  const wire = places.map(({ network }) => network).find((network) => network.kind === 'wire' && network.advertisements !== undefined);
  if (wire?.kind !== 'wire') return {};
  return advertisementSysctls(engine.version, places.length, wire.advertisements!) ?? {};
}

function entriesOf(hostEntries: Readonly<Record<string, string>>): { host: string; ip: string }[] {
  return Object.keys(hostEntries)
    .sort()
    .map((host) => ({ host, ip: hostEntries[host] }));
}

interface PublishedPort {
  readonly ip: string;
  /** Undefined where the engine chooses: then no other one leads to the same port inside. */
  readonly external?: number;
  readonly internal: number;
  readonly protocol: string;
}

/** Engines from 28 on read ports back in this order; where two lead to one port inside, another one replaces the container on every apply. */
function asReadBack(a: PublishedPort, b: PublishedPort): number {
  const protocols = ['tcp', 'udp', 'sctp'];
  const [first, second] = [parseAddress(a.ip), parseAddress(b.ip)];
  return (
    a.internal - b.internal ||
    protocols.indexOf(a.protocol) - protocols.indexOf(b.protocol) ||
    (a.external ?? 0) - (b.external ?? 0) ||
    first.family.localeCompare(second.family, 'en') ||
    (first.value < second.value ? -1 : first.value > second.value ? 1 : 0)
  );
}
