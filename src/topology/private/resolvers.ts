import type { Facts, FlowFact, WorkloadFact } from './facts';
import type { Memberships } from './memberships';
import type { Warning, Problem } from './problem';
import { contains, covers, isSingle, parseAddress, parseBlock } from '../../addressing/private/ip';
import { METADATA_ADDRESSES } from '../../hardening/private/metadata-addresses';

/** Resolver that answers nobody: names of containers still resolve, everything else fails inside the container. */
const NO_RESOLVER = '127.0.0.1';

/** What a program is told about its resolvers. */
export interface Remarks {
  readonly problems: Problem[];
  readonly warnings: Warning[];
}

/**
 * Resolvers of a workload: those it was given, else every single address that its egress lets it ask by UDP on port 53, and of the host the gateway
 * address of its segment; else nobody. Without an explicit resolver the engine would ask the host's, past the guard.
 * @param gateway address of the host in the segment of the workload; undefined where the host has none there
 */
export function resolversOf(
  fact: WorkloadFact,
  facts: Facts,
  members: Memberships,
  { problems, warnings }: Remarks,
  gateway: string | undefined,
): string[] {
  const flows = facts.flows.filter((flow) => asksDns(flow) && members.expand(flow.source).includes(fact.path));
  const blocks = (protocol: 'udp' | 'tcp') =>
    flows.flatMap(({ destination, port }) => {
      if (port.protocol !== protocol) return [];
      if (destination.kind === 'host') return gateway === undefined ? [] : [`${gateway}/32`];
      return destination.kind === 'block' ? [destination.block] : [];
    });
  const [udp, tcp] = [blocks('udp'), blocks('tcp')];
  // An empty list says nothing; written as it is, the engine would hand out the resolvers of the host.
  const given = fact.dns !== undefined && fact.dns.length > 0;
  const resolvers = given
    ? [...fact.dns]
    : [...new Set(udp.filter((block) => isSingle(parseBlock(block))).map((block) => block.split('/')[0]))].sort();
  const unasked = resolvers.filter((resolver) => resolver !== NO_RESOLVER && !covered(resolver, udp));
  if (unasked.length > 0) {
    const isHost = facts.daemon.hostAddresses.includes(unasked[0]);
    const peer = isHost || unasked[0] === gateway ? 'Peer.host()' : `Peer.address('${unasked[0]}')`;
    const first = isHost ? `remove ${unasked[0]}, which is the host, from 'dns.servers', and ` : '';
    problems.push({
      code: 'ResolverWithoutEgress',
      path: fact.path,
      message: `'dns.servers' lists ${unasked.join(', ')}, but no egress lets the workload send UDP queries there, which clients try first; ${first}add connections.allowDnsTo(${peer}), which is connections.allowTo(${peer}, Port.udp(53)) and the same for TCP`,
    });
  }
  for (const resolver of resolvers.filter((one) => covered(one, udp) && !covered(one, tcp))) {
    warnings.push({
      path: fact.path,
      message: `may query ${resolver} only by UDP, so answers that are too long for one datagram are lost; connections.allowDnsTo(${resolver === gateway ? 'Peer.host()' : `Peer.address('${resolver}')`}) opens UDP and TCP`,
    });
  }
  return resolvers.length > 0 ? resolvers : [NO_RESOLVER];
}

function asksDns({ destination, port: { first, last } }: FlowFact): boolean {
  return (destination.kind === 'block' || destination.kind === 'host') && first <= 53 && 53 <= last;
}

/** Egress to everywhere leaves out metadata services, and some clouds have a resolver at such an address: there it must be named. */
function covered(address: string, blocks: readonly string[]): boolean {
  const wanted = parseAddress(address);
  const leftOut = METADATA_ADDRESSES.map(({ block }) => parseBlock(block)).filter((block) => contains(block, wanted));
  return blocks
    .map((block) => parseBlock(block))
    .some((block) => contains(block, wanted) && leftOut.every((outer) => covers(outer, block)));
}
