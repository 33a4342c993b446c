// The commands of the README and the guides that need a host, run as they are written: with the program of the page, on an engine, by SSH from another machine
// of the LAN. `test/docs/commands.ts` tells which these are; the others are run by the checks that need no engine.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { COMMANDS, commandBlocks, isRun, keyOf, linesOf } from '../../docs/commands';
import { type Block, blocksOf, PROJECT, readPage, withSources } from '../../docs/pages';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS } from '../harness/deployment';
import { clientPrograms, makeKeys, startSshServer } from '../harness/ssh-server';
import type { EngineId } from '../lab/cache';
import { installed } from '../lab/debian';
import { must, type RunResult } from '../lab/exec';
import { Lab, withLab } from '../lab/lab';
import * as terraform from '../lab/terraform';

/** The programs of the pages declare this generation. */
export const engines: readonly EngineId[] = ['28.5'];

const PASSWORD = 'a password of this test\n';
const SECOND_HOST = 12;

/** What was run, so that no block is forgotten. */
type Played = Set<string>;

export function run(engine: EngineId, checks: Checks): void {
  if (!installed('sshd', 'openssh-server') || !installed('ssh', 'openssh-client')) {
    return checks.skip('commands of the guides on a host', 'OpenSSH is not on this machine, and no package brings it');
  }
  const played: Played = new Set();
  withLab(engine, (lab) => {
    checks.step('README', () => readme(checks, lab, played));
    checks.step('workloads', () => workloads(checks, lab, played));
    checks.step('host-files', () => hostFiles(checks, lab, played));
    checks.step('ipv6', () => ipv6(checks, lab, played));
  });
  checks.step('swarm', () => swarm(checks, engine, played));
  const wanted = commandBlocks().filter((block) => isRun(block, 'host'));
  const left = wanted.map(keyOf).filter((key) => !played.has(key));
  checks.shown(`all ${wanted.length} blocks of commands for hosts were run`, wanted.length > 0 && left.length === 0, left.join('\n'));
  for (const [key, how] of Object.entries(COMMANDS)) if (how.runs === 'nowhere') checks.skip(key, how.because);
}

// --- pages ---

const onHosts = (page: string): Block[] => blocksOf(page).filter((block) => isRun(block, 'host'));

/** Synthesizes the first program of a page in a folder of its own, which is returned. */
function synth(lab: Lab, page: string): string {
  const dir = path.join(lab.runDir, `page-${path.basename(page, '.md')}`);
  fs.mkdirSync(dir);
  fs.symlinkSync(path.join(PROJECT, 'node_modules'), path.join(dir, 'node_modules'));
  fs.writeFileSync(path.join(dir, 'cdktf.json'), '{ "language": "typescript", "app": "npx tsx main.ts" }\n');
  fs.writeFileSync(path.join(dir, 'main.ts'), withSources(blocksOf(page).find(({ language }) => language === 'ts')!.text));
  runProgram(dir, `the program of ${page}`);
  return dir;
}

function runProgram(dir: string, what: string): void {
  must(`synthesizing ${what}`, [path.join(PROJECT, 'node_modules/.bin/tsx'), 'main.ts'], { cwd: dir, timeout: 120_000 });
}

const installScript = (dir: string, daemon: string): string => path.join(dir, `cdktf.out/stacks/shop/bulkhead/shop--${daemon}/install.sh`);

interface Playing {
  readonly block: Block;
  readonly played: Played;
  readonly execute: (line: string) => RunResult;
  /** Of each line, where one may not end with 0. */
  readonly exits?: readonly number[];
}

/** Runs each line, and compares what all of them print with the text behind the block. */
function play(checks: Checks, { block, played, execute, exits = [] }: Playing): void {
  played.add(keyOf(block));
  const said = linesOf(block).map((line, index) => {
    const { code, stdout, stderr } = execute(line);
    const wanted = exits[index] ?? 0;
    const ends = wanted === 0 ? '' : `, which ends with ${wanted}`;
    checks.shown(`${block.page}: ${line}${ends}`, code === wanted, `exit ${code}\n${stdout}${stderr}`);
    return stdout + stderr;
  });
  const blocks = blocksOf(block.page);
  const next = blocks[blocks.findIndex(({ line }) => line === block.line) + 1];
  if (next?.language !== 'text') return;
  checks.shown(`${block.page}: they print what stands in line ${next.line}`, said.join('').includes(next.text.trim()), said.join(''));
}

