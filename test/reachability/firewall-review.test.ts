import * as fs from 'node:fs';
import * as path from 'node:path';
import { EngineVersion, FirewallReview, Peer, Port, Reachability } from '../../src';
import { renderRestore } from '../../src/firewall/private/backend/iptables/render-restore';
import { compile } from '../../src/firewall/private/compile';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

/** What an engine of the lab printed. */
function saved(engine: string, axes: string, family = 'ipv4'): string {
  return fs.readFileSync(path.join(__dirname, '../golden/engine', engine, `${axes}.${family}.rules`), 'utf8');
}

/** The same with rules of an administrator, appended to DOCKER-USER or inserted before what stands there. */
function withRules(text: string, rules: readonly string[], isAppended: boolean): string {
  const lines = text.split('\n');
  const standing = lines.filter((line) => line.startsWith('-A DOCKER-USER '));
  const others = lines.filter((line) => !line.startsWith('-A DOCKER-USER '));
  const mine = rules.map((rule) => `-A DOCKER-USER ${rule}`);
  others.splice(others.indexOf('COMMIT', others.indexOf('*filter')), 0, ...(isAppended ? [...standing, ...mine] : [...mine, ...standing]));
  return others.join('\n');
}

function codes(version: string, ipv4Rules: string, ipv6Rules?: string, sets?: string): string[] {
  return FirewallReview.of({ engine: EngineVersion.of(version), ipv4Rules, ipv6Rules, sets }).findings.map(
    ({ code, rule }) => `${code}: ${rule}`,
  );
}

const PUBLISHED = 'nat,published,icc-off';
const SPARED = '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN';

test.each<[what: string, version: string, engine: string, rules: string[], isAppended: boolean, expected: string[]]>([
  [
    'appended behind RETURN',
    '26.1',
    '26.1',
    ['-s 198.51.100.0/24 -j DROP'],
    true,
    ['RuleAfterReturn: -A DOCKER-USER -s 198.51.100.0/24 -j DROP'],
  ],
  ['inserted before it', '26.1', '26.1', ['-s 198.51.100.0/24 -j DROP'], false, []],
  ['appended where there is no RETURN', '28.5', '28.5', ['-s 198.51.100.0/24 -j DROP'], true, []],
  ['an accept from bridge to bridge, before the raw drops', '26.1', '26.1', ['-i br-shut -o br-other -j ACCEPT'], false, []],
  [
    'an accept from bridge to bridge',
    '28.5',
    '28.5',
    ['-i br-shut -o br-other -j ACCEPT'],
    false,
    ['AcceptAcrossBridges: -A DOCKER-USER -i br-shut -o br-other -j ACCEPT'],
  ],
  ['inside one bridge', '28.5', '28.5', ['-i br-shut -o br-shut -j ACCEPT'], false, []],
  [
    'a drop before answers',
    '28.5',
    '28.5',
    ['-i eth0 ! -s 192.0.2.0/24 -j DROP'],
    false,
    ['DropBeforeEstablished: -A DOCKER-USER -i eth0 ! -s 192.0.2.0/24 -j DROP'],
  ],
  ['a drop after answers', '28.5', '28.5', [SPARED, '-i eth0 ! -s 192.0.2.0/24 -j DROP'], false, []],
  ['a drop from a bridge', '28.5', '28.5', ['-i br-shut -d 192.0.2.0/24 -j DROP'], false, []],
  [
    'the original port, both ways',
    '28.5',
    '28.5',
    ['-i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j DROP'],
    false,
    ['OriginalPortBothWays: -A DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j DROP'],
  ],
  [
    'an accept of all that comes in, before the raw drops',
    '26.1',
    '26.1',
    ['-s 10.0.0.0/8 -i eth0 -j ACCEPT'],
    false,
    ['AcceptSkipsDocker: -A DOCKER-USER -s 10.0.0.0/8 -i eth0 -j ACCEPT'],
  ],
  ['the same, after them', '28.5', '28.5', ['-s 10.0.0.0/8 -i eth0 -j ACCEPT'], false, []],
  ['the same, as a return', '26.1', '26.1', ['-s 10.0.0.0/8 -i eth0 -j RETURN'], false, []],
  ['an accept of answers', '26.1', '26.1', ['-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'], false, []],
  [
    'a rate of packets',
    '28.5',
    '28.5',
    [SPARED, '-i eth0 -p tcp -m hashlimit --hashlimit-above 50/sec --hashlimit-mode srcip --hashlimit-name web -j DROP'],
    false,
    [
      'RateCountsPackets: -A DOCKER-USER -i eth0 -p tcp -m hashlimit --hashlimit-above 50/sec --hashlimit-mode srcip --hashlimit-name web -j DROP',
      'RuleNotUnderstood: filter: -A DOCKER-USER -i eth0 -p tcp -m hashlimit --hashlimit-above 50/sec --hashlimit-mode srcip --hashlimit-name web -j DROP',
    ],
  ],
  [
    'a rate of packets, as a limit',
    '28.5',
    '28.5',
    ['-m limit --limit 50/sec -j RETURN'],
    false,
    ['RateCountsPackets: -A DOCKER-USER -m limit --limit 50/sec -j RETURN'],
  ],
  ['a rate of connections', '28.5', '28.5', ['-m conntrack --ctstate NEW -m limit --limit 50/sec -j RETURN'], false, []],
  [
    'a log of everything',
    '28.5',
    '28.5',
    ['-j LOG --log-prefix "DENY "'],
    false,
    ['LogWithoutLimit: -A DOCKER-USER -j LOG --log-prefix "DENY "'],
  ],
  ['a log of some', '28.5', '28.5', ['-m limit --limit 10/min -j LOG --log-prefix "DENY "'], false, []],
  ['the original port, one way', '28.5', '28.5', ['-i eth0 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP'], false, []],
])('%s (%s)', (_what, version, engine, rules, isAppended, expected) => {
  const found = codes(version, withRules(saved(engine, PUBLISHED), rules, isAppended));
  // What the host has besides is told in tests of its own.
  expect(found.filter((text) => !/^(ForwardPolicyAccept|LoopbackPublication|InternalReachesHost)/.test(text))).toEqual(expected);
});

