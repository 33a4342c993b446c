// Who asks whom on such a host, what the model says, and what comes back.
import type { Checks } from './checks';
import type { Random } from './generate';
import type { Crowd, Task } from './generate-traffic';
import { HAND, PORTS, SIDE, type Stage } from './hosts-stage';
import type { IntakeHost } from '../../../src/intake/private/host/intake-host';
import type { Outcome, ProbeSource } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import type { Where } from '../lab/lab';
import { NET } from '../lab/network';
import type { Listener, Probe, ProbeResult } from '../lab/probe';

interface Station {
  readonly where: Where;
  readonly source: (family: 0 | 1) => ProbeSource;
  readonly addresses: readonly [string | undefined, string | undefined];
}

const outside = (interfaceName: string, where: Where, addresses: readonly [string, string | undefined]): Station => ({
  where,
  addresses,
  source: (family) => ({ kind: 'outside', interface: interfaceName, address: addresses[family] ?? '', routesOnly: true }),
});

/** Who is not a container of the engine, with the name that it answers with. */
const STATIONS: Readonly<Record<string, Station>> = {
  lanA: outside('eth0', { ns: 'lanA' }, [NET.lanA, NET.lanA6]),
  lanB: outside(SIDE.interface, { ns: 'lanB' }, [SIDE.station, SIDE.station6]),
  inet: outside('eth0', { ns: 'inet' }, [NET.internet, NET.internet6]),
  guest: outside(HAND.bridge, { container: HAND.name }, [HAND.guest, undefined]),
  host: { where: { host: true }, source: () => ({ kind: 'host', routesOnly: true }), addresses: [undefined, undefined] },
};

export interface Asked {
  readonly source: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly port: number;
  readonly expected: Outcome;
  /** A program of the engine takes connections to that port of the host, and then makes one of its own. */
  readonly isProxied: boolean;
}

/** Before the model is asked. */
type Unanswered = Omit<Asked, 'expected' | 'isProxied'>;

function stationOf(name: string): Station {
  return STATIONS[name] ?? { where: { container: name }, source: () => ({ kind: 'container', key: name, routesOnly: true }), addresses: [undefined, undefined] }; // prettier-ignore
}

export function questionsFor(random: Random, host: IntakeHost, { containers, published }: Stage, share: number): Asked[] {
  const own = host.names.containers.filter(({ name }) => containers.includes(name));
  const inside = own.flatMap(({ addresses }) => addresses.map(({ address }) => address));
  const gateways = host.view.interfaces.filter(({ kind }) => kind === 'bridge').flatMap(({ addresses }) => addresses.map((each) => each.split('/')[0])); // prettier-ignore
  const hosts = [NET.host, NET.host2, NET.host6, SIDE.host, SIDE.host6, ...gateways];
  const beyond: readonly string[] = [NET.lanA, NET.lanA6, NET.internet, SIDE.station, SIDE.station6, HAND.guest];
  const handMade = [7100, 7105, 7110, 7115, 7120, 7121, 7122, 7123];
  const sources = [...containers, ...Object.keys(STATIONS)];
  const hasSix = new Set(['host', 'lanA', 'lanB', 'inet', ...own.filter(({ addresses }) => addresses.some(({ address }) => address.includes(':'))).map(({ name }) => name)]); // prettier-ignore
  const asked: Unanswered[] = sources.flatMap((source) => {
    const toHost = hosts.flatMap((to) => [
      ...random.some(published, 2).map(({ port }) => ({ source, to, protocol: 'tcp' as const, port })),
      ...random.some([...PORTS, 22], 2).map((port) => ({ source, to, protocol: 'tcp' as const, port })),
      { source, to, protocol: 'tcp' as const, port: random.pick(handMade) },
    ]);
    const others = [...inside, ...beyond].flatMap((to) => [
      ...random.some([...PORTS], 2).map((port) => ({ source, to, protocol: 'tcp' as const, port })),
      { source, to, protocol: random.pick(['udp', 'icmp'] as const), port: random.pick([...PORTS]) },
      ...(beyond.includes(to) ? [{ source, to, protocol: 'tcp' as const, port: random.pick(handMade) }] : []),
    ]);
    return [...toHost, ...others, ...published.map(({ port, hostAddress }) => ({ source, to: hostAddress || NET.host, protocol: 'tcp' as const, port }))]; // prettier-ignore
  });
  const isOwn = (name: string, to: string) => stationOf(name).addresses.includes(to) || own.some((each) => each.name === name && each.addresses.some(({ address }) => address === to)); // prettier-ignore
  const real = asked.filter(({ source, to, protocol }) =>
    !isOwn(source, to) &&
    (!to.includes(':') || (hasSix.has(source) && protocol === 'tcp')) &&
    !(to.startsWith('127.') && source !== 'host') &&
    // The stations outside lie at one side each, and only the host connects these.
    !(source === 'lanA' && to === NET.internet) && !(source === 'inet' && (to === NET.lanA || to === NET.lanA6)) && !(source === 'lanA' && to === NET.internet6)); // prettier-ignore
  const distinct = [...new Map(real.map((each) => [textOf(each), each])).values()];
  return random
    .some(distinct, share)
    .map((each) => ({
      ...each,
      expected: expectedOf(host, each),
      isProxied: isProxied(host, each),
    }))
    .filter((each) => isAnswered(host, each));
}