/** As root, in the folder of root, on the host. */
const onHost =
  (lab: Lab, input?: string) =>
  (line: string): RunResult =>
    lab.host(['sh', '-c', `cd /root && { ${line}\n}`], { input, timeout: 180_000 });

/** On another machine of the LAN, by a person whose SSH knows the hosts. */
function onLan(lab: Lab, bin: string, cwd: string): (line: string) => RunResult {
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  return (line) => lab.inNs('lanA', ['sh', '-c', line], { cwd, env, timeout: 180_000 });
}

// --- what each page asks for ---

/** The install script goes to a host that has an engine and nothing of ours; the engine starts behind the guard. */
function readme(checks: Checks, lab: Lab, played: Played): void {
  const dir = synth(lab, 'README.md');
  const keys = makeKeys(path.join(lab.runDir, 'ssh'), ['host', 'user']);
  startSshServer(lab, keys, HOST_ADDRESS, 22);
  const execute = onLan(lab, clientPrograms(keys, [HOST_ADDRESS]), dir);
  const [block] = onHosts('README.md');
  play(checks, { block, played, execute, exits: [0, 1, 0] });
  lab.startEngine();
  lab.startUnit('bulkhead-watch');
}

/** Images of the lab under the names that the program has: what is looked at are settings, not what the programs do. */
function workloads(checks: Checks, lab: Lab, played: Played): void {
  const page = 'docs/guides/workloads.md';
  const [secret, inspect] = onHosts(page);
  const dir = synth(lab, page);
  lab.installFiles(installScript(dir, 'Host'));
  for (const name of ['postgres:17', 'hashicorp/http-echo:1.0']) lab.importImage(name);
  play(checks, { block: secret, played, execute: onHost(lab, PASSWORD) });
  const stack = path.join(dir, 'cdktf.out/stacks/shop');
  const env = lab.terraformEnv();
  // The program means the engine of the machine that Terraform runs on.
  const provider = { docker: [{ host: lab.dockerHost }] };
  fs.writeFileSync(path.join(stack, 'lab_override.tf.json'), JSON.stringify({ provider }));
  terraform.apply(stack, env);
  checks.shown('the plan after apply is empty', !terraform.plan(stack, env).changes);
  play(checks, { block: inspect, played, execute: onHost(lab) });
  const inDb = (...command: string[]) => lab.host(['docker', 'exec', 'shop-db', ...command]);
  checks.shown('the user of the container reads the secret', inDb('cat', '/run/secrets/db').stdout === PASSWORD);
  const other = lab.host(['docker', 'exec', '-u', '10002', 'shop-db', 'cat', '/run/secrets/db']);
  checks.shown('another user does not', other.code !== 0, other.stdout);
  const write = inDb('sh', '-c', 'echo x > /var/lib/postgresql/data/x');
  checks.shown('a new volume belongs to the user of the container that writes to it', write.code === 0, write.stderr);
  replacements(checks, lab, dir);
  terraform.destroy(stack, env);
}

/** Properties of the program of the page, how they are changed, and the attribute that shows it. */
const CHANGES: readonly (readonly [property: string, from: string, to: string, attribute: string])[] = [
  ['user', 'ContainerUser.of(999)', 'ContainerUser.of(998)', 'user'],
  ['environment', "'/run/secrets/db' },", "'/run/secrets/db', MODE: 'on' },", 'env'],
  ['logMebibytes', 'memoryMebibytes:', 'logMebibytes: 20, memoryMebibytes:', 'log_opts'],
  ['ulimits', 'soft: 4096', 'soft: 2048', 'ulimit'],
  ['stopTimeoutSeconds', 'stopTimeoutSeconds: 60', 'stopTimeoutSeconds: 30', 'stop_timeout'],
  ['healthCheck', 'HealthCheck.command([', "HealthCheck.command(['nice', ", 'labels'],
];

/** What Terraform does for a change is what the guide says. */
function replacements(checks: Checks, lab: Lab, dir: string): void {
  const [stack, env, page] = [path.join(dir, 'cdktf.out/stacks/shop'), lab.terraformEnv(), 'docs/guides/day-two.md'];
  const main = path.join(dir, 'main.ts');
  const program = fs.readFileSync(main, 'utf8');
  const change = (changes: typeof CHANGES) => {
    fs.writeFileSync(
      main,
      changes.reduce((text, [, from, to]) => text.replace(from, to), program),
    );
    runProgram(dir, 'a changed program');
    return terraform.plannedChanges(stack, env).find(({ address }) => address.startsWith('docker_container.Db'))!;
  };
  const rows = readPage(page)
    .split('\n')
    .filter((row) => row.startsWith('|'));
  const says = (property: string, what: string) => {
    const said = rows
      .find((row) => row.includes(`\`${property}\``))
      ?.split('|')[2]
      .trim();
    checks.shown(`${page} says of ${property}: ${what}`, said === what, said);
  };
  const differs = ({ before, after }: terraform.PlannedChange, attribute: string) =>
    checks.check(`${attribute} differs`, JSON.stringify(before?.[attribute]) !== JSON.stringify(after?.[attribute]));
  const replaced = change(CHANGES);
  for (const [property, , , attribute] of CHANGES) {
    differs(replaced, attribute);
    says(property, replaced.replacing.includes(attribute) ? 'the container' : 'something else');
  }
}

