// No rule is there for nothing: without any one of them, some probe turns out differently. So the probes see every rule, and no rule is dead.
import {
  apply,
  everyRule,
  FIREWALL,
  memberships,
  neutraliseDocker,
  ourRules,
  picture,
  POOL,
  sh,
  type Shot,
  shotText,
  UnwatchedDeployment,
  volley,
} from './attacks-stage';
import { METADATA_ADDRESSES } from '../../../src/hardening/private/metadata-addresses';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS } from '../harness/deployment';
import { INTERNET, LAN_A } from '../harness/three-tier';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, type Where, withLab } from '../lab/lab';
import { Probes } from '../lab/probe';

const CONTAINERS = ['app-web', 'app-web2', 'app-web3', 'app-api', 'app-api2', 'app-api3', 'app-db'] as const;
/** Addresses outside that only the rules keep a container from: one inside the pool that no network has, and two link-local ones. */
const OUTSIDE = { pool: '10.20.250.1', named: '169.254.10.1', unnamed: '169.254.20.1' } as const;
/** Those of metadata services that have an address of their own. */
const METADATA = METADATA_ADDRESSES.flatMap(({ block }) => /^([0-9.]+)\/32$/.exec(block)?.[1] ?? []);

/** What takes packets that no probe here sends; another scenario sends them, and takes these rules out of the way for its control. */
const UNSEEN: readonly { readonly of: RegExp; readonly why: string }[] = [
  { of: /--ctstate RELATED/, why: 'errors of connections; see attacks-2-standing' },
  { of: /--ctdir REPLY .*-j DROP/, why: 'forged answers; see attacks-2-standing' },
  // The kernel counts the room of a set by parts, and in which part a source falls is chance.
  { of: /! --match-set \S+-rate-\S+ src .*-j RETURN/, why: 'the source found room in the set; see attacks-2-denial' },
  { of: /^element \S+-own-/, why: 'forged sources; see attacks-2-standing' },
  { of: /^element \S+-link-\S+ \S+,bh-dmz-/, why: 'no flow runs in this segment' },
];

interface Asked extends Shot {
  readonly open: boolean;
}

interface Rule {
  readonly table: string;
  readonly chain: string;
  /** Its place in the chain, from 1. */
  readonly number: number;
  readonly text: string;
}

const container = (name: string): Where => ({ container: name });

class Mutation {
  readonly probes: Probes;
  readonly asked: readonly Asked[];
  private readonly web: { readonly gateway: string; readonly app: string };
  private readonly api: string;

