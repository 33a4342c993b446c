// A program with every kind of flow over both families and everybody around it, asked again and again while others change the host.
import { EVERY_ADDRESS, FIREWALL, ourRules, picture, sh, type Shot, volley, waitFor } from './attacks-stage';
import { BridgeSegment, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type DeploymentOptions, HOST_ADDRESS, translatesIpv6, type Program } from '../harness/deployment';
import { type Actor, type Answer, containerActor, gateways, type Ports, type Question, routeFrom, type Target } from '../harness/matrix';
import { foreseer } from '../harness/predict';
import { patient, sleep } from '../lab/exec';
import type { Lab, Unit } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

/** The watch looks every ten seconds, and an apply, and what flushed the rules, take their time on a busy machine. */
export const HEALING = patient(30_000);
export const PORTS: Ports = { tcp: [22, 8080, 8443, 9090], udp: [5353], icmp: true };
const NAMES = ['web', 'api', 'other', 'out', 'tohost', 'fromhost'].map((name) => `app-${name}`);
const PUBLISHED = 443;

/** Before 27 nothing is published over IPv6, and containers leave by IPv4 alone. */

export const crowdProgram: Program = ({ stack, daemon, image }) => {
  const segment = (id: string) => new BridgeSegment(stack, id, { daemon });
  const [front, back] = [segment('Front'), segment('Back')];
  const container = (id: string, place = front) => new HardenedContainer(stack, id, { segment: place, image });
  const [web, api, out] = [container('Web'), container('Api', back), container('Out', segment('Away'))];
  container('Other', back);
  web.connections.allowTo(api, Port.tcp(8080));
  container('ToHost').connections.allowTo(Peer.host(), Port.tcp(9090));
  container('FromHost').connections.allowFrom(Peer.host(), Port.tcp(9090));
  const translates = translatesIpv6(daemon);
  for (const address of translates ? [NET.lanB, NET.lanB6] : [NET.lanB]) out.connections.allowTo(Peer.address(address), Port.tcp(9090));
  for (const [hostAddress, client] of [[HOST_ADDRESS, NET.lanA], ...(translates ? [[NET.host6, NET.lanA6]] : [])]) {
    web.publish(Port.tcp(PUBLISHED), { targetPort: Port.tcp(8443), hostAddress, sources: [Peer.address(client)] });
  }
};

/** Its watch is started and stopped by itself. */
class CrowdDeployment extends Deployment {
  private unit?: Unit;

  watch(): void {
    this.unit ??= this.lab.startUnit('bulkhead-watch');
  }

  unwatch(): void {
    if (this.unit) this.lab.stopUnit(this.unit);
    this.unit = undefined;
  }
}

export interface CrowdProps {
  /** Of how many undeclared flows one is asked at a time; a number that no count of ports divides. */
  readonly share?: number;
  /** Of a program that has all that is in `crowdProgram`. */
  readonly program?: Program;
  readonly daemon?: DeploymentOptions['daemon'];
}

const familyOf = (address: string) => (address.includes(':') ? 'IPv6' : 'IPv4');
type Asked = Question & { readonly where: Shot['where']; readonly expected: boolean };

const textOf = ({ source, target, address, proto, port }: Question) => `${source} -> ${target} ${address} ${proto}/${port}`;

export class Crowd {
  readonly deployment: CrowdDeployment;
  readonly probes: Probes;
  private readonly share: number;
  private readonly whole: string;
  readonly containers: readonly Actor[];
  private readonly questions: readonly Asked[];

  private turn = 0;

