import type { Address } from './address';
import type { AddressType, CtState } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

/** What the host makes of an address. */
export interface AddressKinds {
  /** By the addresses of one interface alone, where its name is given. */
  kindOf(family: Family, address: Address, beside?: string): AddressType;
  /** Whether the host would answer the source: over the interface that the packet came in by, or for `loose` over any. */
  isAnswered(packet: Packet, how: 'strict' | 'loose'): boolean;
}

/** What connection tracking knows of a connection; translations are known from its first packet on. */
export interface Connection {
  readonly source: Address;
  readonly sourcePort: number;
  readonly destination: Address;
  readonly destinationPort: number;
  toAddress: Address;
  toPort: number;
  fromAddress: Address;
  mark: number;
  /** A nat chain ran, whatever its result: it does not run again. */
  destinationIsDecided: boolean;
  sourceIsDecided: boolean;
  destinationIsTranslated: boolean;
  sourceIsTranslated: boolean;
}

/** A packet on its way. Mutable, since a walk changes little of it and makes many. */
export class Packet {
  public inInterface = '';
  public outInterface = '';
  public mark = 0;
  /** Before connection tracking has seen a packet, matches treat its state as INVALID. */
  public state: CtState = 'INVALID';
  public isUntracked = false;
  /** Goes from one port of a bridge to another, and is not routed. */
  public isFrame = false;
  /** If the host sends it: one of its sockets does, and not another namespace through it. */
  public hasSocket = true;
  /** Belongs to the connection of its walk, whichever sender it has: connection tracking compares only addresses and ports. */
  public isLater = false;
  public connection: Connection | undefined = undefined;
  public readonly hasPorts: boolean;
  public readonly isIcmp: boolean;

  constructor(
    public readonly family: Family,
    public readonly protocol: string,
    public source: Address,
    public sourcePort: number,
    public destination: Address,
    public destinationPort: number,
    public readonly icmpType: number,
    public readonly icmpCode: number,
    /** Sent by the receiver of the first packet. */
    public readonly isAnswer: boolean,
    public readonly kinds: AddressKinds,
  ) {
    this.hasPorts = PROTOCOLS_WITH_PORTS.has(protocol);
    this.isIcmp = protocol === 'icmp' || protocol === 'ipv6-icmp';
  }
}

const PROTOCOLS_WITH_PORTS: ReadonlySet<string> = new Set(['tcp', 'udp', 'sctp', '33', '136']);
const NAMES: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp', 132: 'sctp' };

/** One name for each protocol, however it was written. */
export function protocolName(protocol: string): string {
  return NAMES[protocol] ?? protocol;
}

/** Types of requests, with those of their answers. */
const ICMP_ANSWERS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  icmp: { 8: 0, 13: 14, 15: 16, 17: 18 },
  'ipv6-icmp': { 128: 129, 139: 140 },
};

/** Type of the answer; undefined for a message that asks for none. */
export function icmpAnswer(protocol: string, type: number): number | undefined {
  return ICMP_ANSWERS[protocol]?.[type];
}

export function echoRequest(protocol: string): number {
  return protocol === 'icmp' ? 8 : 128;
}

/** Neighbour discovery and multicast listeners: connection tracking ignores these. */
export function isUntrackedIcmp(protocol: string, type: number): boolean {
  return protocol === 'ipv6-icmp' && ((type >= 130 && type <= 136) || type === 143);
}
