import type { HostView } from '../../../../src/reachability/private/walk/host-view';
import type { ProbeSource, ProbeSpec } from '../../../../src/reachability/private/walk/outcome';
import { walk } from '../../../../src/reachability/private/walk/walk';
import { rulesOf, smallHost } from '../../../support/small-host';
import {
  a1,
  DELIVERED,
  dropped,
  ends,
  HOST,
  NEIGHBOUR,
  ping,
  received,
  tcp,
  udp,
  unreachable,
  withFrames,
} from '../../../support/walk-words';

describe('who gets it, without a rule', () => {
  const view = smallHost();
  test.each([
    ['bridge neighbour', tcp(a1, '10.1.0.3'), ['a2', '10.1.0.2 > 10.1.0.3:80']],
    ['other bridge', tcp(a1, '10.2.0.2'), ['b1', '10.1.0.2 > 10.2.0.2:80']],
    ['itself', tcp(a1, '10.1.0.2'), ['a1', '10.1.0.2 > 10.1.0.2:80']],
    ['host at the gateway', tcp(a1, '10.1.0.1'), ['host', '10.1.0.2 > 10.1.0.1:80']],
    ['host at another gateway', tcp(a1, '10.3.0.1'), ['host', '10.1.0.2 > 10.3.0.1:80']],
    ['outside', tcp(a1, '203.0.113.5'), ['outside', '10.1.0.2 > 203.0.113.5:80']],
    ['neighbour to a container', tcp(NEIGHBOUR, '10.1.0.2'), ['a1', '192.0.2.50 > 10.1.0.2:80']],
    ['neighbour to the host', ping(NEIGHBOUR, '192.0.2.10'), ['host', '192.0.2.50 > 192.0.2.10:0']],
    ['host to itself', tcp(HOST, '127.0.0.1'), ['host', '127.0.0.1 > 127.0.0.1:80']],
    ['host to its address', tcp(HOST, '192.0.2.10'), ['host', '192.0.2.10 > 192.0.2.10:80']],
    ['host to a container', tcp(HOST, '10.1.0.2'), ['a1', '10.1.0.1 > 10.1.0.2:80']],
    ['host to outside', tcp(HOST, '203.0.113.5'), ['outside', '192.0.2.10 > 203.0.113.5:80']],
    ['IPv6', { ...tcp(a1, 'fd00:2::2'), family: 'ipv6' } as ProbeSpec, ['b1', 'fd00:1::2 > fd00:2::2:80']],
  ])('%s', (_, probe, expected) => {
    expect(received(view, probe)).toEqual(expected);
    expect(ends(view, probe)).toEqual(DELIVERED);
  });

  test.each([
    ['nobody on the bridge', tcp(HOST, '10.1.0.77'), unreachable('nobody-has-address')],
    ['loopback from a wire', tcp(NEIGHBOUR, '127.0.0.1'), unreachable('martian-destination')],
    ['loopback of IPv6 from a wire', { ...tcp(a1, '::1'), family: 'ipv6' } as ProbeSpec, unreachable('martian-destination')],
    [
      'the host’s own address as source',
      tcp({ ...NEIGHBOUR, address: '192.0.2.10' } as ProbeSource, '10.1.0.2'),
      unreachable('martian-source'),
    ],
    [
      'IPv6 from a container without',
      { ...tcp({ kind: 'container', key: 'm1' }, '2001:db8::1'), family: 'ipv6' } as ProbeSpec,
      unreachable('no-address-of-family'),
    ],
  ])('%s', (_, probe, expected) => {
    expect(ends(view, probe)).toEqual(expected);
  });

  test('forwarding off', () => {
    const off = smallHost('', { forwarding: { ipv4: false, ipv6: false } });
    expect(ends(off, tcp(a1, '10.2.0.2'))).toEqual(unreachable('forwarding-off'));
    expect(ends(off, tcp(a1, '10.1.0.3'))).toEqual(DELIVERED);
    expect(ends(off, tcp(a1, '10.1.0.1'))).toEqual(DELIVERED);
  });

  test('no route', () => {
    expect(ends(smallHost('', { routes: [] }), tcp(a1, '203.0.113.5'))).toEqual(unreachable('no-route'));
  });

  test('what cannot be read, or names nobody, is unknown', () => {
    for (const probe of [tcp(a1, 'db'), tcp({ kind: 'container', key: 'x' }, '10.1.0.2'), tcp({ ...HOST, address: 'x' }, '10.1.0.2')]) {
      expect(ends(view, probe)).toEqual(['UNKNOWN', 'not-understood', 'original']);
    }
  });
});