  constructor(
    readonly lab: Lab,
    readonly checks: Checks,
  ) {
    this.probes = new Probes(lab);
    const address = (name: string, part: string) => memberships(lab, name).find(({ network }) => network.endsWith(part))!;
    const serve = (token: string, where: Where, ports: readonly number[]) =>
      this.probes.serve(where, [
        ...ports.map((port) => ({ proto: 'tcp' as const, address: '0.0.0.0', port, token })),
        { proto: 'udp' as const, address: '0.0.0.0', port: 8080, token },
      ]);
    for (const name of CONTAINERS) serve(name, container(name), [22, 443, 5432, 8080, 8443, 9090]);
    serve('host', { host: true }, [22, 7778]);
    for (const ns of ['lanA', 'inet'] as const) serve(ns, { ns }, [22, 9090]);
    for (const ns of ['lanA', 'lanB', 'inet'] as const) lab.inNs(ns, ['ip', 'route', 'replace', POOL, 'via', HOST_ADDRESS]);
    for (const outside of [...Object.values(OUTSIDE), ...METADATA]) lab.inNs('inet', ['ip', 'addr', 'add', `${outside}/32`, 'dev', 'lo']);
    // Not ours: published on loopback, and in reach of the host's loopback itself.
    lab.docker('run', '-d', '--name', 'foreign', '-p', '127.0.0.1:7070:7070', 'lab:1');
    serve('foreign', container('foreign'), [7070]);

    this.web = { gateway: address('app-web', '-gw').address, app: address('app-web', '-app').address };
    this.api = address('app-api', '-app').address;
    const db = address('app-db', '-data');
    const gateways = new Set(['app-web', 'app-api', 'app-db'].flatMap((name) => memberships(lab, name).map(({ gateway }) => gateway)));
    const app = ['app-api', 'app-api2', 'app-api3'].map((name) => address(name, '-app').address);
    const ask = (open: boolean, from: string, where: Where, what: string, dst: string, port: number, more: Partial<Shot> = {}): Asked => {
      const patience = open ? { timeoutMs: 2000, tries: 2 } : { timeoutMs: 700 };
      return { open, from, where, what, dst, port, proto: 'tcp', ...patience, ...more };
    };
    const front = ['app-web', 'app-web2', 'app-web3'];
    this.asked = [
      ask(true, 'lanA', { ns: 'lanA' }, 'web', HOST_ADDRESS, 443),
      ask(true, 'inet', { ns: 'inet' }, 'web', HOST_ADDRESS, 443, { src: INTERNET }),
      ask(true, 'lanB', { ns: 'lanB' }, 'web2', HOST_ADDRESS, 8081),
      ask(true, 'host', { host: true }, 'web', '127.0.0.1', 9443),
      ask(true, 'host', { host: true }, 'foreign', '127.0.0.1', 7070),
      ...front.flatMap((name) => app.map((dst, i) => ask(true, name, container(name), `api${i + 1}`, dst, 9090))),
      ask(true, 'app-web', container('app-web'), 'api', this.api, 8080),
      ask(true, 'app-web', container('app-web'), 'api', this.api, 8080, { proto: 'udp' }),
      ask(true, 'app-web2', container('app-web2'), 'api', this.api, 22),
      ask(true, 'app-api', container('app-api'), 'db', db.address, 5432),
      ask(true, 'app-web', container('app-web'), 'internet', INTERNET, 9090),
      ask(true, 'app-web', container('app-web'), 'named link-local', OUTSIDE.named, 22),
      ask(true, 'app-db', container('app-db'), 'host', db.gateway, 22),
      ask(true, 'host', { host: true }, 'db', db.address, 9090),

      ask(false, 'lanB', { ns: 'lanB' }, 'web', HOST_ADDRESS, 443),
      ask(false, 'lanA', { ns: 'lanA' }, 'web', this.web.gateway, 8443),
      ask(false, 'app-web', container('app-web'), 'lanA', LAN_A, 22),
      ask(false, 'app-web', container('app-web'), 'web2 by the host', HOST_ADDRESS, 8081),
      ask(false, 'app-web', container('app-web'), 'pool', OUTSIDE.pool, 9090),
      ask(false, 'app-web', container('app-web'), 'link-local', OUTSIDE.unnamed, 9090),
      ...METADATA.map((dst) => ask(false, 'app-web', container('app-web'), 'metadata', dst, 9090)),
      ...[...gateways].map((dst) => ask(false, 'lanA', { ns: 'lanA' }, 'gateway', dst, 22)),
      ask(false, 'app-web2', container('app-web2'), 'api', this.api, 443),
      ask(false, 'app-db', container('app-db'), 'host', HOST_ADDRESS, 22),
      ask(false, 'app-db', container('app-db'), 'host', db.gateway, 7778),
      ask(false, 'host', { host: true }, 'db', db.address, 22),
    ];
  }

  /** What is as wanted, and what is not. */
  look(asked: readonly Asked[] = this.asked): Asked[] {
    this.lab.host(['conntrack', '-F']);
    // Before a rate the container's kernel says yes: what is open tells its name.
    return volley(this.lab, asked).flatMap((hit, i) =>
      (asked[i].open ? hit.result.token !== undefined : hit.reached) === asked[i].open ? [] : [asked[i]],
    );
  }

  rules(table: string): Rule[] {
    const counts = new Map<string, number>();
    const lines = sh(this.lab, `iptables-save -t ${table}`).split('\n');
    return lines.flatMap((text) => {
      const chain = /^-A (BULKHEAD-[A-Z]+) /.exec(text)?.[1];
      if (!chain) return [];
      const number = (counts.get(chain) ?? 0) + 1;
      counts.set(chain, number);
      return [{ table, chain, number, text }];
    });
  }

