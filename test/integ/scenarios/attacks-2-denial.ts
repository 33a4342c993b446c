// A rated publication under forged sources: honest new clients get in, a source over its rate does not, and on the rules of before everybody new is
// shut out. A million sources ask by TCP over IPv4; as many as matter by UDP and over IPv6.
import { FIREWALL, UnwatchedDeployment } from './attacks-stage';
import { BridgeSegment, ConnectionRate, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { isAtLeast, translatesIpv6, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET, type NsName } from '../lab/network';
import { Probes, type ProbeResult, type Running } from '../lab/probe';

const PER_MINUTE = 30;
/** More than the kernel tracks connections, or any set has places. */
const FILLS_EVERY_TABLE = 300_000;
/** No flood is over sooner, however fast the machine: clients ask while it lasts. */
const FLOOD_SECONDS = 5;
const CONTAINER = 'app-web';

const program: Program = ({ stack, daemon, image }) => {
  const web = new HardenedContainer(stack, 'Web', { segment: new BridgeSegment(stack, 'Front', { daemon }), image });
  const rate = ConnectionRate.perMinute(PER_MINUTE);
  const families = [
    { hostAddress: NET.host, sources: [Peer.anyIpv4()] },
    ...(translatesIpv6(daemon) ? [{ hostAddress: NET.host6, sources: [Peer.anyIpv6()] }] : []),
  ];
  for (const family of families) {
    web.publish(Port.tcp(443), { ...family, targetPort: Port.tcp(8443), rate });
    web.publish(Port.tcp(444), { ...family, targetPort: Port.tcp(8444), rate });
    web.publish(Port.udp(53), { ...family, targetPort: Port.udp(5353), rate });
  }
};

interface FamilyOf {
  readonly name: 'IPv4' | 'IPv6';
  readonly host: string;
  readonly tool: string;
  readonly sets: string;
  /** Where forged sources begin, in blocks to which no answer finds a way. */
  readonly forged: (block: number) => string;
  readonly blackhole: string;
  readonly sourceLength?: number;
  /** The n-th honest client behind the router; each of a source of its own. */
  readonly client: (n: number) => string;
}

const IPV4: FamilyOf = {
  name: 'IPv4',
  host: NET.host,
  tool: 'iptables',
  sets: 'bh4-rate-',
  forged: (block) => `${11 + block}.0.0.0`,
  blackhole: '8.0.0.0/5',
  client: (n) => `203.0.113.${100 + n}`,
};
const IPV6: FamilyOf = {
  name: 'IPv6',
  host: NET.host6,
  tool: 'ip6tables',
  sets: 'bh6-rate-',
  forged: (block) => `2a0${block}::1`,
  blackhole: '2a00::/12',
  sourceLength: 56,
  client: (n) => `2001:db8:fe${n.toString(16).padStart(2, '0')}::1`,
};

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T51'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new UnwatchedDeployment(lab, program, {
      daemon: { dualStack: true, additionalHostAddresses: [NET.host6] },
    });
    deployment.up();
    const families = isAtLeast(deployment.daemon, '27.0') ? [IPV4, IPV6] : [IPV4];
    for (const family of families) {
      const denial = new Denial(lab, checks, family);
      checks.step(`${family.name}: each source has its rate`, () => denial.rates());
      checks.step(`${family.name}: forged sources do not count`, () => denial.handshakes());
      checks.step(`${family.name}: a flood of SYNs`, () =>
        denial.syns(family === IPV6 ? 100_000 : engine === '28.5' ? 1_000_000 : FILLS_EVERY_TABLE),
      );
      if (family === IPV6) continue;
      checks.step('connections that are opened again', () => denial.reopened());
      checks.step('a flood of datagrams', () => denial.datagrams(100_000));
    }
    if (families.length === 1) checks.skip('IPv6', 'this engine publishes nothing on an address of IPv6');
    const said = lab.host([FIREWALL, 'check']).stdout;
    checks.shown('what rules have put into sets is no deviation', !/rules or sets/.test(said), said);
  });
}

/** Attacks on one family, each with what must hold under it and the proof that it did not on the rules of before. */
class Denial {
  private readonly probes: Probes;
  private readonly mac: string;
  private clients = 0;

  constructor(
    private readonly lab: Lab,
    private readonly checks: Checks,
    private readonly family: FamilyOf,
  ) {
    this.probes = new Probes(lab);
    const anywhere = family === IPV4 ? '0.0.0.0' : '::';
    this.probes.serve({ container: CONTAINER }, [
      { proto: 'tcp', address: anywhere, port: 8443, token: 'web' },
      { proto: 'udp', address: anywhere, port: 5353, token: 'web' },
    ]);
    const [link] = JSON.parse(lab.mustHost('asking for the link', ['ip', '-j', 'link', 'show', 'eth0'])) as { address: string }[];
    this.mac = link.address;
    lab.inNs('inet', ['ip', 'route', 'add', 'blackhole', family.blackhole]);
  }