  constructor(
    readonly lab: Lab,
    readonly checks: Checks,
    { share = 1, program = crowdProgram, daemon = EVERY_ADDRESS }: CrowdProps = {},
  ) {
    this.share = share;
    this.deployment = new CrowdDeployment(lab, program, { daemon });
    this.deployment.up();
    this.probes = new Probes(lab);
    this.containers = NAMES.map((name) => containerActor(lab, name));
    const host: Actor = { name: 'host', where: { host: true }, endpoints: [] };
    const outside = (['lanA', 'lanB'] as const).map((ns): Actor => {
      const addresses = ns === 'lanA' ? [NET.lanA, NET.lanA6] : [NET.lanB, NET.lanB6];
      return { name: ns, where: { ns }, endpoints: addresses.map((address) => ({ network: 'lan', address })) };
    });
    // Not on the published port of the host: that it is answered must mean that the container did.
    for (const actor of [...this.containers, host, ...outside]) this.serve(actor);
    routeFrom(lab, ['lanA', 'lanB']);
    const actors = [...this.containers, host, ...outside];
    this.questions = this.predicted(actors, this.targets(outside));
    this.settle();
    this.whole = this.rules();
  }

  private serve({ name, where }: Actor): void {
    const listeners = ['0.0.0.0', '::'].flatMap((address) => [
      ...PORTS.tcp.map((port) => ({ proto: 'tcp' as const, address, port, token: name })),
      ...PORTS.udp.map((port) => ({ proto: 'udp' as const, address, port, token: name })),
    ]);
    this.probes.serve(where, listeners);
  }

