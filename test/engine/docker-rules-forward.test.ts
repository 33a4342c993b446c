import { between, chain, GENERATIONS, host, named, network, policy } from './hosts';
import { dockerRules } from '../../src/engine/private/docker-rules/docker-rules';

const OLD = between('20.10', '28.0');
const WITH_CHAINS = between('28.0.1');
const two = [network(), network({ icc: false }, 2)];

describe.each(OLD.map((key) => [named(key), key] as const))('%s', (_, key) => {
  test('hangs every network in FORWARD, the newest first, and what ICC forbids at the end', () => {
    expect(chain(host(key, two), 'filter', 'FORWARD')).toEqual([
      '=> jump DOCKER-USER',
      '=> jump DOCKER-ISOLATION-STAGE-1',
      'ct-state ESTABLISHED|RELATED out br2 => accept',
      'out br2 => jump DOCKER',
      'in br2 not out br2 => accept',
      'ct-state ESTABLISHED|RELATED out br1 => accept',
      'out br1 => jump DOCKER',
      'in br1 not out br1 => accept',
      'in br1 out br1 => accept',
      'in br2 out br2 => drop',
    ]);
  });

  test('keeps networks apart in two stages that end in RETURN', () => {
    expect(chain(host(key, two), 'filter', 'DOCKER-ISOLATION-STAGE-1')).toEqual([
      'in br2 not out br2 => jump DOCKER-ISOLATION-STAGE-2',
      'in br1 not out br1 => jump DOCKER-ISOLATION-STAGE-2',
      '=> return',
    ]);
    expect(chain(host(key, two), 'filter', 'DOCKER-ISOLATION-STAGE-2')).toEqual(['out br2 => drop', 'out br1 => drop', '=> return']);
  });

  test('leaves what is not published to the policy of FORWARD', () => {
    expect(chain(host(key, two), 'filter', 'DOCKER')).toEqual([]);
  });

  test('drops forwarded IPv4 only where it turned forwarding on, and IPv6 always', () => {
    const forwardingBefore = { ipv4: true, ipv6: true };
    expect([policy(host(key, two)), policy(host(key, two), 'ipv6')]).toEqual(['drop', 'drop']);
    expect([policy(host(key, two, { forwardingBefore })), policy(host(key, two, { forwardingBefore }), 'ipv6')]).toEqual([
      'accept',
      'drop',
    ]);
    expect(policy(host(key, [], { ipForward: false }), 'ipv6')).toBe('accept');
  });
});

test('a network without IPv6 is kept apart in IPv6, too, before 28.0.1', () => {
  const first = (key: string) => chain(host(key, [network({ ipv6: undefined })]), 'filter', 'DOCKER-ISOLATION-STAGE-1', 'ipv6')?.[0];
  const segmentless = GENERATIONS.filter((key) => first(key) === 'in br1 not out br1 => jump DOCKER-ISOLATION-STAGE-2');
  expect(segmentless).toEqual(between('20.10', '28.0.1'));
});

test('DOCKER-USER stands in IPv6 from 23.0 on, and never with nftables', () => {
  const withIt = GENERATIONS.filter((key) => chain(host(key, [network()]), 'filter', 'DOCKER-USER', 'ipv6') !== undefined);
  expect(withIt).toEqual(between('23.0'));
  expect(GENERATIONS.filter((key) => chain(host(key, [network()]), 'filter', 'DOCKER-USER') !== undefined)).toEqual(
    GENERATIONS.slice(0, -1),
  );
});

test('DOCKER-USER ends in RETURN before 28.2.2', () => {
  const withReturn = GENERATIONS.filter((key) => chain(host(key, []), 'filter', 'DOCKER-USER')?.length === 1);
  expect(withReturn).toEqual(between('28.0.0', '28.2.2'));
  expect(OLD.map((key) => chain(host(key, [network()]), 'filter', 'DOCKER-USER'))).toEqual(OLD.map(() => ['=> return']));
});

