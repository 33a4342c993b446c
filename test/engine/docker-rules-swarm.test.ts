import { between, chain, container, GENERATIONS, host, named, network } from './hosts';
import type { EngineInput, IngressPort } from '../../src/engine/private/docker-rules/input';

const PORT: IngressPort = { protocol: 'tcp', port: 8080, address: '10.1.0.2' };

const withSwarm = (key: string, ingressPorts = [PORT], userlandProxy = true): EngineInput => {
  const gateway = network({
    bridge: 'docker_gwbridge',
    icc: false,
    ipv6: undefined,
    endpoints: [container({ ipv6: undefined, ports: [] })],
  });
  return { ...host(key, [gateway], { userlandProxy }), swarm: { gatewayBridge: 'docker_gwbridge', ingressPorts } };
};

const EARLY = between('20.10', '29.8');
const IN_FORWARD = between('20.10', '28.0.1');

describe.each(EARLY.map((key) => [named(key), key] as const))('a swarm on %s', (_, key) => {
  const of = (table: string, name: string) => chain(withSwarm(key), table, name);

  test('leads every address of the host to the ingress sandbox', () => {
    expect(of('nat', 'DOCKER-INGRESS')).toEqual(['destination-port 8080-8080 protocol tcp => dnat 10.1.0.2 8080-8080', '=> return']);
    expect(of('nat', 'PREROUTING')?.[0]).toBe('destination-type local => jump DOCKER-INGRESS');
    expect(of('nat', 'OUTPUT')?.[0]).toBe('destination-type local => jump DOCKER-INGRESS');
    expect(of('nat', 'POSTROUTING')?.[0]).toBe('out docker_gwbridge source-type local => masquerade');
  });

  test('lets the port through wherever it leads, before the walls of the networks', () => {
    expect(of('filter', 'DOCKER-INGRESS')).toEqual([
      'destination-port 8080-8080 protocol tcp => accept',
      'ct-state ESTABLISHED|RELATED protocol tcp source-port 8080-8080 => accept',
      '=> return',
    ]);
    const first = IN_FORWARD.includes(key) ? of('filter', 'FORWARD')?.slice(0, 2) : of('filter', 'DOCKER-FORWARD')?.slice(0, 1);
    expect(first).toEqual([...(IN_FORWARD.includes(key) ? ['=> jump DOCKER-USER'] : []), '=> jump DOCKER-INGRESS']);
  });

  test('adds nothing to IPv6', () => {
    expect(chain(withSwarm(key), 'nat', 'DOCKER-INGRESS', 'ipv6')).toBeUndefined();
  });
});

describe('a swarm on 29.8', () => {
  const of = (table: string, name: string, input = withSwarm('29.8')) => chain(input, table, name);

  test('has no chain of its own, and no masquerading', () => {
    for (const table of ['filter', 'nat']) expect(of(table, 'DOCKER-INGRESS')).toBeUndefined();
    expect(of('nat', 'POSTROUTING')).toEqual(['not out docker_gwbridge source 10.1.0.0/24 => masquerade']);
  });

  test.each([true, false])('publishes for its sandbox as for any container, with docker-proxy: %s', (userlandProxy) => {
    const ports = [{ protocol: 'tcp', hostPort: { first: 8080, last: 8080 }, targetPort: { first: 8080, last: 8080 } } as const];
    const swarm = withSwarm('29.8', [PORT], userlandProxy);
    const plain: EngineInput = {
      ...swarm,
      swarm: undefined,
      networks: swarm.networks.map((one) => ({ ...one, endpoints: [container({ ipv6: undefined, ports })] })),
    };
    for (const [table, name] of [
      ['nat', 'DOCKER'],
      ['filter', 'DOCKER'],
      ['nat', 'POSTROUTING'],
      ['raw', 'PREROUTING'],
    ]) {
      expect([table, name, of(table, name, swarm)]).toEqual([table, name, of(table, name, plain)]);
    }
    expect(of('filter', 'DOCKER', swarm)?.[0]).toBe(
      'destination 10.1.0.2/32 destination-port 8080-8080 not in docker_gwbridge out docker_gwbridge protocol tcp => accept',
    );
  });

  test('keeps the ports of several services apart', () => {
    const other: IngressPort = { protocol: 'udp', port: 53, address: '10.1.0.3' };
    const lines = of('nat', 'DOCKER', withSwarm('29.8', [PORT, other], false));
    expect(lines).toEqual([
      'destination-port 8080-8080 protocol tcp => dnat 10.1.0.2 8080-8080',
      'destination-port 53-53 protocol udp => dnat 10.1.0.3 53-53',
    ]);
  });

  test('adds nothing to IPv6', () => {
    const without = { ...withSwarm('29.8'), swarm: undefined };
    expect(chain(withSwarm('29.8'), 'nat', 'DOCKER', 'ipv6')).toEqual(chain(without, 'nat', 'DOCKER', 'ipv6'));
  });
});

test('the ingress sandbox is closed to what comes from elsewhere, as every container is', () => {
  const closed = GENERATIONS.filter(
    (key) => chain(withSwarm(key), 'raw', 'PREROUTING')?.[0] === 'destination 10.1.0.2/32 not in docker_gwbridge => drop',
  );
  expect(closed).toEqual(between('28.2'));
});

test('with nftables there is no swarm', () => {
  expect(chain(withSwarm('29.0 nftables'), 'nat', 'DOCKER-INGRESS')).toBeUndefined();
});