  /** A source gets its burst and no more, whatever it tries; over IPv6 all of its network is one source. */
  rates(): void {
    const all = (proto: 'tcp' | 'udp', src: string) =>
      this.probes
        .run(
          { ns: 'inet' },
          Array.from({ length: 3 * PER_MINUTE }, () => ({ id: '', proto, dst: this.family.host, port: PORTS[proto], src, timeoutMs: 900 })),
        )
        .filter(answered).length;
    for (const proto of ['tcp', 'udp'] as const) {
      const client = this.newClient();
      const first = all(proto, client);
      this.shown(`${proto}: of ${3 * PER_MINUTE} at once ${PER_MINUTE} get in`, within(first, PER_MINUTE), first);
      if (this.family.sourceLength === undefined) continue;
      const neighbour = client.replace('::1', ':ff::1');
      this.address(neighbour);
      const second = all(proto, neighbour);
      this.shown(`${proto}: another /64 of the same /56 has no rate of its own`, second <= 4, second);
    }
  }

  /** Whatever a forged source sends without having seen the answer, it is not counted, and nothing of it is let in. */
  handshakes(): void {
    const ways = {
      'SYN twice': [2, 2],
      'SYN, RST': [2, 4],
      'SYN, ACK': [2, 16, 16],
      'ACK twice': [16, 16],
      'SYN, FIN': [2, 17],
      'SYN, SYN+ACK': [2, 18],
    };
    const before = this.counted('tcp');
    Object.entries(ways).forEach(([what, flags], n) => {
      this.forge('lanA', 'tcp', 2_000, {
        flags,
        src: this.family.forged(4).replace('0.0.0', `${n}.0.0`).replace('::1', `:${n}000::1`),
      }).result();
      const counted = this.counted('tcp') - before;
      // A number that fits is guessed once in 65,000 times.
      this.shown(`${what} of 2,000 forged sources: none is counted`, counted <= 1, counted);
    });
    // Without what asks for a complete handshake the kernel's own state is all there is to ask.
    const undo = this.before([
      [...this.place('tcp'), '-m', 'conntrack', '--ctstate', 'ESTABLISHED', ...hashlimit('bhcontrol'), '-j', 'RETURN'],
    ]);
    this.forge('lanA', 'tcp', 2_000, {
      flags: [2, 16],
      src: this.family.forged(4).replace('0.0.0', '9.0.0').replace('::1', ':9000::1'),
    }).result();
    const control = this.lines('bhcontrol');
    this.shown('control: by the state alone forged sources are counted', control > 100, control);
    undo();
  }

  /** The kernel goes on with a connection that the container has reset and its client opens again; it counts each time. */
  reopened(): void {
    const tries = PER_MINUTE + 15;
    const asked = (client: string) =>
      this.lab.inNs('inet', ['python3', '-c', REOPEN, client, this.family.host, String(tries)]).stdout.trim();
    const server = this.lab.backgroundIn(
      { container: CONTAINER },
      ['python3', '-c', RESET],
      `${this.lab.runDir}/reset-${this.family.name}.log`,
    );
    sleep(500);
    const opened = Number(asked(this.newClient()));
    this.shown(`tcp: of ${tries} openings of one connection ${PER_MINUTE} get in`, within(opened, PER_MINUTE), opened);
    const undo = this.before([
      ['-o', 'bh-+', '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-m', 'connlabel', '--label', '127', '-j', 'RETURN'],
    ]);
    const control = Number(asked(this.newClient()));
    this.shown('control, tcp: by the label alone all get in', control === tries, control);
    undo();
    const place = this.place('tcp').map((word) => (word === String(TARGETS.tcp) ? '8444' : word));
    const back = this.before([
      ['-o', 'bh-+', '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-j', 'RETURN'],
      [...place, ...hashlimit('bhcontrol'), '-j', 'RETURN'],
      [...place, '-j', 'DROP'],
    ]);
    const old = Number(asked(this.newClient()));
    this.shown('control, tcp: on the rule of before all get in', old === tries, old);
    back();
    process.kill(server);
  }

