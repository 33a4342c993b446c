import { walk } from '../../../../src/reachability/private/walk/walk';
import { rulesOf, smallHost } from '../../../support/small-host';
import { a1, b1, DELIVERED, ends, NEIGHBOUR, tcp } from '../../../support/walk-words';

describe('a trace', () => {
  const rules = `[filter x]
    --rate r -j RETURN
    [nat PREROUTING accept]
    -d 192.0.2.10 -p tcp --dport 8080 -j DNAT --to 10.1.0.2:80
    [filter FORWARD drop]
    --ctstate ESTABLISHED -j ACCEPT
    -j x
    -o br-a -j ACCEPT`;
  const { steps } = walk(smallHost(rules), tcp(NEIGHBOUR, '192.0.2.10', 8080), { trace: true });

  test('says each step, in order', () => {
    expect(
      steps.map(({ direction, at, place, what }) =>
        [direction, at, place ? `${place.chain} ${place.index ?? ''}`.trim() : '', what].join(' | '),
      ),
    ).toEqual([
      'original | start |  | outside at eth0',
      'original | conntrack |  | NEW',
      'original | prerouting | PREROUTING 0 | dnat',
      'original | routing |  | over br-a',
      'original | forward | FORWARD 1 | jump x',
      'original | forward | x 0 | return, assumed to be within its rate',
      'original | forward | FORWARD 2 | accept',
      'original | link |  | to a1',
      'original | end |  | container a1 at br-a',
      'reply | conntrack |  | ESTABLISHED',
      'reply | routing |  | over eth0',
      'reply | forward | FORWARD 0 | accept',
      'reply | end |  | outside at eth0',
    ]);
  });

  test('says how the packet is', () => {
    expect(steps.find(({ what }) => what === 'dnat')?.packet).toEqual({
      protocol: 'tcp',
      source: '192.0.2.50',
      sourcePort: 40000,
      destination: '10.1.0.2',
      destinationPort: 80,
      in: 'eth0',
      out: '',
      state: 'NEW',
      mark: 0,
    });
    expect(steps.at(-1)?.packet).toMatchObject({
      source: '192.0.2.10',
      sourcePort: 8080,
      destination: '192.0.2.50',
      destinationPort: 40000,
    });
    expect(steps.find(({ what }) => what === 'jump x')?.place?.rule?.origin).toBe('FORWARD 1');
  });

  test('is empty unless asked for, and changes nothing', () => {
    const plain = walk(smallHost(rules), tcp(NEIGHBOUR, '192.0.2.10', 8080));
    expect(plain).toEqual({ ...walk(smallHost(rules), tcp(NEIGHBOUR, '192.0.2.10', 8080), { trace: true }), steps: [] });
  });
});

describe('what is not understood', () => {
  const forwards = (rules: string) => walk(smallHost(rules), tcp(a1, '10.2.0.2'));

  test('an unknown match that changes nothing leaves the answer certain', () => {
    expect(forwards('[filter FORWARD accept]\n--unknown geoip -j ACCEPT').disposition).toBe('DELIVERED');
    expect(forwards('[filter FORWARD drop]\n--unknown geoip -j DROP').disposition).toBe('DROPPED');
    expect(forwards('[filter FORWARD accept]\n-s 10.9.0.0/24 --unknown geoip -j DROP').disposition).toBe('DELIVERED');
  });

  test('one that decides makes it unknown, and is named', () => {
    const outcome = forwards('[filter FORWARD accept]\n--unknown geoip -j DROP');
    expect(outcome).toMatchObject({ disposition: 'UNKNOWN', reason: 'not-understood', possible: ['DELIVERED', 'DROPPED'] });
    expect(outcome.doubts.map(({ chain, index }) => [chain, index])).toEqual([['FORWARD', 0]]);
  });

  test('translated or not is two receivers', () => {
    const outcome = walk(smallHost('[nat PREROUTING accept]\n--unknown x -j DNAT --to 10.1.0.3'), tcp(b1, '10.1.0.2'));
    expect(outcome).toMatchObject({ disposition: 'UNKNOWN', possible: ['DELIVERED'] });
  });

  test('an unknown verdict, a missing chain, chains that loop', () => {
    const FORWARD = '[filter FORWARD accept]';
    expect(forwards(`${FORWARD}\n-j UNKNOWN`)).toMatchObject({ disposition: 'UNKNOWN', doubts: [{ chain: 'FORWARD', index: 0 }] });
    expect(forwards(`${FORWARD}\n-o br-a -j UNKNOWN`).disposition).toBe('UNKNOWN');
    expect(forwards(`${FORWARD}\n-o br-x -j UNKNOWN`).disposition).toBe('DELIVERED');
    expect(forwards(`${FORWARD}\n-j nowhere`).disposition).toBe('UNKNOWN');
    expect(forwards(`[filter x]\n-j x\n${FORWARD}\n-j x`).disposition).toBe('UNKNOWN');
  });

  test('rules that nobody could read make every answer of their family unknown', () => {
    const view = smallHost({ ipv4: { ...rulesOf('ipv4', ''), notUnderstood: ['flowtable f'] } });
    expect(walk(view, tcp(a1, '10.2.0.2'))).toMatchObject({ disposition: 'UNKNOWN', doubts: [{ text: 'flowtable f' }] });
    expect(ends(view, { ...tcp(a1, 'fd00:2::2'), family: 'ipv6' })).toEqual(DELIVERED);
    expect(ends(view, tcp(a1, '10.1.0.3'))).toEqual(DELIVERED);
  });

  test('too many doubts are one; of rules that decide nothing there is none', () => {
    expect(forwards(`[filter FORWARD accept]\n${'--unknown x -j LOG\n'.repeat(12)}`).disposition).toBe('DELIVERED');
    const outcome = forwards(`[filter FORWARD accept]\n${'--unknown x -j MARK --set 1\n'.repeat(12)}`);
    expect(outcome).toMatchObject({ disposition: 'UNKNOWN', reason: 'too-many-cases' });
    expect(outcome.doubts).toHaveLength(12);
  });
});
