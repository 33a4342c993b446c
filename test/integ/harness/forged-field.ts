// Everybody talks, everybody who could sends with sources of others, and what arrives is compared with what the walk says.
import type { Checks } from './checks';
import type { Deployment } from './deployment';
import { type Position, type StandingFlow, type Tries, type Try, UNKNOWN_ANSWER } from './forged-tries';
import { sleep } from '../lab/exec';
import type { Lab } from '../lab/lab';
import { Probes, type Running } from '../lab/probe';

export interface FieldProps {
  readonly tries: Tries;
  readonly flows: readonly StandingFlow[];
  /** UDP ports on which every end of a flow listens, and from which it sends. */
  readonly ports: readonly number[];
  readonly tcp?: readonly number[];
  readonly positions: readonly Position[];
}

/** One lab with the program up, everybody talking, and all who try. */
export class Field {
  private readonly probes: Probes;
  private count = 0;

  constructor(
    readonly lab: Lab,
    readonly deployment: Deployment,
    readonly props: FieldProps,
  ) {
    this.probes = new Probes(lab);
  }

  /** What arrived of each try, and how often each flow was answered. */
  shoot(tries: readonly Try[]): {
    arrived: ReadonlyMap<string, number>;
    said: ReadonlyMap<string, string>;
    answers: Readonly<Record<string, number>>;
  } {
    const { flows, ports, tcp, positions } = this.props;
    const ends = new Map(flows.flatMap(({ source, target }) => [source, target]).map(({ name, where }) => [name, where]));
    const talkers = new Map<string, Running>(
      [...ends].map(([name, where]) => {
        const talks = flows
          .filter(({ source, isIdle }) => source.name === name && !isIdle)
          .map(({ id, sport, asked, port }) => ({ id, sport, dst: asked, port }));
        return [name, this.probes.talk(where, { ports, tcp, talks })];
      }),
    );
    sleep(1500);
    const said = new Map<string, string>();
    for (const position of positions) {
      const shots = tries
        .filter((one) => one.position === position)
        .flatMap(({ id, src, dst, sport, port, mac }) =>
          [position.mac, ...(mac === undefined ? [] : [mac])].map((to) => {
            return { id, way: position.way, src, dst, sport, port, device: position.device, mac: to };
          }),
        );
      if (shots.length === 0) continue;
      for (const [id, words] of Object.entries(this.probes.volley(position.where, { uid: position.uid, shots }))) said.set(id, words);
    }
    sleep(600);
    const results = new Map(
      [...talkers].map(([name, running]) => [name, running.stop<{ counts: Record<string, number>; answers: Record<string, number> }>()]),
    );
    const arrived = new Map(tries.map(({ id, victim }) => [id, results.get(victim)!.counts[id] ?? 0]));
    return { arrived, said, answers: Object.assign({}, ...[...results.values()].map(({ answers }) => answers)) as Record<string, number> };
  }

  tries(): Try[] {
    const { tries: all, flows, positions } = this.props;
    const tries = all.of(flows, positions, this.count);
    this.count += tries.length;
    return tries;
  }
}

export function compare(checks: Checks, what: string, field: Field): { tries: readonly Try[]; arrived: ReadonlyMap<string, number> } {
  const tries = field.tries();
  const { arrived, said, answers } = field.shoot(tries);
  if (field.props.flows.some(({ id }) => id === UNKNOWN_ANSWER)) {
    checks.skip(`${what}: answers to ${UNKNOWN_ANSWER}`, 'the address and port that the kernel translates to are not read');
  }
  for (const { id, isIdle } of field.props.flows) {
    if (!isIdle) checks.check(`${what}: ${id} lives`, (answers[id] ?? 0) > 0, JSON.stringify(answers));
  }
  const sent = tries.filter(({ id }) => said.get(id) === 'sent');
  const unsent = tries.filter(({ id }) => said.get(id) !== 'sent');
  let wrong = 0;
  for (const one of sent) {
    const { name, by, way } = one.position;
    const seen = (arrived.get(one.id) ?? 0) > 0;
    const right = checks.check(
      `${what}: ${name} by ${by || 'itself'} (${way}) ${one.what} ${one.src} > ${one.dst}`,
      seen === one.predicted,
      `predicted ${one.predicted ? 'delivered' : 'stopped'}, observed ${arrived.get(one.id)} delivered`,
    );
    if (!right) wrong++;
  }
  const delivered = sent.filter(({ id }) => (arrived.get(id) ?? 0) > 0);
  checks.say(
    `${what}: ${tries.length} tries, ${unsent.length} refused by the sender's own kernel, ${delivered.length} delivered (${delivered.filter(({ isJudged }) => isJudged).length} of those that a guard must close), ${wrong} predicted wrongly`,
  );
  const reasons = new Map<string, number>();
  for (const { id, position } of unsent) {
    const key = `${position.name} ${position.way} by ${position.by}: ${said.get(id)}`;
    reasons.set(key, (reasons.get(key) ?? 0) + 1);
  }
  for (const [text, n] of reasons) checks.say(`${what}: not sent, ${n} times: ${text}`);
  return { tries: sent, arrived };
}
