// What the program of `bulkhead collect` prints of a live host: what the tools print, no secret, and nothing is changed by it.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { collectScript } from '../../../src/host/private/programs';
import { type HostDump, readArchive } from '../../../src/intake/private/host/archive';
import { readDump } from '../../../src/intake/private/host/dump';
import type { HostText } from '../../../src/intake/private/host/host-texts';
import type { Checks } from '../harness/checks';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

const SCRIPT = '/lab/collect.sh';
/** Stands, with a number behind it, wherever somebody may keep a secret. */
const CANARY = 'kanarienvogel';
/** In a comment of a rule, which comes as it is. */
const REMARK = 'a remark of the administrator';

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const planted = plant(lab);
    lab.writeFile(SCRIPT, collectScript());
    const before = fingerprint(lab);
    const { code, stdout, stderr } = lab.host(['sh', SCRIPT], { timeout: 120_000 });
    unchanged(checks, lab, before);
    checks.check('it ends well and says nothing beside', code === 0 && stderr === '', stderr);
    const leaked = planted.filter((canary) => stdout.includes(canary));
    checks.shown(`none of ${planted.length} secrets is in it`, planted.length > 20 && leaked.length === 0, leaked.join());
    checks.check('nor a part of one', !stdout.toLowerCase().includes(CANARY), () => stdout.split('\n').filter((line) => line.includes(CANARY)).join('\n')); // prettier-ignore

    const dump = readArchive(stdout);
    // The lab has a systemctl that says nothing.
    checks.check('only the units are missing', dump.lacks.map(({ of }) => of).join() === 'units', JSON.stringify(dump.lacks));
    checks.check('remarks of rules are in it', dump.texts.iptables?.includes(REMARK) === true, stdout); // prettier-ignore
    asTheToolsSay(checks, lab, dump);
    const names = (dump.texts['docker-names'] ?? '').trim().split('\n').sort();
    checks.check('whom settings name', names.join() === 'api db:5432,api web:8080,web api:9000', names.join());
    checks.check('the settings of the file and the command line', dump.texts['daemon-flags']?.includes('hosts unix:///run/docker.sock') === true && JSON.parse(dump.texts['daemon-json']!).mtu === 1450, stdout); // prettier-ignore

    otherShells(checks, lab, dump);
    missingTools(checks, lab);
    cut(checks, lab, stdout);
    unchanged(checks, lab, before);
    modules(checks, lab);

    lab.stopEngine();
    const without = readArchive(lab.mustHost('without an engine', ['sh', SCRIPT], { timeout: 120_000 }));
    const lost = without.lacks.map(({ of }) => of).join();
    checks.check('without an engine its texts are missing, and no others', lost.replace(',units', '') === 'engine,docker-info,docker-networks,docker-containers,docker-names,daemon-flags', JSON.stringify(without.lacks)); // prettier-ignore
  });
}

