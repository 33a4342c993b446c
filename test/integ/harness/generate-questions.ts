// Which packets are sent for a plan: every ordered pair on every address, declared ports with their neighbours, and some that nobody declared.
import { HOSTS, type Plan, type PortRange, type Protocol, Random, standsFor } from './generate';
import { type Asked, type Inventory, OUTSIDE } from './generate-oracle';

export interface Question extends Asked {
  /** Who has the address: a container's id, `host`, or one outside. */
  readonly target: string;
  /** Sent through this interface past all routes; what has no gateway gets nowhere. */
  readonly device?: string;
}

type Knock = Pick<Asked, 'protocol' | 'port'>;

const MOST = 14;

export function questionsOf(plan: Plan, inventory: Inventory, hasGateway: (id: string) => boolean): Question[] {
  const random = new Random(`${plan.seed} questions`);
  const everything = [...plan.flows.map(({ port }) => port), ...plan.publications.flatMap(({ port, targetPort }) => [port, targetPort])];
  const stray = (): Knock[] => [
    ...random.some(everything, 2).flatMap((range) => knocks(random, range).slice(0, 1)),
    { protocol: random.pick(['tcp', 'udp'] as const), port: random.int(2, 32_000) },
    { protocol: 'icmp', port: 0 },
  ];
  const ids = plan.containers.map(({ id }) => id);
  const outsiders = Object.keys(OUTSIDE) as (keyof typeof OUTSIDE)[];
  const published = (id?: string) =>
    plan.publications.filter(({ container }) => id === undefined || container === id).flatMap(({ port, targetPort }) => [port, targetPort]);
  const list: Question[] = [];
  const put = (source: string, target: string, address: string, wanted: readonly Knock[], device?: string) =>
    limited(random, wanted).forEach((knock) => list.push({ source, target, address, ...knock, device }));
  const flowsOf = (id: string, kind: string): PortRange[] =>
    plan.flows.filter((flow) => flow.destination.kind === kind && standsFor(plan, flow.source).includes(id)).map(({ port }) => port);

  for (const source of ids) {
    for (const target of ids) {
      if (source === target) continue;
      const between = plan.flows.filter((flow) => {
        const [from, to] = [standsFor(plan, flow.source), standsFor(plan, flow.destination)];
        return (from.includes(source) && to.includes(target)) || (from.includes(target) && to.includes(source));
      });
      const declared = between.flatMap(({ port }) => knocks(random, port));
      for (const address of inventory.containers.get(target)!.values()) put(source, target, address, [...declared, ...stray()]);
    }
    const toHost = [
      ...flowsOf(source, 'host').flatMap((port) => knocks(random, port)),
      ...random.some(published(), 2).flatMap((port) => knocks(random, port).slice(0, 1)),
    ];
    for (const address of [...HOSTS, ...inventory.gateways.values()]) put(source, 'host', address, [...toHost, ...stray()]);
    const egress = flowsOf(source, 'block').flatMap((port) => knocks(random, port));
    for (const name of outsiders) put(source, name, OUTSIDE[name], [...egress, ...stray()]);
    if (!hasGateway(source)) {
      const devices = [...inventory.containers.get(source)!.keys()].map((_, i) => `eth${i}`);
      const own = new Set(inventory.containers.get(source)!.keys());
      const far = random.some(
        [...inventory.containers].flatMap(([id, networks]) => [...networks].map(([network, address]) => ({ id, network, address }))),
        4,
      );
      for (const device of devices) {
        for (const name of outsiders) put(source, name, OUTSIDE[name], stray(), device);
        for (const address of HOSTS) put(source, 'host', address, stray(), device);
        far.filter(({ network }) => !own.has(network)).forEach(({ id, address }) => put(source, id, address, stray(), device));
      }
    }
  }

  for (const source of ['host', ...outsiders]) {
    for (const target of ids) {
      const hostFlows = plan.flows
        .filter((flow) => flow.source.kind === 'host' && standsFor(plan, flow.destination).includes(target))
        .map(({ port }) => port);
      const toward = plan.flows.filter((flow) => standsFor(plan, flow.destination).includes(target)).map(({ port }) => port);
      const wanted = [...hostFlows, ...published(target), ...random.some(toward, 2)].flatMap((port) => knocks(random, port));
      for (const address of inventory.containers.get(target)!.values()) put(source, target, address, [...wanted, ...stray()]);
    }
    const all = published().flatMap((port) => knocks(random, port));
    for (const address of HOSTS) all.concat(stray()).forEach((knock) => list.push({ source, target: 'host', address, ...knock }));
  }
  for (const { hostAddress, port } of plan.publications) {
    if (hostAddress === '127.0.0.1') {
      knocks(random, port).forEach((knock) => list.push({ source: 'host', target: 'host', address: hostAddress, ...knock }));
    }
  }
  return unique(list);
}

/** A range's ends, its middle, and its two neighbours. */
function knocks(random: Random, { protocol, first, last }: PortRange): Knock[] {
  if (protocol === 'icmp') return [{ protocol, port: 0 }];
  const inside = [first, last, random.int(first, last)];
  return [...new Set([...inside, first - 1, last + 1])].filter((port) => port > 0).map((port) => ({ protocol, port }));
}

function limited(random: Random, wanted: readonly Knock[]): readonly Knock[] {
  return wanted.length <= MOST ? wanted : random.some(wanted, MOST);
}

function unique(list: readonly Question[]): Question[] {
  return [...new Map(list.map((q) => [[q.source, q.address, q.protocol, q.port, q.device].join(' '), q])).values()];
}

/** What every target listens on so that `closed` never means `nobody was there`; behind a publication that is the port inside. */
export function listenersOf(
  plan: Plan,
  questions: readonly Question[],
  target: string,
): { readonly protocol: Exclude<Protocol, 'icmp'>; readonly port: number }[] {
  const wanted = questions.filter((q) => q.target === target && q.protocol !== 'icmp').map((q) => `${q.protocol} ${q.port}`);
  const behind = plan.publications
    .filter(({ container }) => container === target)
    .flatMap(({ port, targetPort }) =>
      Array.from({ length: port.last - port.first + 1 }, (_, i) => `${port.protocol} ${targetPort.first + i}`),
    );
  return [...new Set([...wanted, ...behind])].map((text) => ({
    protocol: text.split(' ')[0] as 'tcp' | 'udp',
    port: Number(text.split(' ')[1]),
  }));
}
