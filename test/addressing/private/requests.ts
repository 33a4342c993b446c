import * as fc from 'fast-check';
import { allocate } from '../../../src/addressing/private/allocate';
import { Allocation, AllocationRequest, EMPTY_LOCK, LockedDaemon, SegmentRequest } from '../../../src/addressing/private/allocation';

/** A segment with two members, unless said otherwise. */
export function segment(key: string, changes: Partial<SegmentRequest> = {}): SegmentRequest {
  return { key, ipv4: { prefixLength: 24 }, members: [{ key: `${key}/A` }, { key: `${key}/B` }], ...changes };
}

export function request(segments: readonly SegmentRequest[], changes: Partial<AllocationRequest> = {}): AllocationRequest {
  return { daemon: 'app/Edge', ipv4Pools: ['10.20.0.0/16'], ipv6Pool: 'fd00:20::/48', foreign: [], segments, ...changes };
}

export function allocated(
  segments: readonly SegmentRequest[],
  changes: Partial<AllocationRequest> = {},
  lock: LockedDaemon = EMPTY_LOCK,
): Allocation {
  return allocate(request(segments, changes), lock);
}

/** `code path` of each problem. */
export function codes(allocation: Allocation): string[] {
  return allocation.problems.map((problem) => `${problem.code} ${problem.path}`);
}

/** What a deployed construct would lose if it changed. */
export function deployed(allocation: Allocation): Map<string, string> {
  const facts = new Map<string, string>();
  for (const [key, { bridge, ipv4, ipv6, members }] of Object.entries(allocation.segments)) {
    facts.set(key, JSON.stringify([bridge, ipv4, ipv6]));
    for (const [member, addresses] of Object.entries(members)) facts.set(`${member} in ${key}`, JSON.stringify(addresses));
  }
  return facts;
}

const memberOf = (id: number, kind: number) => {
  // Explicit addresses are a function of the id, so that two members never ask for the same one.
  const explicit = kind === 0 && id < 100 ? { explicitIpv4: `${id + 20}` } : {};
  return { key: `app/W${id}`, ...explicit };
};

/** Correct segments: nothing that they ask for explicitly is asked for by another. */
const segmentArbitrary = fc
  .record({
    id: fc.integer({ min: 0, max: 250 }),
    gateway: fc.boolean(),
    kind: fc.integer({ min: 0, max: 5 }),
    prefixLength: fc.constantFrom(23, 24, 24, 25, 26, 28),
    ipv6: fc.boolean(),
    members: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 4 })), {
      maxLength: 6,
      selector: ([id]) => id,
    }),
    reserved: fc.boolean(),
  })
  .map(({ id, gateway, kind, prefixLength, ipv6, members, reserved }): SegmentRequest => {
    const block = kind === 0 ? `10.99.${id}.0/24` : undefined;
    return {
      key: `app/S${id}${gateway ? '#gateway' : ''}`,
      ...(kind === 1 && { bridgeName: `bh-own${id}${gateway ? 'e' : ''}` }),
      ipv4: { prefixLength, ...(block !== undefined && !gateway && { explicitBlock: block }) },
      ...(ipv6 && { ipv6: kind === 2 && !gateway ? { explicitBlock: `fd00:99:0:${(id + 1).toString(16)}::/64` } : {} }),
      members: members.map(([memberId, memberKind]) => {
        const member = memberOf(memberId, memberKind);
        // An explicit address needs an explicit block.
        return block !== undefined && !gateway && member.explicitIpv4 !== undefined
          ? { ...member, explicitIpv4: `10.99.${id}.${member.explicitIpv4}` }
          : { key: member.key };
      }),
      ...(reserved && block !== undefined && { reserved: [`10.99.${id}.2`] }),
    };
  });

export const segmentsArbitrary = fc.uniqueArray(segmentArbitrary, { minLength: 4, maxLength: 30, selector: (each) => each.key });
