// Programs from a seed, as plain data: what a user might declare, said once. The constructs and the oracle both start from here and share nothing else.

export type Protocol = 'tcp' | 'udp' | 'icmp';

export interface PortRange {
  readonly protocol: Protocol;
  /** 0 for icmp. */
  readonly first: number;
  readonly last: number;
}

export type End =
  | { readonly kind: 'container' | 'segment' | 'group'; readonly id: string }
  | { readonly kind: 'block'; readonly block: string }
  | { readonly kind: 'host' };

export interface SegmentPlan {
  readonly id: string;
  readonly network: string;
  /** One of a ThreeTierNetwork's, which the pattern makes itself. */
  readonly tier?: 'dmz' | 'app' | 'data';
  readonly prefixLength?: number;
}

export interface ContainerPlan {
  readonly id: string;
  readonly name: string;
  readonly segment: string;
}

export interface FlowPlan {
  readonly source: End;
  readonly destination: End;
  readonly port: PortRange;
}

export interface PublicationPlan {
  readonly container: string;
  readonly hostAddress: string;
  readonly port: PortRange;
  readonly targetPort: PortRange;
  readonly sources: readonly string[];
}

export interface Plan {
  readonly seed: string;
  readonly segments: readonly SegmentPlan[];
  readonly containers: readonly ContainerPlan[];
  readonly groups: readonly { readonly id: string; readonly members: readonly string[] }[];
  readonly flows: readonly FlowPlan[];
  readonly publications: readonly PublicationPlan[];
}

export const HOSTS = ['192.0.2.10', '192.0.2.11'] as const;
const EGRESS = ['203.0.113.7/32', '203.0.113.0/24', '192.0.2.20/32', '192.0.2.20/31', '192.0.2.0/24', '198.51.100.0/24', '0.0.0.0/0'];
const SOURCES = ['192.0.2.20/32', '192.0.2.21/32', '192.0.2.20/31', '192.0.2.0/24', '203.0.113.7/32', '203.0.113.0/24', '0.0.0.0/0'];
const KNOWN_PORTS = [22, 53, 80, 443, 5432, 6379, 8080, 8443, 9090];
/**
 * The same segment has the same size in all programs: where a segment gives up its block and a new one takes it in the same apply, Terraform may
 * make the new network first, and the engine refuses the overlap.
 */
const PREFIXES = [undefined, 25, undefined, 26, 23, undefined] as const;
/** Stated here a second time, on purpose. */
const TIER_FLOWS = ['dmz dmz', 'dmz app', 'app app', 'app data', 'data data'];

/** The same numbers for the same seed, on every machine (mulberry32 over a hash of the text). */
export class Random {
  private state: number;

  constructor(seed: string) {
    this.state = [...seed].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0, 2166136261);
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number, both ends included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)];
  }

  some<T>(items: readonly T[], count: number): T[] {
    const left = [...items];
    return Array.from({ length: Math.min(count, left.length) }, () => left.splice(this.int(0, left.length - 1), 1)[0]);
  }
}

export function generate(seed: string): Plan {
  const random = new Random(seed);
  const segments = makeSegments(random);
  // Small programs are more frequent than large ones; the square keeps both in reach.
  const count = 5 + Math.floor(random.next() ** 2 * 26);
  const containers = Array.from({ length: count }, (_, i) => ({ id: `C${i}`, name: `app-c${i}`, segment: random.pick(segments).id }));
  const ids = containers.map(({ id }) => id);
  const groups = Array.from({ length: random.int(0, 3) }, (_, i) => ({ id: `G${i}`, members: random.some(ids, random.int(1, 4)) }));
  const plan = { seed, segments, containers, groups };
  const flows = [...makeFlows(random, plan), ...makeEgress(random, plan), ...makeHostFlows(random, plan)];
  return { ...plan, flows, publications: makePublications(random, plan) };
}

type Base = Pick<Plan, 'segments' | 'containers' | 'groups'>;

function makeSegments(random: Random): SegmentPlan[] {
  const plain = Array.from({ length: random.int(2, 6) }, (_, i): SegmentPlan => {
    return { id: `S${i}`, network: `app-s${i}`, ...(PREFIXES[i] === undefined ? {} : { prefixLength: PREFIXES[i] }) };
  });
  const tiers = (['dmz', 'app', 'data'] as const).map((tier): SegmentPlan => ({ id: `T-${tier}`, network: `app-tiers-${tier}`, tier }));
  return random.chance(0.35) ? [...plain.slice(0, 3), ...tiers] : plain;
}

/** Placed containers that an end stands for; those that joined a segment for a flow are not among them. */
export function standsFor(base: Base, end: End): readonly string[] {
  if (end.kind === 'container') return [end.id];
  if (end.kind === 'group') return base.groups.find(({ id }) => id === end.id)!.members;
  if (end.kind === 'segment') return base.containers.filter(({ segment }) => segment === end.id).map(({ id }) => id);
  return [];
}

/** Segments of an end: those that its containers were placed in, and a segment itself even while it is empty. */
export function placesOf(base: Base, end: End): readonly string[] {
  if (end.kind === 'segment') return [end.id];
  const inside = new Set(standsFor(base, end));
  return [...new Set(base.containers.filter(({ id }) => inside.has(id)).map(({ segment }) => segment))];
}

