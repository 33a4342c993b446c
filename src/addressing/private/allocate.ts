import { assignAddresses } from './allocate-addresses';
import { assignBlocks, BlockWish, NamedBlock, overlappingPairs } from './allocate-blocks';
import {
  AllocatedMember,
  AllocatedSegment,
  Allocation,
  AllocationProblem,
  AllocationRequest,
  compareKeys,
  LockedDaemon,
  LockedSegment,
  ownEntry,
  SharedBlock,
} from './allocation';
import { assignBridges } from './bridge-name';
import { IpBlock, IpFamilyName, parseBlock } from './ip';
import { BlockLayout, layoutOf, renderLayout, sharedLayoutOf } from './layout';
import { tryParse } from './try-parse';

const IPV6_PREFIX_LENGTH = 64;

/**
 * Blocks, addresses and bridge names of everything that one daemon has.
 *
 * Laws:
 * - The result depends on the set of requests and the lock, not on any order.
 * - The content of the lock stays, whatever is added or removed: a change would replace the network and all its containers.
 * - Another allocation with the returned lock gives the same result and needs nothing new.
 * - An explicit request is met or is a problem. It is never changed, and never throws.
 */
export function allocate(request: AllocationRequest, lock: LockedDaemon): Allocation {
  const segments = [...request.segments].sort((a, b) => compareKeys(a.key, b.key));
  const problems: AllocationProblem[] = [];
  const parse = (texts: readonly string[]) => texts.flatMap((text) => parseForDaemon(request.daemon, text, problems));

  const pools = parse(request.ipv4Pools);
  const ipv6Pools = parse(request.ipv6Pool === undefined ? [] : [request.ipv6Pool]);
  const foreign = request.foreign.flatMap(({ label, block }): NamedBlock[] =>
    parse([block]).map((parsed) => ({ block: parsed, label: `'${label}' (${block})`, foreign: true })),
  );
  const assign = (family: IpFamilyName, wishes: readonly BlockWish[], from: readonly IpBlock[]) =>
    assignBlocks({
      family,
      wishes,
      locked: lockedBlocks(lock, family),
      pools: from.filter((pool) => pool.family === family),
      foreign: foreign.filter(({ block }) => block.family === family),
    });
  const ipv4 = assign(
    'ipv4',
    segments.flatMap(({ key, ipv4: wish }): BlockWish[] => [
      { key, explicit: wish.explicitBlock, prefixLength: wish.prefixLength, isShared: wish.shared !== undefined },
      ...(wish.further ?? []).map((explicit) => ({ key: `${key}#${explicit}`, explicit, prefixLength: wish.prefixLength })),
    ]),
    pools,
  );
  const ipv6 = assign(
    'ipv6',
    segments.flatMap(({ key, ipv6: wish }) =>
      wish ? [{ key, explicit: wish.explicitBlock, prefixLength: IPV6_PREFIX_LENGTH, isShared: wish.shared !== undefined }] : [],
    ),
    ipv6Pools,
  );
  const bridges = assignBridges(request.daemon, segments, lock);
  problems.push(...ipv4.problems, ...ipv6.problems, ...bridges.problems);

  const pairs = overlappingPairs([...ipv4.named, ...ipv6.named, ...foreign]);
  if (pairs.length > 0) {
    problems.push({
      code: 'BlockOverlap',
      path: request.daemon,
      message: `blocks overlap: ${pairs.join('; ')}. Choose blocks that share no address, or delete the lock entry of a segment whose block may change`,
    });
  }

  const allocated = new Map<string, AllocatedSegment>();
  const next = new Map<string, LockedSegment>();
  for (const segment of segments) {
    const { key } = segment;
    const old = ownEntry(lock.segments, key);
    const block = layoutFor(ipv4.blocks.get(key)!, segment.ipv4.shared);
    const block6 = segment.ipv6 && layoutFor(ipv6.blocks.get(key)!, segment.ipv6.shared);
    const addresses = assignAddresses({
      key,
      ipv4: block,
      ipv6: block6,
      further: segment.ipv4.further?.map((text) => layoutOf(ipv4.blocks.get(`${key}#${text}`)!)),
      members: [...segment.members].sort((a, b) => compareKeys(a.key, b.key)),
      reserved: segment.reserved ?? [],
      locked: old?.members ?? {},
    });
    // No address is right in a placeholder block: one problem is enough.
    if (!ipv4.broken.has(key) && !ipv6.broken.has(key)) problems.push(...addresses.problems);
    const members = Object.fromEntries(addresses.members);
    const result = {
      bridge: bridges.names.get(key) ?? '',
      ipv4: renderLayout(block),
      ...(block6 && { ipv6: renderLayout(block6) }),
      members,
    };
    allocated.set(key, result);
    next.set(key, lockEntry(result, old, addresses.kept, ipv6.forgotten.has(key)));
  }
  const forgotten = new Set([...ipv4.forgotten, ...ipv6.forgotten, ...bridges.forgotten]);
  for (const [key, entry] of Object.entries(lock.segments)) {
    if (!next.has(key) && !forgotten.has(key)) next.set(key, entry);
  }
  return {
    segments: Object.fromEntries(allocated),
    problems: sortProblems(problems),
    lock: problems.length > 0 ? lock : { segments: Object.fromEntries(next) },
    missing: missingEntries(allocated, lock),
  };
}

