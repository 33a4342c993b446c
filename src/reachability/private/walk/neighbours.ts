import type { Flight, Stop } from './flight';
import { passHook } from './hooks';
import { Packet } from './packet';

const SOLICITATION = 135;
const ADVERTISEMENT = 136;
/** A neighbour listens on the group that the last 24 bits of its address name. */
const GROUPS = 0xff02_0000_0000_0000_0000_0001_ff00_0000n;
const GROUP_COUNT = 2n ** 24n;

/**
 * IPv6 asks on the link who has an address, and a bridge that shows its frames to the rules shows these, too: a rule that drops the question or its
 * answer drops all that would follow. IPv4 asks with ARP, which no such rule sees. Who answers later knows the asker from its question.
 */
export function askForNeighbour(flight: Flight, bridge: string, { source, destination }: Packet): Stop | undefined {
  const group = GROUPS + (BigInt(destination) % GROUP_COUNT);
  const question = new Packet('ipv6', 'ipv6-icmp', source, 0, group, 0, SOLICITATION, 0, false, flight.host);
  const answer = new Packet('ipv6', 'ipv6-icmp', destination, 0, source, 0, ADVERTISEMENT, 0, false, flight.host);
  return passAsFrame(flight, bridge, question) ?? passAsFrame(flight, bridge, answer);
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
