import { textsOf } from './host-texts';
import { HostQuestions } from '../../src/intake/host-questions';
import { hostOf } from '../../src/intake/private/host/intake-host';

const texts = textsOf('docker-28.5');
const questions = new HostQuestions(hostOf(texts));

test('list: who reaches whom, the host and the outside by interface', () => {
  const pairs = questions.open().map(({ source, destination, certain }) => `${source} > ${destination}${certain ? '' : '?'}`);
  expect(pairs).toEqual(expect.arrayContaining(['web > db', 'db > web', 'plain > outside at eth0', 'outside at eth0 > host', 'host > db']));
  const published = questions.open().find(({ source, destination }) => source === 'outside at eth0' && destination === 'web');
  expect(published).toEqual({ source: 'outside at eth0', destination: 'web', ports: 'tcp/80, tcp/443', certain: true });
  expect(pairs).not.toContain('outside at eth0 > db');
  expect(pairs).not.toContain('plain > db');
  expect(pairs).not.toContain('db > outside at eth0');
});

test('exposure: by interface, with the publication that leads there', () => {
  const found = questions.exposures().filter(({ hostAddress, workload }) => hostAddress === '192.0.2.10' && workload === 'web');
  expect(found).toEqual([
    {
      workload: 'web',
      hostAddress: '192.0.2.10',
      hostPorts: 'tcp/8080, tcp/8443',
      targetPorts: 'tcp/80, tcp/443',
      sources: ['0.0.0.0/0'],
      anywhere: true,
      interface: 'eth0',
      by: 'publication 0.0.0.0:8080 -> 80/tcp',
      certain: true,
    },
  ]);
});

test('exposure: what a rule opens for some senders only is told with them', () => {
  const rules = ['-A INPUT -s 198.51.100.0/24 -p tcp -m tcp --dport 22 -j ACCEPT', '-A INPUT -j DROP', '-A FORWARD -j DOCKER-USER'].join(
    '\n',
  );
  const closed = hostOf({ ...texts, iptables: texts.iptables!.replace('-A FORWARD -j DOCKER-USER', rules) });
  const host = new HostQuestions(closed)
    .exposures()
    .filter(({ hostAddress, workload }) => hostAddress === '192.0.2.11' && workload === 'host');
  expect(host.map(({ hostPorts, sources, anywhere }) => ({ hostPorts, sources, anywhere }))).toEqual([
    { hostPorts: 'tcp/22', sources: ['198.51.100.0/24'], anywhere: false },
  ]);
});

test.each([
  ['plain', 'db', '5432', 'DROPPED', 'filter DOCKER-ISOLATION-STAGE-1 rule 1', 'Docker) drops it'],
  ['internet', 'web', '80', 'DELIVERED', 'filter DOCKER rule 3 lets it through', 'Docker)'],
  ['192.0.2.20', '172.18.0.2', '80', 'DROPPED', 'raw PREROUTING rule 1', 'in the form that Docker writes'],
  ['outside:eth0', 'host', '22', 'DELIVERED', 'the policy of filter INPUT', ''],
  ['side', 'db', '5432', 'DELIVERED', 'web reaches db', ''],
  ['web', 'host', 'ping', 'DELIVERED', 'web reaches host', ''],
])('%s to %s on %s is %s', (source, destination, port, disposition, ...words) => {
  const { disposition: said, summary, steps, text } = questions.explain(source, destination, port);
  expect(said).toBe(disposition);
  expect(questions.disposition(source, destination, port)).toBe(disposition);
  for (const word of words) expect(summary).toContain(word);
  expect(steps.length).toBeGreaterThan(0);
  expect(text).toContain('Remedy: ');
});

test('what rests on a rule that nobody understands is UNKNOWN, with the rule', () => {
  const rules = texts.iptables!.replace('-A FORWARD -j DOCKER-USER', '-A FORWARD -m nonsense --at-all -j DROP\n-A FORWARD -j DOCKER-USER');
  const asked = new HostQuestions(hostOf({ ...texts, iptables: rules })).explain('internet', 'web', '80');
  expect(asked.disposition).toBe('UNKNOWN');
  expect(asked.summary).toContain('-m nonsense --at-all');
});

test.each([
  ['nobody', 'web', "'nobody' is not known; it can be host, internet, internet6, an address, or one of: "],
  ['web', 'side', "'web' and 'side' are the same end"],
  ['web', 'stopped', "container 'stopped' does not run"],
])('%s to %s is an error', (source, destination, message) => {
  expect(() => questions.disposition(source, destination, '80')).toThrow(message);
});