/** An engine, networks, containers, rules and sets with secrets wherever one can stand; returns them. */
function plant(lab: Lab): string[] {
  const planted: string[] = [];
  const secret = () => {
    planted.push(`${CANARY}${planted.length}x`);
    return planted[planted.length - 1];
  };
  const file = path.join(lab.labDir, 'planted.json');
  fs.writeFileSync(
    file,
    JSON.stringify({
      mtu: 1450,
      labels: [`note=${secret()}`],
      'log-opts': { labels: secret() },
      'registry-mirrors': [`https://${secret()}.invalid`],
      'default-address-pools': [{ base: '10.99.0.0/16', size: 24 }],
    }),
  );
  const unit = `[Service]\nEnvironment="HTTPS_PROXY=http://user:${secret()}@192.0.2.99:3128" "TOKEN=${secret()}"\n`;
  lab.writeFile('/etc/systemd/system/docker.service.d/proxy.conf', unit);
  lab.mustHost('forwarding', ['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
  lab.startEngine({ configFile: file });
  lab.importImage('lab:1');
  lab.writeFile('/root/.docker/config.json', JSON.stringify({ auths: { 'registry.invalid': { auth: secret() } } }));
  lab.docker('network', 'create', '--label', `of=${secret()}`, '--subnet', '10.77.0.0/24', '--opt', `note=${secret()}`, 'back');
  lab.docker('network', 'create', '--internal', 'inner');
  const volume = [
    '--driver',
    'local',
    '--opt',
    'type=tmpfs',
    '--opt',
    'device=tmpfs',
    '--opt',
    'o=size=1m,uid=0',
    '--label',
    `of=${secret()}`,
  ];
  lab.docker('volume', 'create', ...volume, 'kept');
  lab.docker('run', '-d', '--name', 'db', '--network', 'back', '--env', `POSTGRES_PASSWORD=${secret()}`, '--volume', 'kept:/data', 'lab:1');
  lab.docker(
    ...['run', '-d', '--name', 'api', '--network', 'back', '--network-alias', 'backend', '--env', `DATABASE_URL=postgres://u:${secret()}@db:5432/x?p=${secret()}`],
    ...['--env', `API_TOKEN=db:4711`, '--env', `MULTI=first\n${secret()}\n| ${secret()}\n== end of 3 texts`, '--label', `key=${secret()}`, '--label', 'up=http://web:8080/'],
    ...['--health-cmd', `curl -u ${secret()} http://localhost`, '--health-interval', '1h', '--log-opt', `tag=${secret()}`],
    ...['--mount', `type=volume,source=second,destination=/second,volume-driver=local,volume-opt=type=tmpfs,volume-opt=device=tmpfs,"volume-opt=o=size=1m",volume-label=l=${secret()}`],
    ...['--entrypoint', '/bin/sh', 'lab:1', '-c', `: --password ${secret()}; trap 'exit 0' TERM; while :; do sleep 3600 & wait; done`],
  ); // prettier-ignore
  lab.docker('run', '-d', '--name', 'web', '--network', 'back', '-p', `${NET.host}:443:8443`, '--health-cmd', 'nc -z api:9000 unknown:1 db:99999', '--security-opt', 'no-new-privileges', 'lab:1'); // prettier-ignore
  lab.docker('network', 'connect', 'inner', 'web');
  lab.docker('create', '--name', 'made', '--env', `K=${secret()}`, '--label', `l=${secret()}`, 'lab:1', 'sh', '-c', secret());
  lab.mustHost('an alias of an interface', ['ip', 'link', 'set', 'eth0', 'alias', secret()]);
  lab.mustHost('a process', ['sh', '-c', `(exec -a 'listener ${secret()}' sleep 300) & : "$1"`, 'sh', secret()].slice(0, 3));
  lab.iptables('a rule', '-A', 'INPUT', '-p', 'tcp', '--dport', '9', '-m', 'comment', '--comment', REMARK, '-j', 'DROP');
  lab.mustHost('a set', ['sh', '-c', `ipset create kept hash:ip && ipset add kept 192.0.2.77`]);
  lab.docker('swarm', 'init', '--advertise-addr', NET.host);
  for (const role of ['worker', 'manager']) planted.push(lab.docker('swarm', 'join-token', '-q', role));
  lab.mustHost('a secret of the swarm', ['sh', '-c', `printf %s ${secret()} | docker secret create one -`]);
  return planted;
}

/** What a look could change: tables, counters, sets, settings, modules, files. */
function fingerprint(lab: Lab): string {
  return lab.mustHost('a fingerprint', [
    'sh',
    '-c',
    `for f in ip_tables_names ip6_tables_names; do echo $f; cat /proc/net/$f 2>/dev/null || :; done; cat /proc/modules 2>/dev/null || :
     iptables-save -c | grep -v '^#'; nft list ruleset; ipset save; ls -R /run /etc /tmp /var/tmp /root 2>/dev/null; ip -j address
     find / -xdev -type f -newer /lab/collect.sh ! -path '/proc/*' ! -path '/sys/*' ! -path '/lab/*' 2>/dev/null; docker ps -a --no-trunc --format '{{.ID}} {{.Names}}'; find /proc/sys/net -type f -exec grep -H . {} + 2>/dev/null | grep -vE 'entropy|random|nf_conntrack_count|dentry|ip_local|\\.(file|inode)-nr'`,
  ]);
}

function unchanged(checks: Checks, lab: Lab, before: string): void {
  const after = fingerprint(lab);
  const lines = (text: string, other: string) => text.split('\n').filter((line) => !other.split('\n').includes(line));
  checks.shown('looking changes nothing', after === before, () => [...lines(before, after), '---', ...lines(after, before)].join('\n'));
}

/** Each text against the tool that prints it; of reduced ones each value against the same place of the whole. */
function asTheToolsSay(checks: Checks, lab: Lab, { texts }: HostDump): void {
  const tool = (...argv: string[]) => lab.mustHost(argv.join(' '), argv);
  const same = (name: HostText, told: string, clean = (text: string) => text) =>
    checks.check(`${name} is what the tool prints`, clean(texts[name] ?? '').trim() === clean(told).trim(), () => `${texts[name]}\n---\n${told}`); // prettier-ignore
  const rules = (text: string) => text.replace(/^#.*\n/gm, '').replace(/\[\d+:\d+\]/g, '');
  same('iptables', tool('iptables-save'), rules);
  same('ip6tables', tool('ip6tables-save'), rules);
  same('nft', tool('nft', '-j', 'list', 'ruleset'), (text) => text.replace(/"(packets|bytes)": \d+/g, ''));
  same('ipset', tool('ipset', 'save'));
  for (const family of ['4', '6'] as const) {
    same(`routes-ipv${family}`, tool('ip', '-j', `-${family}`, 'route', 'show', 'table', 'all'));
    same(`rules-ipv${family}`, tool('ip', '-j', `-${family}`, 'rule', 'show'));
  }
  same('listeners', tool('ss', '-Hlntup'), (text) => text.split('\n').sort().join('\n').replace(/ +$/gm, ''));
  same('engine', tool('docker', 'version', '--format', '{{.Server.Version}}'));
  for (const line of (texts.sysctls ?? '')
    .trim()
    .split('\n')
    .filter((text) => text.includes('ipv4.ip_forward') || text.includes('eth0'))) {
    checks.check(`sysctl ${line}`, `${tool('sysctl', line.split(' = ')[0]).trim()}` === line.trim(), line);
  }
  const ids = tool('docker', 'ps', '-aq', '--no-trunc').trim().split('\n');
  const networks = tool('docker', 'network', 'ls', '-q', '--no-trunc').trim().split('\n');
  const wholes: readonly [HostText, string, number][] = [
    ['addresses', tool('ip', '-j', '-d', 'address', 'show'), 50],
    ['docker-containers', tool('docker', 'container', 'inspect', ...ids), 100],
    ['docker-networks', tool('docker', 'network', 'inspect', ...networks), 30],
    ['docker-info', tool('docker', 'info', '--format', '{{json .}}'), 10],
    ['daemon-json', tool('cat', '/etc/docker/daemon.json'), 2],
  ];
  for (const [name, whole, least] of wholes) {
    const said = { values: 0, other: [] as string[] };
    compare(JSON.parse(texts[name] ?? 'null'), JSON.parse(whole), name, said);
    checks.shown(
      `${name}: ${said.values} values as the tool says them`,
      said.other.length === 0 && said.values >= least,
      said.other.join('\n'),
    );
  }
  const containers = JSON.parse(texts['docker-containers'] ?? '[]') as any[];
  checks.check('every container is there', containers.length === ids.length && containers.some(({ NetworkSettings: { Networks } }) => Networks.back?.Aliases?.includes('backend')), texts['docker-containers']); // prettier-ignore
}

function compare(part: any, whole: any, at: string, said: { values: number; other: string[] }): void {
  if (typeof part !== 'object' || part === null) {
    said.values++;
    if (part !== whole) said.other.push(`${at}: ${JSON.stringify(part)}, not ${JSON.stringify(whole)}`);
    return;
  }
  if (Array.isArray(part) && part.length !== whole?.length) said.other.push(`${at}: ${part.length} elements, not ${whole?.length}`);
  for (const [key, value] of Object.entries(part)) compare(value, whole?.[key], `${at}.${key}`, said);
}

/** Shells and programs of other systems: what they print is the same, or what they lack is told. */
function otherShells(checks: Checks, lab: Lab, dump: HostDump): void {
  for (const shell of [['bash', '--posix'], ['dash']]) {
    const other = readArchive(lab.mustHost(shell.join(' '), [...shell, SCRIPT], { timeout: 120_000 }));
    const differs = Object.entries(dump.texts).filter(
      ([name, text]) => !/^iptables|^ip6|nft|listeners/.test(name) && other.texts[name as HostText] !== text,
    );
    checks.check(`${shell[0]} prints the same`, differs.length === 0 && other.lacks.length === dump.lacks.length, JSON.stringify(differs).slice(0, 2000)); // prettier-ignore
  }
  const piped = lab.host(['sh', '-c', `cat ${SCRIPT} | sh`], { timeout: 120_000 });
  checks.check('it comes by standard input, too', readArchive(piped.stdout).lacks.length === dump.lacks.length, piped.stderr);
  const half = lab.host(['sh', '-c', `head -n 300 ${SCRIPT} | sh`]);
  checks.check('half of it does nothing', half.stdout === '', half.stdout);
  const user = lab.host(['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', 'sh', SCRIPT]);
  checks.check(
    'who is not root is told so',
    user.code === 2 && user.stdout === '' && user.stderr.includes('must run as root'),
    user.stderr,
  );
}

/** What is not on the host is told, with the reason. */
function missingTools(checks: Checks, lab: Lab): void {
  const tools: readonly [string, readonly HostText[]][] = [
    ['ipset', ['ipset']],
    ['nft', ['nft']],
    ['ss', ['listeners']],
    ['ip', ['addresses', 'routes-ipv4', 'routes-ipv6', 'rules-ipv4', 'rules-ipv6']],
    ['iptables-save', ['iptables']],
    ['docker', ['engine', 'docker-info', 'docker-networks', 'docker-containers', 'docker-names']],
  ];
  for (const [tool, texts] of tools) {
    const places = lab.mustHost(tool, ['sh', '-c', `for d in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do [ ! -e "$d/${tool}" ] || mv "$d/${tool}" "$d/${tool}.away"; done; ls /usr/sbin/*.away /usr/bin/*.away /usr/local/bin/*.away 2>/dev/null || :`]); // prettier-ignore
    const { lacks, texts: read } = readArchive(lab.mustHost(`without ${tool}`, ['sh', SCRIPT], { timeout: 120_000 }));
    const told = lacks.filter(({ of }) => texts.includes(of));
    const holds = told.length === texts.length && told.every(({ why, of }) => why.includes('not on this host') && read[of] === undefined);
    checks.check(`without ${tool} its texts are missing`, holds, `${places}${JSON.stringify(lacks)}`);
    lab.mustHost(tool, ['sh', '-c', `for d in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do [ ! -e "$d/${tool}.away" ] || mv "$d/${tool}.away" "$d/${tool}"; done`]); // prettier-ignore
  }
}

/** A run that is killed leaves nothing behind, and what it printed is an error. */
function cut(checks: Checks, lab: Lab, whole: string): void {
  const refused = (text: string) => {
    try {
      readDump(text);
      return false;
    } catch {
      return true;
    }
  };
  let killed = 0;
  for (const seconds of ['0.05', '0.2', '0.5', '1']) {
    const { code, stdout } = lab.host(['timeout', '-s', 'KILL', seconds, 'sh', SCRIPT]);
    if (code === 0) continue;
    killed++;
    checks.check(`what a run prints that is killed after ${seconds} s is an error`, refused(stdout), stdout.slice(-300));
  }
  checks.check('runs were killed', killed > 0);
  const at = Array.from({ length: 200 }, (_, i) => Math.floor((i * (whole.length - 2)) / 200));
  checks.shown('an archive that is cut anywhere is an error', at.every((length) => refused(whole.slice(0, length))), () => at.filter((length) => !refused(whole.slice(0, length))).join()); // prettier-ignore
  checks.check('ends of lines of another system are none', !refused(whole.replace(/\n/g, '\r\n')));
}

/** Legacy tables come into being when they are asked for; the program asks for those alone that are there. */
function modules(checks: Checks, lab: Lab): void {
  const names = () => lab.mustHost('legacy tables', ['sh', '-c', 'cat /proc/net/ip_tables_names 2>/dev/null || :']);
  const before = names();
  const legacy = () => readArchive(lab.mustHost('collect', ['sh', SCRIPT], { timeout: 120_000 })).texts['iptables-legacy'];
  checks.check('without legacy tables their text is empty', before !== '' || legacy() === '', before);
  const made = lab.host(['iptables-legacy', '-t', 'filter', '-A', 'INPUT', '-s', '192.0.2.78', '-j', 'DROP']);
  if (made.code !== 0) {
    checks.skip('legacy tables', `this kernel or this host has none: ${made.stderr}`);
    return;
  }
  checks.check('a legacy table is seen as one that came into being', names() !== before, names());
  checks.shown('its rules are in the text of legacy tables', legacy()?.includes('-s 192.0.2.78/32') === true, legacy());
}