describe('frames between ports of a bridge', () => {
  const icc = '[filter FORWARD accept]\n-i br-a -o br-a -j DROP';
  test('of somebody whom the host does not know meet them, too', () => {
    const foreignContainer: ProbeSource = { kind: 'outside', interface: 'br-a', address: '10.2.0.9' };
    const shown = withFrames(smallHost(icc), 'br-a');
    expect(ends(smallHost(icc), { ...udp(foreignContainer, '10.1.0.3'), oneWay: true })).toEqual(DELIVERED);
    expect(ends(shown, { ...udp(foreignContainer, '10.1.0.3'), oneWay: true })).toEqual(dropped('FORWARD 0'));
    expect(ends(shown, { ...udp(foreignContainer, '10.2.0.2'), oneWay: true })).toEqual(DELIVERED);
  });

  test('meet the rules only where the bridge shows them', () => {
    expect(ends(smallHost(icc), tcp(a1, '10.1.0.3'))).toEqual(DELIVERED);
    expect(ends(withFrames(smallHost(icc), 'br-a'), tcp(a1, '10.1.0.3'))).toEqual(dropped('FORWARD 0'));
    expect(ends(withFrames(smallHost(icc), 'br-b'), tcp(a1, '10.1.0.3'))).toEqual(DELIVERED);
    const v6 = { ...tcp(a1, 'fd00:1::3'), family: 'ipv6' } as const;
    expect(ends(withFrames(smallHost({ ipv6: rulesOf('ipv6', icc) }), 'br-a'), v6)).toEqual(dropped('FORWARD 0'));
  });

  test.each([
    ['who drops the question', '-i br-a ! -d fd00:1::/64 -j DROP', dropped('FORWARD 0')],
    ['who drops the answer', '-p ipv6-icmp --icmp-type 136 -j DROP', dropped('FORWARD 0')],
    ['which no connection tracking sees', '-p ipv6-icmp --ctstate NEW,INVALID -j DROP', DELIVERED],
  ])('of IPv6 follow the question for the neighbour: %s', (_, rule, expected) => {
    const view = smallHost({ ipv6: rulesOf('ipv6', `[filter FORWARD accept]\n${rule}`) });
    const probe = { ...tcp(a1, 'fd00:1::3'), family: 'ipv6' } as const;
    expect(ends(withFrames(view, 'br-a'), probe)).toEqual(expected);
    expect(ends(view, probe)).toEqual(DELIVERED);
  });

  // As Docker 28 keeps packets for a container to its own bridge: the advertisement would be one, if the question came from there.
  test.each([
    ['its address on another link', { kind: 'container', key: 'both', via: 'br-a', address: 'fd00:3::9' }, DELIVERED],
    ['a neighbour of the other link', { kind: 'container', key: 'both', via: 'br-a', address: 'fd00:3::2' }, DELIVERED],
    ['that, over the host', { kind: 'outside', interface: 'br-a', address: 'fd00:3::9' }, DELIVERED],
    ['a neighbour on this link', { kind: 'outside', interface: 'br-a', address: 'fd00:1::2' }, DELIVERED],
    ['its own address here', { kind: 'container', key: 'both', via: 'br-a', address: 'fd00:1::9' }, dropped('PREROUTING 1')],
    ['its own address here, as nobody known', { kind: 'outside', interface: 'br-a', address: 'fd00:1::77' }, dropped('PREROUTING 2')],
  ] as const)('of IPv6 follow a question that comes from an address of this link: %s', (_, from, expected) => {
    const kept = ['fd00:3::/64 ! -i br-i', 'fd00:1::9', 'fd00:1::77'].map((words) => `-d ${words} -p ipv6-icmp -j DROP`).join('\n');
    const view = withFrames(smallHost({ ipv6: rulesOf('ipv6', `[raw PREROUTING accept]\n${kept}`) }), 'br-a');
    expect(ends(view, { ...udp(from, 'fd00:1::3'), family: 'ipv6', oneWay: true })).toEqual(expected);
  });

  test('meet raw, and nothing of INPUT; forwarding may be off', () => {
    const view = withFrames(
      smallHost('[raw PREROUTING accept]\n-p udp -j DROP\n[filter INPUT drop]', { forwarding: { ipv4: false, ipv6: false } }),
      'br-a',
    );
    expect(ends(view, udp(a1, '10.1.0.3'))).toEqual(dropped('PREROUTING 0'));
    expect(ends(view, tcp(a1, '10.1.0.3'))).toEqual(DELIVERED);
  });

  test('are translated, and stay frames where the new destination is on the bridge', () => {
    const dnat = (to: string) => withFrames(smallHost(`[nat PREROUTING accept]\n-i br-a -d 10.1.0.3 -p tcp -j DNAT --to ${to}`), 'br-a');
    expect(received(dnat('10.1.0.9:81'), tcp(a1, '10.1.0.3'))).toEqual(['both', '10.1.0.2 > 10.1.0.9:81']);
    expect(ends(dnat('10.1.0.9:81'), tcp(a1, '10.1.0.3'))).toEqual(DELIVERED);
    expect(received(dnat('10.2.0.2:81'), tcp(a1, '10.1.0.3'))).toEqual(['b1', '10.1.0.2 > 10.2.0.2:81']);
    expect(received(dnat('10.1.0.1:81'), tcp(a1, '10.1.0.3'))).toEqual(['host', '10.1.0.2 > 10.1.0.1:81']);
  });

  test('are translated in IPv4 only while forwarding is on', () => {
    const off = { forwarding: { ipv4: false, ipv6: false } };
    const four = '[nat PREROUTING accept]\n-p tcp -d 192.0.2.10 -j DNAT --to 10.1.0.3:81';
    const six = '[nat PREROUTING accept]\n-p tcp -d 2001:db8::10 -j DNAT --to [fd00:1::3]:81';
    const rules = { ipv4: rulesOf('ipv4', four), ipv6: rulesOf('ipv6', six) };
    const probe6 = { ...tcp(a1, '2001:db8::10'), family: 'ipv6' } as const;
    expect(ends(withFrames(smallHost(rules, off), 'br-a'), tcp(a1, '192.0.2.10'))).toEqual(unreachable('forwarding-off'));
    expect(ends(withFrames(smallHost(rules), 'br-a'), tcp(a1, '192.0.2.10'))).toEqual(DELIVERED);
    expect(received(withFrames(smallHost(rules, off), 'br-a'), probe6)).toEqual(['a2', 'fd00:1::2 > fd00:1::3:81']);
  });

  test('back to their own port only with hairpin', () => {
    const rules =
      '[nat PREROUTING accept]\n-d 192.0.2.10 -p tcp -j DNAT --to 10.1.0.2:80\n[nat POSTROUTING accept]\n-s 10.1.0.2 -d 10.1.0.2 -j MASQUERADE';
    expect(ends(withFrames(smallHost(rules), 'br-a'), tcp(a1, '192.0.2.10', 8080))).toEqual(unreachable('no-hairpin'));
    const hairpin = withFrames(smallHost(rules), 'br-a', { hairpin: true });
    expect(received(hairpin, tcp(a1, '192.0.2.10', 8080))).toEqual(['a1', '10.1.0.1 > 10.1.0.2:80']);
    expect(ends(hairpin, tcp(a1, '192.0.2.10', 8080))).toEqual(DELIVERED);
    // Routed, not bridged: the host sends it, so that it comes from no port.
    expect(ends(smallHost(rules), tcp(a1, '192.0.2.10', 8080))).toEqual(DELIVERED);
  });
});

