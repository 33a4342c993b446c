import type { Flight } from './flight';
import { icmpAnswer, isUntrackedIcmp, type Packet } from './packet';

/** The state that connection tracking gives a packet when it first sees it. */
export function track(flight: Flight, packet: Packet): void {
  // A packet that comes back over the loopback interface is known.
  if (!packet.connection && !packet.isUntracked) {
    look(flight, packet);
    if (flight.steps) flight.note('conntrack', packet, packet.state);
  }
}

function look(flight: Flight, packet: Packet): void {
  if ((packet.isAnswer || packet.isLater) && flight.connection) {
    packet.connection = flight.connection;
    packet.state = 'ESTABLISHED';
  } else if (isUntrackedIcmp(packet.protocol, packet.icmpType)) {
    packet.isUntracked = true;
    packet.state = 'UNTRACKED';
  } else if (!opensConnection(packet)) {
    packet.state = 'INVALID';
  } else {
    const { source, sourcePort, destination, destinationPort } = packet;
    packet.connection = flight.connection = {
      source,
      sourcePort,
      destination,
      destinationPort,
      toAddress: destination,
      toPort: destinationPort,
      fromAddress: source,
      mark: 0,
      destinationIsDecided: false,
      sourceIsDecided: false,
      destinationIsTranslated: false,
      sourceIsTranslated: false,
    };
    packet.state = 'NEW';
  }
}

/** SYN and ACK together, and answers of ICMP, open nothing; of other protocols any packet does. */
function opensConnection(packet: Packet): boolean {
  return packet.isIcmp ? icmpAnswer(packet.protocol, packet.icmpType) !== undefined : packet.protocol !== 'tcp' || !packet.isAnswer;
}
