// Sends every probe of a matrix and compares with what was declared. Addresses come from the engine, not from our own model.
import type { Checks } from './checks';
import type { Lab, Where } from '../lab/lab';
import { NET } from '../lab/network';
import { type Probe, type ProbeResult, Probes } from '../lab/probe';

export interface Endpoint {
  readonly network: string;
  readonly address: string;
}

/** Somebody who sends, listens, or both. */
export interface Actor {
  readonly name: string;
  readonly where: Where;
  readonly endpoints: readonly Endpoint[];
}

export interface Ports {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
  readonly icmp: boolean;
}

export interface Target {
  readonly name: string;
  readonly address: string;
  readonly ports: Ports;
  /** Sources that ask here; everybody unless told. */
  readonly only?: ReadonlySet<string>;
}

export interface Question {
  readonly source: string;
  readonly target: string;
  readonly address: string;
  readonly proto: Probe['proto'];
  readonly port: number;
}

export interface Answer extends Question {
  readonly expected: boolean;
  readonly observed: boolean;
  readonly outcome: string;
  /** Who answered, where somebody did. */
  readonly token?: string;
}

/** Addresses of a running container on each of its networks, as the engine tells them. */
export function containerActor(lab: Lab, name: string): Actor {
  const networks = JSON.parse(lab.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', name)) as Record<
    string,
    { IPAddress: string; GlobalIPv6Address: string }
  >;
  const endpoints = Object.entries(networks).flatMap(([network, { IPAddress, GlobalIPv6Address }]) =>
    [IPAddress, GlobalIPv6Address].filter((address) => address !== '').map((address) => ({ network, address })),
  );
  return { name, where: { container: name }, endpoints };
}

interface Subnet {
  readonly Subnet: string;
  readonly Gateway?: string;
}

/** Blocks of all bridge networks, of both families. */
export function subnets(lab: Lab): Subnet[] {
  const ids = lab.docker('network', 'ls', '--quiet', '--filter', 'driver=bridge').split('\n').filter(Boolean);
  return ids.flatMap((id) => JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', id)) as Subnet[]);
}

/** Routes over the Docker host to every network, as a neighbour on the LAN could make them: so outsiders try container addresses. */
export function routeFrom(lab: Lab, places: readonly ('lanA' | 'lanB' | 'inet')[]): void {
  for (const { Subnet } of subnets(lab)) {
    for (const place of places) lab.inNs(place, ['ip', 'route', 'replace', Subnet, 'via', Subnet.includes(':') ? NET.host6 : NET.host]);
  }
}

/** Gateway addresses of all networks: addresses of the host that containers can try. */
export function gateways(lab: Lab): string[] {
  return subnets(lab).flatMap(({ Gateway }) => (Gateway ? [Gateway] : []));
}

/** Listens everywhere that the probes go, so that 'closed' never means 'nobody was there'. */
export function serveAll(lab: Lab, actors: readonly Actor[], ports: Ports): Probes {
  const probes = new Probes(lab);
  for (const actor of actors) {
    const listeners = ['0.0.0.0', '::'].flatMap((address) => [
      ...ports.tcp.map((port) => ({ proto: 'tcp' as const, address, port, token: actor.name })),
      ...ports.udp.map((port) => ({ proto: 'udp' as const, address, port, token: actor.name })),
    ]);
    probes.serve(actor.where, listeners);
  }
  return probes;
}

/** All questions from every source to every target, in one batch per source. */
export function ask(
  probes: Probes,
  sources: readonly Actor[],
  targets: readonly Target[],
  expected: (q: Question) => boolean,
  timeoutMs = 700,
): Answer[] {
  const answers: Answer[] = [];
  for (const source of sources) {
    const asked = targets.filter(({ only }) => only === undefined || only.has(source.name));
    const questions = asked
      .flatMap((target) => questionsOf(source, target))
      .filter((q) => !source.endpoints.some(({ address }) => address === q.address));
    const results = new Map<string, ProbeResult>();
    const batch = questions.map((q, index): Probe => {
      const wanted = expected(q);
      return {
        id: String(index),
        proto: q.proto,
        dst: q.address,
        port: q.port,
        timeoutMs: wanted ? 3000 : timeoutMs,
        tries: wanted ? 3 : 1,
      };
    });
    for (const result of probes.run(source.where, batch)) results.set(result.id, result);
    questions.forEach((q, index) => {
      const result = results.get(String(index))!;
      answers.push({
        ...q,
        expected: expected(q),
        observed: result.outcome === 'open' || result.outcome === 'refused',
        token: result.token,
        outcome: `${result.outcome}${result.detail ? ` ${result.detail}` : ''}`,
      });
    });
  }
  return answers;
}

function questionsOf(source: Actor, target: Target): Question[] {
  const base = { source: source.name, target: target.name, address: target.address };
  return [
    ...target.ports.tcp.map((port) => ({ ...base, proto: 'tcp' as const, port })),
    ...target.ports.udp.map((port) => ({ ...base, proto: 'udp' as const, port })),
    ...(target.ports.icmp ? [{ ...base, proto: 'icmp' as const, port: 0 }] : []),
  ];
}

/** Reports the differences, also those of a prediction where there is one; returns how many probes were sent. */
export function judge(checks: Checks, what: string, answers: readonly Answer[], predicted?: (q: Question) => boolean): number {
  const wrong = answers.filter(({ expected, observed }) => expected !== observed);
  for (const answer of answers) {
    const question = `${answer.source} -> ${answer.target} ${answer.address} ${answer.proto}/${answer.port}`;
    if (predicted) {
      checks.check(
        `${what}, the model: ${question}`,
        predicted(answer) === answer.observed,
        () => `predicted ${answer.observed ? 'closed' : 'open'}, observed ${answer.outcome}`,
      );
    }
    checks.check(
      `${what}: ${question}`,
      answer.expected === answer.observed,
      () => `declared ${answer.expected ? 'open' : 'closed'}, observed ${answer.observed ? 'open' : 'closed'} (${answer.outcome})`,
    );
  }
  const open = answers.filter(({ expected }) => expected).length;
  checks.say(
    `${what}: ${answers.length} probes, ${open} open and ${answers.length - open} closed as declared, ${wrong.length} differences`,
  );
  return answers.length;
}
