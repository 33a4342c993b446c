import * as fs from 'node:fs';
import * as path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { bulkhead } from './bulkhead';
import { EXIT } from '../../src/cli/exit';
import { archiveOf } from '../intake/archive-of';
import { textsOf } from '../intake/host-texts';
import { temporaryFolder } from '../support/folders';

const folder = temporaryFolder();

function file(text: string): string {
  const place = path.join(folder(), 'host.txt');
  fs.writeFileSync(place, text);
  return place;
}

const TEXTS = textsOf('docker-28.5');
const RULES = TEXTS.iptables!;

describe('a host that collect read', () => {
  test.each([
    ['web', 'db', '5432', 'DELIVERED', EXIT.yes],
    ['plain', 'db', '5432', 'DROPPED', EXIT.no],
    ['internet', '192.0.2.10', '8080', 'DELIVERED', EXIT.yes],
    ['internet', 'db', '5432', 'DROPPED', EXIT.no],
  ])('evaluate %s %s %s: %s', async (from, to, port, disposition, code) => {
    expect(await bulkhead('evaluate', from, to, port, '-i', file(archiveOf(TEXTS)))).toEqual({ code, out: `${disposition}\n`, err: '' });
  });

  test('explain names the rule, its chain and who wrote it', async () => {
    const { out, code } = await bulkhead('explain', 'plain', 'db', '5432', '-i', file(archiveOf(TEXTS)));
    expect(code).toBe(EXIT.no);
    expect(out).toMatch(/^DROPPED: plain does not reach db on 5432: .*Docker.* drops it\./);
  });

  test.each(['list', 'exposure'])('%s: JSON is as its schema says, also for a host', async (command) => {
    const { out, code } = await bulkhead(command, '-i', file(archiveOf(TEXTS)), '-f', 'json');
    const json = JSON.parse(out);
    const schema = JSON.parse(fs.readFileSync(path.join(__dirname, `../../schemas/${command}-1.schema.json`), 'utf8'));
    expect(new Validator(schema, '7').validate(json).errors).toEqual([]);
    expect(json).toMatchObject({ format: `bulkhead-${command}`, engine: TEXTS.engine!.trim() });
    expect(json.entries.length).toBeGreaterThan(3);
    expect(code).toBe(EXIT.yes);
  });

  test('exposure names the interface and the publication', async () => {
    const { out } = await bulkhead('exposure', '-i', file(archiveOf(TEXTS)), '-f', 'csv');
    expect(out).toContain('web,192.0.2.10,"tcp/8080, tcp/8443","tcp/80, tcp/443",eth0,0.0.0.0/0,publication 0.0.0.0:8080 -> 80/tcp,OPEN');
  });

  test('what the text does not tell comes with the answer, which is then not certain', async () => {
    const { iptables: _, ...others } = TEXTS;
    const { code, out, err } = await bulkhead('evaluate', 'plain', 'db', '5432', '-i', file(archiveOf(others)));
    expect([code, out]).toEqual([EXIT.unknown, 'UNKNOWN\n']);
    expect(err).toContain('bulkhead: iptables: ');
  });
});

test.each([
  ['rules alone', RULES, [], 'has neither the interfaces nor the Docker networks of the host (iptables-save does not tell it)'],
  ['a text that was cut', archiveOf(TEXTS).slice(0, -200), [], 'the archive is cut'],
  ['a daemon', archiveOf(TEXTS), ['--daemon', 'shop/Host'], 'is about one host; leave out --daemon'],
])('refused: %s', async (_, text, options, message) => {
  const { code, out, err } = await bulkhead('list', '-i', file(text), ...options);
  expect([code, out]).toEqual([EXIT.usage, '']);
  expect(err).toContain(message);
});
