import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { CheckedWire } from './private/check-wire';
import type { ISegment } from './segment';
import { formatBlock, parseAddress, parseBlock } from '../addressing/private/ip';
import { sharedLayoutOf } from '../addressing/private/layout';
import { Network } from '../private/bindings';

/** The Docker network of a segment on a wire. */
export interface WireNetwork {
  referenceFrom(from: IConstruct): string;
}

/** Registers the segment and makes its network. Everything about it is known: the block is the LAN's. */
export function wireNetwork(
  segment: ISegment & { readonly _peerRegistry: ISegment['daemon']['_registry'] },
  { networkName, ipv4Block, wire }: CheckedWire,
  options: { readonly [option: string]: string },
): WireNetwork {
  const { path } = segment.node;
  segment._peerRegistry.addSegment({
    path,
    networkName,
    ipv4Block: ipv4Block.text,
    prefixLength: ipv4Block.prefixLength,
    icc: true,
    publicationsRefused: `containers of '${path}' are stations of the LAN with addresses of their own, and no port of the host leads there; they are reached at their own addresses`,
    wire,
  });
  const layout = sharedLayoutOf(parseBlock(ipv4Block.text), wire);
  const { first, last } = layout.dockerRange;
  // Docker must not give away what others have; anything else outside of its range it leaves alone by itself.
  const auxiliary = wire.taken.filter(
    (range) => range.first === range.last && first <= valueOf(range.first) && valueOf(range.first) <= last,
  );
  const network = new Network(segment, 'Resource', {
    provider: segment.daemon._providerFor(segment),
    name: networkName,
    driver: wire.driver,
    options,
    ipamConfig: [
      {
        subnet: ipv4Block.text,
        gateway: wire.gateway,
        ipRange: formatBlock(layout.dockerRange),
        ...(auxiliary.length > 0 && { auxAddress: Object.fromEntries(auxiliary.map((range, i) => [`reserved${i}`, range.first])) }),
      },
    ],
  });
  const { id } = network;
  return {
    referenceFrom: (from) => (TerraformStack.of(segment) === TerraformStack.of(from) ? id : networkName),
  };
}

function valueOf(address: string): bigint {
  return parseAddress(address).value;
}