describe('of a published port', () => {
  const text = saved('28.5', PUBLISHED);
  const [, asked, target] = /--dport (\d+) -j DNAT --to-destination [0-9.]+:(\d+)/.exec(
    text
      .split('\n')
      .filter((line) => /--dport (\d+) -j DNAT --to-destination [0-9.]+:(?!\1)/.test(line))
      .join('\n'),
  )!;

  test('the port of the host never comes to DOCKER-USER', () => {
    const rule = `-i br-shut -p tcp -m tcp --dport ${asked} -j DROP`;
    const [finding] = FirewallReview.of({ engine: EngineVersion.V28, ipv4Rules: withRules(text, [rule], false) }).findings;
    expect(finding).toMatchObject({
      code: 'HostPortAfterTranslation',
      rule: `-A DOCKER-USER ${rule}`,
      sentence: expect.stringContaining(`--dport ${target}`),
    });
  });

  test('neither comes to INPUT', () => {
    const withInput = (port: string) =>
      text.replace(/(:FORWARD [^]*?)COMMIT/, `$1-A INPUT -i eth0 -p tcp -m tcp --dport ${port} -j DROP\nCOMMIT`);
    expect(codes('28.5', withInput(asked))).toEqual([`InputNeverSees: -A INPUT -i eth0 -p tcp -m tcp --dport ${asked} -j DROP`]);
    expect(codes('28.5', withInput('22'))).toEqual([]);
  });

  test('the port of the container does', () => {
    expect(codes('28.5', withRules(text, [`-i br-shut -p tcp -m tcp --dport ${target} -j DROP`], false))).toEqual([]);
  });
});

test('the policy of FORWARD and publications on loopback, before 28 only', () => {
  const text = saved('26.1', PUBLISHED).replace(/(-A DOCKER )(! -i br-shut -p tcp -m tcp --dport \d+ -j DNAT)/, '$1-d 127.0.0.1/32 $2');
  const found = codes('26.1', text);
  expect(found).toContainEqual('ForwardPolicyAccept: the policy of filter FORWARD');
  expect(codes('26.1', text.replace(':FORWARD ACCEPT', ':FORWARD DROP'))).not.toContainEqual(expect.stringMatching(/^ForwardPolicy/));
  expect(found).toContainEqual(expect.stringMatching(/^LoopbackPublication: port \d+ published on 127\.0\.0\.1$/));
  expect(codes('28.5', text)).toEqual([]);
});

