import { type AddressEnd, type End, HOST } from './matrix/endpoints';
import type { Cell } from './matrix/matrix';
import { NO_PORTS, type PortSet, portSetOf, union } from './matrix/port-set';
import { pairKey } from './matrix/rule-facts';
import { type AddressRange, covers, readRange } from './walk/address';
import { isWildcard } from '../../firewall/private/blocks';
import { groupBy } from '../../private/multimap';
import { foreignContainersIn } from '../../topology/private/existing';
import type { Family, PortSpec } from '../../topology/private/terms';
import type { EgressPlan, HostFlowPlan, Member, PublicationPlan, Topology } from '../../topology/private/topology';

/** Every block that a declaration distinguishes from other addresses, whether a rule names it or not. */
export function declaredBlocks({ egress, egressExclusions, publications }: Topology): string[] {
  return [
    ...new Set([...egress.map(({ destination }) => destination), ...egressExclusions, ...publications.flatMap(({ sources }) => sources)]),
  ];
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** The declarations of a topology, indexed by source and destination. It does not know rules. */
export class Declared {
  private readonly pairs = new Map<string, PortSet>();
  /** Connections that work where no Bulkhead rule applies. */
  private readonly unguardedPairs: (readonly [family: Family, source: string, destination: string])[];
  /** Unmanaged containers: for a publication, they count as outside. */
  private readonly foreignContainers: ReadonlySet<string>;
  private readonly toContainer = new Map<string, PortSet>();
  private readonly toHost = new Map<string, PortSet>();
  private readonly egress: ReadonlyMap<string, readonly EgressPlan[]>;
  private readonly onWires: ReadonlySet<string>;
  private readonly publications: ReadonlyMap<string, readonly PublicationPlan[]>;

  constructor(private readonly topology: Topology) {
    topology.pairs.forEach(({ source, destination, port }) => open(this.pairs, pairKey(source, destination), port));
    this.onWires = new Set(topology.wires.flatMap(({ members }) => members.flatMap(addressesOf)));
    this.foreignContainers = foreignContainersIn(topology);
    this.unguardedPairs = topology.wirePairs.flatMap(({ wire, source, destination, port, ipv4Only }) => {
      const { mode, members } = topology.wires.find(({ key }) => key === wire)!;
      const [from, to] = [source, destination].map((workload) => members.find((member) => member.workload === workload)!);
      return FAMILIES.flatMap((family) => {
        const [here, there] = [from[family], to[family]];
        if (here === undefined || there === undefined || (ipv4Only && family === 'ipv6')) return [];
        open(this.pairs, pairKey(here, there), port);
        // In mode vepa the switch decides, and nothing is known about a plugin.
        return mode === 'vepa' || mode === 'plugin' ? [] : [[family, here, there] as const];
      });
    });
    for (const { members, foreignContainers, pairs } of topology.existing) {
      const addresses = new Map([
        ...members.map(({ workload, ipv4 }) => [workload, ipv4] as const),
        ...foreignContainers.map(({ key, ipv4 }) => [key, ipv4] as const),
      ]);
      const doubtful = new Set(foreignContainers.flatMap(({ key, isKnown }) => (isKnown ? [] : [key])));
      for (const { source, destination, port } of pairs) {
        const [from, to] = [addresses.get(source)!, addresses.get(destination)!];
        open(this.pairs, pairKey(from, to), port);
        if (![source, destination].some((end) => doubtful.has(end))) this.unguardedPairs.push(['ipv4', from, to]);
      }
    }
    topology.hostFlows.forEach((plan) => this.addHostFlow(plan));
    this.egress = groupBy(topology.egress, ({ source }) => source);
    this.publications = groupBy(topology.publications, ({ workload }) => workload);
  }

  /** Ports that the source of a cell may use at its destination, for its receiver; `undefined` if all ports may be used. */
  public ports({ source, target, receiver, family }: Pick<Cell, 'source' | 'target' | 'receiver' | 'family'>): PortSet | undefined {
    switch (`${source.party.kind} ${receiver.kind}`) {
      case 'container container':
        // Only directly to its address: Bulkhead's containers reach no publication by an address of the host.
        if (target.party.kind === 'container') return this.between(source.address!, target.address, family);
        return this.isForeign(source) ? this.published(receiver, target, asOutside(source, family), family) : NO_PORTS;
      case 'container host':
        return this.toHost.get(pairKey(source.address!, target.address)) ?? NO_PORTS;
      case 'container outside':
        return this.egressTo(source.address!, target.range, family);
      case 'host container':
        return target.party.kind === 'container'
          ? (this.toContainer.get(target.address) ?? NO_PORTS)
          : this.published(receiver, target, undefined, family);
      case 'outside container':
        return target.party.kind === 'container' ? NO_PORTS : this.published(receiver, target, source as AddressEnd, family);
      default:
        // No Bulkhead rule applies between the host and the outside.
        return undefined;
    }
  }

  /** Every pair of ends between which something is declared. */
  public expected(outside: readonly AddressEnd[]): Pick<Cell, 'source' | 'target' | 'receiver' | 'family'>[] {
    const { networks, wires, existing, pairs, hostFlows } = this.topology;
    const foreignContainers = existing.flatMap((plan) =>
      plan.foreignContainers.map(({ key, ipv4 }): Member => ({ workload: key, ipv4, home: true })),
    );
    const members = [...networks, ...wires, ...existing].flatMap((network) => network.members);
    const endpoints = new Map(
      [...members, ...foreignContainers].flatMap((member) => endpointsOf(member)).map((endpoint) => [endpoint.address, endpoint]),
    );
    const inside = [
      ...pairs.map(({ family, source, destination }) => cell(family, endpoints.get(source)!, endpoints.get(destination)!)),
      ...this.unguardedPairs.map(([family, source, destination]) => cell(family, endpoints.get(source)!, endpoints.get(destination)!)),
    ];
    const host = hostFlows.map(({ family, direction, address, gateway }) =>
      direction === 'to-container'
        ? cell(family, HOST, endpoints.get(address)!)
        : cell(family, endpoints.get(address)!, { ...HOST, address: gateway }),
    );
    const egress = this.topology.egress.flatMap(({ family, source }) =>
      outside.map((target) => cell(family, endpoints.get(source)!, target)),
    );
    const published = this.topology.publications.flatMap(({ family, workload, hostAddress }) =>
      (isWildcard(hostAddress) ? this.topology.hostAddresses : [hostAddress]).flatMap((address) =>
        [HOST, ...outside].map((source) => ({
          ...cell(family, source, { ...HOST, address }),
          receiver: { kind: 'container' as const, key: workload },
        })),
      ),
    );
    return [...inside, ...host, ...egress, ...published].filter(({ family, source, target }) =>
      [source.address, target.address].every((address) => address === undefined || address.includes(':') === (family === 'ipv6')),
    );
  }

  /** For the outside, a container on a LAN segment is a machine of the LAN, so egress there covers it. */
  private between(source: string, target: string, family: Family): PortSet {
    const pair = this.pairs.get(pairKey(source, target)) ?? NO_PORTS;
    if (!this.onWires.has(target)) return pair;
    const range = readRange(family, target);
    return union(pair, this.egressTo(source, range, family));
  }

  private isForeign({ party }: End): boolean {
    return party.kind === 'container' && this.foreignContainers.has(party.key);
  }

  private addHostFlow({ direction, address, gateway, port }: HostFlowPlan): void {
    if (direction === 'to-container') open(this.toContainer, address, port);
    else open(this.toHost, pairKey(address, gateway), port);
  }

  /** General egress leaves out what is excluded, egress to a block inside of an exclusion does not. */
  private egressTo(source: string, range: AddressRange | undefined, family: Family): PortSet {
    const exclusions = this.topology.egressExclusions.filter((block) => holds(block, range, family));
    const isNamed = ({ destination }: EgressPlan) => exclusions.every((block) => holds(block, readRange(family, destination), family));
    return (this.egress.get(source) ?? [])
      .filter((plan) => plan.family === family && holds(plan.destination, range, family) && isNamed(plan))
      .reduce((sum, { port }) => union(sum, portSetOf(port)), NO_PORTS);
  }

  /** The host itself may use every publication: its packets are not forwarded, so no rule checks their source. */
  private published(receiver: Cell['receiver'], target: AddressEnd, source: AddressEnd | undefined, family: Family): PortSet {
    const plans = receiver.kind === 'container' ? (this.publications.get(receiver.key) ?? []) : [];
    return plans
      .filter((plan) => plan.family === family && (plan.hostAddress === target.address || isWildcard(plan.hostAddress)))
      .filter((plan) => source === undefined || plan.sources.some((block) => holds(block, source.range, family)))
      .reduce((sum, { hostPort }) => union(sum, portSetOf(hostPort)), NO_PORTS);
  }
}

function asOutside({ party, address }: End, family: Family): AddressEnd {
  return { party, address: address!, range: readRange(family, address!) };
}

function holds(block: string, range: AddressRange | undefined, family: Family): boolean {
  const outer = readRange(family, block);
  return outer !== undefined && range !== undefined && covers(outer, range);
}

function cell(family: Family, source: End, target: AddressEnd) {
  return { family, source, target, receiver: target.party };
}

function endpointsOf(member: Member): AddressEnd[] {
  const party = { kind: 'container', key: member.workload } as const;
  return addressesOf(member).map((address) => ({ party, address }));
}

function addressesOf({ ipv4, ipv6 }: Member): string[] {
  return ipv6 === undefined ? [ipv4] : [ipv4, ipv6];
}

function open(map: Map<string, PortSet>, key: string, port: PortSpec): void {
  map.set(key, union(map.get(key) ?? NO_PORTS, portSetOf(port)));
}
