import type { Construct } from 'constructs';
import { type NetworkReference, networkReference } from './network-reference';
import type { CheckedWire } from './private/check-wire';
import type { ISegment } from './segment';
import { contains, parseAddress, parseBlock } from '../addressing/private/ip';
import { layoutOf, renderLayout } from '../addressing/private/layout';
import { Network } from '../private/bindings';
import { lateValue } from '../private/late';
import type { Declarations } from '../topology/private/declarations';
import type { Family } from '../topology/private/terms';
import type { BlockPlan } from '../topology/private/topology';

/** Registers the segment and makes its network. */
export function wireNetwork(
  segment: Construct & ISegment & { readonly _peerDeclarations: Declarations },
  { networkName, ipv4Block, ipv6Block, prefixLength, wire }: CheckedWire,
  options: { readonly [option: string]: string },
): NetworkReference {
  const { path } = segment.node;
  const declarations = segment._peerDeclarations;
  declarations.addSegment({
    path,
    networkName,
    ipv4Block: ipv4Block?.text,
    ipv6Block: ipv6Block?.text,
    prefixLength,
    icc: true,
    noPublicationsReason: `containers of '${path}' have their own addresses on the LAN of ${wire.parent}, and the host cannot forward a port to them; connect to the containers at their own addresses`,
    wire,
  });
  const config = (family: Family, range: string | undefined) => {
    const late = (part: keyof BlockPlan) => lateValue(() => declarations.store.wire(path)?.[family]?.[part] ?? '');
    const auxiliary = keptFromDocker(range, wire.taken);
    return {
      subnet: late('block'),
      gateway: late('gateway'),
      ipRange: late('dockerRange'),
      ...(auxiliary.length > 0 && { auxAddress: Object.fromEntries(auxiliary.map((address, i) => [`reserved${i}`, address])) }),
    };
  };
  const network = new Network(segment, 'Resource', {
    provider: segment.daemon._providerFor(segment),
    name: networkName,
    driver: wire.driver,
    options,
    ...(ipv6Block && { ipv6: true }),
    ipamConfig: [
      config('ipv4', wire.lan?.range),
      ...(wire.further ?? []).map((text) => {
        const { block: subnet, gateway, dockerRange: ipRange } = renderLayout(layoutOf(parseBlock(text)));
        return { subnet, gateway, ipRange };
      }),
      ...(ipv6Block ? [config('ipv6', wire.lan6?.range)] : []),
    ],
  });
  return networkReference(segment, network, networkName);
}

/** Single addresses of other machines in the reserved range. Docker itself gives out no address outside of it. */
function keptFromDocker(range: string | undefined, taken: CheckedWire['wire']['taken']): string[] {
  if (range === undefined) return [];
  const block = parseBlock(range);
  return taken.filter(({ first, last }) => first === last && contains(block, parseAddress(first))).map(({ first }) => first);
}
