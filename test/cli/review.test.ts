import * as fs from 'node:fs';
import * as path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { bulkhead } from './bulkhead';
import { EngineVersion, FirewallReview } from '../../src';
import { EXIT } from '../../src/cli/exit';
import { archiveOf } from '../intake/archive-of';
import { textsOf } from '../intake/host-texts';
import { temporaryFolder } from '../support/folders';

const folder = temporaryFolder();

function file(text: string): string {
  const place = path.join(folder(), 'dump.txt');
  fs.writeFileSync(place, text);
  return place;
}

const TEXTS = textsOf('docker-28.5');
/** Somebody thinks that this closes the port that a container publishes. */
const RULES = TEXTS.iptables!.replace(/^(:INPUT .*\n(?::.*\n)*)/m, '$1-A INPUT -p tcp -m tcp --dport 8080 -j DROP\n');

const direct = FirewallReview.of({ engine: EngineVersion.of(TEXTS.engine!.trim()), ipv4Rules: RULES, ipv6Rules: TEXTS.ip6tables });

/** Only the rules, so that the host is taken as usual. */
const { addresses: _, ...WITHOUT_HOST } = TEXTS;

test('an archive: the findings of the review, and JSON as its schema says', async () => {
  const { code, out } = await bulkhead('review', file(archiveOf({ ...WITHOUT_HOST, iptables: RULES })), '-f', 'json');
  const json = JSON.parse(out);
  expect(direct.findings.length).toBeGreaterThan(0);
  expect(json.entries).toEqual(JSON.parse(JSON.stringify(direct.findings)));
  expect(code).toBe(direct.findings.some(({ severity }) => severity === 'error') ? EXIT.no : EXIT.yes);
  const schema = JSON.parse(fs.readFileSync(path.join(__dirname, '../../schemas/review-1.schema.json'), 'utf8'));
  expect(new Validator(schema, '7').validate(json).errors).toEqual([]);
  expect(new Validator(schema, '7').validate({ ...json, entries: [{}] }).valid).toBe(false);
});

test('an archive of a whole host: the findings name its containers and interfaces', async () => {
  const { code, out } = await bulkhead('review', file(archiveOf({ ...TEXTS, iptables: RULES })), '-f', 'csv');
  expect(out).toContain('(published to web, 172.18.0.2:80) stays open: a packet from 203.0.113.77 on eth0 to tcp/8080');
  expect(code).toBe(EXIT.no);
});

test('the rules alone: the version of the engine has to be given, and what is missing is told', async () => {
  const dump = file(RULES);
  expect((await bulkhead('review', dump)).err).toContain('does not tell the version of the engine; add --engine');
  const { out, err } = await bulkhead('review', dump, '--engine', '28.5', '--format', 'csv');
  expect(out).toContain('--dport 8080');
  expect(err).toContain('bulkhead: not reviewed: ip6tables: iptables-save does not tell it\n');
  expect(err).not.toContain('addresses');
});

test('SARIF, and what fails', async () => {
  const dump = file(archiveOf({ ...WITHOUT_HOST, iptables: RULES }));
  const { out } = await bulkhead('review', dump, '-f', 'sarif');
  expect(JSON.parse(out)).toEqual(JSON.parse(direct.toSarif()));
  expect((await bulkhead('review', dump, '--fail-on', 'info')).code).toBe(EXIT.no);
});

test.each([
  ['', 'the input is empty'],
  ['hello', 'the input is none of what this command reads'],
  [RULES.slice(0, -60), 'the dump is cut'],
  [archiveOf({ engine: '28.5.2' }), 'has no IPv4 rules of iptables'],
  [archiveOf({ ...TEXTS, engine: 'unknown' }), "'unknown'"],
])('what cannot be reviewed is refused: %#', async (text, message) => {
  const { code, out, err } = await bulkhead('review', file(text), ...(text === RULES ? ['-e', '28.5'] : []));
  expect([code, out]).toEqual([EXIT.usage, '']);
  expect(err).toContain(message);
});

test('a file that is not there', async () => {
  expect((await bulkhead('review', path.join(folder(), 'none'))).err).toContain("'bulkhead collect' prints the program that makes one");
});

test('for readers each finding is a paragraph, however long its sentences are', async () => {
  const { out } = await bulkhead('review', file(archiveOf({ ...TEXTS, iptables: RULES })));
  const lines = out.split('\n');
  expect(lines[0]).toMatch(/^(error|warning)  BH-F\d\d  -A /);
  expect(lines[1]).toMatch(/^  what: /);
  expect(lines[2]).toMatch(/^  fix: /);
  expect(lines[3]).toBe('');
});