function layoutFor(block: IpBlock, shared: SharedBlock | undefined): BlockLayout {
  return shared ? sharedLayoutOf(block, shared) : layoutOf(block);
}

function parseForDaemon(daemon: string, text: string, problems: AllocationProblem[]): IpBlock[] {
  const parsed = tryParse(parseBlock, text);
  if (parsed.ok) return [parsed.value];
  problems.push({ code: parsed.code, path: daemon, message: parsed.message });
  return [];
}

function lockedBlocks(lock: LockedDaemon, family: IpFamilyName): Map<string, IpBlock> {
  const blocks = new Map<string, IpBlock>();
  for (const [key, entry] of Object.entries(lock.segments)) {
    const text = entry[family];
    const parsed = text === undefined ? undefined : tryParse(parseBlock, text);
    if (parsed?.ok && parsed.value.family === family) blocks.set(key, parsed.value);
  }
  return blocks;
}

/** The entry of the lock for a segment; IPv6 that is switched off keeps its entry, so that it comes back unchanged. */
function lockEntry(
  result: AllocatedSegment,
  old: LockedSegment | undefined,
  kept: ReadonlyMap<string, AllocatedMember>,
  ipv6Forgotten: boolean,
): LockedSegment {
  const oldIpv6 = ipv6Forgotten ? undefined : old?.ipv6;
  const ipv6 = result.ipv6?.block ?? oldIpv6;
  const members = Object.entries(result.members).map(([key, member]): [string, AllocatedMember] => {
    const memberIpv6 = member.ipv6 ?? (oldIpv6 === undefined ? undefined : ownEntry(old?.members, key)?.ipv6);
    return [key, { ipv4: member.ipv4, ...(memberIpv6 !== undefined && { ipv6: memberIpv6 }) }];
  });
  return {
    bridge: result.bridge,
    ipv4: result.ipv4.block,
    ...(ipv6 !== undefined && { ipv6 }),
    members: Object.fromEntries([...members, ...kept]),
  };
}

function missingEntries(allocated: ReadonlyMap<string, AllocatedSegment>, lock: LockedDaemon): string[] {
  const missing: string[] = [];
  for (const [key, segment] of allocated) {
    const old = ownEntry(lock.segments, key);
    const sameIpv6 = segment.ipv6 === undefined || old?.ipv6 === segment.ipv6.block;
    if (old?.bridge !== segment.bridge || old.ipv4 !== segment.ipv4.block || !sameIpv6) missing.push(key);
    if (old === undefined) continue;
    for (const [member, { ipv4, ipv6 }] of Object.entries(segment.members)) {
      const oldMember = ownEntry(old.members, member);
      if (oldMember?.ipv4 !== ipv4 || (ipv6 !== undefined && oldMember.ipv6 !== ipv6)) missing.push(`${member} in ${key}`);
    }
  }
  return missing;
}

function sortProblems(problems: readonly AllocationProblem[]): AllocationProblem[] {
  return [...problems].sort((a, b) => compareKeys(a.path, b.path) || compareKeys(a.code, b.code) || compareKeys(a.message, b.message));
}
