import type { HostView, ProxyListener } from '../../../../src/reachability/private/walk/host-view';
import type { ProbeSource, ProbeSpec } from '../../../../src/reachability/private/walk/outcome';
import { walk } from '../../../../src/reachability/private/walk/walk';
import { dockerRules, type Generation, type SmallDaemon, type SmallNetwork } from '../../../support/small-docker';
import { smallHost } from '../../../support/small-host';

/*
 * What the engine's own tests expect of each generation, as far as the packet filter decides it.
 */
const NEIGHBOUR: ProbeSource = { kind: 'outside', interface: 'eth0', address: '192.0.2.50' };
const HOST: ProbeSource = { kind: 'host' };
const container = (key: string): ProbeSource => ({ kind: 'container', key });
const tcp = (from: ProbeSource, to: string, port: number): ProbeSpec => ({ family: 'ipv4', from, to, protocol: 'tcp', port });
const ping = (from: ProbeSource, to: string): ProbeSpec => ({ family: 'ipv4', from, to, protocol: 'icmp' });

const ALL: readonly Generation[] = ['g20', 'g27', 'g28.0', 'g28.2', 'g29', 'nft'];
const FROM_28: readonly Generation[] = ['g28.0', 'g28.2', 'g29', 'nft'];
const TO_27: readonly Generation[] = ['g20', 'g27'];
const POLICIES = ['accept', 'drop'] as const;

/** a1 publishes its port 80 as 8080. */
const A: SmallNetwork = { bridge: 'br-a', net: 1, ports: [{ port: 8080, address: '10.1.0.2', target: 80 }] };
const B: SmallNetwork = { bridge: 'br-b', net: 2 };
const I: SmallNetwork = { bridge: 'br-i', net: 3, mode: 'internal' };

function host(daemon: SmallDaemon, networks: readonly SmallNetwork[] = [A, B, I], changes: Partial<HostView> = {}): HostView {
  const proxy = daemon.proxy ?? true;
  const view = smallHost(dockerRules(daemon, networks));
  const listeners = networks.flatMap(({ ports = [] }) =>
    ports.map(({ host: address = '0.0.0.0', port, address: target, target: targetPort }): ProxyListener => ({
      protocol: 'tcp',
      address,
      port,
      target: { container: 'a1', address: target, port: targetPort },
    })),
  );
  // Without the proxy the engine routes loopback addresses and has bridges show their frames.
  const interfaces = view.interfaces.map((each) =>
    each.kind === 'bridge' && !proxy ? { ...each, routeLocalnet: true, hairpin: true, filtersFrames: { ipv4: true, ipv6: false } } : each,
  );
  return { ...view, interfaces, proxies: proxy ? listeners : [], ...changes };
}

const reaches = (view: HostView, probe: ProbeSpec) => walk(view, probe).disposition === 'DELIVERED';