function textOf({ source, to, protocol, port }: Unanswered): string {
  return `${source} -> ${to} ${protocol}/${port}`;
}

export function expectedOf({ view }: Pick<IntakeHost, 'view'>, { source, to, protocol, port }: Unanswered): Outcome {
  const family = to.includes(':') ? 'ipv6' : 'ipv4';
  return walk(view, { family, from: stationOf(source).source(family === 'ipv4' ? 0 : 1), to, protocol, port });
}

export function isProxied({ view }: Pick<IntakeHost, 'view'>, { protocol, port }: Unanswered): boolean {
  return protocol === 'tcp' && view.proxies.some((each) => each.port === port);
}

/** A port that the engine holds and never answers on tells nothing. */
function isAnswered({ names }: IntakeHost, { expected, port }: Asked): boolean {
  const isHeld = names.listeners?.some((each) => each.port === port && each.program === 'dockerd') === true;
  return !(expected.receiver?.kind === 'host' && isHeld);
}

/** Everybody listens on every port. */
function listen(crowd: Crowd, host: IntakeHost, containers: readonly string[], asked: readonly Asked[]): void {
  const ports = [...new Set([...asked.map(({ port }) => port), ...PORTS])];
  const published = new Set(host.names.containers.flatMap((each) => each.ports.map(({ hostPort }) => hostPort)));
  const on = (token: string, wanted: readonly number[]): Listener[] =>
    wanted.flatMap((port) => [
      { proto: 'tcp' as const, address: '0.0.0.0', port, token },
      { proto: 'tcp' as const, address: '::', port, token },
      { proto: 'udp' as const, address: '0.0.0.0', port, token },
    ]);
  const hostAddresses = host.view.interfaces.filter(({ kind }) => kind !== 'loopback').flatMap(({ addresses }) => addresses.map((each) => each.split('/')[0])); // prettier-ignore
  crowd.serve([
    ...containers.map((name) => ({ where: { container: name } as Where, spec: on(name, ports) })),
    ...['lanA', 'lanB', 'inet'].map((name) => ({ where: stationOf(name).where, spec: on(name, ports) })),
    {
      where: { host: true },
      spec: [
        ...on(
          'host',
          ports.filter((port) => !published.has(port)),
        ),
        // Where the engine has a port at some address only, the host has it at the others.
        ...ports.filter((port) => published.has(port)).flatMap((port) => hostAddresses.map((address) => ({ proto: 'tcp' as const, address, port, token: 'host' }))), // prettier-ignore
      ],
    },
  ]);
}

export interface Answered extends Asked {
  readonly result: ProbeResult;
}

/** What the probes of a run gave. */
export interface Sum {
  probes: number;
  open: number;
  unknown: number;
  wrong: number;
}

