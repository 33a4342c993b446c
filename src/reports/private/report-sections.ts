import type { Overlays } from './overlays';
import type { ProofResult } from './proof-result';
import { markdownTable, markdownText } from '../../private/markdown';
import { groupBy } from '../../private/multimap';
import { containerName } from '../../reachability/private/labels';
import type { Exposure, ReachableCell } from '../../reachability/results';
import type { Weakness } from '../../reachability/weakness';
import type { EngineFacts } from '../../topology/private/engine-facts';
import type { SegmentlessFact, FlowFact, PeerFact } from '../../topology/private/facts';
import type { RateSpec, PortSpec } from '../../topology/private/terms';
import type { PublicationPlan, Topology } from '../../topology/private/topology';

/** What the report of a daemon is rendered from. */
export interface ReportInput {
  readonly topology: Topology;
  readonly engine: EngineFacts;
  /** Whether containers have IPv6 beside IPv4. */
  readonly dualStack: boolean;
  readonly flows: readonly FlowFact[];
  readonly result: ProofResult;
  /** None of these is known if no proof was made. */
  readonly open: readonly ReachableCell[];
  readonly exposures: readonly Exposure[];
  /** What is open beyond the declarations, by the nature of a network or because the guard is missing. */
  readonly weaknesses: readonly Weakness[];
  /** Open for no such reason: the proof fails. */
  readonly undeclared: readonly ReachableCell[];
  readonly blocked: readonly ReachableCell[];
  /** Undefined on a host of no swarm. */
  readonly overlays?: Overlays;
  /** Why containers start without the guard. */
  readonly startWithoutGuardReason?: string;
}

/** What the program says. */
export function declared(flows: readonly FlowFact[], { publications }: Topology, overlays?: Overlays): string[] {
  const rows = [...flows, ...(overlays?.flows ?? [])].map(({ source, destination, port, rate, conduit, ipv4Only }) => [
    peerText(source),
    peerText(destination),
    portText(port),
    [...(rate ? [rateText(rate)] : []), ...(conduit ? ['in a conduit'] : []), ...(ipv4Only ? ['over IPv4 only'] : [])].join(', '),
  ]);
  const published = [...groupBy(publications, ({ origin }) => origin).values()].map(([plan]) => [
    plan.sources.length === 0 ? 'host' : plan.sources.join(', '),
    plan.workload,
    publicationText(plan),
    plan.rate ? rateText(plan.rate) : '',
  ]);
  const all = markdownTable(['from', 'to', 'port', 'with'], [...rows, ...published]);
  return ['## What is declared', '', ...(all.length === 0 ? ['Nothing.'] : all), ''];
}

/** Exposures that differ only in the address of the host: for a reader, a publication on all addresses is one. */
export function exposureGroups(exposures: readonly Exposure[]): Exposure[][] {
  return [...groupBy(exposures, ({ hostAddress: _, ...same }) => JSON.stringify(Object.entries(same).sort())).values()];
}

/** What the outside gets through to. */
export function exposed(exposures: readonly Exposure[], { publications }: Pick<Topology, 'publications'>): string[] {
  const rows = exposureGroups(exposures).map((alike) => {
    const [{ workload, hostPorts, targetPorts, sources, anywhere }] = alike;
    const addresses = alike.map(({ hostAddress }) => hostAddress).join(', ');
    return [workload, addresses, hostPorts, targetPorts, anywhere ? 'anywhere' : sources.join(', ')];
  });
  const table = markdownTable(['workload', 'host address', 'host ports', 'target ports', 'from'], rows);
  const wildcards = ['0.0.0.0', '::'].filter((address) => publications.some(({ hostAddress }) => hostAddress === address));
  const note =
    wildcards.length === 0 || table.length === 0
      ? []
      : [
          '',
          `A publication on ${wildcards.join(' or ')} is open on every address that the host has or gets. The address of docker0 and 127.0.0.1 are among them: a machine that sends a packet for such an address to the host reaches the publication.`,
        ];
  return ['## What is reachable from outside', '', ...(table.length === 0 ? ['Nothing.'] : table), ...note, ''];
}