  syns(count: number): void {
    const half = count / 2;
    const senders = [
      this.forge('lanA', 'tcp', half, { rate: half / FLOOD_SECONDS }),
      this.forge('lanB', 'tcp', half, { rate: half / FLOOD_SECONDS, src: this.family.forged(1) }),
    ];
    const asked = this.askUnder('tcp', senders);
    const sent = senders.map((sender) => sender.result<{ sent: number }>().sent).reduce((a, b) => a + b);
    const connections = this.lab.mustHost('counting connections', ['cat', '/proc/sys/net/netfilter/nf_conntrack_count']).trim();
    this.checks.say(
      `${this.family.name} tcp: ${sent} forged SYNs, ${connections} connections tracked, ${this.counted('tcp')} sources counted`,
    );
    // A busy machine sends no million in a minute; this many fill each table there is.
    const needed = Math.min(count, FILLS_EVERY_TABLE);
    this.shown(`tcp: at least ${needed} sources were forged`, sent >= needed, sent);
    this.shown(
      `tcp: each of ${asked.length} new clients got in meanwhile`,
      asked.length > 0 && asked.every(answered),
      JSON.stringify(asked),
    );
    this.control('tcp');
  }

  datagrams(count: number): void {
    const known = this.newClient();
    const ask = () => this.ask('udp', known);
    this.shown('udp: a client gets in before', answered(ask()), '');
    const [before, began] = [this.letIn('udp'), Date.now()];
    const sender = this.forge('lanA', 'udp', count, { rate: count / FLOOD_SECONDS });
    const asked = this.askUnder('udp', [sender]);
    const { sent } = sender.result<{ sent: number }>();
    const seconds = (Date.now() - began) / 1000;
    const through = this.letIn('udp') - before;
    this.checks.say(`${this.family.name} udp: ${through} of ${sent} forged datagrams let in, in ${seconds.toFixed(1)} s`);
    const bound = 'udp: all sources together stay under their rate';
    // The rate of those without a place, that of those that are given one, and the bursts of both.
    if (sent > 11_000 * (seconds + 2)) this.shown(bound, through <= 11_000 * (seconds + 2), through);
    else this.checks.skip(bound, `this machine sent ${Math.round(sent / seconds)} datagrams per second, which is under it`);
    this.shown(
      `udp: each of ${asked.length} new clients got in meanwhile`,
      asked.length > 0 && asked.every(answered),
      JSON.stringify(asked),
    );
    this.shown('udp: a client that was known gets in', answered(ask()), '');
    const places = this.counted('udp');
    this.shown('udp: the set of sources has its bound', places <= 65_536, places);
    this.control('udp');
  }

  /** The rule of before: each first packet is looked up in the kernel's table, which drops whatever is new when it is full. */
  private control(proto: 'tcp' | 'udp'): void {
    const place = this.place(proto);
    const undo = this.before([
      ['-o', 'bh-+', '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-j', 'RETURN'],
      [...place, ...hashlimit('bhcontrol'), '-j', 'RETURN'],
      [...place, '-j', 'DROP'],
    ]);
    this.forge('lanA', proto, 80_000, { src: this.family.forged(2) }).result();
    const client = this.newClient();
    const shut = this.ask(proto, client, { timeoutMs: 1_000, tries: 3 });
    this.shown(
      `control, ${proto}: on the rule of before a new client is shut out`,
      !answered(shut),
      `${this.lines('bhcontrol')} places, ${shut.outcome}`,
    );
    undo();
    const again = this.ask(proto, client);
    this.shown(`control, ${proto}: and is let in again by ours`, answered(again), again.outcome);
  }

  /** New clients, one after the other, for as long as the senders send. */
  private askUnder(proto: 'tcp' | 'udp', senders: readonly Running[]): ProbeResult[] {
    const asked: ProbeResult[] = [];
    // Not before there are more sources than any table has places for.
    sleep(1_500);
    while (senders.some(({ isRunning }) => isRunning) && asked.length < 12) {
      asked.push(this.ask(proto, this.newClient()));
      sleep(500);
    }
    return asked;
  }

  /** As a client asks that has patience for some seconds. */
  private ask(proto: 'tcp' | 'udp', src: string, more: { timeoutMs?: number; tries?: number } = {}): ProbeResult {
    const patience = proto === 'tcp' ? { timeoutMs: 4_000, tries: 2 } : { timeoutMs: 500, tries: 20 };
    return this.probes.one({ ns: 'inet' }, { proto, dst: this.family.host, port: PORTS[proto], src, ...patience, ...more });
  }

  private newClient(): string {
    const client = this.family.client(this.clients++);
    this.address(client);
    return client;
  }

  private address(address: string): void {
    this.lab.inNs('inet', ['ip', 'addr', 'add', address, 'dev', 'lo', ...(this.family === IPV6 ? ['nodad'] : [])]);
  }

