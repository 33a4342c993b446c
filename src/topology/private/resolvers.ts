import type { Facts, FlowFact, PeerFact, WorkloadFact } from './facts';
import type { Memberships } from './memberships';
import type { Warning, Problem } from './problem';
import type { ExistingPlan, HostFlowPlan, NetworkPlan, WirePlan } from './topology';
import { contains, covers, isSingle, parseAddress, parseBlock } from '../../addressing/private/ip';
import { METADATA_ADDRESSES } from '../../hardening/private/metadata-addresses';

/** A resolver that answers no query: names of containers still resolve, everything else fails inside the container. */
const NO_RESOLVER = '127.0.0.1';

/** The resolver configuration of a program. */
export interface Remarks {
  readonly problems: Problem[];
  readonly warnings: Warning[];
}

/** The members of each network, and the address of the host there. */
export interface Places {
  readonly members: Memberships;
  readonly hostFlows: readonly HostFlowPlan[];
  readonly networks: readonly (NetworkPlan | WirePlan | ExistingPlan)[];
}

/**
 * Resolvers of a workload: its explicit ones, else the workloads and the host that were declared as its resolvers, and after them every single
 * address that its egress permits by UDP on port 53, else none. Without an explicit resolver, the engine would ask the host's, past the guard.
 */
export function resolversOf(fact: WorkloadFact, facts: Facts, places: Places, { problems, warnings }: Remarks): string[] {
  const flows = facts.flows.filter((flow) => asksDns(flow) && places.members.expand(flow.source).includes(fact.path));
  const inside = insideOf(fact, flows, places, problems);
  if (inside.length > 0) refuseKept(fact, facts, places, problems);
  const blocks = (protocol: 'udp' | 'tcp') => [
    ...flows.flatMap(({ destination, port }) => (destination.kind === 'block' && port.protocol === protocol ? [destination.block] : [])),
    ...inside.filter((one) => one.protocol === protocol).map(({ address }) => `${address}/32`),
  ];
  const [udp, tcp] = [blocks('udp'), blocks('tcp')];
  // An empty list has no effect; if it were written, the engine would use the resolvers of the host.
  const given = fact.dns !== undefined && fact.dns.length > 0;
  const declared = inside.map(({ address }) => address).sort();
  const single = udp.filter((block) => isSingle(parseBlock(block))).map((block) => block.split('/')[0]);
  const resolvers = given ? [...fact.dns] : [...new Set([...declared, ...single.sort()])];
  const unasked = resolvers.filter((resolver) => resolver !== NO_RESOLVER && !covered(resolver, udp));
  if (unasked.length > 0) {
    problems.push({
      code: 'ResolverWithoutEgress',
      path: fact.path,
      message: `'dns.servers' lists ${unasked.join(', ')}, but no egress lets the workload send UDP queries there, which clients try first; ${wayTo(unasked[0], fact, facts, places)}`,
    });
  }
  for (const resolver of resolvers.filter((one) => covered(one, udp) && !covered(one, tcp))) {
    warnings.push({
      path: fact.path,
      message: `may query ${resolver} only by UDP, so answers that are too long for one datagram are lost; ${wayTo(resolver, fact, facts, places)}`,
    });
  }
  return resolvers.length > 0 ? resolvers : [NO_RESOLVER];
}

/** Which declaration lets a workload query an address, by what the address is. */
function wayTo(address: string, { segment }: WorkloadFact, { daemon }: Facts, { networks }: Places): string {
  if (daemon.hostAddresses.includes(address)) {
    return `remove ${address}, which is the host, from 'dns.servers', and add connections.allowDnsTo(Peer.host())`;
  }
  if (networks.some((network) => network.segment === segment && network.kind !== 'gateway' && network.ipv4.gateway === address)) {
    return 'add connections.allowDnsTo(Peer.host())';
  }
  const container = networks.flatMap(({ members }) => members).find(({ ipv4, isNominal }) => ipv4 === address && isNominal !== true);
  if (container !== undefined) return `add connections.allowDnsTo() with the container '${container.workload}'`;
  const peer = `Peer.address('${address}')`;
  return `add connections.allowDnsTo(${peer}), which is connections.allowTo(${peer}, Port.udp(53)) and the same for TCP`;
}

