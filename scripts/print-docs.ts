// Prints the pages that are made from the program itself, so that they cannot go stale.
import * as fs from 'fs';
import * as path from 'path';
import { cisPage } from './print-cis';
import { enginesPage } from './print-engines';
import { imagesPage } from './print-images';
import { rulesPage } from './print-rules';
import { thirdPartyPage } from './print-third-party';
import { ERROR_CODES } from '../src/private/error-codes';
import { META } from '../src/validation/private/meta-rules';
import { ALL_RULES } from '../src/validation/rules/all';
import { FIREWALL_RULES } from '../src/validation/rules/firewall';

const rules = [...ALL_RULES, ...Object.values(META)];
print('CIS.md', cisPage(rules));
print('RULES.md', rulesPage([...rules, ...FIREWALL_RULES]));
print('IMAGES.md', imagesPage());
print('../THIRD-PARTY.md', thirdPartyPage());
print('ENGINES.md', enginesPage(fs.readFileSync(path.resolve(__dirname, '../docs/ENGINES.md'), 'utf8')));

const rows = Object.entries(ERROR_CODES)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([code, text]) => `| \`${code}\` | ${text} |`);

print(
  'ERRORS.md',
  `# Errors

An error says what is wrong and what to do, names the value if there is one, and ends with its code in parentheses. The tests make each error of this
page, except \`UndeclaredFlow\`, and follow its words. An error of a construct begins with the construct path:
\`[app/Web] … (TierForbidsFlow)\`. An error of a value, such as \`Port.tcp(0)\` or \`Cidr.parse('10.0.0.1/8')\`, has no path, because a value has no
place in the tree. It names the argument or the text; the stack trace shows the line.

Codes are stable: match on them. The repository prints this page from its catalogue.

| code | what is wrong |
|---|---|
${rows.join('\n')}
`,
);

function print(name: string, text: string): void {
  fs.writeFileSync(path.resolve(__dirname, '../docs', name), text);
}
