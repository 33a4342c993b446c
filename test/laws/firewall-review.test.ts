import { EngineVersion, FindingState, FirewallReview } from '../../src';
import { CLEAN } from '../intake/review/clean';
import { judge } from '../intake/review/judge';
import { COUNTING, PASSAGE, PUBLISHED } from '../intake/review/mistakes';
import { textsOf } from '../intake/review/texts';
import { expectError } from '../support/errors';

const ROWS = { published: PUBLISHED, passage: PASSAGE, counting: COUNTING, clean: CLEAN };

describe.each(Object.entries(ROWS))('%s', (_, rows) => {
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_name, row) => {
    const wrong = judge(row).filter(({ missing, invented, unproved }) => missing.length + invented.length + unproved.length > 0);
    expect(wrong).toEqual([]);
  });
});

const engine = EngineVersion.of('28.5');
const DENY = '-p tcp -m tcp --dport 8080 -j DROP';
const texts = textsOf('28.5', { published: [[8080, 80]], input: [DENY] });

test('a finding has its packet, and a fix that was tried', () => {
  const [finding, ...others] = FirewallReview.of({ engine, ...texts }).findings;
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    ruleId: 'BH-F01',
    code: 'InputNeverSees',
    severity: 'error',
    family: 'ipv4',
    rule: `-A INPUT ${DENY}`,
    isCertain: true,
    packet: { sender: '203.0.113.77', destination: 'the host', protocol: 'tcp', port: 8080 },
    commands: ['iptables -I DOCKER-USER 1 ! -i br-app -o br-app -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP'],
    isFixProved: true,
    afterFix: 'dropped by filter DOCKER-USER',
  });
});

test.each([
  ['-m conntrack ! --ctstate DNAT', []],
  ['-o eth0', ['-i eth0 -p tcp -m tcp --dport 9 -j DROP']],
])('a masquerade of everything is kept for what leaves: %s', (limit, user) => {
  const written = textsOf('28.5', { published: [[8080, 80]], user, postrouting: ['-j MASQUERADE'] });
  const hidden = FirewallReview.of({ engine, ...written }).findings.find(({ code }) => code === 'SourceHidden');
  const commands = [expect.stringMatching(new RegExp(`^iptables -t nat -R POSTROUTING \\d+ ${limit} -j MASQUERADE$`))];
  expect(hidden).toMatchObject({ commands, isFixProved: true, afterFix: 'delivered, with the address of the sender' });
});

test('a suppression accepts a finding, and SARIF says so', () => {
  const reason = 'the port is meant to be open';
  const review = FirewallReview.of({ engine, ...texts, hostName: 'edge', suppressions: [{ ruleId: 'BH-F01', reason, detail: `-A INPUT ${DENY}` }] }); // prettier-ignore
  expect(review.findings.map(({ state }) => state)).toEqual([FindingState.SUPPRESSED]);
  const [run] = (JSON.parse(review.toSarif()) as { runs: { results: object[] }[] }).runs;
  expect(run.results).toMatchObject([{ ruleId: 'BH-F01', level: 'error', suppressions: [{ justification: reason }] }]);
  expect(review.toSarif()).toContain('iptables-save');
  expect(review.toMarkdown()).toContain(reason);
  const stale = FirewallReview.of({ engine, ...texts, suppressions: [{ ruleId: 'BH-F02', reason }] }).findings;
  expect(stale.map(({ code }) => code)).toEqual(['InputNeverSees', 'BH-M01']);
});

test.each([
  ['', ['TextIncomplete']],
  ['-P INPUT DROP\n-A FORWARD -j DOCKER-USER\n', ['NotUnderstood', 'TextIncomplete']],
  ['*filter\n:FORWARD ACCEPT [0:0]\n', ['NotUnderstood']],
  [
    `# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n${texts.ipv4Rules}`,
    ['InputNeverSees', 'TwoBackends'],
  ],
])('what cannot be read is told, and makes the rest less than certain (%#)', (ipv4Rules, codes) => {
  const { findings } = FirewallReview.of({ engine, ipv4Rules });
  expect([...new Set(findings.map(({ code }) => code))].sort()).toEqual(codes);
  const doubtful = findings.filter(({ code }) => code === 'InputNeverSees');
  for (const { isCertain, statement } of doubtful) expect([isCertain, statement.includes('not certain')]).toEqual([false, true]);
});

test('what is no text', () => {
  expectError(() => FirewallReview.of({ engine, ipv4Rules: undefined as never }), 'NotText');
});
