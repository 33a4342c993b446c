import type { ReachableCell } from '../../reachability/results';
import type { Weakness } from '../../reachability/weakness';

/** More lines of one kind show nothing new on a console. */
const SHOWN = 3;

/** One warning per kind, with its first cases, and the file that has the others. */
export function warningOf({ code, sentence, cells }: Weakness, report: string): string {
  const shown = cells.slice(0, SHOWN).map(lineOf);
  const more = cells.length > SHOWN ? [`and ${cells.length - SHOWN} more in ${report}`] : [];
  return `${sentence} Reachable but not declared: ${[...shown, ...more].join('; ')} (${code})`;
}

function lineOf({ source, destination, ports }: ReachableCell): string {
  return `${source} > ${destination} on ${ports}`;
}
