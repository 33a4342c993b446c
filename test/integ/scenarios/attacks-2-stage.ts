// The program whose standing connections are attacked, and what the forgers are.
import { apply, cardOf, EVERY_ADDRESS, memberships, POOL, sh, UnwatchedDeployment } from './attacks-stage';
import { BridgeSegment, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS, isAtLeast, translatesIpv6, type Program } from '../harness/deployment';
import { sleep } from '../lab/exec';
import type { Lab, Where } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

export const LINES = ['IPv4', 'IPv6'] as const;
export type Line = (typeof LINES)[number];

/** web → api in a segment of the two alone and, on another port, in a conduit; both have neighbours elsewhere. */
const program: Program = ({ stack, daemon, image }) => {
  const segment = (id: string) => new BridgeSegment(stack, id, { daemon });
  const container = (id: string, place: BridgeSegment) => new HardenedContainer(stack, id, { segment: place, image });
  const [front, back, pairs, evil, deep] = ['Front', 'Back', 'Pairs', 'Hostile', 'Inner'].map(segment);
  const [web, api, peer] = [container('Web', front), container('Api', back), container('Peer', pairs)];
  container('Member', back);
  web.connections.allowTo(peer, Port.udp(5353));
  web.connections.allowTo(api, Port.tcp(8080));
  web.connections.allowTo(api, Port.udp(5354), { conduit: true });
  container('ToHost', segment('Local')).connections.allowTo(Peer.host(), Port.tcp(9090));
  container('Deep', deep);
  const [out, forger] = [container('Out', segment('Away')), container('Evil', evil)];
  out.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  const lines = translatesIpv6(daemon) ? [NET.lanB, NET.lanB6] : [NET.lanB];
  for (const address of lines) {
    out.connections.allowTo(Peer.address(address), Port.udp(9999));
    // A way out is what makes a route to everywhere, over which forged packets leave.
    forger.connections.allowTo(Peer.address(address), Port.tcp(7));
  }
};

export interface Flow {
  readonly what: string;
  readonly from: string;
  readonly to: string | Where;
  readonly network: () => string;
  readonly port: number;
}

/** One connection that stands, as its first packet had it and as conntrack knows it. */
interface Tuple {
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly port: number;
  /** What the far end sees, behind a translation. */
  readonly outer: { readonly address: string; readonly port: number };
}

/** One way to write into a standing connection. */
export interface Try {
  readonly text: string;
  /** Where it must not arrive. */
  readonly victim: Where;
  /** Why the kernel or Docker stops it by itself on some engines. */
  readonly isShutByOthers?: string;
  send(tuples: ReadonlyMap<string, Tuple>): void;
}

export class StandingStage {
  readonly deployment: UnwatchedDeployment;
  readonly probes: Probes;
  readonly egress: Flow = { what: 'egress', from: 'app-out', to: { ns: 'lanB' }, network: () => 'app-away-gw', port: 9999 };
  readonly flows: readonly Flow[] = [
    { what: 'segment', from: 'app-web', to: 'app-peer', network: () => 'app-pairs', port: 5353 },
    { what: 'conduit', from: 'app-web', to: 'app-api', network: () => this.conduitNetworks()[0], port: 5354 },
  ];
  private readonly tuples = new Map<string, Tuple>();
  private readonly frames = new Map<string, { device: string; dstMac: string }>();

