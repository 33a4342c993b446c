import { SCENARIOS } from './scenarios';
import type { RestoreFile } from '../../src/firewall/private/backend/iptables/restore-file';
import { expectGolden } from '../support/golden';
import { restoreFiles } from '../support/restore-files';

test.each(Object.entries(SCENARIOS))('%s', (name, topology) => {
  const { ipv4, ipv6, permits } = restoreFiles(topology);
  const text = [...parts(ipv4), ...parts(ipv6), '### permits\n', ...permits.map((line) => `${line}\n`)].join('');
  expectGolden(`render/${name}.rules`, text);
});

function parts({ family, sets, rules, chains, digest }: RestoreFile): string[] {
  const counts = chains.map(({ table, chain, hook, rules: n }) => `${table} ${chain} from ${hook}: ${n}\n`);
  return [`### ${family} digest ${digest}\n`, ...counts, `### ${family} sets\n`, sets, `### ${family} rules\n`, rules];
}
