import type { Cidr } from '../../addressing/cidr';
import { blocksBetween, FAMILY_LABEL, isAddress, overlaps, parseAddress, parseBlock } from '../../addressing/private/ip';
import { type ErrorCode, ValidationError } from '../../private/errors';
import { plainText } from '../../private/text';
import type { LanFact, TakenRange } from '../../topology/private/facts';
import type { Family } from '../../topology/private/terms';
import type { AddressRange, LanSegmentProps } from '../lan-segment-props';

/** The facts of a LAN in one family, with the names of the props for messages. */
interface LanPart {
  readonly family: Family;
  readonly names: Readonly<Record<'block' | 'gateway' | 'range' | 'dhcp', string>>;
  readonly block: Cidr;
  readonly gateway: string;
  readonly range: Cidr;
  readonly dhcp?: AddressRange;
}

/** Longest prefix of a part with room for containers and the four addresses that are left to Docker. */
const LONGEST: Readonly<Record<Family, number>> = { ipv4: 29, ipv6: 125 };

export interface CheckedLan {
  readonly lan: LanFact;
  readonly lan6?: LanFact;
  readonly taken: readonly TakenRange[];
}

/** The reserved part is in the block of its family, and contains no address of other machines. */
export function checkLan(path: string, props: LanSegmentProps): CheckedLan {
  const parts = partsOf(path, props);
  const { hostAddresses } = props.daemon._declarations.store;
  for (const part of parts) checkPart(path, part, hostAddresses);
  for (const address of props.reservedAddresses ?? []) {
    const isOfLan = isAddress(plainText(path, 'reservedAddresses', address)) && parts.some(({ block }) => block.containsAddress(address));
    if (!isOfLan) {
      const blocks = parts.map(({ block }) => block.text).join(' or ');
      fail(isAddress(address) ? 'AddressOutsideBlock' : 'AddressSyntax', path, `'reservedAddresses' must contain addresses of ${blocks}, the block of the LAN; got '${address}'`); // prettier-ignore
    }
  }
  const [lan, lan6] = parts.map(({ gateway, range }): LanFact => ({ gateway, range: range.text }));
  return { lan, ...(lan6 && { lan6 }), taken: takenRanges(parts, props, hostAddresses) };
}

function partsOf(path: string, props: LanSegmentProps): LanPart[] {
  const { ipv4Block, ipv4Gateway, ipRange, dhcpRange, ipv6Block, ipv6Gateway, ipv6Range, ipv6DhcpRange } = props;
  const ipv4: LanPart = {
    family: 'ipv4',
    names: { block: 'ipv4Block', gateway: 'ipv4Gateway', range: 'ipRange', dhcp: 'dhcpRange' },
    block: ipv4Block,
    gateway: ipv4Gateway,
    range: ipRange,
    dhcp: dhcpRange,
  };
  const given = Object.entries({ ipv6Block, ipv6Gateway, ipv6Range, ipv6DhcpRange }).find(([, value]) => value !== undefined);
  if (given === undefined) return [ipv4];
  if (ipv6Block === undefined || ipv6Gateway === undefined || ipv6Range === undefined) {
    fail('WireRange', path, `'${given[0]}' alone does not give the containers IPv6 addresses; set 'ipv6Block', 'ipv6Gateway' and 'ipv6Range' together`); // prettier-ignore
  }
  const names = { block: 'ipv6Block', gateway: 'ipv6Gateway', range: 'ipv6Range', dhcp: 'ipv6DhcpRange' };
  return [ipv4, { family: 'ipv6', names, block: ipv6Block, gateway: ipv6Gateway, range: ipv6Range, dhcp: ipv6DhcpRange }];
}

function checkPart(path: string, { family, names, block, gateway, range, dhcp }: LanPart, hostAddresses: readonly string[]): void {
  const label = FAMILY_LABEL[family];
  const isOther = (text: string) => text.includes(':') !== (family === 'ipv6');
  for (const [what, each] of [
    [names.block, block],
    [names.range, range],
  ] as const) {
    if (isOther(each.text)) fail('WrongFamily', path, `'${what}' must be an ${label} block, got ${each.text}`);
  }
  const inBlock = (what: string, address: string) => {
    if (!isAddress(plainText(path, what, address)) || isOther(address)) {
      fail('AddressSyntax', path, `'${what}' must be an ${label} address, got '${address}'`);
    }
    if (!block.containsAddress(address)) {
      fail('AddressOutsideBlock', path, `'${what}' ${address} is not in the block of the LAN, ${block.text}`);
    }
  };
  inBlock(names.gateway, gateway);
  if (dhcp) {
    inBlock(names.dhcp, dhcp.first);
    inBlock(names.dhcp, dhcp.last);
    if (valueOf(dhcp.first) > valueOf(dhcp.last)) {
      fail('WireRange', path, `'${names.dhcp}' ends at ${dhcp.last}, before its start ${dhcp.first}; swap the two addresses`);
    }
  }
  if (!block.containsBlock(range)) {
    fail('WireRange', path, `'${names.range}' ${range.text} is not part of ${block.text}; choose a block inside it`);
  }
  if (range.prefixLength > LONGEST[family]) {
    fail('WireRange', path, `'${names.range}' ${range.text} is too small for containers and the four addresses that are reserved for Docker; use a /${LONGEST[family]} or larger`); // prettier-ignore
  }
  if (range.containsAddress(gateway)) {
    fail(
      'WireRange',
      path,
      `'${names.range}' ${range.text} contains the gateway ${gateway}; choose a part of ${block.text} that is not in use`,
    );
  }
  const host = hostAddresses.find((address) => range.containsAddress(address));
  if (host !== undefined) {
    fail(
      'WireRange',
      path,
      `'${names.range}' ${range.text} contains ${host}, an address of the host; choose a part of ${block.text} that is not in use`,
    );
  }
  if (dhcp && overlap(range, dhcp)) {
    fail('WireRange', path, `'${names.range}' ${range.text} and the DHCP range ${dhcp.first} to ${dhcp.last} overlap, so two machines could get the same address; shrink one of the two`); // prettier-ignore
  }
}

function takenRanges(
  parts: readonly LanPart[],
  { reservedAddresses = [] }: LanSegmentProps,
  hostAddresses: readonly string[],
): TakenRange[] {
  const ofHost = hostAddresses.filter((address) => parts.some(({ block }) => block.containsAddress(address)));
  return [
    ...ofHost.map((address) => ({ label: 'the host', first: address, last: address })),
    ...parts.flatMap(({ dhcp }) => (dhcp ? [{ label: `the DHCP server (${dhcp.first} to ${dhcp.last})`, ...dhcp }] : [])),
    ...reservedAddresses.map((address) => ({ label: `another machine ('reservedAddresses')`, first: address, last: address })),
  ];
}

function overlap(block: Cidr, { first, last }: AddressRange): boolean {
  const { family } = parseAddress(first);
  return blocksBetween(family, valueOf(first), valueOf(last)).some((part) => overlaps(part, parseBlock(block.text)));
}

function valueOf(address: string): bigint {
  return parseAddress(address).value;
}

function fail(code: ErrorCode, path: string, message: string): never {
  throw new ValidationError(code, path, message);
}
