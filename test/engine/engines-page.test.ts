import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { enginesPage } from '../../scripts/print-engines';
import { IPTABLES } from '../../src/engine/private/docker-rules/lines';

const PAGE = readFileSync(join(__dirname, '../../docs/ENGINES.md'), 'utf8');

test('docs/ENGINES.md lists the changes of the rules as the model has them', () => {
  expect(enginesPage(PAGE)).toBe(PAGE);
});

test('it says of each cut which engines were run on its two sides, or that it rests on the source', () => {
  const runs = PAGE.slice(PAGE.indexOf('## Engines that were tested'));
  for (const { since } of IPTABLES.slice(1)) expect(runs).toContain(`\n| ${since} | `);
});

test('a page without the marks is refused', () => {
  expect(() => enginesPage('# Engines\n')).toThrow('has lost the line');
});
