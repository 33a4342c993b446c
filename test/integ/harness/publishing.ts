// The program of the scenario `publishing`: every way to open a port, and the two networks that take none. What is open is said here by hand.
import { TerraformOutput } from 'cdktf';
import { translatesIpv6, type Program } from './deployment';
import type { Ports } from './matrix';
import { BridgeSegment, ContainerNetwork, HardenedContainer, Peer, Port, type Publication } from '../../../src';
import { NET } from '../lab/network';

export const SCTP_PORT = 7000;
export const OUTSIDE = ['lanA', 'lanB', 'inet'] as const;

/** A publication in plain words. Without a port the engine chooses. */
export interface Opened {
  readonly container: string;
  readonly addresses: readonly string[];
  readonly proto: 'tcp' | 'udp';
  readonly port?: number;
  readonly target: number;
  /** Who of the outside may ask. */
  readonly sources: readonly string[];
}

const ANY = [Peer.anyIpv4()];
const EVERYBODY = { hostAddress: NET.host, sources: ANY };
const IPV4 = [NET.host, NET.host2];

export interface Options {
  /** The publication of a range; without it the container keeps its gateway network. */
  readonly range: boolean;
  readonly ipv6: boolean;
  /** A publication by SCTP, which an engine opens only where the kernel has it. */
  readonly sctp?: boolean;
}

export const programOf =
  ({ range, ipv6, sctp = false }: Options): Program =>
  ({ stack, daemon, image }) => {
    const [front, back] = ['Front', 'Back'].map((id) => new BridgeSegment(stack, id, { daemon }));
    const container = (id: string, segment = front) => new HardenedContainer(stack, id, { segment, image });
    const output = (name: string, { hostPort }: Publication) => new TerraformOutput(stack, name, { value: hostPort });
    const single = container('Single');
    output(
      'single',
      single.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: NET.host, sources: [Peer.address(NET.lanA)] }),
    );
    if (sctp) single.publish(Port.sctp(SCTP_PORT), { hostAddress: NET.host, sources: [Peer.address(NET.lanA)] });
    const wide = container('Range');
    wide.connections.allowTo(Peer.cidr('198.51.100.0/24'), Port.tcp(443));
    if (range) wide.publish(Port.tcpRange(5000, 5003), { ...EVERYBODY, targetPort: Port.tcpRange(9000, 9003) });
    container('Udp').publish(Port.udp(5353), EVERYBODY);
    const both = container('Both');
    [Port.tcp, Port.udp].forEach((of) => both.publish(of(5300), { ...EVERYBODY, targetPort: of(8053) }));
    container('One').publish(Port.tcp(8081), { targetPort: Port.tcp(9090), hostAddress: NET.host2, sources: ANY });
    container('Every').publish(Port.tcp(8085), { targetPort: Port.tcp(9091), hostAddress: '0.0.0.0', sources: ANY });
    container('Local').publish(Port.tcp(8086), { targetPort: Port.tcp(9090) });
    if (ipv6 && translatesIpv6(daemon)) {
      container('Six').publish(Port.tcp(8081), { targetPort: Port.tcp(9090), hostAddress: NET.host6, sources: [Peer.anyIpv6()] });
      output(
        'chosen6',
        container('Chosen6').publishOnRandomPort(Port.tcp(9090), { hostAddress: NET.host6, sources: [Peer.address(NET.lanA6)] }),
      );
    }
    // The second one has the same port inside, and another one that everybody may ask: neither may be asked by the way of the other.
    const chosen = container('Chosen');
    output('chosen', chosen.publishOnRandomPort(Port.tcp(9090), { hostAddress: NET.host, sources: [Peer.address(NET.lanA)] }));
    chosen.publish(Port.tcp(8087), { ...EVERYBODY, targetPort: Port.tcp(9091) });
    output('datagrams', container('Datagrams').publishOnRandomPort(Port.udp(5353), { hostAddress: '0.0.0.0', sources: ANY }));
    output('hidden', container('Hidden').publishOnRandomPort(Port.tcp(9090)));

    const db = container('Db', back);
    const client = container('Client', back);
    client.connections.allowTo(db, Port.tcp(9100));
    const agent = new HardenedContainer(stack, 'Agent', {
      daemon,
      image,
      network: ContainerNetwork.host({ reason: 'reads the counters of the host' }),
    });
    agent.connections.allowTo(db, Port.tcp(9101));
    client.connections.allowTo(agent, Port.tcp(9102));
    new HardenedContainer(stack, 'Alone', { daemon, image, network: ContainerNetwork.none({ reason: 'computes, and talks to nobody' }) });
  };

export const INSIDE = ['single', 'range', 'udp', 'both', 'one', 'every', 'local', 'chosen', 'datagrams', 'hidden', 'db', 'client'];
export const INSIDE_IPV6 = ['six', 'chosen6'];

export function openedBy({ ipv6 }: Pick<Options, 'ipv6'>): Opened[] {
  const all = { sources: OUTSIDE, proto: 'tcp' } as const;
  const fixed: Opened[] = [
    { ...all, container: 'single', addresses: [NET.host], port: 443, target: 8443, sources: ['lanA'] },
    ...[0, 1, 2, 3].map((i) => ({ ...all, container: 'range', addresses: [NET.host], port: 5000 + i, target: 9000 + i })),
    { ...all, container: 'udp', addresses: [NET.host], proto: 'udp', port: 5353, target: 5353 },
    { ...all, container: 'both', addresses: [NET.host], port: 5300, target: 8053 },
    { ...all, container: 'both', addresses: [NET.host], proto: 'udp', port: 5300, target: 8053 },
    { ...all, container: 'one', addresses: [NET.host2], port: 8081, target: 9090 },
    { ...all, container: 'every', addresses: [...IPV4, '127.0.0.1'], port: 8085, target: 9091 },
    { ...all, container: 'local', addresses: ['127.0.0.1'], port: 8086, target: 9090, sources: [] },
    { ...all, container: 'chosen', addresses: [NET.host], port: 8087, target: 9091 },
  ];
  const chosen: Opened[] = [
    { ...all, container: 'chosen', addresses: [NET.host], target: 9090, sources: ['lanA'] },
    { ...all, container: 'datagrams', addresses: [...IPV4, '127.0.0.1'], proto: 'udp', target: 5353 },
    { ...all, container: 'hidden', addresses: ['127.0.0.1'], target: 9090, sources: [] },
  ];
  const six: Opened[] = [
    { ...all, container: 'six', addresses: [NET.host6], port: 8081, target: 9090 },
    { ...all, container: 'chosen6', addresses: [NET.host6], target: 9090, sources: ['lanA'] },
  ];
  return [...fixed, ...chosen, ...(ipv6 ? six : [])];
}

/** Everything that some publication or flow names, inside or outside, and what none does; with `more` ports of the host. */
export function portsOf(opened: readonly Opened[], more: readonly number[]): Ports {
  const of = (proto: 'tcp' | 'udp') => opened.filter((one) => one.proto === proto).flatMap(({ port, target }) => [port ?? target, target]);
  const sorted = (ports: readonly number[]) => [...new Set(ports)].sort((a, b) => a - b);
  return { tcp: sorted([...of('tcp'), ...more, 80, 9100, 9101, 9102]), udp: sorted([...of('udp'), ...more, 53]), icmp: true };
}
