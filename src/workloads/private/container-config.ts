import { parseAddress } from '../../addressing/private/ip';
import type { ContainerConfig, LateContainerBlocks } from '../../private/bindings';
import { escapeTerraform } from '../../private/late';
import type { Registry } from '../../topology/private/registry';
import type { ExistingPlan, NetworkPlan, WirePlan } from '../../topology/private/topology';
import type { RestartPolicy } from '../container-limits';
import type { HardenedContainerProps } from '../hardened-container-props';
import { type CheckedContainer, STAMP_TARGET } from './check-container';
import { HOST_NAME } from './check-names';

/** What a container's resource needs besides its props. */
export interface GivenToContainer {
  readonly image: string;
  readonly environment: string[];
  readonly stamp: string | undefined;
  readonly restart: RestartPolicy;
  readonly dualStack: boolean;
}

/** Everything of the resource that is known when the container is declared. */
export function containerConfig(props: HardenedContainerProps, checked: CheckedContainer, given: GivenToContainer): ContainerConfig {
  const ulimits = props.ulimits ?? [{ limitName: 'nofile', soft: 1024, hard: 4096 }];
  const add = [...new Set((props.capabilities ?? []).map((capability) => capability.text))].sort();
  const mounts = (props.volumes ?? []).map(({ mountType, source, target, readOnly }) => ({ type: mountType, source, target, readOnly }));
  const stamp = given.stamp === undefined ? [] : [{ type: 'bind', source: given.stamp, target: STAMP_TARGET, readOnly: true }];
  return {
    name: checked.name,
    image: given.image,
    command: escaped(props.command),
    entrypoint: escaped(props.entrypoint),
    env: given.environment.length > 0 ? escaped(given.environment) : undefined,
    user: checked.user,
    workingDir: props.workingDirectory,
    hostname: checked.name.slice(0, 63),
    dnsSearch: props.dnsSearch?.length ? [...props.dnsSearch] : undefined,
    dnsOpts: props.dnsOptions?.length ? [...props.dnsOptions] : undefined,
    init: true,

    // Only this spelling replans empty: the engine reads capabilities back with their prefix, and 'ALL' without.
    capabilities: { drop: ['ALL'], ...(add.length > 0 ? { add } : {}) },
    securityOpts: ['no-new-privileges:true'],
    privileged: false,
    readOnly: props.writableRootReason === undefined,
    tmpfs: checked.tmpfs,
    mounts: [...stamp, ...mounts],
    ipcMode: 'private',

    // Without memory_swap the provider updates the container on every apply; with 'cpus' its 3.6 line crashes.
    memory: checked.memory,
    memorySwap: checked.memory,
    cpuPeriod: 100_000,
    cpuQuota: checked.cpuQuota,
    ulimit: ulimits.map(({ limitName, soft, hard }) => ({ name: limitName, soft, hard })),

    logDriver: 'json-file',
    logOpts: { 'max-size': `${checked.logMebibytes}m`, 'max-file': '3' },
    restart: given.restart.text,
    maxRetryCount: given.restart.maxRetries,
    stopTimeout: checked.stopTimeout,
    destroyGraceSeconds: checked.stopTimeout,
    healthcheck: props.healthCheck && {
      test: escaped(props.healthCheck.test)!,
      interval: duration(props.healthCheck.intervalSeconds),
      timeout: duration(props.healthCheck.timeoutSeconds),
      startPeriod: duration(props.healthCheck.startPeriodSeconds),
      retries: props.healthCheck.retries,
    },
    sysctls: {
      'net.ipv4.ip_forward': '0',
      ...(given.dualStack ? { 'net.ipv6.conf.all.forwarding': '0' } : {}),
      ...Object.fromEntries((props.sysctls ?? []).map(({ sysctl, text }) => [sysctl, text])),
    },
  };
}

/** What follows from flows and publications: networks with addresses, ports, resolvers, the host's name. */
export function lateBlocks(
  registry: Registry,
  path: string,
  { aliases = [], hostEntries = {} }: Pick<HardenedContainerProps, 'aliases' | 'hostEntries'>,
  reference: (network: NetworkPlan | WirePlan | ExistingPlan) => string,
): LateContainerBlocks {
  const places = registry.placesOf(path);
  const { topology } = registry.derived();
  const publications = topology.publications.filter((publication) => publication.workload === path);
  const home = places[0];
  const toHost = topology.hostFlows.find((flow) => flow.direction === 'to-host' && flow.address === home?.member.ipv4);
  return {
    networksAdvanced: places.map(({ network, member }) => ({
      name: reference(network),
      // In a network of others the engine chooses, unless the program does.
      ...(!member.isNominal && { ipv4Address: member.ipv4 }),
      ...(member.ipv6 !== undefined && { ipv6Address: member.ipv6 }),
      ...(member.home && network.kind !== 'edge' && aliases.length > 0 ? { aliases: [...aliases] } : {}),
    })),
    ports: publications
      .flatMap(({ hostAddress, hostPort, targetPort }) =>
        Array.from({ length: hostPort.last - hostPort.first + 1 }, (_, offset) => ({
          ip: hostAddress,
          external: hostPort.first + offset,
          internal: targetPort.first + offset,
          protocol: hostPort.protocol,
        })),
      )
      .sort(asReadBack),
    dns: [...registry.dnsOf(path)],
    // Not the IPv6 one: the provider reads an address back up to its first colon, and every plan would replace the container.
    host: [...(toHost ? [{ host: HOST_NAME, ip: toHost.gateway }] : []), ...entriesOf(hostEntries)],
  };
}

function entriesOf(hostEntries: Readonly<Record<string, string>>): { host: string; ip: string }[] {
  return Object.keys(hostEntries)
    .sort()
    .map((host) => ({ host, ip: hostEntries[host] }));
}

interface PublishedPort {
  readonly ip: string;
  readonly external: number;
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
    a.external - b.external ||
    first.family.localeCompare(second.family, 'en') ||
    (first.value < second.value ? -1 : first.value > second.value ? 1 : 0)
  );
}

/** The form that the engine reads back: '1m0s', not '60s'. */
export function duration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}s`;
}

function escaped(words: readonly string[] | undefined): string[] | undefined {
  return words?.map(escapeTerraform);
}
