// What the walk did, in lines.
import { isOwn } from './rule-lines';
import type { Outcome, Step } from '../../../src/reachability/private/walk/outcome';

/** Rules that decide nothing by themselves. */
const PASSING = /^(jump|goto|return|continue|policy accept)/;

/** Only what decides: translations, the last word of each table, the proxy, and where it ended. */
export function wayOf(outcome: Outcome, own: readonly string[]): string[] {
  const { disposition, direction, reason, steps } = outcome;
  const isLost = direction === 'reply' && disposition !== 'DELIVERED';
  const shown = steps.filter((step) => isDeciding(step) && (step.direction === 'original' || isLost));
  const end = disposition === 'DELIVERED' || reason === 'rule' || reason === 'policy' ? [] : [reason.replace(/-/g, ' ')];
  const way = [...shown.map((step) => stepWords(step, own)), ...end];
  return way.length === 0 ? ['no rule decides'] : way;
}

function isDeciding({ at, place, what }: Step): boolean {
  return at === 'proxy' || (place !== undefined && !PASSING.test(what));
}

/** Every step of it, there and back; the packet where it is another than before. */
export function stepsOf({ steps, disposition, reason }: Outcome, own: readonly string[]): string[] {
  const shown = steps.filter(({ what }) => what !== 'policy accept');
  const packets = shown.map(packetWords);
  const words = shown.map((step, i) => `${stepWords(step, own)}${packets[i] === packets[i - 1] ? '' : `  [${packets[i]}]`}`);
  return [...words, `${disposition} (${reason.replace(/-/g, ' ')})`];
}

function stepWords({ at, direction, place, what, packet }: Step, own: readonly string[]): string {
  const answer = direction === 'reply' ? 'answer: ' : '';
  if (place === undefined) {
    return `${answer}${at === 'proxy' ? 'docker-proxy' : at}: ${what}`;
  }
  const { table, chain, index, rule } = place;
  const words =
    what === 'dnat'
      ? `dnat to ${packet.destination}:${packet.destinationPort}`
      : what === 'masquerade' || what === 'snat'
        ? `${what} as ${packet.source}`
        : what;
  const why = rule && index !== undefined ? originWords(rule.origin, isOwn(table) ? own[index] : undefined) : '';
  return `${answer}${table.replace('nft:', '')} ${chain}: ${words}${why && ` (${why})`}`;
}

/** Which engine it is says the section; a rule of the administrator's stands for itself. */
function originWords(origin: string, own: string | undefined): string {
  return own ?? origin.replace(/^docker [^:]*: /, '').replace(/^-A \S+ /, '');
}

function packetWords({ packet }: Step): string {
  const { source, sourcePort, destination, destinationPort } = packet;
  return `${source}:${sourcePort} > ${destination}:${destinationPort}`;
}
