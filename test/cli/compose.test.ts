import * as fs from 'node:fs';
import * as path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { bulkhead } from './bulkhead';
import { EXIT } from '../../src/cli/exit';
import { blocksOf } from '../docs/pages';
import { temporaryFolder } from '../support/folders';

const folder = temporaryFolder();

const TEXT =
  'services:\n  web: {image: a, ports: ["80:80"]}\n  db: {image: b, networks: [back], ports: ["5432:5432"]}\nnetworks: {back: {internal: true}}\n';

/** A folder `shop` with files. */
function shop(files: Readonly<Record<string, string>>): string {
  const place = path.join(fs.mkdtempSync(path.join(folder(), 'x-')), 'shop');
  fs.mkdirSync(place);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(place, name), text);
  return place;
}

const fileWith = (text: string) => path.join(shop({ 'compose.yaml': text }), 'compose.yaml');

describe('docs/guides/compose.md', () => {
  const blocks = blocksOf('docs/guides/compose.md');
  const of = (language: string) => blocks.filter((each) => each.language === language).map(({ text }) => text);

  test('its commands run, and the first prints what the page shows', async () => {
    const place = shop({ 'compose.yaml': of('yaml')[0] });
    fs.mkdirSync(path.join(place, 'old'));
    fs.writeFileSync(path.join(place, 'old/compose.yaml'), TEXT);
    const before = process.cwd();
    process.chdir(place);
    try {
      const runs = [];
      for (const line of of('sh').join('\n').split('\n').filter((each) => each !== '')) runs.push(await bulkhead(...line.split(' ').slice(2))); // prettier-ignore
      expect(runs.map(({ code }) => code)).toEqual([EXIT.yes, EXIT.yes, EXIT.no, EXIT.no, EXIT.no]);
      expect(runs[0].out.trimEnd()).toBe(of('text')[0].trimEnd());
      expect(runs[0].err).toContain('ports of service db have no effect, because all of its networks are internal');
    } finally {
      process.chdir(before);
    }
  });
});

test.each([
  ['internet', 'shop-web-1', '80', 'DELIVERED', EXIT.yes],
  ['internet', 'shop-db-1', '5432', 'DROPPED', EXIT.no],
  ['shop-web-1', 'shop-db-1', '5432', 'DROPPED', EXIT.no],
])('evaluate %s %s %s: %s', async (from, to, port, disposition, code) => {
  expect(await bulkhead('evaluate', from, to, port, '-i', fileWith(TEXT), '-e', '28.5')).toMatchObject({ out: `${disposition}\n`, code });
});

test('JSON is as its schema says', async () => {
  const { out } = await bulkhead('exposure', fileWith(TEXT), '-e', '28.5', '-f', 'json');
  const schema = JSON.parse(fs.readFileSync(path.join(__dirname, '../../schemas/exposure-1.schema.json'), 'utf8'));
  expect(new Validator(schema, '7').validate(JSON.parse(out)).errors).toEqual([]);
});

test('a folder is read with its override file, a file alone without it, and says so', async () => {
  const place = shop({ 'compose.yaml': TEXT, 'compose.override.yaml': 'services:\n  web: {ports: ["81:80"]}\n' });
  const ports = (out: string) => [...new Set([...out.matchAll(/tcp\/(8\d)/g)].map(([, port]) => port))].sort();
  expect(ports((await bulkhead('exposure', place, '-e', '28.5')).out)).toEqual(['80', '81']);
  const alone = await bulkhead('exposure', path.join(place, 'compose.yaml'), '-e', '28.5');
  expect(ports(alone.out)).toEqual(['80']);
  expect(alone.err).toContain('compose.override.yaml is beside the file and is not read');
  const both = await bulkhead(
    'exposure',
    path.join(place, 'compose.yaml'),
    '--override',
    path.join(place, 'compose.override.yaml'),
    '-e',
    '28.5',
  );
  expect(ports(both.out)).toEqual(['80', '81']);
  expect(both.err).not.toContain('is not read');
});

test('a profile, and a file with variables', async () => {
  const place = shop({
    'compose.yaml': 'services:\n  web: {image: a, profiles: [debug], ports: ["${PORT}:80"]}\n',
    'my.env': 'PORT=8088\n',
  });
  const off = await bulkhead('exposure', place, '-e', '28.5');
  expect(off.out).not.toContain('shop-web-1');
  expect(off.err).toContain('--profile debug includes it');
  const on = await bulkhead('exposure', place, '-e', '28.5', '--profile', 'debug', '--env-file', path.join(place, 'my.env'));
  expect(on.out).toContain('tcp/8088');
});

test('without a version of the engine the newest generation is taken, which is told', async () => {
  const { err, code } = await bulkhead('exposure', fileWith(TEXT));
  expect(err).toContain('engine 29.0 is taken; --engine names another');
  expect(code).toBe(EXIT.yes);
});

test.each([
  [['exposure'], 'services: [web]\n', 'is not a map'],
  [['exposure', '-d', 'x'], TEXT, 'leave out --daemon'],
  [['exposure', '-e', 'x'], TEXT, "'x'"],
])('%j is refused', async (words, text, message) => {
  const { err, code } = await bulkhead(...words, '-i', fileWith(text));
  expect(err).toContain(message);
  expect(code).toBe(EXIT.usage);
});
