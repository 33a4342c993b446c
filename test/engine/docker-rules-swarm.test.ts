import { chain, container, GENERATIONS, host, named, network } from './hosts';
import type { EngineInput, RuleGeneration } from '../../src/engine/private/docker-rules/input';

/** The lab's kernel has no IPVS, without which an engine publishes nothing for a swarm: all of this stands on documents. */
const withSwarm = (key: RuleGeneration): EngineInput => {
  const gateway = network({
    bridge: 'docker_gwbridge',
    icc: false,
    ipv6: undefined,
    endpoints: [container({ ipv6: undefined, ports: [] })],
  });
  const ingressPorts = [{ protocol: 'tcp', port: 8080 }] as const;
  return { ...host(key, [gateway]), swarm: { gatewayBridge: 'docker_gwbridge', ingressAddress: '10.1.0.2', ingressPorts } };
};

describe.each(GENERATIONS.slice(0, 7).map((key) => [named(key), key] as const))('a swarm on %s (by the documents)', (_, key) => {
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
    const first = GENERATIONS.indexOf(key) < 4 ? of('filter', 'FORWARD')?.slice(0, 2) : of('filter', 'DOCKER-FORWARD')?.slice(0, 1);
    expect(first).toEqual([...(GENERATIONS.indexOf(key) < 4 ? ['=> jump DOCKER-USER'] : []), '=> jump DOCKER-INGRESS']);
  });

  test('adds nothing to IPv6', () => {
    expect(chain(withSwarm(key), 'nat', 'DOCKER-INGRESS', 'ipv6')).toBeUndefined();
  });
});

test('the ingress sandbox is closed to what comes from elsewhere, as every container is (28.5 and 29 in the lab)', () => {
  const closed = GENERATIONS.filter(
    (key) => chain(withSwarm(key), 'raw', 'PREROUTING')?.[0] === 'destination 10.1.0.2/32 not in docker_gwbridge => drop',
  );
  expect(closed).toEqual(['g28.2', 'g29-iptables']);
});

test('with nftables there is no swarm', () => {
  expect(chain(withSwarm('g29-nftables'), 'nat', 'DOCKER-INGRESS')).toBeUndefined();
});