describe('a neighbour that routes straight to a container', () => {
  const cases = FROM_28.flatMap((generation) =>
    POLICIES.flatMap((forwardPolicy) =>
      // With a drop policy of iptables nothing of nftables' is forwarded.
      generation === 'nft' && forwardPolicy === 'drop' ? [] : [{ generation, forwardPolicy }],
    ),
  );
  test.each(cases)('$generation, policy $forwardPolicy', ({ generation, forwardPolicy }) => {
    const table = (['nat', 'nat-unprotected', 'routed'] as const).map((mode) => {
      const view = host({ generation, forwardPolicy }, [{ ...A, mode }, B]);
      return [
        mode,
        reaches(view, ping(NEIGHBOUR, '10.1.0.2')),
        reaches(view, tcp(NEIGHBOUR, '10.1.0.2', 80)),
        reaches(view, tcp(NEIGHBOUR, '10.1.0.2', 81)),
      ];
    });
    expect(table).toEqual([
      ['nat', false, false, false],
      ['nat-unprotected', true, true, true],
      ['routed', true, true, false],
    ]);
  });

  test.each(TO_27.flatMap((generation) => POLICIES.map((forwardPolicy) => ({ generation, forwardPolicy }))))(
    '$generation, policy $forwardPolicy: what is not published is the policy’s',
    ({ generation, forwardPolicy }) => {
      const view = host({ generation, forwardPolicy });
      expect(reaches(view, tcp(NEIGHBOUR, '10.1.0.2', 80))).toBe(true);
      expect(reaches(view, tcp(NEIGHBOUR, '10.1.0.2', 81))).toBe(forwardPolicy === 'accept');
      expect(reaches(view, ping(NEIGHBOUR, '10.1.0.2'))).toBe(forwardPolicy === 'accept');
    },
  );

  test.each(['g28.2', 'g29', 'nft'] as const)('%s: a trusted interface opens what is published', (generation) => {
    const view = host({ generation, forwardPolicy: generation === 'nft' ? 'accept' : 'drop' }, [{ ...A, trusted: 'eth0' }]);
    expect(reaches(view, tcp(NEIGHBOUR, '10.1.0.2', 80))).toBe(true);
    expect(reaches(view, tcp(NEIGHBOUR, '10.1.0.2', 81))).toBe(false);
  });
});

test.each(ALL)('%s: a neighbour reaches what is published at an address of the host', (generation) => {
  for (const proxy of [true, false]) {
    const view = host({ generation, proxy, forwardPolicy: generation === 'nft' ? 'accept' : 'drop' });
    const outcome = walk(view, tcp(NEIGHBOUR, '192.0.2.10', 8080));
    expect(outcome).toMatchObject({
      disposition: 'DELIVERED',
      receiver: { kind: 'container', container: 'a1', address: '10.1.0.2', port: 80, source: '192.0.2.50', proxied: false },
    });
  }
});

describe('a port published on a loopback address', () => {
  const lo: SmallNetwork = { ...A, ports: [{ host: '127.0.0.2', port: 8080, address: '10.1.0.2', target: 80 }] };

  test.each(ALL)('%s', (generation) => {
    const view = host({ generation, forwardPolicy: 'accept' }, [lo, B]);
    // Before 28 the destination is translated before anybody looks whether it may come from a wire.
    expect(reaches(view, tcp(NEIGHBOUR, '127.0.0.2', 8080))).toBe(TO_27.includes(generation));
    expect(walk(view, tcp(HOST, '127.0.0.2', 8080))).toMatchObject({
      disposition: 'DELIVERED',
      receiver: { container: 'a1', proxied: true },
    });
    expect(walk(view, tcp(NEIGHBOUR, '127.0.0.2', 22))).toMatchObject({ disposition: 'UNREACHABLE', reason: 'martian-destination' });
  });

  test.each(ALL)('%s: without the proxy the host reaches it by translation', (generation) => {
    const view = host({ generation, proxy: false, forwardPolicy: 'accept' }, [lo, B]);
    expect(walk(view, tcp(HOST, '127.0.0.2', 8080))).toMatchObject({
      disposition: 'DELIVERED',
      receiver: { container: 'a1', source: '10.1.0.1', proxied: false },
    });
  });
});

describe('from a container of another bridge, straight to the container', () => {
  const expected: Record<string, Record<Generation, string>> = {
    nat: { g20: '--', g27: '--', 'g28.0': '--', 'g28.2': '--', g29: '--', nft: '--' },
    routed: { g20: '--', g27: '--', 'g28.0': 'p-', 'g28.2': 'p-', g29: 'p-', nft: 'p-' },
    'nat-unprotected': { g20: '--', g27: '--', 'g28.0': '--', 'g28.2': '--', g29: 'pu', nft: 'pu' },
  };
  test.each(ALL)('%s', (generation) => {
    for (const mode of ['nat', 'routed', 'nat-unprotected'] as const) {
      const view = host({ generation, forwardPolicy: 'accept' }, [{ ...A, mode }, B, I]);
      const from = container('b1');
      const seen = `${reaches(view, tcp(from, '10.1.0.2', 80)) ? 'p' : '-'}${reaches(view, tcp(from, '10.1.0.2', 81)) ? 'u' : '-'}`;
      expect([mode, seen]).toEqual([mode, expected[mode][generation]]);
    }
  });
});

