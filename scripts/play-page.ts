/** Plays a page of the documents as a reader would, in an empty folder, with the packed library in the place of the published one. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { check } from './user-project';
import { isRun, linesOf } from '../test/docs/commands';
import { type Block, blocksOf, COMMAND_LANGUAGES } from '../test/docs/pages';

const LIBRARY = 'cdktf-docker-bulkhead';

/** In the order of the page: files that it shows are written, the commands that belong to a project are run, and what it says they print is compared. */
export function playPage(page: string, folder: string, tarball: string): void {
  fs.mkdirSync(folder);
  let said = '';
  const blocks = blocksOf(page);
  blocks.forEach((block, index) => {
    const file = block.file ?? (index === 0 && block.language === 'ts' ? 'main.ts' : undefined);
    if (file !== undefined) {
      fs.writeFileSync(path.join(folder, file), file === 'package.json' ? withTarball(block.text, tarball) : block.text);
    }
    if (COMMAND_LANGUAGES.includes(block.language)) said = isRun(block, 'project') ? runAll(block, folder, tarball) : '';
    if (block.language === 'text' && said !== '') {
      const isThere = said.includes(block.text.trim());
      check(`${page}: the commands print what is in line ${block.line}${isThere ? '' : `, and not\n${said}`}`, isThere);
    }
  });
}

/** What the lines print, on either stream. */
function runAll(block: Block, folder: string, tarball: string): string {
  return linesOf(block)
    .map((line) => {
      const command = line.startsWith('npm install ') ? line.replace(` ${LIBRARY}`, ` ${tarball}`) : line;
      const env = { ...process.env, npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };
      const started = Date.now();
      const { status, stdout } = spawnSync('sh', ['-c', `{ ${command}\n} 2>&1`], { cwd: folder, encoding: 'utf8', env });
      const seconds = ((Date.now() - started) / 1000).toFixed(0);
      check(
        `${block.page}: ${line.replace(/\s+#.*$/, '')} (${seconds} s)${status === 0 ? '' : `: exit ${status}\n${stdout}`}`,
        status === 0,
      );
      return stdout;
    })
    .join('');
}

const withTarball = (manifest: string, tarball: string) => manifest.replace(new RegExp(`("${LIBRARY}": )"[^"]*"`), `$1"file:${tarball}"`);
