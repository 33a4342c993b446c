import type { IpProtocol } from './ir';

/** Protocols that have a name in rules, by number. */
const NAMED: Readonly<Record<number, IpProtocol>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp', 132: 'sctp' };

/** The tools print a protocol by their own name for it or by a name of the host's `/etc/protocols`, else by its number. */
const NUMBERS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  tcp: 6,
  egp: 8,
  igp: 9,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  'ipv6-route': 43,
  'ipv6-frag': 44,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  'ipv6-icmp': 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  eigrp: 88,
  ospf: 89,
  ipip: 94,
  etherip: 97,
  encap: 98,
  pim: 103,
  comp: 108,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
  mh: 135,
  'ipv6-mh': 135,
  'mobility-header': 135,
  udplite: 136,
  'mpls-in-ip': 137,
};

export function readProtocol(text: string): IpProtocol | undefined {
  const number = /^(0|[1-9][0-9]{0,2})$/.test(text) ? Number(text) : Object.hasOwn(NUMBERS, text) ? NUMBERS[text] : undefined;
  // 0 is "any protocol" in a rule, and hop-by-hop options in a packet: the text does not show which one is meant.
  return number === undefined || number === 0 || number > 255 ? undefined : (NAMED[number] ?? `${number}`);
}

/** Names that every `iptables` knows, with or without `/etc/protocols`; the others are written as numbers. */
const BUILT_IN_NAMES: Readonly<Record<string, string>> = { 50: 'esp', 51: 'ah', 136: 'udplite' };

export function protocolWord(protocol: IpProtocol): string {
  return Object.hasOwn(BUILT_IN_NAMES, protocol) ? BUILT_IN_NAMES[protocol] : protocol;
}
