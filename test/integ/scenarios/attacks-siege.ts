// One lab under attack: who is there, what everybody may try, and how a try is judged.
import { type Hit, memberships, POOL, type Shot, shotText, UnwatchedDeployment, volley } from './attacks-stage';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS } from '../harness/deployment';
import { INTERNET } from '../harness/three-tier';
import { type Lab, type Where } from '../lab/lab';
import { Probes } from '../lab/probe';

export const TCP = [22, 443, 5432, 8080, 8443, 9090];
export const UDP = [53, 8080, 9090];
export const CONTAINERS = ['app-web', 'app-web2', 'app-api', 'app-db'] as const;
export type ContainerName = (typeof CONTAINERS)[number];
type Membership = ReturnType<typeof memberships>[number];

/** One lab with the program up, and what the attacks ask of it. */
export class Siege {
  readonly probes: Probes;
  readonly places: Record<ContainerName, Membership[]>;
  private count = 0;

  constructor(
    readonly lab: Lab,
    readonly checks: Checks,
    readonly deployment: UnwatchedDeployment,
  ) {
    this.probes = new Probes(lab);
    this.places = Object.fromEntries(CONTAINERS.map((name) => [name, memberships(lab, name)])) as Record<ContainerName, Membership[]>;
    for (const name of CONTAINERS) this.serve(name, { container: name }, TCP, UDP);
    // Not on 443: that a publication is answered must mean that the container did.
    this.serve('host', { host: true }, [22, 5432, 9090], UDP);
    for (const ns of ['lanA', 'lanB', 'inet'] as const) {
      this.serve(ns, { ns }, [22, 9090], [53, 9090]);
      lab.inNs(ns, ['ip', 'route', 'replace', POOL, 'via', HOST_ADDRESS]);
    }
  }

  serve(token: string, where: Where, tcp: readonly number[], udp: readonly number[]): void {
    const all = [...tcp.map((port) => ({ proto: 'tcp' as const, port })), ...udp.map((port) => ({ proto: 'udp' as const, port }))];
    this.probes.serve(
      where,
      all.map((listener) => ({ ...listener, address: '0.0.0.0', token })),
    );
  }

  at(name: ContainerName, part: string): Membership {
    const found = this.places[name].find(({ network }) => network.endsWith(part));
    if (!found) throw new Error(`${name} is in no network ${part}`);
    return found;
  }

  /** All addresses and ports of containers, from one source. */
  everywhere(from: string, where: Where, tcp = TCP, udp = UDP): Shot[] {
    return CONTAINERS.filter((name) => name !== from).flatMap((name) =>
      this.places[name].flatMap(({ address }) => [
        ...tcp.map((port): Shot => ({ from, where, what: name, dst: address, proto: 'tcp', port, timeoutMs: 900 })),
        ...udp.map((port): Shot => ({ from, where, what: name, dst: address, proto: 'udp', port, timeoutMs: 900 })),
        { from, where, what: name, dst: address, proto: 'icmp', timeoutMs: 900 } as Shot,
      ]),
    );
  }

  closed(what: string, hits: readonly Hit[]): void {
    const open = hits.filter(({ reached }) => reached);
    for (const hit of hits) {
      this.checks.check(`${what}: ${shotText(hit)} is closed`, !hit.reached, () => `${hit.result.outcome} ${hit.result.token ?? ''}`);
    }
    this.checks.say(`${what}: ${hits.length} tries, ${open.length} got through`);
  }

  open(what: string, shots: readonly Shot[]): void {
    const hits = volley(
      this.lab,
      shots.map((shot) => ({ ...shot, timeoutMs: 3000, tries: 3 })),
    );
    for (const hit of hits) {
      this.checks.check(`${what}: ${shotText(hit)} is open`, hit.reached, () => `${hit.result.outcome} ${hit.result.detail ?? ''}`);
    }
    this.checks.say(`${what}: ${hits.filter(({ reached }) => reached).length} of ${hits.length} open`);
  }

  /** The proof that a try can work: at least one gets through. */
  control(what: string, shots: readonly Shot[]): void {
    const hits = volley(
      this.lab,
      shots.map((shot) => ({ ...shot, timeoutMs: 2000, tries: 2 })),
    );
    const through = hits.filter(({ reached }) => reached).length;
    this.checks.check(
      `control, ${what}: something gets through`,
      through > 0,
      hits.map((hit) => `${shotText(hit)} ${hit.result.outcome}`).join('\n'),
    );
    this.checks.say(`control, ${what}: ${through} of ${hits.length} got through`);
  }

  step(name: string, run: () => void): void {
    this.checks.step(name, () => {
      this.count++;
      run();
    });
  }

  /** Everything that was declared still works. */
  declaredFlows(what: string): void {
    const [web, api] = (['app-web', 'app-api'] as const).map((container) => ({ container }));
    const apiInApp = this.at('app-api', '-app').address;
    this.open(what, [
      { from: 'lanA', where: { ns: 'lanA' }, what: 'web', dst: HOST_ADDRESS, proto: 'tcp', port: 443 },
      { from: 'inet', where: { ns: 'inet' }, what: 'web', dst: HOST_ADDRESS, proto: 'tcp', port: 443, src: INTERNET },
      { from: 'lanB', where: { ns: 'lanB' }, what: 'web2', dst: HOST_ADDRESS, proto: 'tcp', port: 8081 },
      { from: 'host', where: { host: true }, what: 'web', dst: '127.0.0.1', proto: 'tcp', port: 9443 },
      { from: 'app-web', where: web, what: 'api', dst: apiInApp, proto: 'tcp', port: 8080 },
      { from: 'app-web', where: web, what: 'api', dst: apiInApp, proto: 'udp', port: 8080 },
      { from: 'app-api', where: api, what: 'db', dst: this.at('app-db', '-data').address, proto: 'tcp', port: 5432 },
    ]);
  }
}

export const tcp = (from: string, where: Where, what: string, dst: string, port: number, more: Partial<Shot> = {}): Shot => ({
  from,
  where,
  what,
  dst,
  proto: 'tcp',
  port,
  timeoutMs: 900,
  ...more,
});