interface Inside {
  readonly address: string;
  readonly protocol: FlowFact['port']['protocol'];
}

/** A resolver to which the engine would not forward queries does not count. */
function refuseKept({ path }: WorkloadFact, { daemon }: Facts, { networks }: Places, problems: Problem[]): void {
  const isIn = networks.filter(({ members }) => members.some(({ workload }) => workload === path));
  if (!daemon.engine.keepsInternalNames || isIn.some((network) => network.kind === 'wire' || !network.internal)) return;
  problems.push({
    code: 'ResolverNotAsked',
    path,
    message: `all its networks are internal, and the resolver of engine ${daemon.engine.version} sends no queries from there to a container or to the host: 23.0.11, 25.0.5 and later before 26.1.3 do not; declare the engine with its patch, such as EngineVersion.of('26.1.5'), or replace allowDnsTo() by allowTo() on Port.udp(53) and Port.tcp(53), and let the program query that address itself`,
  });
}

/**
 * Addresses at which the workload reaches those that were declared as its resolvers. IPv4 addresses: Docker's resolver in 20.10 queries no others.
 */
function insideOf({ path }: WorkloadFact, flows: readonly FlowFact[], places: Places, problems: Problem[]): Inside[] {
  return flows
    .filter(({ asResolver }) => asResolver)
    .flatMap(({ destination, port: { protocol } }) => {
      const addresses = destination.kind === 'host' ? hostAt(path, places) : memberAt(path, destination, places);
      if (addresses.length === 0 && protocol === 'udp') {
        const where = destination.kind === 'workload' ? `'${destination.path}'` : 'the host';
        problems.push({
          code: 'ResolverNotOneAddress',
          path,
          message: `${where} is to be its resolver, but has no address that the program knows in a network of both; place them in a BridgeSegment, or give the container a fixed address there`,
        });
      }
      return addresses.map((address) => ({ address, protocol }));
    });
}

function hostAt(path: string, { networks, hostFlows }: Places): string[] {
  const own = new Set(networks.flatMap(({ members }) => members.filter(({ workload }) => workload === path).map(({ ipv4 }) => ipv4)));
  const met = hostFlows.find((flow) => flow.direction === 'to-host' && own.has(flow.address));
  return met === undefined ? [] : [met.gateway];
}

/** One address for each of them: at home where the workload is there, too. */
function memberAt(path: string, peer: PeerFact, { members, networks }: Places): string[] {
  return members.expand(peer).flatMap((resolver) => {
    const met = networks
      .filter((network) => network.kind !== 'gateway' && network.members.some(({ workload }) => workload === path))
      .flatMap((network) => network.members.filter(({ workload, isNominal }) => workload === resolver && isNominal !== true));
    const one = met.find(({ home }) => home) ?? met[0];
    return one === undefined ? [] : [one.ipv4];
  });
}

function asksDns({ destination, port: { first, last }, asResolver }: FlowFact): boolean {
  return (destination.kind === 'block' || asResolver === true) && first <= 53 && 53 <= last;
}

/** Egress to everywhere leaves out metadata services, and some clouds have a resolver at such an address: there it must be named. */
function covered(address: string, blocks: readonly string[]): boolean {
  const wanted = parseAddress(address);
  const leftOut = METADATA_ADDRESSES.map(({ block }) => parseBlock(block)).filter((block) => contains(block, wanted));
  return blocks
    .map((block) => parseBlock(block))
    .some((block) => contains(block, wanted) && leftOut.every((outer) => covers(outer, block)));
}