/** On a host where another program of the same daemon is installed, so that something would change. */
function hostFiles(checks: Checks, lab: Lab, played: Played): void {
  const page = 'docs/guides/host-files.md';
  const [commit, install, look] = onHosts(page);
  const dir = synth(lab, page);
  committed(checks, dir, commit, played);
  const script = lab.copyIn(installScript(dir, 'Host'), 'install-host-files.sh');
  lab.mustHost('putting the script into the folder of root', ['cp', script, '/root/install.sh']);
  const lines = linesOf(install);
  const execute = (line: string) => {
    const result = onHost(lab)(line);
    // Before the last line takes everything away.
    if (line === lines.at(-2)) play(checks, { block: look, played, execute: onHost(lab) });
    return result;
  };
  play(checks, { block: install, played, execute, exits: [1, 0, 0] });
  const left = lab.host(['sh', '-c', 'iptables -t mangle -S; ls /etc/bulkhead /usr/local/sbin; ls /etc/docker']).stdout;
  checks.shown('nothing but daemon.json is left', !/BULKHEAD|bulkhead-firewall/.test(left) && left.includes('daemon.json'), left);
}

/** In a repository that ignores what cdktf writes. The lines belong together: the first one changes the folder. */
function committed(checks: Checks, dir: string, block: Block, played: Played): void {
  const git = (...words: string[]) => must(`git ${words[0]}`, ['git', ...words], { cwd: dir });
  git('init', '--quiet');
  fs.writeFileSync(path.join(dir, '.gitignore'), 'cdktf.out\nnode_modules\n');
  played.add(keyOf(block));
  must(`${block.page}: ${block.text}`, ['sh', '-ec', block.text], { cwd: dir });
  const added = git('ls-files');
  checks.shown(
    `${block.page}: what to commit is added`,
    ['/host/etc/bulkhead/rules.v4', 'report.md'].every((file) => added.includes(file)),
    added,
  );
  // Another synth changes nothing of it.
  runProgram(dir, 'the same program');
  const changed = git('diff', '--name-only');
  checks.shown('and another synth writes the same bytes', changed === '', changed);
}

function ipv6(checks: Checks, lab: Lab, played: Played): void {
  const [block] = onHosts('docs/guides/ipv6.md');
  const value = () => lab.mustHost('reading the setting', ['cat', '/proc/sys/net/ipv6/conf/eth0/accept_ra']).trim();
  const before = value();
  play(checks, { block, played, execute: onHost(lab) });
  checks.shown('the interface takes router advertisements', before !== '2' && value() === '2', `${before}, ${value()}`);
}

/** Two of the nodes: the manager of the guide and its first worker. */
function swarm(checks: Checks, engine: EngineId, played: Played): void {
  const [block] = onHosts('docs/guides/swarm.md');
  const labs: Lab[] = [];
  try {
    const first = new Lab(engine);
    labs.push(first);
    labs.push(new Lab(engine, { id: first.id, last: SECOND_HOST }));
    const dir = synth(first, 'docs/guides/swarm.md');
    const addresses = [HOST_ADDRESS, `192.0.2.${SECOND_HOST}`];
    const keys = makeKeys(path.join(first.runDir, 'ssh'), ['host', 'user']);
    labs.forEach((lab, index) => {
      lab.installFiles(installScript(dir, ['One', 'Two'][index]));
      lab.startEngine();
      startSshServer(lab, keys, addresses[index], 22);
    });
    play(checks, { block, played, execute: onLan(first, clientPrograms(keys, addresses), dir) });
    const nodes = first.docker('node', 'ls', '--format', '{{.Status}}').split('\n').join(' ');
    checks.shown('every node is ready', nodes === 'Ready Ready', nodes);
  } finally {
    labs.reverse().forEach((lab) => lab.teardown());
  }
}