/** Nothing where every container is in a segment. */
export function inNoSegment(segmentless: readonly SegmentlessFact[]): string[] {
  if (segmentless.length === 0) return [];
  const meaning = {
    host: 'host: it has the addresses of the host, and listens there',
    none: 'none: it has no connections in either direction',
  };
  const meaningOf = ({ mode, sharesWith }: SegmentlessFact) =>
    mode === 'container'
      ? `that of ${sharesWith}: both have its addresses, publications and flows, and reach each other on every port of 127.0.0.1`
      : meaning[mode];
  const rows = segmentless.map((fact) => [fact.path, meaningOf(fact), fact.reason]);
  return ['## Containers in no segment', '', ...markdownTable(['container', 'network', 'reason'], rows), ''];
}

/** Empty if no container is root. Only the swarm knows services that publish nothing. */
export function asRoot({ workloads, segmentless = [], swarm }: Topology, hasGuard: boolean): string[] {
  const rows = [...workloads, ...segmentless, ...(swarm?.quietServices ?? [])].flatMap(({ path, user, capabilities = [] }) =>
    user === undefined || user.mode === 'fixed'
      ? []
      : [[path, user.mode === 'root' ? 'always' : `for at most ${user.startSeconds} s`, capabilities.join(', '), user.reason ?? '']],
  );
  if (rows.length === 0) return [];
  const check = hasGuard
    ? 'run `sh verify.sh` on the host to check every process.'
    : 'run `docker top` on the host to check every process.';
  return [
    '## Containers that start as root',
    '',
    ...markdownTable(['container', 'is root', 'capabilities', 'reason'], rows),
    '',
    `Health checks and \`docker exec\` run as root with these capabilities. With CAP_DAC_OVERRIDE root reads and writes every mounted file, secrets included. Only the image drops root, so the proof treats these containers as root; ${check}`,
    '',
  ];
}

/** Empty if no container forwards packets of its clients. Its clients reach what it reaches. */
export function gateways({ workloads }: Topology, open: readonly ReachableCell[]): string[] {
  const rows = workloads.flatMap(({ path, sharers, forwards = [] }) => {
    if (forwards.length === 0) return [];
    const name = containerName(path, sharers);
    const text = (cells: readonly ReachableCell[], end: 'source' | 'destination') =>
      cells.map((cell) => `${cell[end]} ${end === 'source' ? `to ${cell.ports}` : `on ${cell.ports}`}`).join('; ') || 'nothing';
    const [to, from] = [open.filter(({ destination }) => destination === name), open.filter(({ source }) => source === name)];
    return [[name, forwards.join(', '), text(to, 'source'), text(from, 'destination')]];
  });
  if (rows.length === 0) return [];
  return [
    '## Containers that forward',
    '',
    ...markdownTable(['container', 'forwards', 'reachable from', 'what its clients reach through it'], rows),
    '',
    'A client that such a container takes in, over a VPN for example, sends with the address of the container, so it reaches everything in the last column. Which clients it takes in, only the container decides. The guard drops whatever it sends with another address.',
    '',
  ];
}

/** Empty if no container has access to the engine. */
export function engineAccess({ workloads, engineAccess: accesses = [] }: Topology): string[] {
  const sharersOf = new Map(workloads.map(({ path, sharers = [] }) => [path, sharers]));
  const proxies = workloads.filter(({ holdsSocket }) => holdsSocket).map(({ path }) => markdownText(path));
  if (proxies.length === 0) return [];
  const rows = [...groupBy(accesses, ({ proxy, client }) => JSON.stringify([proxy, client])).values()].map((alike) => [
    [alike[0].client, ...(sharersOf.get(alike[0].client) ?? [])].join(', and in its network '),
    alike[0].proxy,
    [...new Set(alike.map(({ text }) => text))].join(', '),
    [...new Set(alike.flatMap(({ reason }) => reason ?? []))].join(', '),
  ]);
  const table = markdownTable(['client', 'proxy', 'may', 'reason'], rows);
  return [
    '## Who may ask the engine',
    '',
    ...(table.length === 0 ? ['Nobody.'] : table),
    '',
    `${proxies.join(', ')} ${proxies.length === 1 ? 'has' : 'have'} the socket of the engine, which gives root access to the host: HAProxy there passes only these calls, and each client by its address. An attacker who takes over a client learns what that client may ask.`,
    '',
  ];
}

