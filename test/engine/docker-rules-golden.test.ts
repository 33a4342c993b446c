import { container, GENERATIONS, host, named, network, wholeText } from './hosts';
import { dockerRules } from '../../src/engine/private/docker-rules/docker-rules';
import type { EnginePort } from '../../src/engine/private/docker-rules/input';
import { expectGolden } from '../support/golden';

const one = (number: number): { first: number; last: number } => ({ first: number, last: number });
const ports: EnginePort[] = [
  { protocol: 'tcp', hostPort: one(8080), targetPort: one(80) },
  { protocol: 'udp', hostAddress: '127.0.0.1', hostPort: { first: 5000, last: 5001 }, targetPort: { first: 50, last: 51 } },
  { protocol: 'tcp', hostAddress: '2001:db8::10', hostPort: one(8443), targetPort: one(443) },
];
const routed = { block: '10.3.0.0/24', gateway: '10.3.0.1', mode: 'routed' } as const;
const networks = [
  network({ trustedInterfaces: ['vpn0'], endpoints: [container({ ports })] }),
  network({ internal: true, icc: false, endpoints: [container({ ports: [], isGateway: { ipv4: false, ipv6: false } }, 2)] }, 2),
  network({ icc: false, ipv4: routed, ipv6: undefined, endpoints: [container({ ipv6: undefined, ports }, 3)] }, 3),
];

test.each(GENERATIONS.map((key) => [named(key), key] as const))('%s', (_, key) => {
  const texts = [true, false].flatMap((userlandProxy) =>
    (['ipv4', 'ipv6'] as const).map((family) => wholeText(dockerRules(host(key, networks, { userlandProxy }), family))),
  );
  const text = `# with docker-proxy\n${texts[0]}\n${texts[1]}\n# without docker-proxy\n${texts[2]}\n${texts[3]}`;
  expectGolden(`docker-rules/${key.replace(' ', '-')}.rules`, text);
});

test.each(GENERATIONS)('%s gives the same rules for the same host, with an origin each', (key) => {
  const make = () => dockerRules(host(key, networks), 'ipv4');
  expect(make()).toEqual(make());
  const origins = make().chains.flatMap(({ rules }) => rules.map(({ origin }) => origin));
  expect(origins.every((origin) => /^docker [0-9.]+( nftables)?: \S/.test(origin))).toBe(true);
});