describe('from a container to what is published at an address of the host', () => {
  test.each(ALL)('%s: of another network', (generation) => {
    const on = walk(host({ generation, forwardPolicy: 'accept' }), tcp(container('b1'), '192.0.2.10', 8080));
    const off = walk(host({ generation, proxy: false, forwardPolicy: 'accept' }), tcp(container('b1'), '192.0.2.10', 8080));
    const is29 = generation === 'g29' || generation === 'nft';
    // Up to 28 the rules skip the translation, and the proxy answers; without it isolation drops what was translated.
    expect(on).toMatchObject({ disposition: 'DELIVERED', receiver: { container: 'a1', proxied: !is29 } });
    expect(off.disposition).toBe(is29 ? 'DELIVERED' : 'DROPPED');
  });

  test.each(ALL)('%s: of its own network, a neighbour’s and its own', (generation) => {
    for (const proxy of [true, false]) {
      for (const from of ['a1', 'a2']) {
        const outcome = walk(host({ generation, proxy, forwardPolicy: 'accept' }), tcp(container(from), '192.0.2.10', 8080));
        expect([proxy, from, outcome]).toMatchObject([
          proxy,
          from,
          { disposition: 'DELIVERED', receiver: { container: 'a1', proxied: proxy } },
        ]);
      }
    }
  });

  test.each(ALL)('%s: without the proxy, bridges must show their frames, or the neighbour’s answer goes astray', (generation) => {
    const { interfaces, ...rest } = host({ generation, proxy: false, forwardPolicy: 'accept' });
    const blind = interfaces.map((each) => ({ ...each, filtersFrames: { ipv4: false, ipv6: false } }));
    const outcome = walk({ ...rest, interfaces: blind }, tcp(container('a2'), '192.0.2.10', 8080));
    expect(outcome).toMatchObject({ disposition: 'UNREACHABLE', direction: 'reply', reason: 'answer-astray' });
  });
});

describe('internal networks', () => {
  test.each(ALL)('%s', (generation) => {
    const J: SmallNetwork = { bridge: 'br-b', net: 2, mode: 'internal' };
    const view = host({ generation, forwardPolicy: 'accept' }, [A, I, J]);
    const from = container('i1');
    expect(reaches(view, tcp(from, '10.3.0.3', 80))).toBe(true);
    // Services of the host at the address of the bridge are nobody's job.
    expect(walk(view, tcp(from, '10.3.0.1', 22))).toMatchObject({ disposition: 'DELIVERED', receiver: { kind: 'host' } });
    expect(reaches(view, tcp(from, '203.0.113.5', 443))).toBe(false);
    expect(reaches(view, tcp(from, '10.2.0.2', 80))).toBe(false);
    expect(reaches(view, tcp(HOST, '10.3.0.2', 80))).toBe(true);
    expect(reaches(view, tcp(NEIGHBOUR, '10.3.0.2', 80))).toBe(false);
    expect(walk(view, { ...tcp({ ...from, routesOnly: true } as ProbeSource, '203.0.113.5', 443) })).toMatchObject({
      disposition: 'UNREACHABLE',
      reason: 'no-route',
    });
  });
});

test.each(['g29', 'nft'] as const)('%s: a mark opens what is not published, if the raw rules let it by', (generation) => {
  const mark = generation === 'nft' ? '-i eth0 -j MARK --set 2' : '';
  const rules = { generation, acceptMark: 2, user: mark, forwardPolicy: generation === 'nft' ? 'accept' : 'drop' } as const;
  const iptables = generation === 'nft' ? '' : '\n[mangle FORWARD accept]\n-i eth0 -j MARK --set 2';
  const marked = (network: SmallNetwork) => smallHost(dockerRules(rules, [network]) + iptables);
  expect(reaches(marked({ ...A, trusted: 'eth0' }), tcp(NEIGHBOUR, '10.1.0.2', 81))).toBe(true);
  expect(reaches(marked(A), tcp(NEIGHBOUR, '10.1.0.2', 81))).toBe(false);
});

