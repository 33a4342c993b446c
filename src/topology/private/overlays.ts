import type { Facts, SegmentFact } from './facts';
import { gatewayKey } from './keys';
import type { Memberships } from './memberships';
import { hostsOf } from './nominal';
import type { Problem } from './problem';
import type { WirePairPlan, WirePlan } from './topology';
import type { Allocation, SegmentRequest } from '../../addressing/private/allocation';
import { parseBlock } from '../../addressing/private/ip';
import { groupBy } from '../../private/multimap';

/** Half of the ids of a VXLAN: Docker's own choice starts at the other end. */
const VXLAN_IDS = 0x80_0000n;

/** Tasks get their addresses from the engine, so only blocks are kept. */
export function overlayRequests({ path, ipv4Block, prefixLength }: SegmentFact, { gateways }: Memberships): SegmentRequest[] {
  const home = { key: path, ipv4: { explicitBlock: ipv4Block, prefixLength }, members: [] };
  return gateways.has(path) ? [home, { key: gatewayKey(path), ipv4: { prefixLength }, members: [] }] : [home];
}

/**
 * An overlay as packets see it: a separate LAN segment on which its members meet no other machines and no rule of any host. Its gateway network is
 * another one, with access to the outside over the gateway network of the node.
 */
export function planOverlays(segments: readonly SegmentFact[], members: Memberships, { segments: allocated }: Allocation): WirePlan[] {
  return segments.flatMap((segment) => {
    const { overlay, path, networkName, gatewayNetworkName } = segment;
    if (overlay === undefined) return [];
    const make = (kind: 'segment' | 'gateway'): WirePlan[] => {
      const [key, name] = kind === 'gateway' ? [gatewayKey(path), gatewayNetworkName!] : [path, networkName];
      const given = allocated[key];
      if (given === undefined) return [];
      const joined = [...((kind === 'gateway' ? members.gateways : members.segments).get(path) ?? [])].sort();
      const placed = hostsOf(given.ipv4.block, joined);
      const vxlanId = (kind === 'segment' ? overlay.vxlanId : undefined) ?? vxlanIdOf(given.ipv4.block);
      return [
        {
          key,
          segment: path,
          kind: 'wire',
          networkName: name,
          driver: 'overlay',
          mode: 'bridge',
          parent: `overlay ${name}`,
          ipv4: given.ipv4,
          members: placed.map((member) => ({ ...member, home: members.home.get(member.workload) === path })),
          overlay: { kind, vxlanId },
        },
      ];
    };
    return [...make('segment'), ...make('gateway')];
  });
}

/** It follows from the block, which the lock file keeps: an id that the engine chose would replace the network on every plan. */
function vxlanIdOf(block: string): number {
  // The smallest block has 16 addresses.
  return Number(VXLAN_IDS + ((parseBlock(block).first / 16n) % VXLAN_IDS));
}

/** A flow is declared on every overlay that both ends share. */
export function planOverlayPairs(facts: Facts, members: Memberships, wires: readonly WirePlan[]): WirePairPlan[] {
  const overlays = wires.filter(({ overlay }) => overlay !== undefined);
  if (overlays.length === 0) return [];
  return facts.flows.flatMap(({ source, destination, port, origin }) =>
    members.expand(source).flatMap((from) =>
      members.expand(destination).flatMap((to): WirePairPlan[] => {
        const shared = overlays.filter((overlay) => from !== to && [from, to].every((end) => isOn(overlay, end)));
        return shared.map(({ key }) => ({ wire: key, source: from, destination: to, port, origin }));
      }),
    ),
  );
}

function isOn({ members }: WirePlan, path: string): boolean {
  return members.some(({ workload }) => workload === path);
}

export function overlayProblems(wires: readonly WirePlan[]): Problem[] {
  const byId = groupBy(
    wires.filter(({ overlay }) => overlay !== undefined),
    ({ overlay }) => overlay!.vxlanId,
  );
  return [...byId].flatMap(([id, [first, ...others]]) =>
    others.map(({ segment, networkName }): Problem => {
      const message = `'${networkName}' and '${first.networkName}' would both have the VXLAN id ${id}; give one of them another 'vxlanId' or another block`;
      return { code: 'VxlanIdTaken', path: segment, message };
    }),
  );
}