test('internal networks reach the host, until INPUT says no', () => {
  const text = saved('28.5', 'internal,icc-on,icc-off');
  expect(codes('28.5', text)).toEqual([
    'InternalReachesHost: internal network on br-inshut',
    'InternalReachesHost: internal network on br-in',
  ]);
  const shut = text.replace(/(:FORWARD [^]*?)COMMIT/, '$1-A INPUT -i br-in+ -j DROP\nCOMMIT');
  expect(codes('28.5', shut)).toEqual([]);
});

test('IPv6 is left open', () => {
  const rule = '-s 198.51.100.0/24 -j DROP';
  const [v4, v6] = [saved('28.5', PUBLISHED), saved('28.5', PUBLISHED, 'ipv6')];
  expect(codes('28.5', withRules(v4, [rule], false), v6)).toEqual(['Ipv6LeftOpen: ip6tables, DOCKER-USER']);
  expect(codes('28.5', withRules(v4, [rule], false), withRules(v6, ['-s 2001:db8::/32 -j DROP'], false))).toEqual([]);
  expect(codes('28.5', v4, v6)).toEqual([]);
});

test('what Bulkhead writes has none of it', () => {
  const program = new Program();
  const web = program.container('Web', program.segment('Front'));
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: '192.0.2.10', sources: [Peer.anyIpv4()] });
  const { topology } = program.daemon._declarations.store.derived();
  const { rules, sets } = renderRestore(compile(topology, 'ipv4'));
  // It is only a part of what the host prints.
  expect(codes('28.5', rules, undefined, sets)).toEqual(['NoFilterTable: the table filter']);
  // Without its sets a rule that names one is not followed, and that is said.
  expect(codes('28.5', rules)).toContain('RuleNotUnderstood: raw: with a source of the bridge');
  expect(Reachability.of(program.daemon).shadowedRules()).toEqual([]);
});

test('what is no text', () => {
  expectError(() => FirewallReview.of({ engine: EngineVersion.V28, ipv4Rules: undefined as never }), 'NotText');
});

describe('what cannot be read', () => {
  const engine = EngineVersion.of('28.5');
  const review = (ipv4Rules: string) =>
    FirewallReview.of({ engine, ipv4Rules }).findings.map(({ code, rule, sentence }) => [code, rule, sentence]);

  test.each([
    ['-m u32 --u32 "0>>22&0x3C=1" -j DROP', '\'-m u32 --u32 "0>>22&0x3C=1"\''],
    ['-m ipp2p --edk -j TARPIT', "'-m ipp2p --edk' and 'TARPIT'"],
  ])('the rule %j is told', (rule, part) => {
    const found = review(withRules(saved('28.5', PUBLISHED), [rule], false)).filter(([code]) => code === 'RuleNotUnderstood');
    expect(found).toEqual([['RuleNotUnderstood', `filter: -A DOCKER-USER ${rule}`, expect.stringContaining(part)]]);
  });

  test.each([
    ['', [['NoFilterTable', 'the table filter']]],
    [
      'nonsense\u202e',
      [
        ['NoFilterTable', 'the table filter'],
        ['LineNotUnderstood', 'nonsense\\u{202e}'],
      ],
    ],
    ['*filter\n:FORWARD ACCEPT [0:0]\n', [['LineNotUnderstood', 'table filter without COMMIT']]],
    [
      '*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n# Warning: iptables-legacy tables present\n',
      [['LineNotUnderstood', '# Warning: iptables-legacy tables present']],
    ],
  ])('the text %j is told', (text, wanted) => expect(review(text).map(([code, rule]) => [code, rule])).toEqual(wanted));

  test('a dump of an engine is understood in full', () => {
    expect(review(saved('28.5', PUBLISHED)).filter(([code]) => /Understood|NoFilter/.test(code))).toEqual([]);
  });
});
