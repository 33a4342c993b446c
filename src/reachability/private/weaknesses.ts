import { type Deviation, deviation, undeclaredOf } from './audit';
import { linesOf } from './describe';
import { existingMatters } from './existing-matters';
import { forgedLines } from './forged/forged-text';
import type { Labels } from './labels';
import type { Cell, Matrix } from './matrix/matrix';
import { isEmpty, NO_PORTS, type PortSet, portSetOf, shortPortSetText, subtract, union } from './matrix/port-set';
import type { Proof } from './proof';
import { wireMatters } from './wire-matters';
import type { Topology } from '../../topology/private/topology';
import type { ReachableCell } from '../results';
import type { Weakness } from '../weakness';

/** What only the guard would keep closed, in the order of reports. */
const SENTENCES = {
  SegmentOpen:
    'Workloads in the same segment can connect to each other on every port and in both directions, declared or not; EXPOSE in an image does not restrict this. Listen only on the ports that the other workloads may use, and require credentials there.',
  PublicationOpen: 'Containers reach the published ports of other containers at the addresses of the host.',
  HostOpen: 'Containers reach every service that listens on the host: on its own addresses and on the gateway addresses of their networks.',
  EgressOpen:
    'A container that publishes or has egress reaches every address outside, on every port: the declared egress does not limit it.',
  OpenToHost: 'Every process on the host reaches the containers.',
  OpenToOutside:
    'Machines on the networks of the host reach containers without their publications, if they add a route to the container addresses: on engines before 28 they reach the published ports, and every port where the policy of FORWARD is ACCEPT.',
  ExistingOpen:
    'Bulkhead does not restrict a network that it does not manage. All members of such a network reach each other on every port, no matter who attached them; they and the host reach each other; and if the network is not internal, they reach every address outside.',
  WireOpen:
    'Traffic of a LAN segment (macvlan, ipvlan) does not pass the rules of the host: its members reach each other, and Bulkhead does not know what filters traffic between them and the rest of the LAN.',
  OverlayOpen:
    'Inside an overlay of the swarm no rule of a host applies: its members reach each other on every port and in both directions, declared or not. Place services that must be isolated in separate overlays.',
} as const;

/** Told of cells of another sort, and last. */
const FORGED = {
  code: 'ForgedSource',
  sentence:
    'Datagrams with a forged source address pass the rules of the engine, even between containers that share no segment: the only rule of an internal network compares the source. Over IPv6 every program can send from any address, without a capability. Over IPv4 containers with NET_RAW can, and Docker grants NET_RAW by default. Machines on the networks of the host can do both. No reply comes back, so TCP stays closed: require credentials in every datagram, or use TCP.',
};

type Code = keyof typeof SENTENCES;

/** What is open but not declared, with its kind if it has one. */
export function undeclaredKinds({ matrix, derived }: Proof): { readonly code: string | undefined; readonly cell: Cell }[] {
  const codeOf = classifier(derived.topology);
  const declared = declaredBetween(derived.topology);
  // The address that a container uses does not matter if it may use the port from one of them.
  return undeclaredOf(matrix, derived.topology)
    .map(({ cell, ports }) => ({ code: codeOf(cell), cell: { ...cell, ports: subtract(ports, declared(cell)) } }))
    .filter(({ cell }) => !isEmpty(cell.ports));
}

/** What is open because the guard is missing, grouped by kind; kinds that do not occur are omitted. */
export function weaknessesOf(proof: Proof): Weakness[] {
  const { matrix, labels, forged } = proof;
  const found = undeclaredKinds(proof);
  const told = Object.entries(SENTENCES).flatMap(([code, sentence]) => {
    const cells = found.filter((each) => each.code === code).map(({ cell }) => cell);
    const lines = readableCells({ cells, outside: matrix.outside }, labels);
    return lines.length === 0 ? [] : [{ code, sentence, cells: lines }];
  });
  const lines = forgedLines(forged, labels);
  return lines.length === 0 ? told : [...told, { ...FORGED, cells: lines }];
}

/** The matrix for readers: almost everything is open between two ends, or almost nothing. */
export function readableCells(matrix: Matrix, labels: Labels): ReachableCell[] {
  return linesOf(matrix, labels).map(({ ports, ends: _, ...line }) => ({ ...line, ports: shortPortSetText(ports) }));
}

/** What is open, not declared, and not a task of the guard: the networks themselves should keep it closed. */
export function breachesOf({ matrix, derived }: Proof): Deviation[] {
  const codeOf = classifier(derived.topology);
  return undeclaredOf(matrix, derived.topology)
    .filter(({ cell }) => codeOf(cell) === undefined)
    .map(({ cell, ports }) => deviation(cell, ports));
}

/** Ports that a container may use at another one on some network. */
function declaredBetween({ networks, pairs }: Topology): (cell: Cell) => PortSet {
  const owners = new Map(
    networks.flatMap(({ members }) => members.flatMap(({ workload, ipv4, ipv6 }) => [ipv4, ipv6].map((address) => [address, workload]))),
  );
  const sums = new Map<string, PortSet>();
  for (const { source, destination, port } of pairs) {
    const key = JSON.stringify([owners.get(source), owners.get(destination)]);
    sums.set(key, union(sums.get(key) ?? NO_PORTS, portSetOf(port)));
  }
  return ({ source, target, receiver }) =>
    source.party.kind === 'container' && receiver.kind === 'container' && target.party.kind === 'container'
      ? (sums.get(JSON.stringify([source.party.key, receiver.key])) ?? NO_PORTS)
      : NO_PORTS;
}

function classifier(topology: Topology): (cell: Cell) => Code | undefined {
  const { networks, wires } = topology;
  // Overlays are networks of a swarm, and those of a LAN are networks of a host.
  const wireCode = wires.some(({ overlay }) => overlay !== undefined) ? 'OverlayOpen' : 'WireOpen';
  const isOfWire = wireMatters(topology);
  const isOfOthers = existingMatters(topology);
  const segments = new Map<string, Set<string>>();
  for (const { key, members } of networks.filter(({ kind }) => kind === 'segment')) {
    members.forEach(({ workload }) => segments.set(workload, (segments.get(workload) ?? new Set()).add(key)));
  }
  const share = (one: string, other: string) => [...(segments.get(one) ?? [])].some((key) => segments.get(other)?.has(key));
  return ({ source, target, receiver, certain }) => {
    const found = { source: source.party, from: source.address, receiver, address: target.address, certain };
    if (isOfWire(found)) return wireCode;
    if (isOfOthers(found)) return 'ExistingOpen';
    const isStraight = target.party.kind === 'container';
    if (source.party.kind === 'container') {
      switch (receiver.kind) {
        case 'container':
          return !isStraight ? 'PublicationOpen' : share(source.party.key, receiver.key) ? 'SegmentOpen' : undefined;
        case 'host':
          return 'HostOpen';
        case 'outside':
          return 'EgressOpen';
      }
    }
    // A port of the host that is not open to the source of the packet is not a task of the guard.
    return !isStraight ? undefined : source.party.kind === 'host' ? 'OpenToHost' : 'OpenToOutside';
  };
}
