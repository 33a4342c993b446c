/**
 * The library under later releases of Node.js: npm's package `node` brings the program, the packed library is installed, its first program synthesizes with
 * the proof, and a sample of the unit tests passes. Usage: `tsx scripts/node-check.ts [22 24]`; builds with jsii first unless `--no-build` is given.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { check, checkedStack, inEmptyFolder, packed, ROOT } from './user-project';

const RELEASES = process.argv.slice(2).filter((word) => /^\d+$/.test(word));
/** What touches Node itself (files, buffers, processes) or makes whole stacks. */
const SAMPLE = 'test/(addressing|docs|host|patterns|reports|segments)/';

inEmptyFolder((folder) => {
  const tarball = packed(folder);
  const project = path.join(folder, 'project');
  fs.cpSync(path.join(ROOT, 'examples/start'), project, { recursive: true });
  const manifest = path.join(project, 'package.json');
  fs.writeFileSync(
    manifest,
    fs.readFileSync(manifest, 'utf8').replace('"cdktf-docker-bulkhead": "^0.1.0"', `"cdktf-docker-bulkhead": "file:${tarball}"`),
  );

  for (const release of RELEASES.length > 0 ? RELEASES : ['22', '24']) {
    const own = path.join(folder, `node-${release}`);
    fs.mkdirSync(own);
    const brought = spawnSync('npm', ['install', '--prefix', own, '--silent', '--no-audit', '--no-fund', `node@${release}`]);
    if (brought.status !== 0) {
      console.log(`SKIPPED Node.js ${release}: npm does not bring it`);
      continue;
    }
    const env = { ...process.env, PATH: `${path.join(own, 'node_modules/node/bin')}:${process.env.PATH}` };
    const told = (program: string, ...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(program, args, { cwd: project, env, encoding: 'utf8' });
      return { status, text: `${stdout}${stderr}` };
    };
    const version = told('node', '--version').text.trim();
    if (!version.startsWith(`v${release}.`)) throw new Error(`npm brought ${version} instead of ${release}`);
    for (const made of ['node_modules', 'package-lock.json', 'cdktf.out', 'bulkhead.lock.json']) {
      fs.rmSync(path.join(project, made), { recursive: true, force: true });
    }
    const installed = told('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline');
    check(`Node.js ${version}: the packed library is installed`, installed.status === 0);
    const complaints = installed.text.split('\n').filter((line) => /EBADENGINE/.test(line));
    check(`Node.js ${version}: npm has nothing against it${complaints.map((line) => `\n${line}`).join('')}`, complaints.length === 0);
    const synth = told('npm', 'run', '--silent', 'synth');
    check(
      `Node.js ${version}: ${synth.text.trim()}`,
      synth.status === 0 && synth.text.includes('2 flows proved, nothing undeclared is open'),
    );
    checkedStack(project, 'shop', 4, 4);
    const tests = spawnSync(
      'node',
      ['node_modules/jest/bin/jest.js', '--ci', '--maxWorkers=2', '--selectProjects', 'unit', '--testPathPatterns', SAMPLE],
      {
        cwd: ROOT,
        env,
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      },
    );
    const sum = /^Tests:.*$/m.exec(tests.stderr)?.[0] ?? tests.stderr.slice(-2000);
    check(`Node.js ${version}: a sample of the unit tests. ${sum}`, tests.status === 0);
  }
});