function tiersAllow(base: Base, source: End, destination: End): boolean {
  const tierOf = (id: string) => base.segments.find((segment) => segment.id === id)!.tier;
  return placesOf(base, source).every((from) =>
    placesOf(base, destination).every((to) => {
      const pair = [tierOf(from), tierOf(to)];
      return pair.includes(undefined) || TIER_FLOWS.includes(pair.join(' '));
    }),
  );
}

function makeFlows(random: Random, base: Base): FlowPlan[] {
  const container = (): End => ({ kind: 'container', id: random.pick(base.containers).id });
  const segment = (): End => ({ kind: 'segment', id: random.pick(base.segments).id });
  const group = (): End => (base.groups.length > 0 ? { kind: 'group', id: random.pick(base.groups).id } : container());
  const wanted = random.int(3, 4 + base.containers.length);
  const flows: FlowPlan[] = [];
  for (let tries = 0; flows.length < wanted && tries < wanted * 10; tries++) {
    const kind = random.next();
    const [source, destination] =
      kind < 0.66
        ? [container(), container()]
        : kind < 0.76
          ? [container(), segment()]
          : kind < 0.86
            ? [segment(), container()]
            : kind < 0.96
              ? [group(), group()]
              : [segment(), segment()];
    const self = source.kind === 'container' && destination.kind === 'container' && source.id === destination.id;
    if (self || !tiersAllow(base, source, destination)) continue;
    flows.push({ source, destination, port: makePort(random, 0.12) });
    // The way back, on another port: joins both ways.
    if (random.chance(0.15) && tiersAllow(base, destination, source)) {
      flows.push({ source: destination, destination: source, port: makePort(random, 0.12) });
    }
  }
  return flows;
}

function makeEgress(random: Random, base: Base): FlowPlan[] {
  return Array.from({ length: random.int(0, 4) }, () => ({
    source: insider(random, base),
    destination: { kind: 'block' as const, block: random.pick(EGRESS) },
    port: makePort(random, 0.15),
  }));
}

function makeHostFlows(random: Random, base: Base): FlowPlan[] {
  return Array.from({ length: random.int(0, 3) }, () => {
    const inside = insider(random, base);
    const port = makePort(random, 0.15);
    return random.chance(0.5)
      ? { source: inside, destination: { kind: 'host' as const }, port }
      : { source: { kind: 'host' as const }, destination: inside, port };
  });
}

function insider(random: Random, base: Base): End {
  if (base.groups.length > 0 && random.chance(0.15)) return { kind: 'group', id: random.pick(base.groups).id };
  if (random.chance(0.15)) return { kind: 'segment', id: random.pick(base.segments).id };
  return { kind: 'container', id: random.pick(base.containers).id };
}

function makePort(random: Random, icmp: number): PortRange {
  if (random.chance(icmp)) return { protocol: 'icmp', first: 0, last: 0 };
  const protocol = random.chance(0.65) ? 'tcp' : 'udp';
  // Below the range from which the kernel takes the ports of those who ask.
  const first = random.chance(0.5) ? random.pick(KNOWN_PORTS) : random.int(2, 32_000);
  return { protocol, first, last: random.chance(0.25) ? first + random.int(1, 20) : first };
}

function makePublications(random: Random, base: Base): PublicationPlan[] {
  const publishers = base.containers.filter(({ segment }) => {
    const { tier } = base.segments.find(({ id }) => id === segment)!;
    return tier === undefined || tier === 'dmz';
  });
  if (publishers.length === 0) return [];
  const taken: number[] = [];
  const made: PublicationPlan[] = [];
  for (let wanted = random.int(0, 5); made.length < wanted;) {
    const protocol = random.chance(0.7) ? 'tcp' : 'udp';
    const size = random.chance(0.3) ? random.int(2, 5) : 1;
    const first = random.chance(0.5) ? random.pick(KNOWN_PORTS) : random.int(1024, 32_000);
    const numbers = Array.from({ length: size }, (_, i) => first + i);
    if (numbers.some((number) => taken.includes(number))) continue;
    taken.push(...numbers);
    const targetFirst = random.chance(0.5) ? first : random.int(1024, 32_000);
    const one = (hostAddress: string): PublicationPlan => ({
      container: random.pick(publishers).id,
      hostAddress,
      port: { protocol, first, last: first + size - 1 },
      targetPort: { protocol, first: targetFirst, last: targetFirst + size - 1 },
      sources: hostAddress === '127.0.0.1' ? [] : random.some(SOURCES, random.int(1, 3)),
    });
    const hostAddress = random.pick([...HOSTS, ...HOSTS, '127.0.0.1', '0.0.0.0']);
    made.push(one(hostAddress));
    // The same number on the other address, led somewhere else.
    const other = HOSTS.find((address) => address !== hostAddress)!;
    if (hostAddress !== '0.0.0.0' && hostAddress !== '127.0.0.1' && random.chance(0.3)) made.push(one(other));
  }
  return made;
}
