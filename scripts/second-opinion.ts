/**
 * Holds the packet walk and the matrix against the solver of test/prover, on hosts drawn from a seed: `--hosts N` of them (1,000 by default), `--seed S`.
 * `--questions Q` of a host are asked, each with `--drawn D` more packets. Each disagreement is printed with the host that it is of.
 */
import { parseArgs } from 'node:util';
import { walk } from '../src/reachability/private/walk/walk';
import { compareHost, Tally } from '../test/prover/compare';
import { hostOf, KINDS } from '../test/prover/programs';
import { Solver } from '../test/prover/solver';

const number = (value: string) => ({ type: 'string', default: value }) as const;
const { values } = parseArgs({ options: { hosts: number('1000'), seed: number('1'), questions: number('2'), drawn: number('30') } });
const [hosts, seed, questions, drawn] = [values.hosts, values.seed, values.questions, values.drawn].map(Number);

async function main(): Promise<void> {
  const solver = await Solver.start();
  const all = new Tally();
  let agreed = 0;
  for (let i = 0; i < hosts; i++) {
    const kind = KINDS[i % KINDS.length];
    const tally = compareHost(hostOf(kind, seed + i), seed + i, { questions, drawn }, solver, walk);
    agreed += Number(tally.disagreements.length === 0);
    tally.disagreements.forEach((text) => console.log(`${kind} ${seed + i}: ${text}`));
    all.add(tally);
    if ((i + 1) % 50 === 0) console.log(`${i + 1} hosts, ${all.disagreements.length} disagreements`);
  }
  solver.stop();
  console.log(`${all.questions} questions to the solver, ${all.proofs} of them about all packets of a sender`);
  console.log(`${all.delivered} packets delivered by both, ${all.closed} by neither`);
  all.unknown.forEach((count, reason) => console.log(`UNKNOWN ${count} times: ${reason}`));
  console.log(`${agreed} passed, ${hosts - agreed} failed`);
  process.exit(agreed === hosts ? 0 : 1);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
