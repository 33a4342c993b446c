import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { LINKS, sampleInput } from './sample';
import { BUNDLE, bundle, programFiles } from '../../scripts/bundle-host';
import { assemble } from '../../src/host/private/assemble';
import {
  collectScript,
  commentedFirewallScript,
  CONFIG_SCRIPT,
  DIRECTORIES_SCRIPT,
  firewallScript,
  guardParts,
  SECRET_SCRIPT,
  SWARM_SCRIPT,
} from '../../src/host/private/programs';
import { FILES } from '../../src/host/private/programs.generated';
import { renderInstallScript } from '../../src/host/private/render-install-script';
import { renderVerifyScript } from '../../src/host/private/render-verify-script';

const WITH_LINKS = sampleInput({ change: { links: LINKS, sharers: [{ name: 'app-side', other: 'app-web' }] } });
const FIREWALL_SCRIPT = firewallScript(sampleInput());

/** As their authors have them, with what they tell the linter. */
const SOURCES: Readonly<Record<string, string>> = {
  'firewall.sh': commentedFirewallScript(WITH_LINKS),
  'swarm.sh': assemble('swarm.sh'),
  'directories.sh': assemble('directories.sh'),
  'secret.sh': assemble('secret.sh'),
  'config.sh': assemble('config.sh'),
  'collect.sh': collectScript(),
  'install.sh': renderInstallScript(sampleInput()),
  'verify.sh': renderVerifyScript({
    containers: [
      {
        name: 'app-web',
        ports: ['|443|8443/tcp'],
        devices: [],
        capabilities: ['CHOWN'],
        user: 'start 0 60',
        restart: 'endless',
        image: [],
        isService: false,
      },
    ],
  }),
};
/** And as they come to a host. */
const WHOLE: Readonly<Record<string, string>> = {
  ...SOURCES,
  'bulkhead-firewall': FIREWALL_SCRIPT,
  'bulkhead-firewall with links': firewallScript(WITH_LINKS),
  'bulkhead-swarm': SWARM_SCRIPT,
  'bulkhead-directories': DIRECTORIES_SCRIPT,
  'bulkhead-secret': SECRET_SCRIPT,
  'bulkhead-config': CONFIG_SCRIPT,
};
const SHELL_FILES = programFiles().filter((name) => name.endsWith('.sh'));
const AWK_FILES = programFiles().filter((name) => name.endsWith('.awk'));

/** A test that needs a program of this machine: where it is missing, that is told. */
function withProgram(argv: readonly string[], what: string, body: () => void): void {
  const [program, ...words] = argv;
  if (spawnSync(program, [...words, ...(program === 'busybox' ? ['true'] : ['--version'])], { stdio: 'ignore' }).error === undefined) {
    test(`${argv.join(' ')}: ${what}`, body);
  } else {
    console.warn(`SKIP ${what}: ${program} is not on this machine`);
    test.skip(`${argv.join(' ')}: ${what}`, body);
  }
}

/** What a program says of a text that comes by standard input; empty when it takes it. */
function said(argv: readonly string[], input: string): string {
  const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1), { input, encoding: 'utf8' });
  return status === 0 ? '' : `exit ${status}: ${stdout}${stderr}`;
}

test('the bundle is what the files are; otherwise run: npx projen host:bundle', () => {
  expect(fs.readFileSync(BUNDLE, 'utf8')).toBe(bundle());
  expect(Object.keys(FILES)).toEqual(programFiles());
  for (const name of programFiles()) expect(FILES[name]).toBe(fs.readFileSync(path.join(__dirname, '../../src/host', name), 'utf8'));
});

test('every file is part of a program', () => {
  const used = Object.values(FILES).flatMap((text) => [...text.matchAll(/^\. (\S+\.sh)$|-f (\S+\.awk)/gm)].map(([, sh, awk]) => sh ?? awk));
  const entries = ['firewall.sh', 'swarm.sh', 'directories.sh', 'secret.sh', 'config.sh', 'collect.sh', 'install.sh', 'verify.sh'];
  // Where a host has no links and no shared networks, they stand for links.sh and rejoin.sh.
  const shadow = ['firewall/no-links.sh', 'firewall/no-rejoin.sh', sampleInput().guard.program];
  expect([...new Set([...used.filter((name) => !name.startsWith('generated/')), ...entries, ...shadow])].sort()).toEqual(programFiles());
});

