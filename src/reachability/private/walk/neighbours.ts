import type { Address } from './address';
import type { Flight, Stop } from './flight';
import { passHook } from './hooks';
import type { Container, Host } from './host';
import { Packet } from './packet';

const SOLICITATION = 135;
const ADVERTISEMENT = 136;
/** A neighbour listens on the group that the last 24 bits of its address name. */
const GROUPS = 0xff02_0000_0000_0000_0000_0001_ff00_0000n;
const GROUP_COUNT = 2n ** 24n;
/** Represents the address that every machine has: which one it is decides nothing. */
const LINK_LOCAL = 0xfe80_0000_0000_0000_0000_0000_0000_0001n;

/**
 * IPv6 asks on the link for the owner of an address, and a bridge that passes its frames to the rules passes these, too: a rule that drops the
 * question or its answer drops everything that would follow. IPv4 asks with ARP, which no such rule sees. A machine that answers later knows the
 * asker from its question.
 */
export function askForNeighbour(flight: Flight, sender: Container | undefined, bridge: string, packet: Packet): Stop | undefined {
  const { source, destination } = packet;
  const group = GROUPS + (BigInt(destination) % GROUP_COUNT);
  const asker = isOwnHere(flight.host, sender, bridge, source) ? source : LINK_LOCAL;
  const question = new Packet('ipv6', 'ipv6-icmp', asker, 0, group, 0, SOLICITATION, 0, false, flight.host);
  const answer = new Packet('ipv6', 'ipv6-icmp', destination, 0, asker, 0, ADVERTISEMENT, 0, false, flight.host);
  return passAsFrame(flight, bridge, question) ?? passAsFrame(flight, bridge, answer);
}

/**
 * Whether the kernel asks from the source of the packet: only if the sender has it on this link (`ndisc_solicit`). The sender's address on another
 * link, or the address of another machine, does not affect the question.
 */
function isOwnHere(host: Host, sender: Container | undefined, bridge: string, source: Address): boolean {
  const port = host.portAt(bridge, source);
  if (sender) return port?.isOwn === true && port.container === sender;
  return host.isOnLink('ipv6', bridge, source) && port?.isOwn !== true;
}

function passAsFrame(flight: Flight, bridge: string, packet: Packet): Stop | undefined {
  packet.inInterface = bridge;
  const refused = passHook(flight, 'prerouting', packet);
  if (refused) {
    return refused;
  }
  packet.outInterface = bridge;
  const stop = passHook(flight, 'forward', packet);
  if (stop) {
    return stop;
  }
  packet.inInterface = '';
  return passHook(flight, 'postrouting', packet);
}