describe('containers with several attachments', () => {
  const both: ProbeSource = { kind: 'container', key: 'both' };
  const view = smallHost('[filter FORWARD accept]\n-i br-a -d 203.0.113.0/24 -j DROP');

  test('the most permissive way counts; one can be asked for', () => {
    expect(ends(view, tcp(both, '203.0.113.5'))).toEqual(DELIVERED);
    expect(ends(view, tcp({ ...both, via: 'br-a' }, '203.0.113.5'))).toEqual(dropped('FORWARD 0'));
    expect(ends(view, tcp({ ...both, via: 'br-i' }, '203.0.113.5'))).toEqual(DELIVERED);
    expect(ends(view, tcp({ ...both, via: 'br-x' }, '203.0.113.5'))).toEqual(unreachable('no-route'));
    expect(ends(view, tcp({ ...both, routesOnly: true }, '203.0.113.5'))).toEqual(dropped('FORWARD 0'));
  });

  test('on the link first', () => {
    const i2 = tcp({ ...both, routesOnly: true }, '10.3.0.3');
    expect(received(view, i2)).toEqual(['i2', '10.3.0.9 > 10.3.0.3:80']);
  });

  test('it may bind to any of its addresses', () => {
    const rules = smallHost('[filter FORWARD accept]\n-i br-a ! -s 10.3.0.0/24 -j DROP');
    expect(received(rules, tcp({ ...both, via: 'br-a' }, '203.0.113.5'))).toEqual(['outside', '10.3.0.9 > 203.0.113.5:80']);
    expect(ends(rules, tcp({ ...both, via: 'br-a', address: '10.1.0.9' }, '203.0.113.5'))).toEqual(dropped('FORWARD 0'));
  });

  test('it answers for all of its addresses on each of its links', () => {
    // The frame passes no rule, so that nothing keeps it from an address of another network.
    const shut = smallHost('[filter FORWARD drop]');
    expect(received(shut, tcp(a1, '10.3.0.9'))).toEqual(['both', '10.1.0.2 > 10.3.0.9:80']);
    expect(ends(shut, tcp({ ...a1, routesOnly: true }, '10.3.0.9'))).toEqual(dropped('FORWARD'));
  });

  test('no route of its own, and routes only', () => {
    expect(ends(view, tcp({ kind: 'container', key: 'i1', routesOnly: true }, '203.0.113.5'))).toEqual(unreachable('no-route'));
    expect(ends(smallHost(), tcp({ kind: 'container', key: 'i1' }, '203.0.113.5'))).toEqual(DELIVERED);
  });
});

