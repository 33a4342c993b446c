import type { ICheckedBlock, ICheckedResource } from '../../../checked-resource';
import { guardedPublications } from '../../../private/daemons';
import { type HostAddressKind, hostAddressKind } from '../../../private/host-address';
import { isInternet } from '../../../private/internet';

/** Ports of a container or service that are published alike. */
export interface Published {
  readonly protocol: string;
  /** On the host; undefined if the engine chooses, or only Terraform knows. */
  readonly external: Range | undefined;
  /** Inside; undefined if only Terraform knows. */
  readonly internal: Range | undefined;
  /** The written value; empty for a service, and if none was set. */
  readonly ip: string;
  /** Such as `tcp/80 on 0.0.0.0`; of a service `tcp/80`. */
  readonly text: string;
}

export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Which publications a rule wants. Other attributes are not read, so that unknown values of them are not reported. */
export interface Wanted {
  /**
   * Kinds of addresses of the host.
   *
   * @default - all, and the addresses are not looked at
   */
  readonly at?: readonly HostAddressKind[];
  /** Whether the ports inside count. */
  readonly internal?: boolean;
}

/** Published ports, each run of them once. */
export function publishedPorts(resource: ICheckedResource, { at, internal = false }: Wanted = {}): Published[] {
  const isService = resource.resourceType === 'docker_service';
  const [outer, inner] = isService ? ['published_port', 'target_port'] : ['external', 'internal'];
  const blocks = resource.blocks(isService ? 'endpoint_spec.ports' : 'ports');
  if (blocks.length === 0) return [];
  const ports = blocks.flatMap((port) => {
    const ip = isService || at === undefined ? '' : addressOf(port);
    // Swarm publishes at every address of a node.
    if (at !== undefined && (ip === undefined || !at.includes(isService ? 'wildcard' : hostAddressKind(ip)))) return [];
    return {
      protocol: (port.text('protocol') ?? 'tcp').toLowerCase(),
      external: single(port.num(outer)),
      // Where the engine chooses a port of the host, the one inside names the publication.
      internal: internal || !port.has(outer) ? single(port.num(inner)) : undefined,
      ip: ip ?? '',
    };
  });
  return runsOf(ports).map((port) => ({ ...port, text: textOf(port) }));
}

/** Sources that are accepted at all of the ports, if the guard of a Bulkhead daemon filters each of them; undefined if it does not. */
export function guardedSources(resource: ICheckedResource, { protocol, external, internal }: Published): readonly string[] | undefined {
  const plans = (guardedPublications(resource) ?? []).filter(({ hostPort }) => hostPort.protocol === protocol);
  // Where the engine chooses the port of the host, the guard goes by the one inside.
  const ports = external ?? internal;
  if (ports === undefined) return undefined;
  const sources: string[] = [];
  for (let port = ports.first; port <= ports.last; port++) {
    const known = plans.filter(({ hostPort, targetPort, isChosen = false }) => {
      const { first, last } = external === undefined ? targetPort : hostPort;
      return isChosen === (external === undefined) && first <= port && port <= last;
    });
    // The guard does not know a port that an override adds.
    if (known.length === 0) return undefined;
    sources.push(...known.flatMap((plan) => plan.sources));
  }
  return sources;
}

/** Whether a publication is open to all clients: only the guard of a Bulkhead daemon is known to restrict it. */
export function isForEverybody(resource: ICheckedResource, port: Published): boolean {
  return isInternet(guardedSources(resource, port) ?? ['0.0.0.0/0']);
}

/** Ports of a table that a publication leads to, on the host or inside, by name. */
export function namedIn(table: ReadonlyMap<string, string>, { protocol, external, internal }: Published): [port: string, name: string][] {
  return [...table].filter(([port]) => {
    const [of, number] = port.split('/');
    return of === protocol && [external, internal].some((range) => range && range.first <= Number(number) && Number(number) <= range.last);
  });
}

/** The provider's default is every address of IPv4, whatever the daemon's is; undefined if only Terraform knows. */
function addressOf(port: ICheckedBlock): string | undefined {
  return port.has('ip') && port.rawText('ip') !== '' ? port.text('ip') : '0.0.0.0';
}

type Run = Omit<Published, 'text'>;

function runsOf(ports: readonly Run[]): Run[] {
  const runs: Run[] = [];
  for (const port of ports) {
    const before = runs.at(-1);
    const isNext =
      before !== undefined &&
      before.protocol === port.protocol &&
      before.ip === port.ip &&
      follows(before.external, port.external) &&
      (before.internal === undefined && port.internal === undefined ? true : follows(before.internal, port.internal));
    if (isNext) {
      const upTo = (range: Range | undefined, other: Range | undefined) => range && { first: range.first, last: other!.last };
      runs[runs.length - 1] = {
        ...before,
        external: upTo(before.external, port.external),
        internal: upTo(before.internal, port.internal),
      };
    } else {
      runs.push(port);
    }
  }
  return runs;
}

function follows(before: Range | undefined, port: Range | undefined): boolean {
  return before !== undefined && port !== undefined && before.last + 1 === port.first;
}

function single(port: number | undefined): Range | undefined {
  return port === undefined ? undefined : { first: port, last: port };
}

function textOf({ protocol, external, internal, ip }: Run): string {
  const numbers = ({ first, last }: Range) => (first === last ? `${first}` : `${first}-${last}`);
  const port = external ? numbers(external) : internal ? `any for ${numbers(internal)}` : 'unknown';
  return `${protocol}/${port}${ip === '' ? '' : ` on ${ip}`}`;
}