/** Nothing where no container sees the host. */
export function monitors({ monitored = [] }: Topology): string[] {
  if (monitored.length === 0) return [];
  const rows = monitored.map(({ path, source, reason }) => [path, source, reason]);
  return [
    '## Containers that see the host',
    '',
    ...markdownTable(['container', 'reads', 'reason'], rows),
    '',
    'A container that reads `/proc` of the host reads the command lines of all its processes, and can look into each process of its own user. No other container of this program has that user. Check on the host that no user of the host has it, and no container that Bulkhead does not manage.',
    '',
  ];
}

/** Nothing where the host keeps no secrets. */
export function secretsNeeded({ secrets = [], workloads, segmentless = [] }: Topology): string[] {
  if (secrets.length === 0) return [];
  const rows = secrets.map((secret) => [
    secret,
    [...workloads, ...segmentless].flatMap(({ path, secrets: use }) => (use?.secrets.includes(secret) ? [path] : [])).join(', ') ||
      'no container',
    `sudo bulkhead-secret put ${secret}, which reads the value from its input`,
  ]);
  return [
    '## Secrets that the host needs',
    '',
    ...markdownTable(['secret', 'read by', 'how it comes to the host'], rows),
    '',
    'A container does not start before all of its secrets are on the host. `sudo bulkhead-secret status` on the host says what is missing, and whether the host keeps the values encrypted. Root on the host and every user of the engine API can read them, and so can the first user of the container.',
    '',
  ];
}

/** The assumptions, so that a reader can check them. */
export function premises(input: Pick<ReportInput, 'engine' | 'dualStack' | 'startWithoutGuardReason'>): string[] {
  return input.engine.guardBackend === undefined ? premisesWithoutGuard(input) : premisesWithGuard(input);
}

function premisesWithGuard({
  engine: { version },
  startWithoutGuardReason,
}: Pick<ReportInput, 'engine' | 'startWithoutGuardReason'>): string[] {
  return [
    `The engine is of the generation of ${version}. The host files do not let another generation start.`,
    'The files below `host/` are installed on the host and in force. `bulkhead-firewall check` on the host verifies this; a watch restores rules that another program changes.',
    startWithoutGuardReason === undefined
      ? 'A container starts only after the host has applied the guard and read it back.'
      : `Containers start even when the guard is not in force; publications and egress are then open: ${markdownText(startWithoutGuardReason)}`,
    'Root on the host does not change the guard, and no user of the engine API attaches other containers to these networks.',
    'Other rules on the host may close more. In chains that Docker and Bulkhead do not own, they may also accept packets to the host itself; this report does not cover that.',
    'This report does not cover frames other than IP packets, nor multicast and broadcast inside a segment: assume that they are open there.',
  ];
}

function premisesWithoutGuard({
  engine: { version, engineFirewall, settings },
  dualStack,
}: Pick<ReportInput, 'engine' | 'dualStack'>): string[] {
  const drops = settings.forwardPolicyBefore.ipv4 === 'drop';
  return [
    `The engine is of the generation of ${version} and makes its rules with ${engineFirewall}.`,
    `docker-proxy is ${settings.userlandProxy ? 'on' : 'off'}. The rest of the engine's settings are its defaults.`,
    drops
      ? 'The policy of FORWARD is DROP and stays DROP.'
      : 'Bulkhead assumes that the policy of FORWARD is ACCEPT, as on a host that forwarded packets before the engine was installed.',
    'The host filters packets that cross its bridges (`net.bridge.bridge-nf-call-iptables` is 1), as the engine sets it: this separates the containers that publish or have egress.',
    ...(dualStack
      ? [
          'The engine also writes rules for IPv6 (`ip6tables`), and the host filters IPv6 packets that cross its bridges (`net.bridge.bridge-nf-call-ip6tables` is 1).',
        ]
      : []),
    'No other rule on the host opens or closes anything.',
    'No other program attaches containers to these networks. Bulkhead does not know whether docker0 has containers with NET_RAW, nor whether the host drops IPv4 packets from a source that it routes through another interface (`net.ipv4.conf.*.rp_filter` is 1): the report marks what depends on these as not certain.',
  ];
}

const FORGED_WORDS: Readonly<Record<string, string>> = {
  new: 'from a forged source',
  standing: 'from a forged source, inside an existing connection of other endpoints',
};