  constructor(
    readonly lab: Lab,
    readonly checks: Checks,
  ) {
    this.deployment = new UnwatchedDeployment(lab, program, {
      daemon: EVERY_ADDRESS,
    });
    this.deployment.up();
    this.probes = new Probes(lab);
    for (const [where, token, ports] of [
      [{ container: 'app-peer' }, 'peer', [5353]],
      [{ container: 'app-api' }, 'api', [5354]],
      [{ ns: 'lanB' }, 'lanB', [9999]],
    ] as const) {
      for (const address of ['0.0.0.0', '::']) {
        this.probes.serve(
          where,
          ports.map((port) => ({ proto: 'udp', address, port, token })),
        );
      }
    }
    for (const address of ['0.0.0.0', '::']) {
      this.probes.serve({ container: 'app-api' }, [{ proto: 'tcp', address, port: 8080, token: 'api' }]);
      this.probes.serve({ host: true }, [{ proto: 'tcp', address, port: 9090, token: 'host' }]);
    }
    this.probes.serve({ container: 'app-out' }, [{ proto: 'tcp', address: '0.0.0.0', port: 8443, token: 'out' }]);
    // Others' containers: on Docker's own bridge, and attached by hand to a segment of ours.
    lab.docker('run', '-d', '--name', 'foreign', 'lab:1');
    lab.docker('network', 'create', '--ipv6', '--subnet', '172.31.0.0/24', '--subnet', 'fd99:1::/64', 'others');
    lab.docker('run', '-d', '--name', 'foreign6', '--network', 'others', '--ip6', 'fd99:1::99', 'lab:1');
    lab.docker('run', '-d', '--name', 'byhand', '--network', 'app-hostile', ...this.byHandAddress(), 'lab:1');
    // The more open case: no look at reverse paths, what no rule decides goes on, and what stands does so until the end.
    sh(
      lab,
      'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done; for f in /proc/sys/net/netfilter/nf_conntrack_udp_timeout*; do echo 900 >$f; done; for t in iptables ip6tables; do $t -w 10 -P FORWARD ACCEPT; done',
    );
  }

  // --- who is where --------------------------------------------------------------------------------------------------------------------

  conduitNetworks(): string[] {
    return this.lab.docker('network', 'ls', '--format', '{{.Name}}', '--filter', 'name=conduit').split('\n').filter(Boolean);
  }