describe('macvlan and ipvlan', () => {
  const m1: ProbeSource = { kind: 'container', key: 'm1' };
  const shut = '[filter INPUT drop]\n[filter OUTPUT drop]\n[filter FORWARD drop]\n[raw PREROUTING drop]';
  const shim = { name: 'shim0', kind: 'macvlan-shim', addresses: ['192.0.2.200/32'], parent: 'eth0' } as const;
  const withShim = (rules: string): HostView => {
    const view = smallHost(rules);
    return { ...view, interfaces: [...view.interfaces, shim], routes: [...view.routes, { block: '192.0.2.96/28', interface: 'shim0' }] };
  };

  test('their packets pass no rule of the host', () => {
    const view = smallHost(shut);
    expect(received(view, tcp(m1, '192.0.2.102'))).toEqual(['m2', '192.0.2.101 > 192.0.2.102:80']);
    expect(received(view, tcp(m1, '203.0.113.5'))).toEqual(['outside', '192.0.2.101 > 203.0.113.5:80']);
    expect(received(view, tcp(NEIGHBOUR, '192.0.2.101'))).toEqual(['m1', '192.0.2.50 > 192.0.2.101:80']);
    const understood = { ...rulesOf('ipv4', shut), notUnderstood: ['a table of another family'] };
    for (const probe of [tcp(m1, '192.0.2.102'), tcp(m1, '203.0.113.5'), tcp(NEIGHBOUR, '192.0.2.101')]) {
      expect(ends(smallHost({ ipv4: understood }), probe)).toEqual(DELIVERED);
    }
  });

  test('the host and its own are kept apart', () => {
    const view = smallHost();
    expect(ends(view, tcp(HOST, '192.0.2.101'))).toEqual(unreachable('kept-apart'));
    expect(ends(view, tcp(m1, '192.0.2.10'))).toEqual(unreachable('kept-apart'));
    expect(ends(view, tcp(m1, '10.1.0.2'))).toEqual(unreachable('kept-apart'));
    expect(ends(view, tcp(a1, '192.0.2.101'))).toEqual(unreachable('kept-apart'));
  });

  test('a shim joins them, with its rules', () => {
    expect(received(withShim(''), tcp(HOST, '192.0.2.101'))).toEqual(['m1', '192.0.2.200 > 192.0.2.101:80']);
    expect(ends(withShim(''), tcp(m1, '192.0.2.200'))).toEqual(DELIVERED);
    expect(ends(withShim('[filter INPUT accept]\n-i shim0 -j DROP'), tcp(m1, '192.0.2.200'))).toEqual(dropped('INPUT 0'));
    expect(ends(withShim('[filter OUTPUT accept]\n-o shim0 -j DROP'), tcp(HOST, '192.0.2.101'))).toEqual(dropped('OUTPUT 0'));
  });
});

