import { at, type Json, listAt, numberAt, textAt } from './json-text';

/** An interface as `ip -j -d address show` tells of it. */
export interface Link {
  readonly name: string;
  /** `bridge`, `veth`, `wireguard` …; undefined for the hardware's own and for the loopback interface. */
  readonly kind?: string;
  readonly isLoopback: boolean;
  readonly isUp: boolean;
  /** Bridge, bond or VRF that it is a part of. */
  readonly master?: string;
  /** Parent interface of a VLAN or a macvlan. */
  readonly parent?: string;
  /** With prefix lengths. Those that every link has for itself are left out. */
  readonly addresses: readonly string[];
  /** The other ends of a point-to-point link, with prefix lengths. */
  readonly peers: readonly string[];
  /** `nf_call_iptables` of a bridge. */
  readonly callsIptables: boolean;
  readonly callsIp6tables: boolean;
  readonly hairpin: boolean;
}

/** Undefined if it is not an interface. */
export function linkOf(value: Json): Link | undefined {
  const name = textAt(value, 'ifname');
  if (name === undefined) return undefined;
  const flags = listAt(value, 'flags');
  const own = listAt(value, 'addr_info').filter((info) => textAt(info, 'local') !== undefined && textAt(info, 'scope') !== 'link');
  return {
    name,
    kind: textAt(value, 'linkinfo', 'info_kind'),
    isLoopback: flags.includes('LOOPBACK'),
    isUp: flags.includes('UP'),
    master: textAt(value, 'master'),
    parent: textAt(value, 'link'),
    addresses: own.map((info) => withLength(info, at(info, 'address') === undefined ? lengthOf(info) : undefined)),
    peers: own.flatMap((info) => {
      const peer = textAt(info, 'address');
      return peer === undefined ? [] : [`${peer}/${lengthOf(info)}`];
    }),
    callsIptables: numberAt(value, 'linkinfo', 'info_data', 'nf_call_iptables') === 1,
    callsIp6tables: numberAt(value, 'linkinfo', 'info_data', 'nf_call_ip6tables') === 1,
    hairpin: at(value, 'linkinfo', 'info_slave_data', 'hairpin') === true,
  };
}

function lengthOf(info: Json): number {
  return numberAt(info, 'prefixlen') ?? fullLength(info);
}

function fullLength(info: Json): number {
  return textAt(info, 'family') === 'inet6' ? 128 : 32;
}

/** The length of a point-to-point link is that of the other end. */
function withLength(info: Json, length: number | undefined): string {
  return `${textAt(info, 'local')!}/${length ?? fullLength(info)}`;
}