describe('which hook sees which flow', () => {
  const drops = (generation: Generation, proxy: boolean, probe: ProbeSpec) => {
    const view = host({ generation, proxy, forwardPolicy: 'accept', user: generation === 'nft' ? '' : '-j DROP' }, [A, B, I]);
    return walk(view, probe).decidedBy?.chain === 'DOCKER-USER';
  };
  test.each([
    // Flow, whether the proxy is on, generations in which DOCKER-USER sees it.
    ['neighbour to a publication', tcp(NEIGHBOUR, '192.0.2.10', 8080), true, ['g20', 'g27', 'g28.0', 'g28.2', 'g29']],
    ['neighbour straight to a published port', tcp(NEIGHBOUR, '10.1.0.2', 80), true, ['g20', 'g27']],
    ['neighbour straight to another port', tcp(NEIGHBOUR, '10.1.0.2', 81), true, ['g20', 'g27', 'g28.0']],
    ['host to loopback', tcp(HOST, '127.0.0.1', 8080), true, []],
    ['host to its own address', tcp(HOST, '192.0.2.10', 8080), true, []],
    ['host to the container', tcp(HOST, '10.1.0.2', 80), true, []],
    ['container to a publication of its network', tcp(container('a2'), '192.0.2.10', 8080), true, []],
    ['container to a publication of another', tcp(container('b1'), '192.0.2.10', 8080), true, ['g29']],
    ['the same without the proxy', tcp(container('b1'), '192.0.2.10', 8080), false, ['g20', 'g27', 'g28.0', 'g28.2', 'g29']],
    ['container to another bridge', tcp(container('b1'), '10.1.0.2', 80), true, ['g20', 'g27']],
    ['container to its neighbour', tcp(container('a2'), '10.1.0.2', 80), true, []],
    ['the same with frames shown', tcp(container('a2'), '10.1.0.2', 80), false, ['g20', 'g27', 'g28.0', 'g28.2', 'g29']],
    ['container to the internet', tcp(container('a1'), '203.0.113.5', 443), true, ['g20', 'g27', 'g28.0', 'g28.2', 'g29']],
    ['container to a service of the host', tcp(container('a1'), '192.0.2.10', 22), true, []],
  ] as const)('%s', (_, probe, proxy, expected) => {
    const seen = ALL.filter((generation) => generation !== 'nft' && drops(generation, proxy, probe));
    expect(seen).toEqual(expected);
  });
});

test('IPv6 to a port of a container that has only IPv4: the proxy answers, and no FORWARD rule sees it', () => {
  const view = host({ generation: 'g28.2' }, [A], {
    proxies: [{ protocol: 'tcp', address: '::', port: 8080, target: { container: 'a1', address: '10.1.0.2', port: 80 } }],
  });
  const from: ProbeSource = { kind: 'outside', interface: 'eth0', address: '2001:db8::50' };
  const outcome = walk(view, { family: 'ipv6', from, to: '2001:db8::10', protocol: 'tcp', port: 8080 });
  expect(outcome).toMatchObject({
    disposition: 'DELIVERED',
    receiver: { container: 'a1', address: '10.1.0.2', port: 80, source: '10.1.0.1', proxied: true },
  });
});

test('with nftables a container of an internal network reaches what a routed network publishes, with iptables it does not', () => {
  const networks: SmallNetwork[] = [{ ...A, mode: 'routed' }, I];
  const probe = tcp(container('i1'), '10.1.0.2', 80);
  const there = (generation: Generation) => walk(host({ generation, forwardPolicy: 'accept' }, networks), probe).disposition;
  expect([there('g29'), there('nft')]).toEqual(['DROPPED', 'DELIVERED']);
});
