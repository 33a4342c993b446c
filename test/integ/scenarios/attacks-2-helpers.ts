// Helpers of connection tracking that others switched on: FTP and SIP name an address and a port where more is to come, and the kernel then calls what comes
// there RELATED to a flow that is declared. Whoever speaks inside a declared flow writes such words; nothing opens by them.
import { LINES, type Line } from './attacks-2-stage';
import { apply, EVERY_ADDRESS, FIREWALL, sh, UnwatchedDeployment } from './attacks-stage';
import { BridgeSegment, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS, isAtLeast, translatesIpv6, type Program } from '../harness/deployment';
import { containerActor } from '../harness/matrix';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, type Where, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { type Probe, Probes } from '../lab/probe';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T02', 'T40', 'T50'];

const FTP = 2121;
const SIP = 5060;
/** Ports that a helper is told of; nobody declared them. */
const [DATA, PASSIVE, MEDIA, ANSWERED] = [7001, 7002, 7004, 7006];

const program: Program = ({ stack, daemon, image }) => {
  const container = (id: string, place: string) =>
    new HardenedContainer(stack, id, { segment: new BridgeSegment(stack, place, { daemon }), image });
  const [web, api, out] = [container('Web', 'Front'), container('Api', 'Pair'), container('Out', 'Away')];
  web.connections.allowTo(api, Port.tcp(FTP));
  // Alone with who asks it, so that datagrams over IPv6 may be declared.
  web.connections.allowTo(api, Port.udp(SIP));
  const translates = translatesIpv6(daemon);
  for (const [hostAddress, source] of [
    [HOST_ADDRESS, Peer.anyIpv4()] as const,
    ...(translates ? [[NET.host6, Peer.anyIpv6()] as const] : []),
  ]) {
    web.publish(Port.tcp(FTP), { targetPort: Port.tcp(FTP), hostAddress, sources: [source] });
  }
  for (const address of translates ? [NET.lanB, NET.lanB6] : [NET.lanB]) {
    out.connections.allowTo(Peer.address(address), Port.tcp(FTP));
    out.connections.allowTo(Peer.address(address), Port.udp(SIP));
  }
};

/** What FTP calls an active and a passive opening. */
function active(address: string, port: number): string {
  if (address.includes(':')) return `EPRT |2|${address}|${port}|\r\n`;
  return `PORT ${address.replaceAll('.', ',')},${port >> 8},${port & 255}\r\n`;
}

function passive(address: string, port: number): string {
  if (address.includes(':')) return `229 Entering Extended Passive Mode (|||${port}|)\r\n`;
  return `227 Entering Passive Mode (${address.replaceAll('.', ',')},${port >> 8},${port & 255})\r\n`;
}