describe('the daemon’s proxy', () => {
  const proxies: HostView['proxies'] = [
    { protocol: 'tcp', address: '192.0.2.10', port: 8080, target: { container: 'a1', address: '10.1.0.2', port: 80 } },
  ];
  const view = (rules: string) => smallHost(rules, { proxies });

  test('opens a connection of its own', () => {
    expect(walk(view(''), tcp(NEIGHBOUR, '192.0.2.10', 8080)).receiver).toEqual({
      kind: 'container',
      container: 'a1',
      interface: 'br-a',
      address: '10.1.0.2',
      port: 80,
      source: '10.1.0.1',
      proxied: true,
    });
    expect(received(view(''), tcp(NEIGHBOUR, '192.0.2.10', 8081))?.[0]).toBe('host');
    expect(received(view(''), udp(NEIGHBOUR, '192.0.2.10', 8080))?.[0]).toBe('host');
    expect(received(view(''), tcp(NEIGHBOUR, '10.1.0.1', 8080))?.[0]).toBe('host');
  });

  test('an address that was met in packets of the other family stays readable', () => {
    const both = smallHost('', { proxies: [{ ...proxies[0], address: '127.0.0.2' }] });
    expect(received(both, { ...tcp(HOST, '2001:db8::10', 8080), family: 'ipv6' })?.[0]).toBe('host');
    expect(received(both, tcp(HOST, '127.0.0.2', 8080))?.[0]).toBe('a1');
  });

  test.each([
    ['[filter FORWARD drop]', DELIVERED],
    ['[filter INPUT accept]\n-p tcp --dport 8080 -j DROP', dropped('INPUT 0')],
    ['[filter OUTPUT accept]\n-o br-a -p tcp --dport 80 -j DROP', dropped('OUTPUT 0')],
    ['[filter INPUT accept]\n-i br-a -j DROP', dropped('INPUT 0', 'reply')],
    ['[filter OUTPUT accept]\n-o eth0 -j DROP', dropped('OUTPUT 0', 'reply')],
  ])('%s', (rules, expected) => {
    expect(ends(view(rules), tcp(NEIGHBOUR, '192.0.2.10', 8080))).toEqual(expected);
  });
});

test('an answer needs a route only where both ends send by their own routes', () => {
  const view = smallHost();
  expect(walk(view, tcp(NEIGHBOUR, '10.3.0.2')).disposition).toBe('DELIVERED');
  expect(ends(view, tcp({ ...NEIGHBOUR, routesOnly: true }, '10.3.0.2'))).toEqual(unreachable('no-route', 'reply'));
});