export interface Probing {
  readonly checks: Checks;
  readonly crowd: Crowd;
  /** Name of the checks. */
  readonly what: string;
  readonly host: IntakeHost;
  readonly containers: readonly string[];
  /** For a difference: what the model went by. */
  readonly why: (answered: Answered) => string;
}

/** Asks with real packets, and compares what comes back with what the model says. */
export function probe({ checks, crowd, what, host, containers, why }: Probing, asked: readonly Asked[], sum: Sum): void {
  listen(crowd, host, containers, asked);
  try {
    for (const answered of ask(crowd, asked)) {
      const { expected, result } = answered;
      const wrong = differs(answered, result);
      checks.check(`${what}: ${textOf(answered)}`, wrong === '', () => `${wrong}\n${why(answered)}`);
      if (expected.disposition === 'UNKNOWN') {
        checks.check(`${what}: ${textOf(answered)}: UNKNOWN has a reason`, expected.doubts.length > 0);
        sum.unknown++;
      }
      sum.probes++;
      if (result.outcome === 'open') sum.open++;
      if (wrong !== '') sum.wrong++;
    }
  } finally {
    crowd.stop();
  }
}

const ROUNDS = 3;

function ask(crowd: Crowd, asked: readonly Asked[]): Answered[] {
  const sources = [...new Set(asked.map(({ source }) => source))];
  const lists = sources.map((source) => asked.filter((each) => each.source === source));
  const results = crowd.ask(lists.map((list, i) => taskOf(sources[i], list)));
  for (let round = 0; round < ROUNDS; round++) {
    const late = lists.map((list, i) => ({ i, places: list.flatMap((each, n) => (differs(each, results[i][n]) === '' ? [] : [n])) })).filter(({ places }) => places.length > 0); // prettier-ignore
    if (late.length === 0) break;
    const tasks = late.map(({ i, places }) => taskOf(sources[i], places.map((n) => lists[i][n]))); // prettier-ignore
    crowd.forgetNeighbours(tasks);
    const again = crowd.ask(tasks);
    late.forEach(({ i, places }, l) => places.forEach((n, k) => (results[i][n] = again[l][k])));
  }
  return lists.flatMap((list, i) => list.map((each, n) => ({ ...each, result: results[i][n] })));
}

function taskOf(source: string, list: readonly Asked[]): Task<Probe> {
  return {
    where: stationOf(source).where,
    spec: list.map(({ to, protocol, port, expected }, n) => {
      const isOpen = answererOf(expected) !== undefined;
      const src = source === 'inet' ? { src: STATIONS.inet.addresses[to.includes(':') ? 1 : 0] } : {};
      return { id: String(n), proto: protocol, dst: to, port, timeoutMs: isOpen ? 3000 : 1200, tries: isOpen ? 3 : 1, ...src };
    }),
  };
}

/** What is wrong with an answer; empty where nothing is, or where the model does not know. */
function differs({ protocol, expected, isProxied: behindProxy }: Asked, { outcome, token, detail }: ProbeResult): string {
  const observed = `${outcome}${token ? ` by ${token}` : ''}${detail ? ` (${detail})` : ''}`;
  if (outcome === 'error') return `could not be asked: ${observed}`;
  if (expected.disposition === 'UNKNOWN') return '';
  const wanted = answererOf(expected);
  if (wanted === undefined) {
    // What is rejected is told so, and a port without a program is refused in the same words.
    const isRejected = expected.decidedBy?.rule?.verdict.kind === 'reject';
    // The proxy took the connection, and nobody behind it answered.
    const isOpen = outcome === 'open' && !(behindProxy && token === undefined);
    return isOpen || (outcome === 'refused' && !isRejected) ? `${expected.disposition} (${expected.reason}), observed ${observed}` : '';
  }
  return outcome === 'open' && (protocol === 'icmp' || token === wanted) ? '' : `DELIVERED to ${wanted}, observed ${observed}`;
}

function answererOf({ disposition, receiver }: Outcome): string | undefined {
  if (disposition !== 'DELIVERED') return undefined;
  const { kind, container, address } = receiver!;
  return kind === 'outside' ? Object.keys(STATIONS).find((name) => STATIONS[name].addresses.includes(address)) : (container ?? kind);
}
