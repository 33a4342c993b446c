import { declared, exposed, flowTable, inNoSegment, networks, nextSteps, premises, type ReportInput } from './report-sections';
import { markdownText } from '../../private/markdown';
import type { Weakness } from '../../reachability/weakness';

/** Markdown for people: what was declared, what is open, how that is known, on what it rests, and what to do next. */
export function renderReport(input: ReportInput): string {
  const { topology, engine, result } = input;
  const hasGuard = engine.guardBackend !== undefined;
  const title = hasGuard ? 'what is open, and what keeps the rest shut' : "only the engine's API is ours";
  const lines = [
    `# ${markdownText(topology.daemon)}: ${title}`,
    '',
    ...verdict(input, hasGuard),
    '',
    ...declared(input.flows, topology),
    ...(result.state === 'SKIPPED' ? [] : exposed(input.exposures)),
    ...weaker(input, hasGuard),
    ...inNoSegment(topology.segmentless ?? []),
    ...(result.state === 'SKIPPED' ? [] : holds(input, hasGuard)),
    '## What this rests on',
    '',
    ...premises(input).map((line) => `- ${line}`),
    '',
    ...(result.state === 'SKIPPED' ? [] : ['## Everything that is open', '', ...flowTable(input.open), '']),
    ...networks(topology),
    ...nextSteps(topology.daemon, hasGuard),
  ];
  return `${lines.join('\n')}\n`;
}

function verdict({ result, weaknesses, flows, topology, engine }: ReportInput, hasGuard: boolean): string[] {
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`;
  const all = `${count(flows.length, 'flow')} and ${count(new Set(topology.publications.map(({ origin }) => origin)).size, 'publication')}`;
  const how = `It was worked out from the rules that engine ${engine.version} makes${hasGuard ? ' and from those of the guard' : ''}; no packet was sent.`;
  if (result.state === 'SKIPPED') {
    return [`${all} are declared. **Nobody proved who reaches whom**: ${markdownText(result.reason)}`];
  }
  if (result.state === 'BROKEN') {
    return [`${all} are declared. **What is declared and what is open differ**, and the synth was told to go on; see below. ${how}`];
  }
  if (!hasGuard) return [`No guard stands on this host, so more is open than was declared (${all}). ${how}`];
  const rest = weaknesses.length === 0 ? 'nothing else is' : 'nothing else is but for what stands under “Weaker than declared”';
  return [`${all} are declared. All of this is open, and ${rest}. ${how}`];
}

function weaker({ weaknesses, blocked, undeclared, result }: ReportInput, hasGuard: boolean): string[] {
  if (result.state === 'SKIPPED') return [];
  const differing = [
    ...(blocked.length === 0 ? [] : ['## Declared, and not open', '', ...flowTable(blocked), '']),
    ...(undeclared.length === 0 ? [] : ['## Open, and declared by nobody', '', ...flowTable(undeclared), '']),
  ];
  if (hasGuard && weaknesses.length === 0) return differing;
  return [
    ...differing,
    '## Weaker than declared',
    '',
    ...(weaknesses.length === 0 ? ['Nothing.', ''] : []),
    ...weaknesses.flatMap(({ code, sentence, cells }) => [`### ${code}`, '', sentence, '', ...flowTable(cells), '']),
  ];
}

function holds({ result, weaknesses }: ReportInput, hasGuard: boolean): string[] {
  const claims = result.state === 'SKIPPED' ? [] : result.claims;
  const sentences = hasGuard
    ? [
        'Of all packets that a container, the host or the outside can send, those arrive that a declaration names, and no others. A way that a container would have to make itself (another interface, another of its addresses) counts as a way.',
        "No datagram gets where nobody declared it by carrying a source that is not its sender's. Inside its network a source is believed: who is on the network of an allowed sender can send in its name.",
        'What was declared is open, and the answers come back.',
      ]
    : [
        `Workloads that share no segment ${apartWords(weaknesses)}.`,
        'What was declared is open, and the requirements of the program hold: otherwise the synth fails, but for one that skips validations.',
        'A container holds the capabilities that the program names and no other, and forwards nothing between its networks.',
      ];
  const required = claims.map(({ text, path, reason }) => {
    const by = `required by ${path}`;
    return reason === undefined ? `${text}: holds (${by}).` : `${text}: **does not hold** (${by}): ${reason}.`;
  });
  return [
    ...(hasGuard && result.state === 'PROVED' ? ['## What is proved', '', ...sentences.map((text) => `- ${text}`)] : []),
    ...(hasGuard ? [] : ['## What holds all the same', '', ...sentences.map((text) => `- ${text}`)]),
    ...(hasGuard && result.state === 'BROKEN' && required.length > 0 ? ['## What was required', ''] : []),
    ...required.map((text) => `- ${bold(text)}`),
    '',
  ];
}

/** Marks of ours stay marks. */
function bold(text: string): string {
  return text.split('**').map(markdownText).join('**');
}

function apartWords(weaknesses: readonly Weakness[]): string {
  return weaknesses.some(({ code }) => code === 'ForgedSource')
    ? "open no connection to each other at their addresses; which datagrams arrive with a source that is not the sender's own is told above"
    : 'do not reach each other at their addresses';
}