/** A call that names where the caller, or in the answer the called, wants to be sent its sound. */
function call(first: string, from: string, to: string, media: number): string {
  const word = (address: string) => (address.includes(':') ? `[${address}]` : address);
  const version = from.includes(':') ? 'IP6' : 'IP4';
  const body = ['v=0', `o=a 1 1 IN ${version} ${from}`, 's=-', `c=IN ${version} ${from}`, 't=0 0', `m=audio ${media} RTP/AVP 0`, ''].join(
    '\r\n',
  );
  const head = [
    first,
    `Via: SIP/2.0/UDP ${word(from)}:${SIP};branch=z9hG4bK1`,
    `From: <sip:a@${word(from)}>;tag=1`,
    `To: <sip:b@${word(to)}>`,
    'Call-ID: 1@lab',
    'CSeq: 1 INVITE',
    `Contact: <sip:a@${word(from)}:${SIP}>`,
    'Content-Type: application/sdp',
    `Content-Length: ${body.length}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

interface Try {
  readonly text: string;
  /** Who opens the declared flow, to where, and what both say in it. */
  readonly speaker: Where;
  readonly answerer: Where;
  readonly dst: string;
  readonly proto: 'tcp' | 'udp';
  readonly says: string;
  readonly answers: string;
  /** What comes then, that nobody declared: from where, and to which sockets; told what the answerer heard. */
  readonly from: Where;
  shots(heard: string): Omit<Probe, 'id'>[];
}

class Stage {
  readonly probes: Probes;
  private readonly own = new Map<string, string[]>();

  constructor(
    readonly lab: Lab,
    readonly translates: boolean,
  ) {
    this.probes = new Probes(lab);
    for (const name of ['app-web', 'app-api', 'app-out']) {
      this.own.set(name, containerActor(lab, name).endpoints.map(({ network, address }) => `${network} ${address}`)); // prettier-ignore
      for (const address of ['0.0.0.0', '::']) {
        const tcp = [DATA, PASSIVE].map((port) => ({ proto: 'tcp' as const, address, port, token: name }));
        const udp = [MEDIA, MEDIA + 1, ANSWERED, ANSWERED + 1].map((port) => ({ proto: 'udp' as const, address, port, token: name }));
        this.probes.serve({ container: name }, [...tcp, ...udp]);
      }
    }
  }

  at(name: string, part: string, line: Line): string {
    const isLine = (address: string) => address.includes(':') === (line === 'IPv6');
    const found = this.own.get(name)!.map((text) => text.split(' ')).find(([network, address]) => network.includes(part) && isLine(address)); // prettier-ignore
    if (!found) throw new Error(`${name} has no ${line} address in ${part}`);
    return found[1];
  }

  tries(line: Line): Try[] {
    const [web, api, out, lanA, lanB] = [{ container: 'app-web' }, { container: 'app-api' }, { container: 'app-out' }, { ns: 'lanA' }, { ns: 'lanB' }] as const; // prettier-ignore
    const [webIn, apiIn] = [this.at('app-web', 'pair', line), this.at('app-api', 'pair', line)];
    const inside = { speaker: web, answerer: api, dst: apiIn };
    const tcp = (dst: string, port: number): Omit<Probe, 'id'> => ({ proto: 'tcp', dst, port, timeoutMs: 800 });
    const udp = (dst: string, port: number): Omit<Probe, 'id'> => ({ proto: 'udp', dst, port, timeoutMs: 800 });
    const found: Try[] = [
      { text: 'FTP, PORT', ...inside, proto: 'tcp', says: active(webIn, DATA), answers: '200 ok\r\n', from: api, shots: () => [tcp(webIn, DATA)] },
      { text: 'FTP, PASV', ...inside, proto: 'tcp', says: 'PASV\r\n', answers: passive(apiIn, PASSIVE), from: web, shots: () => [tcp(apiIn, PASSIVE)] },
      { text: 'SIP, INVITE', ...inside, proto: 'udp', says: call(`INVITE sip:b@lab SIP/2.0`, webIn, apiIn, MEDIA), answers: '', from: api, shots: () => [udp(webIn, MEDIA)] },
      { text: 'SIP, 200 OK', ...inside, proto: 'udp', says: call(`INVITE sip:b@lab SIP/2.0`, webIn, apiIn, MEDIA), answers: call('SIP/2.0 200 OK', apiIn, webIn, ANSWERED), from: web, shots: () => [udp(apiIn, ANSWERED)] },
    ]; // prettier-ignore
    if (line === 'IPv6' && !this.translates) return found;
    const [host, second, other] = line === 'IPv4' ? [NET.host, NET.host2, NET.lanB] : [NET.host6, NET.host62, NET.lanB6];
    const [webEdge, outEdge] = [this.at('app-web', '-gw', line), this.at('app-out', '-gw', line)];
    const outward = { speaker: out, answerer: lanB, dst: other, from: lanB };
    return [
      ...found,
      { text: 'FTP, PASV through a publication', speaker: lanA, answerer: web, dst: host, proto: 'tcp', says: 'PASV\r\n', answers: passive(webEdge, PASSIVE), from: lanA, shots: () => [tcp(host, PASSIVE), tcp(webEdge, PASSIVE)] },
      { text: 'FTP, PORT through egress', ...outward, proto: 'tcp', says: active(outEdge, DATA), answers: '200 ok\r\n', shots: (heard) => [...[host, second].map((dst) => tcp(dst, portOf(heard, DATA))), tcp(outEdge, DATA)] },
      { text: 'SIP, INVITE through egress', ...outward, proto: 'udp', says: call(`INVITE sip:b@lab SIP/2.0`, outEdge, other, MEDIA), answers: '', shots: (heard) => [...[host, second].map((dst) => udp(dst, mediaOf(heard))), udp(outEdge, MEDIA)] },
    ]; // prettier-ignore
  }

  /** Speaks, counts what the kernel expects, and sends what it expects; whether something of it arrived. */
  dare(one: Try): { expected: number; arrived: boolean; detail: string } {
    const port = one.proto === 'tcp' ? FTP : SIP;
    const any = one.dst.includes(':') ? '::' : '0.0.0.0';
    const answering = this.probes.begin(one.answerer, 'helpers', 'answer', { proto: one.proto, address: any, port, text: one.answers });
    const speaking = this.probes.begin(one.speaker, 'helpers', 'speak', { proto: one.proto, dst: one.dst, port, text: one.says });
    const expected = sh(this.lab, 'for f in ipv4 ipv6; do conntrack -L expect -f $f 2>/dev/null; done; :').split('\n').filter(Boolean);
    const { heard } = answering.stop<{ heard: string[] }>();
    const shots = one.shots(heard.join(''));
    const results = shots.map((shot) => this.probes.one(one.from, shot));
    speaking.stop();
    sh(this.lab, 'conntrack -F expect >/dev/null 2>&1; conntrack -F >/dev/null 2>&1; :');
    sleep(100);
    return {
      expected: expected.length,
      arrived: results.some(({ token }) => token !== undefined),
      detail: JSON.stringify({ heard, expected, shots, results }),
    };
  }
}

/** Behind a translation the helper writes another port into what the far end reads. */
function portOf(heard: string, otherwise: number): number {
  const four = /PORT (?:\d+,){4}(\d+),(\d+)/.exec(heard);
  const six = /EPRT \|2\|[^|]*\|(\d+)/.exec(heard);
  return four ? Number(four[1]) * 256 + Number(four[2]) : Number(six?.[1] ?? otherwise);
}

const mediaOf = (heard: string) => Number(/m=audio (\d+)/.exec(heard)?.[1] ?? MEDIA);

const HELPERS = `for t in iptables ip6tables; do for c in PREROUTING OUTPUT; do
  $t -w 10 -t raw -A $c -p tcp --dport ${FTP} -j CT --helper ftp && $t -w 10 -t raw -A $c -p udp --dport ${SIP} -j CT --helper sip || exit 1
done; done`;

/** As a firewall has it that lets by whatever is RELATED. */
const RELATED = `for t in iptables ip6tables; do
  s='-m conntrack --ctstate RELATED'
  $t -w 10 -t mangle -I FORWARD 1 $s -j ACCEPT; $t -w 10 -I FORWARD 1 $s -j ACCEPT
done`;
const STRICT = RELATED.replaceAll('-I FORWARD 1', '-D FORWARD');

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new UnwatchedDeployment(lab, program, {
      daemon: EVERY_ADDRESS,
    });
    deployment.up();
    apply(lab);
    const put = lab.host(['sh', '-c', HELPERS]);
    if (put.code !== 0) return checks.skip('helpers', `the kernel takes no rule for them: ${put.stderr.split('\n')[0]}`);
    const stage = new Stage(lab, isAtLeast(deployment.daemon, '27.0'));
    for (const line of LINES) {
      for (const one of stage.tries(line)) {
        const { expected, arrived, detail } = stage.dare(one);
        checks.check(`${line}, ${one.text}: the kernel expects what was named`, expected > 0, detail);
        checks.shown(`${line}, ${one.text}: and nothing of it arrives`, !arrived, detail);
      }
    }
    sh(lab, RELATED);
    for (const line of LINES) {
      for (const one of stage.tries(line)) {
        const { arrived, detail } = stage.dare(one);
        checks.shown(`control, ${line}, ${one.text}: where RELATED is let by, it arrives`, arrived, detail);
      }
    }
    sh(lab, STRICT);
    const healthy = lab.host([FIREWALL, 'check']);
    checks.shown('check holds beside such rules', healthy.code === 0, healthy.stdout);
  });
}
