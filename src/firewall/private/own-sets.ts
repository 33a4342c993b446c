import { blockText, compareText, isEverything } from './blocks';
import { digestOf } from './digest';
import type { AddressSet, LinkElement, LinkSet, RuleSet } from './ir';
import { RuleError } from './rule-error';
import type { Family } from '../../topology/private/terms';
import type { NetworkPlan, Topology } from '../../topology/private/topology';

/**
 * What the guard knows of Bulkhead's networks, as sets: a rule with a set costs a packet the same with two bridges and with two thousand. Each is
 * undefined if it would be empty.
 */
export interface OwnSets {
  /** Every block with its bridge, and the block of a LAN segment with its shim. */
  readonly links?: LinkSet;
  /** The part of these with access to the outside: networks of workloads that publish or have egress. */
  readonly gatewayLinks?: LinkSet;
  /** Blocks that only Bulkhead's bridges have. The block of a LAN segment is not among them: the LAN has it, too. */
  readonly blocks?: AddressSet;
  /** Addresses of the host on our bridges. */
  readonly gateways?: AddressSet;
}

export function ownSets({ networks, wires }: Topology, family: Family): OwnSets {
  const gatewayNetworks = networks.filter(({ kind }) => kind === 'gateway');
  const shims = wires.flatMap(({ shim, ipv4 }) => (shim && family === 'ipv4' ? [{ block: ipv4.block, interface: shim.interface }] : []));
  const links = linksOf(networks, family);
  const gateways = networks.flatMap((network) => network[family]?.gateway ?? []).map(blockText);
  return {
    links: linkSet(family, 'link', [...links, ...shims]),
    gatewayLinks: linkSet(family, 'gw', linksOf(gatewayNetworks, family)),
    blocks: addressSet(
      family,
      'own',
      links.map(({ block }) => block),
    ),
    gateways: addressSet(family, 'gate', gateways),
  };
}

export function listed({ links, gatewayLinks, blocks, gateways }: OwnSets): RuleSet[] {
  return [links, gatewayLinks, blocks, gateways].filter((set) => set !== undefined);
}

function linksOf(networks: readonly NetworkPlan[], family: Family): LinkElement[] {
  return networks.flatMap(({ bridge, ...blocks }) => {
    const block = blocks[family]?.block;
    return block === undefined ? [] : [{ block, interface: bridge }];
  });
}

function linkSet(family: Family, what: string, elements: readonly LinkElement[]): LinkSet | undefined {
  const links = unique(elements, ({ block, interface: name }) => `${block} ${name}`);
  links
    .filter(({ block }) => isEverything(block))
    .forEach(({ block, interface: name }) => {
      throw new RuleError('BrokenPlan', name, `'${block}' is not a block of a link`);
    });
  return links.length === 0 ? undefined : { name: nameOf(family, what, links), links };
}

function addressSet(family: Family, what: string, addresses: readonly string[]): AddressSet | undefined {
  const blocks = unique(addresses, (block) => block);
  return blocks.length === 0 ? undefined : { name: nameOf(family, what, blocks), blocks };
}

/** A set never changes, so its name follows from what is in it. */
function nameOf(family: Family, what: string, content: readonly unknown[]): string {
  return `bh${family === 'ipv4' ? 4 : 6}-${what}-${digestOf(JSON.stringify(content), 8)}`;
}

function unique<T>(elements: readonly T[], keyOf: (element: T) => string): T[] {
  return [...new Map(elements.map((element) => [keyOf(element), element]))]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, element]) => element);
}