  /** Packets that no connection explains (TCP without a flag), where a declared flow or egress would let them by. */
  unexplained(): string {
    const sniff = (where: Where, dst: string) => this.probes.start(where, 'sniff', { proto: 'tcp', dst, direction: 'in' });
    const sniffers = [sniff(container('app-api'), this.api), sniff({ ns: 'inet' }, INTERNET)];
    const send = (where: Where, src: string, dst: string, port: number, sport: number) =>
      this.probes.attack(where, 'raw-tcp', { src, dst, port, sport, flags: 0, count: 3 });
    send(container('app-web'), this.web.app, this.api, 8080, 45001);
    send(container('app-web'), this.web.gateway, INTERNET, 9090, 45002);
    sleep(300);
    const [inside, outside] = sniffers.map((one) => one.stop<{ total: number }>().total);
    return `without a flag: to api ${inside}, to the internet ${outside}`;
  }

  /** Packets of a bridge that is not ours to 127.0.0.1 of the host; its kernel would not take an answer, so they are counted where they arrive. */
  toLoopback(): string {
    const counter = this.probes.start({ host: true }, 'listen-count', { listeners: [{ proto: 'udp', address: '127.0.0.1', port: 7779 }] });
    this.probes
      .start(container('foreign'), 'flood', { proto: 'udp', dst: '127.0.0.1', port: 7779, rate: 50, seconds: 0.5, device: 'eth0' })
      .result();
    sleep(300);
    return (counter.stop().total ?? 0) > 0 ? 'loopback of the host reached' : 'loopback of the host not reached';
  }

  private rateSet(): string {
    return /--add-set (\S+)/.exec(sh(this.lab, 'iptables-save -t mangle'))![1];
  }

  private asksRated(): string {
    const rated = this.asked.filter(({ open, what, port }) => open && what === 'web' && port === 443);
    return `${rated.length - this.look(rated).length} let in`;
  }

  /** Whether each source that asks is remembered for its rate. */
  remembered(): string {
    const set = this.rateSet();
    sh(this.lab, `ipset flush ${set}`);
    const answer = this.asksRated();
    return `${answer}, ${sh(this.lab, `ipset save ${set}`).match(/^add /gm)?.length ?? 0} remembered`;
  }

  /** New sources, when there is room for none in the set. */
  withoutRoom(): string {
    const set = this.rateSet();
    const others = Array.from({ length: 65_536 }, (_, i) => `add ${set} 11.0.${Math.floor(i / 256)}.${i % 256} -exist\n`).join('');
    this.lab.mustHost('filling the set', ['sh', '-c', `ipset flush ${set}; ipset restore`], { input: others });
    const answer = this.asksRated();
    sh(this.lab, `ipset flush ${set}`);
    return answer;
  }

  /** One connection that was let in, with more packets than its rate would let by as connections. */
  manyPackets(): string {
    const code = `import socket, sys, time
s = socket.create_connection((sys.argv[1], 443), 3); s.settimeout(3); s.recv(99); began = time.time()
for _ in range(300): s.send(b'x'); s.recv(1)
print('at once' if time.time() - began < 1.5 else 'late')`;
    const done = this.lab.inNs('lanA', ['python3', '-c', code, HOST_ADDRESS]);
    return done.code === 0 ? done.stdout.trim() : 'never';
  }

  /** Takes something away; what turns out differently; and all is as before once the apply script has run. */
  without(
    what: string,
    takeAway: () => void,
    asked: readonly Asked[],
    watch?: { readonly before: string; readonly look: () => string },
  ): boolean {
    const { checks, lab } = this;
    takeAway();
    const changed = this.look(asked);
    const odd = watch?.look();
    const told = apply(lab);
    checks.check(`${what}: the apply script notices that it is gone`, told.includes('bulkhead: applied'), told);
    const still = changed.length > 0 ? this.look(changed) : [];
    checks.check(`${what}: as before once it is back`, still.length === 0, still.map(shotText).join('\n'));
    const flips = changed.map((one) => `${shotText(one)} ${one.open ? 'closed' : 'OPEN'}`);
    if (odd !== watch?.before) flips.push(`${odd}; before: ${watch?.before}`);
    const unseen = UNSEEN.find(({ of }) => of.test(what));
    if (unseen !== undefined && flips.length === 0) checks.skip(what, unseen.why);
    else checks.check(`${what}: a probe turns out differently without it`, flips.length > 0, 'no difference');
    checks.say(
      `${what}\n      ${flips.length === 0 ? 'NO DIFFERENCE' : `${flips.length}: ${flips.slice(0, 2).join(' | ')}${flips.length > 2 ? ' | …' : ''}`}`,
    );
    return flips.length > 0;
  }