  /** Containers on all their addresses. */
  private insides(): Target[] {
    return this.containers.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports: PORTS })));
  }

  private targets(outside: readonly Actor[]): Target[] {
    const [insiders, outsiders] = [new Set(NAMES), new Set(outside.map(({ name }) => name))];
    const published: Ports = { tcp: [PUBLISHED], udp: [], icmp: false };
    return [
      ...this.insides(),
      ...[NET.host, NET.host2, NET.host6, ...gateways(this.lab)].map((address) => ({
        name: 'host',
        address,
        ports: PORTS,
        only: insiders,
      })),
      ...[NET.host, ...(translatesIpv6(this.deployment.daemon) ? [NET.host6] : [])].map((address) => ({
        name: 'published',
        address,
        ports: published,
        only: outsiders,
      })),
      ...outside.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports: PORTS, only: insiders }))),
    ];
  }

  private questionsOf({ name: source, endpoints }: Actor, targets: readonly Target[]): Question[] {
    return targets
      .filter(({ address, only }) => (only?.has(source) ?? true) && !endpoints.some((own) => own.address === address))
      .flatMap(({ name: target, address, ports }) => [
        ...ports.tcp.map((port) => ({ source, target, address, proto: 'tcp' as const, port })),
        ...ports.udp.map((port) => ({ source, target, address, proto: 'udp' as const, port })),
        ...(ports.icmp ? [{ source, target, address, proto: 'icmp' as const, port: 0 }] : []),
      ]);
  }

  /** The questions of some about some, with what the walk says of each. */
  private predicted(actors: readonly Actor[], targets: readonly Target[]): Asked[] {
    const foreseen = foreseer(this.deployment.daemon, actors);
    // The host itself takes what comes to its addresses on any port; that is no publication.
    const expected = (question: Question) =>
      foreseen(question).isDelivered && (question.target !== 'published' || foreseen(question).isByContainer);
    return actors.flatMap((actor) =>
      this.questionsOf(actor, targets).map((question) => ({ ...question, where: actor.where, expected: expected(question) })),
    );
  }

  /** What others ask of the crowd, or the crowd of others: what is declared, and of the rest this turn's share. */
  askAlso(actors: readonly Actor[], targets: readonly Target[], more: Partial<Shot> = {}): Answer[] {
    const asked = this.predicted(actors, targets).filter(({ expected }, index) => expected || this.isAsked(index));
    return this.shoot(asked, undefined, more);
  }

  /** What nothing is declared of, whatever the walk says: it does not know these addresses. */
  askUndeclared(actors: readonly Actor[], targets: readonly Target[]): Answer[] {
    const asked = actors.flatMap((actor) =>
      this.questionsOf(actor, targets).map((one) => ({ ...one, where: actor.where, expected: false })),
    );
    return this.shoot(asked.filter((_question, index) => this.isAsked(index)));
  }

  /** Containers on all their addresses, and those of the host on our bridges: that of `docker0` is an address of the host like any other. */
  inside(): Target[] {
    const script = 'ip -o addr show scope global | awk \'$2 ~ /^bh-/ { sub("/.*", "", $4); print $4 }\'';
    const own = sh(this.lab, script).split('\n').filter(Boolean);
    return [...this.insides(), ...own.map((address) => ({ name: 'gateway', address, ports: PORTS }))];
  }

  /** Everybody asks everybody, all at the same time; of what is undeclared only this turn's share. Nobody waits for what is not judged. */
  ask(isNotJudged: (question: Question) => boolean = () => false): Answer[] {
    const asked = this.questions.filter(({ expected }, index) => expected || this.isAsked(index));
    return this.shoot(asked, isNotJudged);
  }

  /** One in `share` of them, others each time: neighbours are the ports of one address, so a share has sources, addresses and ports of all kinds. */
  private isAsked(index: number): boolean {
    return index % this.share === this.turn % this.share;
  }

  private shoot(
    questions: readonly Asked[],
    isNotJudged: (question: Question) => boolean = () => false,
    more: Partial<Shot> = {},
  ): Answer[] {
    this.turn++;
    const shots = questions.map((question): Shot => {
      const { source, where, target, address, proto, port, expected } = question;
      const patience = expected && !isNotJudged(question) ? { timeoutMs: 2500, tries: 3 } : { timeoutMs: 800 };
      return { from: source, where, what: target, dst: address, proto, port, ...patience, ...more };
    });
    return volley(this.lab, shots).map(({ result, reached }, index) => {
      const { where: _where, ...question } = questions[index];
      // Where Docker's translation is gone, the socket that the engine holds at a published port takes connections, and says nothing.
      const observed = question.target === 'published' ? result.token !== undefined : reached;
      return { ...question, observed, outcome: `${result.outcome} ${result.token ?? result.detail ?? ''}` };
    });
  }

  closed(what: string, answers: readonly Answer[]): void {
    const shut = answers.filter(({ expected }) => !expected);
    const open = shut.filter(({ observed }) => observed);
    this.checks.check(`${what}: what is closed stays closed`, open.length === 0, open.map((answer) => `${textOf(answer)} ${answer.outcome}`).join('\n')); // prettier-ignore
    const count = (family: string) => shut.filter(({ address }) => familyOf(address) === family).length;
    this.checks.say(`${what}: ${count('IPv4')} undeclared flows over IPv4 and ${count('IPv6')} over IPv6, ${open.length} got through`);
  }

  /** Declared flows are live, but for those that others have a say in. */
  live(what: string, answers: readonly Answer[], shutByOthers: (answer: Answer) => boolean = () => false): void {
    const declared = answers.filter(({ expected }) => expected);
    const dead = declared.filter((answer) => !answer.observed && !shutByOthers(answer));
    this.checks.check(`${what}: what is declared is live`, declared.length > 0 && dead.length === 0, dead.map((answer) => `${textOf(answer)} ${answer.outcome}`).join('\n')); // prettier-ignore
    const shut = declared.filter((answer) => !answer.observed && shutByOthers(answer));
    const told = shut.length > 0 ? `; shut by others: ${shut.map(textOf).join(', ')}` : '';
    this.checks.say(`${what}: ${declared.length - dead.length - shut.length} of ${declared.length} declared flows are live${told}`);
  }

  private hasStamp(): boolean {
    return this.lab.host(['sh', '-c', 'for s in /run/bulkhead/stamp-*; do [ -f "$s" ] || exit 1; done']).code === 0;
  }

  /** Waits until the watch has nothing to do. */
  private settle(): void {
    waitFor(() => this.lab.host([FIREWALL, 'check']).code === 0 && this.hasStamp(), HEALING);
  }

  /** What is ours, in no order: who flushes all makes chains anew in another one, and `check` looks at the order inside of each. */
  private rules(): string {
    return ourRules(this.lab).split('\n').sort().join('\n');
  }

  /** Waits until guard and stamp are as they were. */
  healed(what: string): void {
    const ms = waitFor(() => this.rules() === this.whole && this.hasStamp(), HEALING);
    this.checks.check(`${what}: the guard and its stamp are whole within ${HEALING} ms`, ms !== undefined, () => difference(this.whole, this.rules())); // prettier-ignore
    this.checks.say(`${what}: whole after ${ms} ms`);
    const { code, stdout } = this.lab.host([FIREWALL, 'check']);
    this.checks.check(`${what}: check has nothing to say`, code === 0, stdout);
  }

  /** Who keeps the host gets in over a new connection. */
  notLockedOut(what: string): void {
    for (const dst of [NET.host, NET.host6]) {
      const { token } = this.probes.one({ ns: 'lanA' }, { proto: 'tcp', dst, port: 22, timeoutMs: 2500, tries: 3 });
      this.checks.check(`${what}: tcp/22 of the host at ${dst} is open to the LAN`, token === 'host');
    }
  }

  /** The undeclared flows again, with the guard and what Docker filters itself out of the way. */
  control(what: string, ask: () => readonly Answer[] = () => this.ask(), families: readonly string[] = ['IPv4', 'IPv6']): void {
    const tools = ['iptables', 'ip6tables'] as const;
    const back = picture(this.lab, ...tools);
    this.deployment.unwatch();
    sh(
      this.lab,
      tools.map((tool) => `${tool} -w 10 -t raw -F; ${tool} -w 10 -t mangle -F; ${tool} -w 10 -I FORWARD 1 -j ACCEPT`).join('; '),
    );
    const through = ask().filter(({ expected, observed }) => !expected && observed);
    back();
    sh(this.lab, 'conntrack -F >/dev/null 2>&1; :');
    this.deployment.watch();
    for (const family of families) {
      const count = through.filter(({ address }) => familyOf(address) === family).length;
      this.checks.shown(`control, ${what}: without the guard ${count} undeclared flows over ${family} get through`, count > 0);
    }
  }

  /** Floods from a source that nothing allows while something is done; how many packets got in, and for how long the guard was not the first. */
  underFlood(act: () => void): { sent: number; through: number; missingMs: number } {
    const [{ address }] = this.containers.find(({ name }) => name === 'app-api')!.endpoints;
    const sniffer = this.probes.start({ container: 'app-api' }, 'sniff', { src: NET.lanB, direction: 'in' });
    const flood = this.probes.start({ ns: 'lanB' }, 'flood', { proto: 'udp', dst: address, port: 8080, rate: 800, seconds: 110 });
    sh(
      this.lab,
      `: >/tmp/looking; (while [ -e /tmp/looking ]; do date +%s%N; iptables -t mangle -S FORWARD 2>/dev/null | sed -n 2p | grep -c -e '-j BULKHEAD-FORWARD'; done) >/tmp/looks 2>&1 & :`,
    );
    act();
    sleep(300);
    const lines = sh(this.lab, 'rm -f /tmp/looking; sleep 0.3; cat /tmp/looks').split('\n').filter(Boolean);
    const looks = Array.from({ length: Math.floor(lines.length / 2) }, (_, i) => ({ at: Number(lines[2 * i]) / 1e6, there: lines[2 * i + 1] === '1' })); // prettier-ignore
    const missingMs = looks.slice(1).reduce((sum, look, i) => sum + (looks[i].there ? 0 : look.at - looks[i].at), 0);
    const sent = flood.stop().sent ?? 0;
    return { sent, through: sniffer.stop<{ total: number }>().total, missingMs: Math.round(missingMs) };
  }
}

function difference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const gone = old.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
  const come = now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].slice(0, 10).join('\n') || 'the stamp is missing';
}
