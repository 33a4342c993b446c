import { walk } from '../../../../src/reachability/private/walk/walk';
import { rulesOf, smallHost } from '../../../support/small-host';
import {
  a1,
  b1,
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

describe('chains', () => {
  const forwards = (rules: string) => ends(smallHost(rules), tcp(a1, '10.2.0.2'));
  test.each([
    ['policy', '[filter FORWARD drop]', dropped('FORWARD')],
    ['reject', '[filter FORWARD accept]\n-o br-b -j REJECT', dropped('FORWARD 0')],
    ['a return from a base chain is its policy', '[filter FORWARD drop]\n-j RETURN\n-j ACCEPT', dropped('FORWARD')],
    ['a jump comes back', '[filter x]\n-s 10.9.0.0/24 -j ACCEPT\n[filter FORWARD accept]\n-j x\n-j DROP', dropped('FORWARD 1')],
    ['a goto does not', '[filter x]\n-j RETURN\n[filter y]\n-g x\n-j DROP\n[filter FORWARD accept]\n-j y', DELIVERED],
    [
      'a goto returns to where its chain was called from',
      '[filter x]\n-j NOTHING\n[filter y]\n-g x\n[filter FORWARD accept]\n-j y\n-j DROP',
      dropped('FORWARD 1'),
    ],
    ['a log decides nothing', '[filter FORWARD accept]\n-j LOG\n-j DROP', dropped('FORWARD 1')],
    ['an accept ends only its base chain', '[nft:t guard forward -1 accept]\n-j ACCEPT\n[filter FORWARD drop]', dropped('FORWARD')],
    [
      'lower priorities go first',
      '[filter FORWARD drop]\n[nft:t late forward 1 accept]\n-j DROP\n[nft:t guard forward -1 accept]\n-j DROP',
      dropped('guard 0'),
    ],
    ['later ones can still drop', '[filter FORWARD accept]\n-j ACCEPT\n[nft:t late forward 1 accept]\n-j DROP', dropped('late 0')],
    ['one name in two tables is two chains', '[filter x]\n-j RETURN\n[mangle x]\n-j DROP\n[filter FORWARD accept]\n-j x', DELIVERED],
    ['mangle before filter', '[filter FORWARD drop]\n[mangle FORWARD drop]\n-j DROP', dropped('FORWARD 0')],
    [
      'a mark stays with the packet',
      '[mangle PREROUTING accept]\n-j MARK --set 7\n[filter FORWARD drop]\n--mark 7 --ctdir original -j ACCEPT',
      dropped('FORWARD', 'reply'),
    ],
    ['INPUT is not asked', '[filter INPUT drop]\n[filter OUTPUT drop]', DELIVERED],
    ['rates are met', '[filter FORWARD drop]\n--rate r --ctstate NEW -j ACCEPT\n--ctstate ESTABLISHED --limit 5 -j ACCEPT', DELIVERED],
  ])('%s', (_, rules, expected) => {
    expect(forwards(rules)).toEqual(expected);
  });

  test.each([
    ['-p udp', false],
    ['-p 6', true],
    ['! -p udp --dport 80:90', true],
    ['-p tcp --dport 81:90', false],
    ['-p tcp ! --dport 80', false],
    ['-p tcp --ports 443,80', true],
    ['-p tcp --sport 40000', true],
    ['-p tcp --syn yes', true],
    ['-p tcp --syn no', false],
    ['-p icmp --icmp-type 8', false],
    ['-i br-+ ! -o br-a', true],
    ['-i + -o br-b', true],
    ['--iifs br-a,br-x', true],
    ['! --iifs br-a', false],
    ['-s 10.1.0.0/24 -d 10.2.0.2', true],
    ['! -s 10.0.0.0/8', false],
    ['-d 10.2.0.0/31', false],
    ['--ctorigdst 10.2.0.2 --ctorigdstport 80', true],
    ['--ctorigdstport 81', false],
    ['--ctdir reply', false],
    ['--ctstate NEW', true],
    ['--ctstate INVALID,ESTABLISHED', false],
    ['--ctstate DNAT', false],
    ['! --ctstate DNAT,SNAT', true],
    ['--dst-type unicast ! --src-type local', true],
    ['--mark 0', true],
  ])('%s', (match, isMet) => {
    const [disposition, , direction] = forwards(`[filter FORWARD accept]\n${match} -j DROP`);
    expect(disposition === 'DROPPED' && direction === 'original').toBe(isMet);
  });

  test('sets: pairs, blocks, and other fields than usual', () => {
    const pairs = [{ source: '10.1.0.2', protocol: 'tcp', first: 80, last: 90, destination: '10.2.0.2', origin: '' }] as const;
    const sets = [
      { name: 'pairs', elements: pairs },
      { name: 'nets', blocks: ['10.2.0.0/24', '192.0.2.7'] },
    ];
    const view = (rule: string) => smallHost({ ipv4: rulesOf('ipv4', `[filter FORWARD accept]\n${rule}`, sets) });
    expect(ends(view('--in-set pairs -j DROP'), tcp(a1, '10.2.0.2'))).toEqual(dropped('FORWARD 0'));
    expect(ends(view('--in-set pairs -j DROP'), tcp(a1, '10.2.0.2', 91))).toEqual(DELIVERED);
    expect(ends(view('! --in-set pairs -j DROP'), udp(a1, '10.2.0.2', 80))).toEqual(dropped('FORWARD 0'));
    expect(ends(view('--dst-set nets -j DROP'), tcp(a1, '10.2.0.2'))).toEqual(dropped('FORWARD 0'));
    expect(ends(view('--in-set nets -j DROP'), tcp(a1, '10.2.0.2'))[0]).toBe('UNKNOWN');
    expect(ends(view('--in-set elsewhere -j DROP'), tcp(a1, '10.2.0.2'))[0]).toBe('UNKNOWN');
  });
});

describe('connection tracking', () => {
  test('raw sees no state, and its drop is before everything', () => {
    const raw = (match: string) => ends(smallHost(`[raw PREROUTING accept]\n${match} -j DROP`), tcp(a1, '10.2.0.2'));
    expect([raw('--ctstate NEW'), raw('--ctstate INVALID'), raw('--ctdir original')]).toEqual([
      DELIVERED,
      dropped('PREROUTING 0'),
      DELIVERED,
    ]);
  });

  test('the answer is established, and dropped where nothing accepts that', () => {
    expect(ends(smallHost('[filter FORWARD drop]\n-i br-a -j ACCEPT'), tcp(a1, '10.2.0.2'))).toEqual(dropped('FORWARD', 'reply'));
    const stateful = '[filter FORWARD drop]\n--ctstate ESTABLISHED,RELATED -j ACCEPT\n-i br-a -j ACCEPT';
    expect(ends(smallHost(stateful), tcp(a1, '10.2.0.2'))).toEqual(DELIVERED);
    expect(ends(smallHost(stateful), tcp(b1, '10.1.0.2'))).toEqual(dropped('FORWARD'));
  });

  test('a first packet that arrived is told, though its answer is lost', () => {
    const outcome = walk(smallHost('[filter FORWARD drop]\n-i br-a -j ACCEPT'), udp(a1, '10.2.0.2'));
    expect(outcome).toMatchObject({ disposition: 'DROPPED', direction: 'reply', receiver: { container: 'b1' } });
  });

  test('without tracking, an answer of TCP belongs to nothing, one of UDP opens a connection', () => {
    const rules = (accepts: string) =>
      `[raw PREROUTING accept]\n-i br-a -j NOTRACK\n[filter FORWARD drop]\n--ctstate UNTRACKED -j ACCEPT\n${accepts}`;
    expect(ends(smallHost(rules('--ctstate ESTABLISHED -j ACCEPT')), tcp(a1, '10.2.0.2'))).toEqual(dropped('FORWARD', 'reply'));
    expect(ends(smallHost(rules('--ctstate INVALID -j ACCEPT')), tcp(a1, '10.2.0.2'))).toEqual(DELIVERED);
    expect(ends(smallHost(rules('--ctstate NEW -j ACCEPT')), tcp(a1, '10.2.0.2'))).toEqual(dropped('FORWARD', 'reply'));
    expect(ends(smallHost(rules('--ctstate NEW -j ACCEPT')), udp(a1, '10.2.0.2'))).toEqual(DELIVERED);
  });

  test('neighbour discovery is untracked and asks for no answer; a stray answer of ICMP is invalid', () => {
    const view = smallHost({ ipv6: rulesOf('ipv6', '[filter INPUT drop]\n--ctstate UNTRACKED -j ACCEPT') });
    const probe = { family: 'ipv6', from: a1, to: 'fd00:1::1', protocol: 'ipv6-icmp' } as const;
    expect(ends(view, { ...probe, icmpType: 135 })).toEqual(DELIVERED);
    expect(ends(view, { ...probe, icmpType: 128 })).toEqual(dropped('INPUT'));
    const invalid = smallHost('[filter FORWARD accept]\n--ctstate INVALID -j DROP');
    expect(ends(invalid, { ...ping(a1, '10.2.0.2'), icmpType: 0 })).toEqual(dropped('FORWARD 0'));
  });
});

describe('translation', () => {
  const dnat = '[nat PREROUTING accept]\n-d 192.0.2.10 -p tcp --dport 8080 -j DNAT --to 10.1.0.2:80';
  test('the first verdict of a hook counts, chains in order of their priority', () => {
    const two =
      '[nft:t second prerouting -99 accept nat]\n-j DNAT --to 10.2.0.2\n[nft:t first prerouting -101 accept nat]\n-p tcp -j DNAT --to 10.1.0.3:81';
    expect(received(smallHost(two), tcp(NEIGHBOUR, '192.0.2.10'))).toEqual(['a2', '192.0.2.50 > 10.1.0.3:81']);
    expect(received(smallHost(two), udp(NEIGHBOUR, '192.0.2.10'))).toEqual(['b1', '192.0.2.50 > 10.2.0.2:53']);
  });

  test('rules after it see the new destination, the connection the old one', () => {
    const by = (match: string) =>
      ends(
        smallHost(`${dnat}\n[filter FORWARD drop]\n--ctstate ESTABLISHED -j ACCEPT\n${match} -j ACCEPT`),
        tcp(NEIGHBOUR, '192.0.2.10', 8080),
      );
    expect(by('-p tcp -d 10.1.0.2 --dport 80')).toEqual(DELIVERED);
    expect(by('-p tcp --dport 8080')).toEqual(dropped('FORWARD'));
    expect(by('--ctorigdst 192.0.2.10 --ctorigdstport 8080 --ctstate DNAT --ctdir original')).toEqual(DELIVERED);
  });

  test('the answer goes back the way that it came, even where rules look at it before', () => {
    // The original port matches in both directions.
    const view = smallHost(`${dnat}\n[filter FORWARD accept]\n--ctdir reply --ctorigdstport 8080 -s 10.1.0.2 -j DROP`);
    expect(ends(view, tcp(NEIGHBOUR, '192.0.2.10', 8080))).toEqual(dropped('FORWARD 0', 'reply'));
  });

  test('a translation to the same address is none', () => {
    const same = '[nat PREROUTING accept]\n-j DNAT --to 10.2.0.2\n[filter FORWARD accept]\n--ctstate DNAT -j DROP';
    expect(ends(smallHost(same), tcp(a1, '10.2.0.2'))).toEqual(DELIVERED);
  });

  test('a port inside of a range stays, another becomes the first', () => {
    const range = smallHost('[nat PREROUTING accept]\n-p tcp -j DNAT --to 10.1.0.2:8000-8010');
    expect(received(range, tcp(NEIGHBOUR, '192.0.2.10', 8005))?.[1]).toBe('192.0.2.50 > 10.1.0.2:8005');
    expect(received(range, tcp(NEIGHBOUR, '192.0.2.10', 80))?.[1]).toBe('192.0.2.50 > 10.1.0.2:8000');
  });

  test('redirect: to the interface that it came by, or to loopback from the host', () => {
    const rules =
      '[nat PREROUTING accept]\n-p tcp --dport 80 -j REDIRECT --to 3128\n[nat OUTPUT accept]\n-p tcp --dport 80 -j REDIRECT --to 3128';
    expect(received(smallHost(rules), tcp(a1, '203.0.113.5'))?.[1]).toBe('10.1.0.2 > 10.1.0.1:3128');
    expect(received(smallHost(rules), tcp(HOST, '203.0.113.5'))?.[1]).toBe('192.0.2.10 > 127.0.0.1:3128');
    expect(ends(smallHost(rules), tcp(a1, '203.0.113.5'))).toEqual(DELIVERED);
  });

  test('masquerade takes the address towards the next hop, snat its own', () => {
    const masquerade = '[nat POSTROUTING accept]\n-s 10.1.0.0/24 ! -o br-a -j MASQUERADE';
    expect(received(smallHost(masquerade), tcp(a1, '203.0.113.5'))?.[1]).toBe('192.0.2.10 > 203.0.113.5:80');
    expect(received(smallHost(masquerade), tcp(a1, '10.2.0.2'))?.[1]).toBe('10.2.0.1 > 10.2.0.2:80');
    expect(ends(smallHost(masquerade), tcp(a1, '203.0.113.5'))).toEqual(DELIVERED);
    const snat = smallHost('[nat POSTROUTING accept]\n-o eth0 -j SNAT --to-source 192.0.2.99');
    expect(received(snat, tcp(a1, '203.0.113.5'))?.[1]).toBe('192.0.2.99 > 203.0.113.5:80');
  });

  test('in OUTPUT the interface stays the one before the translation', () => {
    const rules = (out: string) => `[nat OUTPUT accept]\n-d 192.0.2.10 -j DNAT --to 10.1.0.2:80\n[filter OUTPUT accept]\n-o ${out} -j DROP`;
    expect(ends(smallHost(rules('br-a')), tcp(HOST, '192.0.2.10', 8080))[0]).not.toBe('DROPPED');
    expect(ends(smallHost(rules('lo')), tcp(HOST, '192.0.2.10', 8080))).toEqual(dropped('OUTPUT 0'));
  });

  test('loopback to a container: needs route_localnet, and a source that the container takes', () => {
    const out = '[nat OUTPUT accept]\n-d 127.0.0.1 -j DNAT --to 10.1.0.2:80';
    const masquerade = `${out}\n[nat POSTROUTING accept]\n-o br-a --src-type local -j MASQUERADE`;
    const localnet = (rules: string) => withFrames(smallHost(rules), 'br-a', { routeLocalnet: true });
    expect(ends(smallHost(masquerade), tcp(HOST, '127.0.0.1', 8080))).toEqual(unreachable('martian-source'));
    expect(ends(localnet(out), tcp(HOST, '127.0.0.1', 8080))).toEqual(unreachable('martian-source'));
    expect(received(localnet(masquerade), tcp(HOST, '127.0.0.1', 8080))).toEqual(['a1', '10.1.0.1 > 10.1.0.2:80']);
    expect(ends(localnet(masquerade), tcp(HOST, '127.0.0.1', 8080))).toEqual(DELIVERED);
    // What routes loopback addresses takes them from containers, too.
    expect(received(localnet(''), tcp(a1, '127.0.0.1', 22))).toEqual(['host', '10.1.0.2 > 127.0.0.1:22']);
  });

  test('a rule that translates where none can is not understood', () => {
    expect(ends(smallHost('[filter FORWARD accept]\n-j DNAT --to 10.1.0.3'), tcp(a1, '10.2.0.2'))[0]).toBe('UNKNOWN');
    expect(ends(smallHost('[nat POSTROUTING accept]\n-j DNAT --to 10.1.0.3'), tcp(a1, '10.2.0.2'))[0]).toBe('UNKNOWN');
  });

  test('masquerade on an interface without an address drops; an uplink has one, named or not', () => {
    const bare = (name: string) => {
      const view = smallHost('[nat POSTROUTING accept]\n-j MASQUERADE');
      return {
        ...view,
        routes: [...view.routes, { block: '10.2.0.0/24', interface: 'br-b' }],
        interfaces: view.interfaces.map((each) => (each.name === name ? { ...each, addresses: [] } : each)),
      };
    };
    expect(ends(bare('br-b'), tcp(a1, '10.2.0.2'))).toEqual(dropped('POSTROUTING 0'));
    expect(ends(bare('eth0'), tcp(a1, '203.0.113.5'))).toEqual(DELIVERED);
    expect(received(bare('eth0'), tcp(HOST, '203.0.113.5'))).toEqual(['outside', '0.0.0.0 > 203.0.113.5:80']);
    expect(ends(bare('eth0'), tcp(HOST, '203.0.113.5'))).toEqual(DELIVERED);
  });
});