/** One row for everything that a source reaches on the same ports: in a segment, that is almost every member. */
export function flowTable(cells: readonly ReachableCell[]): string[] {
  if (cells.length === 0) {
    return ['Nothing.'];
  }
  const rows = [...groupBy(cells, ({ destination: _, ...same }) => JSON.stringify(Object.entries(same).sort())).values()].map((alike) => {
    const [{ source, ports, certain, forgedSource }] = alike;
    const words = [ports, ...(forgedSource ? [FORGED_WORDS[forgedSource]] : []), ...(certain ? [] : ['(not certain)'])];
    return [source, alike.map(({ destination }) => destination).join(', '), words.join(' ')];
  });
  return markdownTable(['from', 'to', 'ports'], rows);
}

/** The addresses of all members. */
export function networks({ networks: bridges, wires, existing }: Topology): string[] {
  const rows = [...bridges, ...wires, ...existing].map((network) => [
    network.networkName,
    network.segment,
    network.kind === 'wire' ? network.driver : network.kind === 'existing' ? 'not managed by Bulkhead' : network.kind,
    'bridge' in network && network.kind !== 'existing' ? network.bridge : '',
    [network.ipv4.block, ...('ipv6' in network && network.ipv6 ? [network.ipv6.block] : [])].join(', '),
    network.members.map(({ workload, ipv4, isNominal }) => (isNominal ? workload : `${workload} ${ipv4}`)).join(', '),
  ]);
  const table = markdownTable(['network', 'segment', 'kind', 'interface', 'block', 'members'], rows);
  return ['## Networks and addresses', '', ...(table.length === 0 ? ['None.'] : table), ''];
}

/** What a user does with the folder of the report. */
export function nextSteps(daemonPath: string, hasGuard: boolean, secrets: readonly string[] = []): string[] {
  const [stack] = daemonPath.split('/');
  const deploy = /^[\w-]+$/.test(stack) ? `\`cdktf deploy ${stack}\`` : '`cdktf deploy`';
  const steps = hasGuard
    ? [
        'Commit `bulkhead.lock.json`. Without it the next change may move addresses.',
        'Install the files on the host. Pass `user-data` to a new machine as its user data; for a cloud that accepts at most 16 KiB, pass on `userDataGzipBase64` of the daemon in the program. Copy `install.sh` to an existing machine, and run it there as root: `sh install.sh --check` shows the changes, `sh install.sh` makes them.',
        ...(secrets.length === 0
          ? []
          : [
              `Put the secrets there (${secrets.join(', ')}): \`sudo bulkhead-secret put NAME < FILE\`. No container starts before its secrets are there.`,
            ]),
        `Deploy after that: ${deploy}.`,
        'Verify the host: copy `verify.sh` to it, and run `bulkhead-firewall check` and `sh verify.sh` there as root.',
        'After each change of the program, copy the new `install.sh` to the host and run it, then deploy. `host/` has every file that it installs: compare it with that of the synth before.',
      ]
    : [
        'Commit `bulkhead.lock.json`. Without it the next change may move addresses.',
        'Ask the operator of the host to confirm the assumptions: `docker version`, `docker info`, `iptables -S FORWARD` and the daemon.json show them.',
        `Deploy: ${deploy}.`,
        'If more must be closed, use a `HardenedDaemon` on a host that you manage.',
      ];
  return ['## What to do next', '', ...steps.map((text, index) => `${index + 1}. ${text}`)];
}

function peerText(peer: PeerFact): string {
  if ('sharer' in peer && peer.sharer !== undefined) return `${peer.sharer}, in the network of ${peer.path}`;
  return 'path' in peer ? peer.path : peer.kind === 'block' ? peer.block : 'host';
}

function portText({ protocol, first, last }: PortSpec): string {
  if (protocol === 'icmp') return 'icmp/ping';
  return `${protocol}/${first}${last > first ? `-${last}` : ''}`;
}

function publicationText({ hostAddress, hostPort, isChosen, targetPort, swarmMode }: PublicationPlan): string {
  const asked = isChosen ? `${hostPort.protocol}/a port that the engine chooses` : portText(hostPort);
  const lead = isChosen || portText(targetPort) !== portText(hostPort) ? `, to ${portText(targetPort)}` : '';
  return `${asked} on ${swarmMode === undefined ? hostAddress : 'every address of the node'}${lead}`;
}

function rateText({ amount, per, burst }: RateSpec): string {
  return `at most ${amount} new connections per ${per} from each source, ${burst} at once`;
}
