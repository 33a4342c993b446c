// Sends the questions of a part, all sources at once.
import { questionText } from './page';
import type { Crowd, Task } from '../harness/generate-traffic';
import { type Asked, differs } from '../harness/packets-ask';
import { OUTSIDE, type Outsider } from '../harness/packets-questions';
import type { Where } from '../lab/lab';
import type { Probe, ProbeResult } from '../lab/probe';

const ROUNDS = 3;

/** By the text of the question. What is not as it should be is asked again: on a busy machine an answer may be late. */
export function askAll(crowd: Crowd, asked: readonly Asked[]): Map<string, ProbeResult> {
  const results = new Map<string, ProbeResult>();
  let left = asked;
  for (let round = 0; round < ROUNDS && left.length > 0; round++) {
    const sources = [...new Set(left.map(({ source }) => source))];
    const bySource = sources.map((source) => left.filter((each) => each.source === source));
    const answers = crowd.ask(bySource.map(taskOf));
    bySource.forEach((list, i) => list.forEach((each, n) => results.set(questionText(each), answers[i][n])));
    left = left.filter((each) => differs(each, results.get(questionText(each))!));
  }
  return results;
}

function taskOf(list: readonly Asked[]): Task<Probe> {
  const { source } = list[0];
  const src = source === 'inet' ? { src: OUTSIDE.inet[0] } : {};
  const patience = (isOpen: boolean) => (isOpen ? { timeoutMs: 3000, tries: 3 } : { timeoutMs: 1000 });
  return {
    where: whereIs(source),
    spec: list.map(({ to, protocol, port, expected }, n) => ({
      id: String(n),
      proto: protocol,
      dst: to,
      port,
      ...patience(expected.disposition === 'DELIVERED'),
      ...src,
    })),
  };
}

function whereIs(station: string): Where {
  return station === 'host' ? { host: true } : station in OUTSIDE ? { ns: station as Outsider } : { container: station };
}
