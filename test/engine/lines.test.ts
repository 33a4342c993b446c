import { container, host, network, WITH_IPTABLES } from './hosts';
import { dockerRules } from '../../src/engine/private/docker-rules/docker-rules';
import { type Concern, IPTABLES } from '../../src/engine/private/docker-rules/lines';
import { ruleText } from '../../src/firewall/private/canonical-rule';
import type { EngineSettings } from '../../src/topology/private/engine-facts';

const routed = { block: '10.3.0.0/24', gateway: '10.3.0.1', mode: 'routed' } as const;
const translated = { block: 'fd00:4::/64', gateway: 'fd00:4::1', mode: 'nat', sourceAddress: '2001:db8::11' } as const;
const plain = [
  network({ endpoints: [container()] }),
  network({ internal: true, icc: false }, 2),
  network({ ipv6: translated, endpoints: [container({}, 4)] }, 4),
];
const gateway = network(
  { bridge: 'docker_gwbridge', icc: false, ipv6: undefined, endpoints: [container({ ipv6: undefined, ports: [] }, 5)] },
  5,
);

interface Host {
  readonly networks: typeof plain;
  readonly settings: Partial<EngineSettings>;
  readonly publishes: boolean;
  /** Somebody appended a rule to DOCKER-USER. */
  readonly appends: boolean;
}

/** Has everything that any release treats otherwise than the one before. */
const WHOLE: Host = {
  networks: [...plain, network({ ipv4: routed }, 3), gateway],
  settings: { withoutRawRules: true },
  publishes: true,
  appends: true,
};
const WITHOUT: Readonly<Record<Concern, Partial<Host>>> = {
  ingress: { publishes: false },
  ip6tables: { settings: { withoutRawRules: true, ip6tables: false } },
  routed: { networks: [...plain, gateway], settings: {} },
  'DOCKER-USER': { appends: false },
};

function rulesOf(version: string, { networks, settings, publishes, appends }: Host): string[] {
  const swarm = { gatewayBridge: 'docker_gwbridge', ingressPorts: [{ protocol: 'tcp', port: 9000, address: '10.5.0.2' } as const] };
  const input = { ...host(version, networks, settings), ...(publishes && { swarm }) };
  return (['ipv4', 'ipv6'] as const).flatMap((family) =>
    dockerRules(input, family).chains.flatMap(({ table, name, base, rules }) => {
      const texts = rules.map(ruleText);
      // At the end of a chain that is only jumped to, it decides nothing.
      const told = name === 'DOCKER-USER' && !appends ? texts.filter((text) => text !== '=> return') : texts;
      return [`${family} ${table} ${name} ${base?.policy}`, ...told];
    }),
  );
}

const concerned = IPTABLES.flatMap(({ since, concerns }, i) => (concerns ? [[since, concerns, WITH_IPTABLES[i - 1]] as const] : []));

test.each(concerned)('%s concerns hosts with %s alone: without it the rules are those of %s', (since, concern, before) => {
  expect(rulesOf(since, WHOLE)).not.toEqual(rulesOf(before, WHOLE));
  const without = { ...WHOLE, ...WITHOUT[concern] };
  expect(rulesOf(since, without)).toEqual(rulesOf(before, without));
});

test.each(IPTABLES.slice(1).flatMap(({ since, concerns }, i) => (concerns ? [] : [[since, WITH_IPTABLES[i]]])))(
  '%s makes other rules than %s, whatever a host has',
  (since, before) => {
    const least = { ...WHOLE, networks: [...plain, gateway], settings: {}, publishes: false, appends: false };
    // 27.0 only knew a mode more; its host is another by its settings.
    const same = since === '27.0';
    expect(JSON.stringify(rulesOf(since, least)) === JSON.stringify(rulesOf(before, least))).toBe(same);
  },
);
