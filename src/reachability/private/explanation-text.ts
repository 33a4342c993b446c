import { chainText, declarationText, packetText, placeText } from './explain';
import type { Labels } from './labels';
import type { Step } from './walk/outcome';
import { visible } from '../../private/readable';
import { Disposition } from '../disposition';

/** What an explanation says in sentences. */
export interface ExplanationWords {
  readonly disposition: Disposition;
  readonly summary: string;
  readonly decidedBy?: string;
  readonly remedy: string;
}

/** Names of hooks, and of the steps between them, form a column. */
const COLUMN = 12;

/** Lines for people. No name from a user begins a line or changes how it is shown. */
export function explanationText(words: ExplanationWords, steps: readonly Step[], labels: Labels | undefined): string {
  const { disposition, summary, remedy } = words;
  const way = labels === undefined ? [] : wayText(words, steps, labels);
  return [`${disposition}: ${summary}`, '', ...way, `Remedy: ${remedy}`].map(oneLine).join('\n');
}

function wayText({ disposition, decidedBy }: ExplanationWords, steps: readonly Step[], labels: Labels): string[] {
  const isDeciding = (step: Step, declared: string) => {
    if (disposition === Disposition.UNKNOWN || step.place === undefined || decidedBy === undefined) return false;
    if (disposition === Disposition.DELIVERED) return declared === decidedBy;
    return placeText(step.place) === decidedBy && step === steps.at(-1);
  };
  return steps.flatMap((step, i) => {
    const before = steps.at(i - 1);
    const isNewWay = i === 0 || before!.direction !== step.direction;
    const packet = packetText(step.packet, labels);
    const head = isNewWay ? [...(i === 0 ? [] : ['']), `${step.direction === 'reply' ? 'The reply' : 'The packet'}, ${packet}`] : [];
    // A rule translated it.
    const changed = !isNewWay && packetText(before!.packet, labels) !== packet ? [`  ${' '.repeat(COLUMN)}now ${packet}`] : [];
    const declared = declarationText(labels.declarationsOf(step));
    const line = `${isDeciding(step, declared) ? '>' : ' '} ${step.at.padEnd(COLUMN)}${stepWords(step, declared)}`;
    return [...head, line, ...changed, ...(i === steps.length - 1 ? [''] : [])];
  });
}

function stepWords({ place, what }: Step, declared: string): string {
  if (place === undefined) return what;
  const isPolicy = place.rule === undefined && place.text === undefined;
  const origin = placeText(place);
  const of = declared === '' || declared === origin ? origin : `${origin}: ${declared}`;
  return `${chainText(place)}: ${what}${isPolicy ? '' : ` (${of})`}`;
}

function oneLine(text: string): string {
  return visible(text).replace(/[\t\n]+/g, ' ');
}
