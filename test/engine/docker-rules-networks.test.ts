import { between, chain, container, GENERATIONS, host, named, network, WITH_IPTABLES } from './hosts';
import type { GatewayMode } from '../../src/engine/private/docker-rules/input';
import type { Family } from '../../src/topology/private/terms';

const WITH_STAGES = between('20.10', '29.0');
const NEW = between('28.0.0');
const wallsOf = (key: string) => (WITH_STAGES.includes(key) ? 'DOCKER-ISOLATION-STAGE-1' : 'DOCKER-INTERNAL');
const leavingOf = (key: string) => (between('20.10', '28.0.1').includes(key) ? 'FORWARD' : 'DOCKER-FORWARD');
const internal = network({ internal: true, endpoints: [container()] });
const inMode = (mode: GatewayMode, changes = {}) => {
  const subnet = { mode, block: '10.1.0.0/24', gateway: '10.1.0.1' };
  return network({ ipv4: subnet, endpoints: [container()], ...changes });
};

describe.each(WITH_IPTABLES.map((key) => [named(key), key] as const))('an internal network of %s', (_, key) => {
  const walls = (family: Family) => chain(host(key, [internal]), 'filter', wallsOf(key), family)!.slice(0, 2);

  test('lets nothing in and nothing out', () => {
    expect(walls('ipv4')).toEqual(['not source 10.1.0.0/24 out br1 => drop', 'in br1 not destination 10.1.0.0/24 => drop']);
    const ipv6 = between('20.10', '24.0.6').includes(key)
      ? ['not source fd00:1::/64 out br1 => drop', 'in br1 not destination fd00:1::/64 => drop']
      : ['not in br1 not source fd00:1::/64 out br1 => drop', 'in br1 not destination fd00:1::/64 not out br1 => drop'];
    expect(walls('ipv6')).toEqual(ipv6);
  });

  test('has no translation, no publication and no raw rule', () => {
    const input = host(key, [internal], { userlandProxy: false });
    expect(chain(input, 'nat', 'POSTROUTING')).toBeUndefined();
    expect(chain(input, 'nat', 'DOCKER')).toEqual([]);
    expect(chain(input, 'filter', 'DOCKER')).toEqual([]);
    expect(chain(input, 'raw', 'PREROUTING')).toBeUndefined();
  });

  test('says with ICC whether its containers may talk to each other', () => {
    const last = (icc: boolean) => chain(host(key, [network({ internal: true, icc })]), 'filter', leavingOf(key))!.slice(-1);
    expect([last(true), last(false)]).toEqual([['in br1 out br1 => accept'], ['in br1 out br1 => drop']]);
  });
});

test('an internal network alone hangs nothing into nat before 28', () => {
  expect(WITH_IPTABLES.filter((key) => chain(host(key, [internal]), 'nat', 'PREROUTING'))).toEqual(NEW);
});

describe('what leaves', () => {
  const leaves = (key: string, changes: Parameters<typeof network>[0]) => chain(host(key, [network(changes)]), 'nat', 'POSTROUTING');
  const subnet = { block: '10.1.0.0/24', gateway: '10.1.0.1', mode: 'nat' } as const;

  test.each(WITH_IPTABLES)('is masqueraded by %s, or gets the address that was asked for', (key) => {
    expect(leaves(key, {})).toEqual(['not out br1 source 10.1.0.0/24 => masquerade']);
    expect(leaves(key, { masquerade: false })).toBeUndefined();
    expect(leaves(key, { ipv4: { ...subnet, sourceAddress: '192.0.2.11' } })).toEqual([
      'not out br1 source 10.1.0.0/24 => snat 192.0.2.11',
    ]);
  });

  test('over IPv6 gets the address that was asked for from 25.0 on', () => {
    const ipv6 = { block: 'fd00:1::/64', gateway: 'fd00:1::1', mode: 'nat', sourceAddress: '2001:db8::11' } as const;
    const translating = WITH_IPTABLES.filter((key) =>
      chain(host(key, [network({ ipv6 })]), 'nat', 'POSTROUTING', 'ipv6')!.includes('not out br1 source fd00:1::/64 => snat 2001:db8::11'),
    );
    expect(translating).toEqual(between('25.0'));
  });

  test('keeps its address in a routed network, from 27 on', () => {
    const masquerading = GENERATIONS.filter((key) => chain(host(key, [inMode('routed')]), 'nat', 'POSTROUTING'));
    expect(masquerading).toEqual(between('20.10', '27.0'));
  });

  test('the asked-for address is used without docker-proxy for the host itself, too', () => {
    const input = host('28.2', [network({ ipv4: { ...subnet, sourceAddress: '192.0.2.11' } })], { userlandProxy: false });
    expect(chain(input, 'nat', 'POSTROUTING')).toContain('out br1 source-type local => snat 192.0.2.11');
  });
});

