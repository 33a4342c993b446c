import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCENARIOS } from './scenarios';
import type { RestoreFile } from '../../src/firewall/private/backend/iptables/restore-file';
import { restoreFiles } from '../support/restore-files';

/** `UPDATE_GOLDEN=1 npx jest test/firewall/golden` writes the files anew; read the difference before keeping it. */
const DIRECTORY = join(__dirname, '..', 'golden', 'render');

test.each(Object.entries(SCENARIOS))('%s', (name, topology) => {
  const { ipv4, ipv6, permits } = restoreFiles(topology);
  const text = [...parts(ipv4), ...parts(ipv6), '### permits\n', ...permits.map((line) => `${line}\n`)].join('');
  const file = join(DIRECTORY, `${name}.rules`);
  if (process.env.UPDATE_GOLDEN) {
    writeFileSync(file, text);
  }
  expect(existsSync(file)).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
});

function parts({ family, sets, rules, chains, digest }: RestoreFile): string[] {
  const counts = chains.map(({ table, chain, hook, rules: n }) => `${table} ${chain} from ${hook}: ${n}\n`);
  return [`### ${family} digest ${digest}\n`, ...counts, `### ${family} sets\n`, sets, `### ${family} rules\n`, rules];
}