describe.each([['sh'], ['dash'], ['busybox', 'sh'], ['bash', '--posix']])('%s %s', (...argv) => {
  const shell = argv.filter(Boolean);
  withProgram(shell, 'parses every file and every program', () => {
    const texts = { ...Object.fromEntries(SHELL_FILES.map((file) => [file, FILES[file]])), ...WHOLE };
    expect(unparsed(shell, texts)).toBe('');
    expect(unparsed(shell, { broken: 'if true; then\n' })).toContain('broken');
  });
});

/** What a shell says of the texts that it does not parse. A shell starts all of them: from this large process each start takes long. */
function unparsed(shell: readonly string[], texts: Readonly<Record<string, string>>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'shell-'));
  const files = Object.entries(texts).map(([name, text]) => {
    const file = path.join(folder, name.replaceAll('/', '+'));
    fs.writeFileSync(file, text);
    return file;
  });
  const each = `for file; do ${shell.join(' ')} -n "$file" || echo "$file"; done 2>&1`;
  const { stdout } = spawnSync('sh', ['-c', each, 'sh', ...files], { encoding: 'utf8' });
  fs.rmSync(folder, { recursive: true });
  return stdout;
}

describe.each([['awk'], ['mawk'], ['gawk', '--posix'], ['busybox', 'awk']])('%s %s', (...argv) => {
  const awk = argv.filter(Boolean);
  withProgram(awk, 'takes every program of awk', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'awk-'));
    const taken = (text: string) => {
      fs.writeFileSync(path.join(folder, 'x.awk'), text);
      // gawk refuses to read a file without a name.
      return said([...awk, '-v', 'sums=/dev/null', '-f', path.join(folder, 'x.awk')], '');
    };
    // Without input the ends run: what they print is nothing to us.
    for (const name of AWK_FILES) expect(`${name} ${taken(FILES[name])}`).toBe(`${name} `);
    expect(taken('{ print ')).not.toBe('');
    fs.rmSync(folder, { recursive: true });
  });
});

withProgram(['shellcheck'], 'is silent about every program', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'shellcheck-'));
  const files = Object.entries(SOURCES).map(([name, text]) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    return file;
  });
  const { status, stdout, stderr } = spawnSync('shellcheck', ['-s', 'sh', '-f', 'gcc', ...files], { encoding: 'utf8' });
  expect(`${stdout}${stderr}`).toBe('');
  expect(status).toBe(0);
  expect(said(['shellcheck', '-s', 'sh', '-'], 'echo $1\n')).toContain('SC2086');
  fs.rmSync(folder, { recursive: true });
});

test('what is installed is what its authors have, without comments and empty lines, and less indented', () => {
  const plain = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^ *# /.test(line))
      .map((line) => line.trimStart());
  expect(plain(firewallScript(WITH_LINKS))).toEqual(plain(commentedFirewallScript(WITH_LINKS)));
  expect(FIREWALL_SCRIPT.split('\n').filter((line) => /^ {2}/.test(line)).length).toBeGreaterThan(100);
  expect(FIREWALL_SCRIPT.match(/^ *# /gm)).toHaveLength(2);
});

describe('assembling', () => {
  test('what a host brings comes in as it is, whatever it looks like', () => {
    const hostile = "all_files() {\n. common/lock.sh\n@daemonJson@ @nobody@ $& $1 awk -f firewall/iptables/tables.awk '\n}\n";
    expect(assemble('install.sh', { ...guardParts(sampleInput()), 'generated/engine.sh': '', 'generated/files.sh': hostile })).toContain(
      hostile,
    );
  });

  test('a part that nobody brings is an error', () => {
    expect(() => assemble('install.sh', guardParts(sampleInput()))).toThrow('there is no generated/engine.sh');
  });

  test('programs of awk do the same inside a shell as in their files', () => {
    const whole = assemble('verify/settings.sh');
    const inside = /json_values\(\) \{\n {2}awk '\n([^']*)'/.exec(whole)![1];
    const [shell, file] = [inside, FILES['verify/json-values.awk']].map((program) =>
      execFileSync('awk', [program], { input: '{"a":{"b":[1,"x y",{}]}}', encoding: 'utf8' }),
    );
    expect(shell).toBe(file);
    expect(file).toContain('a.b. x y');
  });

  test('no placeholder is left in a program', () => {
    for (const text of Object.values(WHOLE)) expect(text.replace(/^[A-Za-z0-9+/=]+$/gm, '')).not.toMatch(/@[a-z][A-Za-z]*@|^\. \S+\.sh$/m);
  });
});