describe('gateway modes', () => {
  const docker = (key: string, mode: GatewayMode) => chain(host(key, [inMode(mode)]), 'filter', 'DOCKER');
  const accept = 'destination 10.1.0.2/32 destination-port 80-80 not in br1 out br1 protocol tcp => accept';

  test.each(NEW.map((key) => [named(key), key] as const))('%s: routed', (_, key) => {
    expect(docker(key, 'routed')).toEqual([accept, 'out br1 protocol icmp => accept', 'not in br1 out br1 => drop']);
    expect(chain(host(key, [inMode('routed')]), 'nat', 'DOCKER')!.filter((text) => text.includes('dnat'))).toEqual([]);
  });

  test.each(NEW.map((key) => [named(key), key] as const))('%s: nat-unprotected', (_, key) => {
    expect(docker(key, 'nat-unprotected')).toEqual(['not in br1 out br1 => accept']);
    expect(chain(host(key, [inMode('nat-unprotected')]), 'nat', 'DOCKER')!.filter((text) => text.includes('dnat'))).toHaveLength(1);
  });

  test('28 takes a routed network out of the isolation, 27 does not (by the documents, no 27 in the lab)', () => {
    const first = (key: string) => chain(host(key, [network({}, 2), inMode('routed')]), 'filter', 'DOCKER-ISOLATION-STAGE-1')!.slice(0, 2);
    const open = ['ct-state ESTABLISHED|RELATED in br1 => accept', 'out br1 => return'];
    const isOut = (key: string) => first(key)[0] === open[0] && first(key)[1] === open[1];
    expect(between('27.0', '29.0').filter(isOut)).toEqual(between('28.0.0', '29.0'));
  });

  test('27 opens the ports of a routed network without translation (by the documents, no 27 in the lab)', () => {
    const input = host('27.0', [inMode('routed')], { userlandProxy: false });
    expect(chain(input, 'filter', 'DOCKER')).toEqual([accept]);
    expect(chain(input, 'nat', 'DOCKER')).toEqual([]);
    expect(chain(input, 'nat', 'POSTROUTING')).toEqual(['out br1 source-type local => masquerade']);
  });

  test('20.10 and 23 know no modes', () => {
    for (const key of between('20.10', '27.0')) {
      expect(docker(key, 'routed')).toEqual([accept]);
      expect(chain(host(key, [inMode('routed')]), 'nat', 'DOCKER')).toHaveLength(2);
    }
  });
});

test.each(WITH_IPTABLES.map((key) => [named(key), key] as const))('%s links containers where they may not talk to each other', (_, key) => {
  const links = [{ parent: '10.1.0.3', child: '10.1.0.2', protocol: 'tcp', port: 80 }] as const;
  const rules = (icc: boolean) =>
    chain(host(key, [network({ icc, links })]), 'filter', 'DOCKER')!.filter((text) => text.includes('10.1.0.3'));
  const pair = ['destination 10.1.0.2/32 destination-port 80-80', 'destination 10.1.0.3/32'];
  expect(rules(true)).toEqual([]);
  expect(rules(false)).toEqual([
    `${pair[0]} in br1 out br1 protocol tcp source 10.1.0.3/32 => accept`,
    `${pair[1]} in br1 out br1 protocol tcp source 10.1.0.2/32 source-port 80-80 => accept`,
  ]);
});

describe('29 with nftables', () => {
  const TABLE = 'nft:docker-bridges';
  const into = (changes = {}, daemon = {}) => chain(host('29.0 nftables', [network(changes)], daemon), TABLE, 'filter-forward-in__br1');

  test('asks the destination first', () => {
    const two = [network(), network({ ipv6: undefined }, 2)];
    expect(chain(host('29.0 nftables', two), TABLE, 'filter-FORWARD')).toEqual([
      'out br1 => jump filter-forward-in__br1',
      'out br2 => jump filter-forward-in__br2',
      'in br1 => jump filter-forward-out__br1',
      'in br2 => jump filter-forward-out__br2',
    ]);
    expect(chain(host('29.0 nftables', two), TABLE, 'filter-FORWARD', 'ipv6')).toHaveLength(2);
  });

  test('has the last word on what comes to a network', () => {
    const answers = 'ct-state ESTABLISHED|RELATED => accept';
    const published = 'destination 10.1.0.2/32 destination-port 80-80 protocol tcp => accept';
    expect(into({ endpoints: [container()] })).toEqual([answers, 'in br1 => accept', published, '=> drop']);
    expect(into({ internal: true })).toEqual([answers, 'not in br1 => drop', '=> accept']);
    expect(into({ internal: true, icc: false })).toEqual([answers, 'not in br1 => drop', '=> drop']);
    const subnet = { block: '10.1.0.0/24', gateway: '10.1.0.1' };
    expect(into({ ipv4: { ...subnet, mode: 'routed' } })).toEqual([answers, 'protocol icmp => accept', 'in br1 => accept', '=> drop']);
    expect(into({ ipv4: { ...subnet, mode: 'nat-unprotected' }, endpoints: [container()] })).toEqual([
      answers,
      'in br1 => accept',
      '=> accept',
    ]);
  });

  test('lets marked packets and links through before ICC', () => {
    const links = [{ parent: '10.1.0.3', child: '10.1.0.2', protocol: 'udp', port: 53 }] as const;
    const rules = into({ icc: false, links }, { acceptMark: { value: 1, mask: 0xffffffff } })!;
    expect(rules.slice(1)).toEqual([
      'mark 1/4294967295 => accept',
      'destination 10.1.0.2/32 destination-port 53-53 protocol udp source 10.1.0.3/32 => accept',
      'destination 10.1.0.3/32 protocol udp source 10.1.0.2/32 source-port 53-53 => accept',
      'in br1 => drop',
      '=> drop',
    ]);
  });

  test('closes containers for all but their bridge and what they trust, whatever the switch of iptables says', () => {
    const raw = (changes = {}, daemon = {}) =>
      chain(host('29.0 nftables', [network({ endpoints: [container({ ports: [] })], ...changes })], daemon), TABLE, 'raw-PREROUTING');
    expect(raw()).toEqual(['destination 10.1.0.2/32 not in br1 => drop']);
    expect(raw({}, { withoutRawRules: true })).toHaveLength(1);
    expect(raw({}, { allowDirectRouting: true })).toEqual([]);
    expect(raw({ trustedInterfaces: ['vpn0'] })).toEqual(['destination 10.1.0.2/32 not in br1|vpn0 => drop']);
  });
});