test(`${named('28.0.0')} asks a set for its networks`, () => {
  const input = host('28.0.0', [...two, network({ internal: true }, 3)]);
  expect(chain(input, 'filter', 'FORWARD')).toEqual([
    '=> jump DOCKER-USER',
    'ct-state ESTABLISHED|RELATED in-set {"fields":["dst"],"set":"docker-ext-bridges-v4"} => accept',
    '=> jump DOCKER-ISOLATION-STAGE-1',
    'in-set {"fields":["dst"],"set":"docker-ext-bridges-v4"} => jump DOCKER',
    'in br1 => accept',
    'in br2 out br2 => drop',
    'in br2 not out br2 => accept',
    'in br3 out br3 => accept',
  ]);
  expect(dockerRules(input, 'ipv4').sets).toEqual([{ name: 'docker-ext-bridges-v4', blocks: ['10.1.0.0/24', '10.2.0.0/24'] }]);
});

describe.each(WITH_CHAINS.map((key) => [named(key), key] as const))('%s', (_, key) => {
  const walls = key.startsWith('29') ? 'DOCKER-INTERNAL' : 'DOCKER-ISOLATION-STAGE-1';

  test('has two jumps in FORWARD, and appends each network to chains of its own', () => {
    const of = (name: string) => chain(host(key, two), 'filter', name);
    expect(of('FORWARD')).toEqual(['=> jump DOCKER-USER', '=> jump DOCKER-FORWARD']);
    expect(of('DOCKER-FORWARD')).toEqual([
      '=> jump DOCKER-CT',
      `=> jump ${walls}`,
      '=> jump DOCKER-BRIDGE',
      'in br1 => accept',
      'in br2 out br2 => drop',
      'in br2 not out br2 => accept',
    ]);
    expect(of('DOCKER-CT')).toEqual(['ct-state ESTABLISHED|RELATED out br1 => accept', 'ct-state ESTABLISHED|RELATED out br2 => accept']);
    expect(of('DOCKER-BRIDGE')).toEqual(['out br1 => jump DOCKER', 'out br2 => jump DOCKER']);
  });
});

test('29 has no isolation stages', () => {
  const withStages = GENERATIONS.filter((key) => chain(host(key, [network()]), 'filter', 'DOCKER-ISOLATION-STAGE-2') !== undefined);
  expect(withStages).toEqual(between('20.10', '29.0'));
});

describe.each(between('28.0.0').map((key) => [named(key), key] as const))('%s', (_, key) => {
  test('drops what is not published, after what is', () => {
    expect(chain(host(key, two), 'filter', 'DOCKER')).toEqual(['not in br1 out br1 => drop', 'not in br2 out br2 => drop']);
  });

  test('sets a policy only for a family that it turned forwarding on for', () => {
    const onlyIpv4 = [network({ ipv6: undefined })];
    expect([policy(host(key, onlyIpv4)), policy(host(key, onlyIpv4), 'ipv6')]).toEqual(['drop', 'accept']);
    expect(policy(host(key, two), 'ipv6')).toBe('drop');
    expect(policy(host(key, two, { ipForwardNoDrop: true }))).toBe('accept');
    expect(policy(host(key, two, { ipForward: false }))).toBe('accept');
    expect(policy(host(key, two, { forwardingBefore: { ipv4: true, ipv6: false } }))).toBe('accept');
    expect(policy(host(key, two, { ipForwardNoDrop: true, forwardPolicyBefore: { ipv4: 'drop', ipv6: 'accept' } }))).toBe('drop');
  });
});

test('nftables never sets a policy, and keeps the one that is there', () => {
  expect(policy(host('29.0 nftables', two))).toBe('accept');
  expect(policy(host('29.0 nftables', two, { forwardPolicyBefore: { ipv4: 'drop', ipv6: 'accept' } }))).toBe('drop');
});

test.each(GENERATIONS)('%s makes no rules of a family that is turned off', (key) => {
  const input = host(key, two, { iptables: false, ip6tables: false });
  for (const family of ['ipv4', 'ipv6'] as const) {
    expect(dockerRules(input, family).chains.map(({ name, rules }) => [name, rules.length])).toEqual([['FORWARD', 0]]);
  }
});

test('marked packets are let through before all else, once, from 29 on', () => {
  const acceptMark = { value: 2, mask: 3 };
  const rules = (key: string) => chain(host(key, two, { acceptMark }), 'filter', 'DOCKER-FORWARD');
  expect(rules('29.0')?.slice(0, 2)).toEqual(['mark 2/3 => accept', '=> jump DOCKER-CT']);
  expect(rules('29.0')?.filter((text) => text.startsWith('mark'))).toHaveLength(1);
  expect(rules('28.2')?.filter((text) => text.startsWith('mark'))).toEqual([]);
});
