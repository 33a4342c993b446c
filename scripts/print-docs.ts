// Prints the pages that are made from the program itself, so that they cannot go stale.
import * as fs from 'fs';
import * as path from 'path';
import { ERROR_CODES } from '../src/private/error-codes';

const rows = Object.entries(ERROR_CODES)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([code, text]) => `| \`${code}\` | ${text} |`);

fs.writeFileSync(
  path.resolve(__dirname, '../docs/ERRORS.md'),
  `# Errors

Every error names the construct path first, then the value and the way out, and its code last, in parentheses: \`[app/Web] … (TierForbidsFlow)\`.
Codes are stable: match on them. This page is printed from the catalogue by \`npx projen docs:print\`.

| code | what is wrong |
|---|---|
${rows.join('\n')}
`,
);