  private forge(ns: NsName, proto: 'tcp' | 'udp', count: number, more: Readonly<Record<string, unknown>> = {}): Running {
    const { host, sourceLength, forged } = this.family;
    const spec = {
      src: forged(0),
      dst: host,
      proto,
      port: PORTS[proto],
      device: 'eth0',
      dstMac: this.mac,
      count,
      sourceLength,
      seconds: 60,
    };
    return this.probes.forge({ ns }, { ...spec, ...more });
  }

  /** The words of the publication's rule, as they were before. */
  private place(proto: 'tcp' | 'udp'): string[] {
    const line = this.rules().find((rule) => rule.includes(`--dport ${TARGETS[proto]} `) && rule.includes('--add-set')) ?? '';
    const word = (option: string) => new RegExp(`${option} (\\S+)`).exec(line)![1];
    const target = ['-d', word('-d'), '-o', word('-o'), '-p', proto, '-m', proto, '--dport', word('--dport')];
    return [...target, '-m', 'conntrack', '--ctstate', 'DNAT', '--ctdir', 'ORIGINAL'];
  }

  /** Puts rules before all of ours; the function given back takes them away. */
  private before(rules: readonly (readonly string[])[]): () => void {
    const edit = (action: string[], rule: readonly string[]) =>
      this.lab.mustHost('a rule of before', [this.family.tool, '-w', '30', '-t', 'mangle', ...action, ...rule]);
    rules.forEach((rule, n) => edit(['-I', 'BULKHEAD-FORWARD', String(n + 1)], rule));
    return () => rules.forEach((rule) => edit(['-D', 'BULKHEAD-FORWARD'], rule));
  }

  private rules(): string[] {
    return this.lab.mustHost('reading the rules', [`${this.family.tool}-save`, '-c', '-t', 'mangle']).split('\n');
  }

  private letIn(proto: 'tcp' | 'udp'): number {
    const mine = this.rules().filter(
      (rule) => rule.includes(`-p ${proto} `) && rule.includes(this.family.sets) && rule.endsWith('-j RETURN'),
    );
    return mine.map((rule) => Number(/^\[(\d+):/.exec(rule)![1])).reduce((a, b) => a + b, 0);
  }

  /** Sources in the publication's set. */
  private counted(proto: 'tcp' | 'udp'): number {
    const line = this.rules().find((rule) => rule.includes(`--dport ${TARGETS[proto]} `) && rule.includes('--add-set')) ?? '';
    const text = this.lab.mustHost('reading the set', ['ipset', 'list', '-t', /--add-set (\S+)/.exec(line)![1]]);
    return Number(/Number of entries: (\d+)/.exec(text)![1]);
  }

  private lines(table: string): number {
    const folder = this.family === IPV4 ? 'ipt_hashlimit' : 'ip6t_hashlimit';
    return Number(this.lab.mustHost('reading a table', ['sh', '-c', `wc -l < /proc/net/${folder}/${table}`]));
  }

  private shown(what: string, holds: boolean, detail: string | number): void {
    this.checks.shown(`${this.family.name} ${what}`, holds, String(detail));
  }
}

/** Resets each connection; a port beside that of the other server. */
const RESET = `import socket, struct
s = socket.create_server(('::', 8444), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
while True:
    c, _ = s.accept()
    c.recv(1)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    c.close()`;

/** Opens one connection again and again, always from the same port, and tells how often the server took its byte. */
const REOPEN = `import socket, sys
client, host, tries = sys.argv[1], sys.argv[2], int(sys.argv[3])
taken = 0
for _ in range(tries):
    s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(0.25)
    s.bind((client, 40000))
    try:
        s.connect((host, 444))
        s.send(b'x')
        s.recv(1)
    except ConnectionResetError:
        taken += 1
    except OSError:
        pass
    s.close()
print(taken)`;

const PORTS = { tcp: 443, udp: 53 } as const;
const TARGETS = { tcp: 8443, udp: 5353 } as const;

const hashlimit = (name: string) => [
  ...['-m', 'hashlimit', '--hashlimit-upto', `${PER_MINUTE}/min`, '--hashlimit-burst', String(PER_MINUTE)],
  ...['--hashlimit-mode', 'srcip', '--hashlimit-name', name],
];

/** A connection alone is the kernel's answer, which everybody gets. */
const answered = ({ outcome, token }: ProbeResult): boolean => outcome === 'open' && token === 'web';

/** Some more are earned while it lasts. */
const within = (count: number, burst: number): boolean => burst <= count && count <= burst + 4;