  withoutEach(rules: readonly Rule[]): void {
    const { lab, checks } = this;
    const watches = [
      {
        of: /ctstate INVALID/,
        look: () => this.unexplained(),
        before: 'without a flag: to api 0, to the internet 0',
      },
      { of: /--add-set/, look: () => this.remembered(), before: '2 let in, 2 remembered' },
      { of: /! --match-set \S+-rate-\S+ src .*-j RETURN/, look: () => this.withoutRoom(), before: '2 let in' },
      { of: /--ctstate ESTABLISHED .*--label "127"/, look: () => this.manyPackets(), before: 'at once' },
      { of: /-d 127\.0\.0\.0\/8 .*-j DROP/, look: () => this.toLoopback(), before: 'loopback of the host not reached' },
    ];
    for (const { of, look, before } of watches) {
      if (rules.some(({ text }) => of.test(text))) {
        const seen = look();
        checks.check(`with all rules: ${before}`, seen === before, seen);
      }
    }
    let seen = 0;
    for (const { table, chain, number, text } of rules) {
      const act = () => sh(lab, `iptables -w 10 -t ${table} -D ${chain} ${number}`);
      checks.step(text, () => {
        const local = ({ from, what }: Asked) => [from, what].some((end) => ['host', 'foreign', 'db'].includes(end));
        const asked = /-(INPUT|OUTPUT)$/.test(chain) ? this.asked.filter(local) : this.asked;
        const watch = watches.find(({ of }) => of.test(text));
        if (this.without(text, act, asked, watch)) seen++;
      });
    }
    checks.say(`${rules.length} rules taken away one by one, ${seen} of them seen by a probe`);
  }
}

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T07', 'T40'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    new UnwatchedDeployment(lab, everyRule).up();
    apply(lab);
    const mutation = new Mutation(lab, checks);
    const before = ourRules(lab);
    const asWanted = (what: string): void => {
      const wrong = mutation.look();
      checks.check(
        `${what}: every probe is as declared`,
        wrong.length === 0,
        wrong.map((one) => `${shotText(one)} is ${one.open ? 'closed' : 'open'}`).join('\n'),
      );
      checks.say(`${what}: ${mutation.asked.length} probes, ${wrong.length} differences`);
    };
    checks.say(`engine ${lab.version().version}, containers are up`);
    asWanted("with Docker's rules");
    const isSilent = ({ text }: Rule) => !text.includes('-j LOG');

    // The pass and the sets: with Docker's own rules as they are.
    mutation.withoutEach(mutation.rules('filter').filter(isSilent));
    // What rules put into sets comes and goes.
    const elements = sh(lab, 'ipset save | sed -n "s/^add //p" | grep -v -e -rate- | sort').trim().split('\n').filter(Boolean);
    checks.check('the program makes a set', elements.length >= 9, elements.join('\n'));
    let seen = 0;
    const inside = mutation.asked.filter(({ what }) => what.startsWith('api'));
    const isPair = (element: string) => /^\S+ [^ ,]+,(tcp|udp):/.test(element);
    for (const element of elements) {
      checks.step(element, () => {
        const asked = isPair(element) ? inside : mutation.asked;
        if (mutation.without(`element ${element}`, () => sh(lab, `ipset del ${element}`), asked)) seen++;
      });
    }
    checks.say(`${elements.length} elements taken away one by one, ${seen} of them seen by a probe`);

    // The guard: it alone decides.
    const back = picture(lab);
    neutraliseDocker(lab);
    asWanted("without Docker's filtering");
    mutation.withoutEach(mutation.rules('mangle').filter(isSilent));
    back();
    asWanted('at the end');
    const after = ourRules(lab);
    checks.check('our rules are the same bytes as before', after === before, after);
    const healthy = lab.host([FIREWALL, 'check']);
    checks.check('check holds at the end', healthy.code === 0, healthy.stdout);
  });
}
