import { overlaySection } from './overlays';
import {
  asRoot,
  declared,
  engineAccess,
  exposed,
  flowTable,
  gateways,
  monitors,
  inNoSegment,
  networks,
  nextSteps,
  premises,
  type ReportInput,
  secretsNeeded,
} from './report-sections';
import { markdownText } from '../../private/markdown';
import type { Weakness } from '../../reachability/weakness';

/** Markdown for people: the declarations, what is open, how that is known, the assumptions, and the next steps. */
export function renderReport(input: ReportInput): string {
  const { topology, engine, result } = input;
  const hasGuard = engine.guardBackend !== undefined;
  const title = hasGuard ? 'what is open, and what closes the rest' : 'Bulkhead has only the API of the engine';
  const lines = [
    `# ${markdownText(topology.daemon)}: ${title}`,
    '',
    ...verdict(input, hasGuard),
    '',
    ...declared(input.flows, topology, input.overlays),
    ...(result.state === 'SKIPPED' ? [] : exposed(input.exposures, topology)),
    ...weaker(input, hasGuard),
    ...overlaySection(input.overlays),
    ...inNoSegment(topology.segmentless ?? []),
    ...asRoot(topology, hasGuard),
    ...(result.state === 'SKIPPED' ? [] : gateways(topology, input.open)),
    ...engineAccess(topology),
    ...monitors(topology),
    ...secretsNeeded(topology),
    ...(result.state === 'SKIPPED' ? [] : holds(input, hasGuard)),
    '## Assumptions',
    '',
    ...premises(input).map((line) => `- ${line}`),
    '',
    ...(result.state === 'SKIPPED' ? [] : ['## Everything that is open', '', ...flowTable(input.open), '']),
    ...networks(topology),
    ...nextSteps(topology.daemon, hasGuard, topology.secrets),
  ];
  return `${lines.join('\n')}\n`;
}

function verdict({ result, weaknesses, flows, topology, engine, overlays }: ReportInput, hasGuard: boolean): string[] {
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`;
  const all = `${count(flows.length + (overlays?.flows.length ?? 0), 'flow')} and ${count(new Set(topology.publications.map(({ origin }) => origin)).size, 'publication')}`;
  const how = `Bulkhead computed this from the rules that engine ${engine.version} makes${hasGuard ? ' and from the rules of the guard' : ''}; it sent no packet.`;
  if (result.state === 'SKIPPED') {
    return [`${all} are declared. **The proof is switched off**: ${markdownText(result.reason)}`];
  }
  if (result.state === 'BROKEN') {
    return [`${all} are declared. **What is open differs from what is declared**, and the program skips validations; see below. ${how}`];
  }
  if (!hasGuard) return [`This host has no guard, so more is open than declared (${all}). ${how}`];
  const rest = weaknesses.length === 0 ? 'nothing else is open' : 'nothing else is open except what “Weaker than declared” lists';
  return [`${all} are declared. All of this is open, and ${rest}. ${how}`];
}

function weaker({ weaknesses, blocked, undeclared, result }: ReportInput, hasGuard: boolean): string[] {
  if (result.state === 'SKIPPED') return [];
  const differing = [
    ...(blocked.length === 0 ? [] : ['## Declared but not reachable', '', ...flowTable(blocked), '']),
    ...(undeclared.length === 0 ? [] : ['## Reachable but not declared', '', ...flowTable(undeclared), '']),
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

function holds({ result, weaknesses, overlays }: ReportInput, hasGuard: boolean): string[] {
  const claims = result.state === 'SKIPPED' ? [] : result.claims;
  const sentences = hasGuard
    ? [
        `Of all packets that a container, the host or the outside can send${overlays === undefined ? '' : ' outside of the overlays'}, only those arrive that a declaration names${weaknesses.length > 0 ? ', except what “Weaker than declared” lists' : ''}. This includes packets that a container sends through another of its interfaces or from another of its addresses.`,
        'No datagram reaches an undeclared destination by carrying a forged source. Inside a network the guard trusts the source: a container on the network of an allowed sender can send with the address of that sender.',
        'Every declared flow is open, and the replies come back.',
      ]
    : [
        `Workloads that share no segment ${apartWords(weaknesses)}.`,
        'Every declared flow is open, and the requirements of the program hold. Otherwise the synth fails, unless the program skips validations.',
        'A container has only the capabilities that the program names, and forwards nothing between its networks.',
      ];
  const required = claims.map(({ text, path, reason }) => {
    const by = `required by ${path}`;
    return reason === undefined ? `${text}: holds (${by}).` : `${text}: **does not hold** (${by}): ${reason}.`;
  });
  return [
    ...(hasGuard && result.state === 'PROVED' ? ['## What is proved', '', ...sentences.map((text) => `- ${text}`)] : []),
    ...(hasGuard ? [] : ['## What holds without the guard', '', ...sentences.map((text) => `- ${text}`)]),
    ...(hasGuard && result.state === 'BROKEN' && required.length > 0 ? ['## What was required', ''] : []),
    ...required.map((text) => `- ${bold(text)}`),
    '',
  ];
}

/** Bulkhead's marks stay marks. */
function bold(text: string): string {
  return text.split('**').map(markdownText).join('**');
}

function apartWords(weaknesses: readonly Weakness[]): string {
  return weaknesses.some(({ code }) => code === 'ForgedSource')
    ? 'cannot connect to each other at their addresses; “Weaker than declared” lists the datagrams that arrive with a forged source'
    : 'cannot reach each other at their addresses';
}
