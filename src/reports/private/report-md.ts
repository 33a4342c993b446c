import { markdownTable, markdownText } from '../../private/markdown';
import { groupBy } from '../../private/multimap';
import type { ReachableCell } from '../../reachability/results';
import type { Weakness } from '../../reachability/weakness';
import type { EngineFacts } from '../../topology/private/engine-facts';
import type { ApartFact } from '../../topology/private/facts';

/** What the report of a daemon is rendered from. */
export interface ReportInput {
  readonly daemonPath: string;
  readonly engine: EngineFacts;
  /** Whether containers have IPv6 beside IPv4. */
  readonly dualStack: boolean;
  readonly open: readonly ReachableCell[];
  readonly weaknesses: readonly Weakness[];
  /** Containers in no segment. */
  readonly apart: readonly ApartFact[];
}

/** Markdown: what is weaker than declared, what holds all the same, what that rests on, and everything that is open. */
export function renderReport({ daemonPath, engine, dualStack, open, weaknesses, apart }: ReportInput): string {
  return [
    `# ${markdownText(daemonPath)}: only the engine's API is ours`,
    '',
    'No guard stands on this host, so more is open than was declared. It was worked out from the rules that the engine makes; no packet was sent.',
    '',
    '## Weaker than declared',
    '',
    ...(weaknesses.length === 0 ? ['Nothing.', ''] : []),
    ...weaknesses.flatMap(({ code, sentence, cells }) => [`### ${code}`, '', sentence, '', ...table(cells), '']),
    ...inNoSegment(apart),
    '## What holds all the same',
    '',
    `- Workloads that share no segment ${apartWords(weaknesses)}.`,
    '- What was declared is open, and the requirements of the program hold: otherwise the synth fails, but for one that skips validations.',
    '- A container holds the capabilities that the program names and no other, and forwards nothing between its networks.',
    '',
    '## What this rests on',
    '',
    ...premises(engine, dualStack).map((line) => `- ${line}`),
    '',
    '## Everything that is open',
    '',
    ...table(open),
    '',
  ].join('\n');
}

function apartWords(weaknesses: readonly Weakness[]): string {
  return weaknesses.some(({ code }) => code === 'ForgedSource')
    ? "open no connection to each other at their addresses; which datagrams arrive with a source that is not the sender's own is told above"
    : 'do not reach each other at their addresses';
}

/** Nothing where every container is in a segment. */
function inNoSegment(apart: readonly ApartFact[]): string[] {
  if (apart.length === 0) return [];
  const meaning = {
    host: "the host's: it is the host to everybody, and what listens in it listens there",
    none: 'none: it reaches nobody, and nobody reaches it',
  };
  const rows = apart.map(({ path, mode, reason }) => [path, meaning[mode], reason]);
  return ['## Containers in no segment', '', ...markdownTable(['container', 'network', 'reason'], rows), ''];
}

function premises({ version, engineFirewall, settings }: EngineFacts, dualStack: boolean): string[] {
  const drops = settings.forwardPolicyBefore.ipv4 === 'drop';
  return [
    `The engine is of the generation of ${version}, and makes its rules with ${engineFirewall}.`,
    `docker-proxy is ${settings.userlandProxy ? 'on' : 'off'}. The rest of the engine's settings are its defaults.`,
    drops
      ? 'The policy of FORWARD is DROP, and stays so.'
      : 'The policy of FORWARD is taken to be ACCEPT, as it is on a host that forwarded before its engine came.',
    'The host filters what passes its bridges (`net.bridge.bridge-nf-call-iptables` is 1), as the engine sets it: that keeps those apart who publish or have egress.',
    ...(dualStack
      ? [
          'The engine writes rules for IPv6, too (`ip6tables`), and the host filters its frames likewise (`net.bridge.bridge-nf-call-ip6tables`).',
        ]
      : []),
    'No other rule stands on the host that opens or closes anything.',
    'Nobody else attaches containers to these networks. Whether others run containers with NET_RAW on docker0 is not known, nor whether the host refuses over IPv4 sources that it would answer elsewhere (`net.ipv4.conf.*.rp_filter` is 1): what depends on these is called not certain.',
  ];
}

const FORGED_WORDS: Readonly<Record<string, string>> = {
  new: 'from a forged source',
  standing: 'from a forged source, inside a connection of others',
};

/** One row for all that a source reaches on the same ports: in a segment that is almost everybody. */
function table(cells: readonly ReachableCell[]): string[] {
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
