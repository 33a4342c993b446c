import { Cidr, ContainerImage, EncryptedOverlay, EngineVersion, HardenedService, Peer, Port } from '../../src';
import { UPLINK, viewOf } from '../../src/reachability/private/view-of';
import type { ProbeSource } from '../../src/reachability/private/walk/outcome';
import { walk } from '../../src/reachability/private/walk/walk';
import { legacy, theirs } from '../support/existing';
import { SwarmProgram } from '../support/swarms';

/** One of each way in which the ingress publishes. */
const ENGINES = ['20.10.24', '26.1.5', '28.0.0', '28.5.2', '29.7.2', '29.8.0'];

/** A worker of a swarm whose service publishes 443 as its 8443, and what the proof of the worker says of a packet. */
function worker(version: string) {
  const program = new SwarmProgram({}, { engine: EngineVersion.of(version) });
  const overlay = new EncryptedOverlay(program.stack, 'Mesh', { cluster: program.cluster });
  const image = ContainerImage.fromRegistry(`registry.example/shop@sha256:${'a'.repeat(64)}`);
  const web = new HardenedService(program.stack, 'Web', { overlay, image });
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), sources: [Peer.cidr('198.51.100.0/24')] });
  const [daemon] = program.workers;
  const asked = (from: ProbeSource, to: string, port: number) => {
    const { _declarations } = daemon;
    const view = viewOf(_declarations.store.derived().topology, _declarations.store.engine);
    return walk(view, { family: 'ipv4', from, to, protocol: 'tcp', port }).disposition;
  };
  const outside = (address: string): ProbeSource => ({ kind: 'outside', interface: UPLINK, address });
  return { program, daemon, asked, outside, sandbox: daemon._declarations.store.derived().topology.publications[0].address };
}

describe.each(ENGINES)('the ingress of a swarm on %s', (version) => {
  const { asked, outside, sandbox } = worker(version);

  test('is open to the sources of the publication on every node, whatever port a task has', () => {
    expect(asked(outside('198.51.100.7'), '192.0.2.12', 443)).toBe('DELIVERED');
    expect(asked({ kind: 'host' }, '192.0.2.12', 443)).toBe('DELIVERED');
  });

  test('and to nobody else', () => {
    expect(asked(outside('203.0.113.7'), '192.0.2.12', 443)).toBe('DROPPED');
  });

  test('nor past the translation', () => {
    for (const port of [443, 8443]) expect(asked(outside('198.51.100.7'), sandbox, port)).toBe('DROPPED');
  });
});

/** Before 29.8 what lets the ingress in names no destination, so it opens the port between networks of others, too, up to 28.1. */
test.each([
  ['20.10.24', 'DELIVERED'],
  ['27.5.1', 'DELIVERED'],
  ['28.1', 'DELIVERED'],
  ['28.5.2', 'DROPPED'],
  ['29.7.2', 'DROPPED'],
  ['29.8.0', 'DROPPED'],
])('on %s the published port of a container in another network of others is %s', (version, expected) => {
  const { program, daemon, asked } = worker(version);
  const place = { stack: program.stack, daemon };
  const [from] = [30, 31].map((number) => {
    const segment = legacy(place, { ipv4Block: Cidr.parse(`172.${number}.5.0/24`) }, `Legacy${number}`);
    return theirs(place, segment, `Old${number}`, `172.${number}.5.9`);
  });
  const source: ProbeSource = { kind: 'container', key: from.node.path };
  expect([443, 444].map((port) => asked(source, '172.31.5.9', port))).toEqual([expected, 'DROPPED']);
});