  address(name: string, network: string, line: Line): string {
    const key = line === 'IPv4' ? 'IPAddress' : 'GlobalIPv6Address';
    const all = JSON.parse(this.lab.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', name)) as Record<
      string,
      Record<string, string>
    >;
    return all[network][key];
  }

  gatewayOf(name: string, line: Line): string {
    const [{ network }] = memberships(this.lab, name);
    const config = JSON.parse(this.lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', network)) as { Gateway: string }[];
    return config.map(({ Gateway }) => Gateway).find((gateway) => gateway.includes(':') === (line === 'IPv6'))!;
  }

  macOf(name: string, address: string): string {
    return cardOf(this.lab, name, address);
  }

  macOfHost(device: string): string {
    return (JSON.parse(sh(this.lab, `ip -j link show dev ${device}`)) as [{ address: string }])[0].address;
  }

  lanRoutes(line: Line): void {
    const [block, via] = line === 'IPv4' ? [POOL, HOST_ADDRESS] : [`${this.gatewayOf('app-tohost', line)}/48`, NET.host6];
    const words = line === 'IPv4' ? [block] : [block.replace(/^((?:[0-9a-f]+:){3}).*$/, '$1:/48')];
    this.lab.inNs('lanA', ['ip', 'route', 'replace', ...words, 'via', via]);
  }

  private byHandAddress(): string[] {
    // 20.10 and 26.1 find no address by themselves in a range that ends where a /64 does.
    return ['--ip6', this.address('app-evil', 'app-hostile', 'IPv6').replace(/[^:]+$/, '99')];
  }

  // --- connections that stand ------------------------------------------------------------------------------------------------------------

  /** Engines before 27 translate no IPv6, and the addresses here are not routed. */
  hasEgress(line: Line): boolean {
    return line === 'IPv4' || isAtLeast(this.deployment.daemon, '27.0');
  }

  openAll(line: Line): void {
    for (const flow of [...this.flows, ...(this.hasEgress(line) ? [this.egress] : [])]) this.open(line, flow);
  }

  /** Asks once and is answered, so that the connection stands in both directions. */
  open(line: Line, { what, from, to, network, port }: Flow): Tuple {
    const dst = typeof to === 'string' ? this.address(to, network(), line) : line === 'IPv4' ? NET.lanB : NET.lanB6;
    const { outcome, token } = this.probes.one({ container: from }, { proto: 'udp', dst, port, timeoutMs: 3000, tries: 3 });
    this.checks.check(`${line} ${what}: the connection stands`, outcome === 'open' && token !== undefined, outcome);
    const tuple = this.tupleOf(line, dst, port);
    this.tuples.set(what, tuple);
    return tuple;
  }

  /** The last connection to a destination, as connection tracking has it. */
  tupleOf(line: Line, dst: string, port: number, from = ''): Tuple {
    const list = sh(this.lab, `conntrack -L -f ${line.toLowerCase()} -p udp -d ${dst} --dport ${port} 2>/dev/null`).split('\n');
    const answered = list.filter((text) => text.includes(` sport=${from}`) && !text.includes('UNREPLIED'));
    const found = /src=(\S+) dst=\S+ sport=(\d+) dport=\d+ .*?src=\S+ dst=(\S+) sport=\d+ dport=(\d+)/.exec(answered.at(-1) ?? '');
    if (!found) throw new Error(`no connection to ${dst} port ${port} in '${list.join()}'`);
    return { src: found[1], dst, sport: Number(found[2]), port, outer: { address: found[3], port: Number(found[4]) } };
  }

  /** Whether what was opened last is still known to connection tracking. */
  stand(line: Line): boolean {
    return [...this.tuples.values()]
      .filter(({ dst }) => dst.includes(':') === (line === 'IPv6'))
      .every(({ dst, port, sport }) => this.tupleOf(line, dst, port, String(sport)).sport === sport);
  }

  /** Every forger with every flow, both ways. */
  tries(line: Line): Try[] {
    const forgers: { name: string; where: Where; shut?: string }[] = [
      { name: 'a container of another segment', where: { container: 'app-evil' } },
      { name: 'a container of an internal segment alone', where: { container: 'app-deep' } },
      { name: 'a container attached by hand', where: { container: 'byhand' } },
      { name: 'a container on a bridge of others', where: { container: line === 'IPv4' ? 'foreign' : 'foreign6' } },
      { name: 'the LAN', where: { ns: 'lanA' }, shut: "Docker's own rules for what comes from outside" },
    ];
    return forgers.flatMap((forger) =>
      this.flows
        .flatMap((flow) =>
          (['there', 'back'] as const).map((way): Try => {
            const victim = { container: way === 'there' ? (flow.to as string) : flow.from };
            return {
              text: `${forger.name} as ${way === 'there' ? 'the source to the destination' : 'the destination to the source'}, ${flow.what}`,
              victim,
              isShutByOthers: forger.shut,
              send: (tuples) => {
                const { src, dst, sport, port } = tuples.get(flow.what)!;
                const packet = way === 'there' ? { src, dst, sport, port } : { src: dst, dst: src, sport: port, port: sport };
                this.probes.attack(forger.where, 'spoof-udp', { ...packet, ...this.frameFrom(forger.where), count: 3, payload: 'forged' });
              },
            };
          }),
        )
        .concat(line === 'IPv6' && forger.name === 'a container of another segment' ? this.unprivileged(forger.where) : []),
    );
  }

  /** IPV6_FREEBIND takes no capability. */
  private unprivileged(where: Where): Try[] {
    return this.flows.map((flow) => ({
      text: `a container without any capability by IPV6_FREEBIND, ${flow.what}`,
      victim: { container: flow.to as string },
      isShutByOthers: isAtLeast(this.deployment.daemon, '27.0') ? undefined : 'without egress over IPv6 it has no route there',
      send: (tuples) => {
        const { src, dst, sport, port } = tuples.get(flow.what)!;
        this.probes.attack(where, 'freebind', { src, dst, sport, port, uid: 10001, count: 3, payload: 'forged' });
      },
    }));
  }

  /** Into the way out of another container, and into what the host itself asked. */
  outward(line: Line): Try[] {
    const lanB = line === 'IPv4' ? NET.lanB : NET.lanB6;
    const foreign = { container: line === 'IPv4' ? 'foreign' : 'foreign6' };
    const send = (where: Where, packet: (egress: Tuple) => object) => (tuples: ReadonlyMap<string, Tuple>) => {
      const frame = { ...this.frameFrom(where), count: 3, payload: 'forged' };
      this.probes.attack(where, 'spoof-udp', { ...packet(tuples.get('egress')!), ...frame });
    };
    return [
      {
        text: 'a container of another segment by the way out of another one',
        victim: { ns: 'lanB' },
        send: send({ container: 'app-evil' }, ({ src, dst, sport, port }) => ({ src, dst, sport, port })),
      },
      {
        text: 'a container on a bridge of others as who answers the way out',
        victim: { container: 'app-out' },
        isShutByOthers: "Docker's isolation of networks",
        send: send(foreign, ({ outer }) => ({ src: lanB, dst: outer.address, sport: 9999, port: outer.port })),
      },
    ];
  }

  /** How a packet is put on the wire, straight to the host: from a container that has one, by its way out. */
  frameFrom(where: Where): { device: string; dstMac: string } {
    const key = JSON.stringify(where);
    const known = this.frames.get(key) ?? this.newFrame(where);
    this.frames.set(key, known);
    return known;
  }

  private newFrame(where: Where): { device: string; dstMac: string } {
    if (!('container' in where)) return { device: 'eth0', dstMac: this.macOfHost('eth0') };
    const all = memberships(this.lab, where.container);
    const { device, address } = all.find(({ network }) => network.endsWith('-gw')) ?? all[0];
    const [{ dev }] = JSON.parse(sh(this.lab, `ip -j route get ${address}`)) as [{ dev: string }];
    return { device, dstMac: this.macOfHost(dev) };
  }

  /** What of each arrives at its victim. */
  volley(line: Line, tries: readonly Try[]): Map<string, number> {
    return new Map(tries.map(({ text, victim, send }) => [text, this.heard(victim, line, 'udp', () => send(this.tuples), 'forged')]));
  }

  /** How many packets of a kind come to a container while something is done. */
  heard(where: Where, line: Line, proto: 'udp' | 'icmp', act: () => void, text = proto === 'udp' ? 'attack' : ''): number {
    const sniffer = this.probes.start(where, 'sniff', { direction: 'in', proto, text });
    act();
    sleep(150);
    const { sample = [], total = 0 } = sniffer.stop<{ total: number; sample: { src: string }[] }>();
    // Neighbour discovery is ICMP, too, and no error.
    return proto === 'udp' ? total : sample.filter(({ src }) => src.includes(':') === (line === 'IPv6') && !this.isNeighbour(src)).length;
  }

  private isNeighbour(src: string): boolean {
    return src.startsWith('fe80:') || src === '::';
  }

  /** A datagram that takes several packets, sent from a port of its own inside a declared pair. */
  received(line: Line, size: number): number {
    const dst = this.address('app-peer', 'app-pairs', line);
    const sniffer = this.probes.start({ container: 'app-peer' }, 'sniff', { direction: 'in', text: 'END-OF-BIG' });
    const code = `import socket
s = socket.socket(socket.${line === 'IPv4' ? 'AF_INET' : 'AF_INET6'}, socket.SOCK_DGRAM)
s.sendto(b'x' * ${size - 10} + b'END-OF-BIG', ('${dst}', 5353))`;
    this.lab.inContainer('app-web', ['python3', '-c', code]);
    sleep(200);
    return sniffer.stop<{ total: number }>().total;
  }

  // --- the guard -------------------------------------------------------------------------------------------------------------------------

  /** With the rules of before: ESTABLISHED and RELATED by themselves, whatever the interface, and no look at sources. */
  unbound(run: () => void): void {
    sh(
      this.lab,
      `for t in iptables ip6tables; do
        $t -w 10 -t raw -F BULKHEAD-ENTER
        s='-m conntrack --ctstate RELATED,ESTABLISHED'
        for d in -i -o; do $t -w 10 -t mangle -I BULKHEAD-FORWARD 1 $d bh-+ $s -j RETURN; done
        $t -w 10 -t mangle -I BULKHEAD-INPUT 1 -i bh-+ $s -j RETURN
        $t -w 10 -t mangle -I BULKHEAD-OUTPUT 1 -o bh-+ $s -j RETURN
        $t -w 10 -I BULKHEAD-PASS 1 -i bh-+ -o bh-+ $s -j ACCEPT
      done
      # Beside the guard; not every kernel has it.
      nft flush chain inet bulkhead far 2>/dev/null || :`,
    );
    try {
      run();
    } finally {
      apply(this.lab);
    }
  }

  declaredFlows(when: string): void {
    for (const line of LINES) {
      this.openAll(line);
      const api = this.address('app-api', 'app-back', line);
      const { token } = this.probes.one({ container: 'app-web' }, { proto: 'tcp', dst: api, port: 8080, timeoutMs: 3000, tries: 3 });
      this.checks.shown(`${when}, ${line}: declared flows are live`, token === 'api');
    }
    const { token } = this.probes.one({ ns: 'lanA' }, { proto: 'tcp', dst: HOST_ADDRESS, port: 443, timeoutMs: 3000, tries: 3 });
    this.checks.shown(`${when}: the publication is live`, token === 'out');
  }
}
