// What containers have besides networks, files and users, looked at from the inside: labels, variables of files, host name, groups, shared memory, time
// zone, terminal, names of the segment, logs, devices, another runtime. Terraform reads all of it back without a change.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { makeSwarm } from './swarm-stage';
import {
  BridgeSegment,
  Cidr,
  ContainerImage,
  ContainerSysctl,
  ContainerUser,
  Device,
  EncryptedOverlay,
  EndpointMode,
  EnvironmentFile,
  HardenedContainer,
  type HardenedDaemon,
  HardenedService,
  ImageProfile,
  LogDriver,
  Port,
  SwarmCluster,
  VolumeMount,
} from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { fetchRegistry, pushToRegistry } from '../harness/registry';
import type { EngineId } from '../lab/cache';
import { until } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];
export const prepare = fetchRegistry;

/** Engines that run a swarm as well, for its labels. */
const WITH_SERVICES: readonly EngineId[] = ['20.10', '28.5'];

/** Marks that shells, Terraform and Docker could take for their own. */
const ODD = `it's "q" $HOME \${HOME} $\${HOME} %{if} \`id\` {{.Name}} # \\ ;`;
const ENV_FILE = ['# for the client of Docker, too', 'discovery.type=single-node', '  A-B=x', `ODD=${ODD}`, 'QUOTED="two words"', 'EMPTY=', 'BLANKS=  b  ', ''].join('\n'); // prettier-ignore
const ZONES = '/srv/zoneinfo';

const program =
  (environmentFile: string): Program =>
  ({ stack, daemon, image }) => {
    const segment = new BridgeSegment(stack, 'Front', { daemon });
    const web = new HardenedContainer(stack, 'Web', {
      segment,
      image,
      labels: { 'traefik.http.routers.web.rule': 'Host(`shop.example.test`)', odd: ODD, 'com.example.team': 'shop' },
      environment: { ...EnvironmentFile.read(environmentFile), FIRST: 'program' },
      aliases: ['auth.example.test', 'www'],
      defaultPort: Port.tcp(8080),
    });
    const asker = new HardenedContainer(stack, 'Asker', {
      segment,
      image,
      hostname: 'mail.example.test',
      extraGroups: [5000, 44],
      limits: { sharedMemoryMebibytes: 80, ulimits: [{ limitName: 'memlock', soft: 32_768, hard: 65_536 }] },
      terminal: { tty: true },
      timeZone: 'Europe/Berlin',
      volumes: [VolumeMount.hostPath(ZONES, '/usr/share/zoneinfo')],
    });
    asker.connections.allowTo(web);
    new HardenedContainer(stack, 'Other', {
      segment,
      image,
      terminal: { stdinOpen: true },
      volumes: ['/etc/localtime', '/etc/timezone'].map((file) => VolumeMount.hostPath(file, file)),
    });
    new HardenedContainer(stack, 'Supervised', {
      segment,
      image,
      profile: ImageProfile.of({
        imageName: 'supervised',
        user: ContainerUser.of(1000),
        tmpfsMebibytes: { '/run': 4, '/tmp': 4 },
        executableTmpfsReasons: { '/run': 'its supervisor executes files there' },
        init: false,
      }),
    });
  };

/** Where what a container prints goes, which devices it has, and what starts it. */
const more: Program = ({ stack, daemon, image }) => {
  const segment = new BridgeSegment(stack, 'Back', { daemon });
  const says = (text: string) => ['sh', '-c', `while :; do echo ${text}; sleep 1; done`];
  const drivers = {
    Json: LogDriver.jsonFile({ files: 2, compress: true }),
    Local: LogDriver.local({ files: 5 }),
    Journal: LogDriver.journald({ tag: '{{.Name}}' }),
    Syslog: LogDriver.syslog(`udp://${NET.lanA}:5514`, { facility: 'local3', format: 'rfc5424', tag: 'shop' }),
    Silent: LogDriver.none({ reason: 'it prints what customers write' }),
  };
  for (const [id, logDriver] of Object.entries(drivers)) {
    new HardenedContainer(stack, id, { segment, image, logDriver, command: says(`said-by-${id.toLowerCase()}`) });
  }
  const user = ContainerUser.root({ reason: 'the device belongs to root here' });
  new HardenedContainer(stack, 'Tun', {
    segment,
    image,
    user,
    devices: [
      Device.of('/dev/net/tun', { reason: 'it makes a tunnel of its own' }),
      Device.of('/dev/kvm', { reason: 'it runs a small machine' }),
    ],
    sysctls: [ContainerSysctl.of('net.ipv4.conf.all.src_valid_mark', '1')],
  });
  new HardenedContainer(stack, 'Reads', {
    segment,
    image,
    user,
    devices: [Device.of('/dev/kvm', { reason: 'it asks what the machine can do', permissions: 'r' })],
  });
  new HardenedContainer(stack, 'Without', { segment, image, user });
  new HardenedContainer(stack, 'Runtime', { segment, image, runtime: 'lab-runc' });
};

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const environmentFile = path.join(lab.labDir, 'app.env');
    fs.writeFileSync(environmentFile, ENV_FILE);
    const both: Program = (given) => [program(environmentFile), more].forEach((each) => each(given));
    const deployment = new Deployment(lab, both, { daemon: { runtimes: { 'lab-runc': '/usr/local/bin/lab-runc' } } });
    giveTimeZone(lab);
    giveServers(lab);
    lab.mustHost('a second runtime', ['sh', '-c', 'mkdir -p /usr/local/bin && cp "$(command -v runc)" /usr/local/bin/lab-runc']);
    deployment.up();
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    labels(checks, lab);
    variables(checks, lab);
    settings(checks, lab);
    timeZone(checks, lab, deployment);
    supervised(checks, lab);
    names(checks, lab);
    logs(checks, lab);
    devices(checks, lab, deployment);
    runtime(checks, lab, deployment);
    deployment.destroy();
  });
  if (WITH_SERVICES.includes(engine)) withLab(engine, (lab) => services(checks, lab));
}

/** Labels of services, which Swarm keeps elsewhere than those of containers. */
function services(checks: Checks, lab: Lab): void {
  const made: { cluster?: SwarmCluster; reference?: string } = {};
  const ofTeam =
    (team: string): Program =>
    ({ stack, daemon }) => {
      const managers = [daemon as HardenedDaemon];
      made.cluster = new SwarmCluster(stack, 'Swarm', { managers, workers: [], addressPool: Cidr.parse('10.64.0.0/16') });
      if (made.reference === undefined) return;
      new HardenedService(stack, 'Shop', {
        overlay: new EncryptedOverlay(stack, 'Mesh', { cluster: made.cluster }),
        image: ContainerImage.fromRegistry(made.reference),
        endpointMode: EndpointMode.DNSRR,
        command: ['sleep', '100000'],
        labels: { 'traefik.enable': 'true', odd: ODD, 'com.example.team': team },
        environment: { 'discovery.type': 'single-node' },
      });
    };
  const deployment = new Deployment(lab, ofTeam('shop'), { daemon: { liveRestore: false } });
  deployment.synth();
  makeSwarm([lab], deployment, made.cluster!);
  made.reference = pushToRegistry(lab);
  for (const team of ['shop', 'web']) {
    deployment.change(ofTeam(team));
    const seen = lab.docker('service', 'inspect', '--format', '{{json .Spec.Labels}}', 'app-shop');
    const wanted = JSON.stringify({ 'com.example.team': team, odd: ODD, 'traefik.enable': 'true' });
    checks.shown(`a service has the labels of '${team}'`, JSON.stringify(JSON.parse(seen)) === wanted, seen);
    const plan = deployment.plan();
    checks.shown('then the plan is empty', !plan.changes, plan.text);
  }
}

/** A host in New York that has the zones of the machine. */
function giveTimeZone(lab: Lab): void {
  for (const zone of ['Europe/Berlin', 'America/New_York']) {
    fs.mkdirSync(path.dirname(path.join(lab.labDir, 'zones', zone)), { recursive: true });
    fs.copyFileSync(path.join('/usr/share/zoneinfo', zone), path.join(lab.labDir, 'zones', zone));
  }
  lab.mustHost('time zones', ['sh', '-c', `mkdir -p ${ZONES} /usr/share/zoneinfo && cp -r /lab/zones/. ${ZONES} && cp -r /lab/zones/. /usr/share/zoneinfo && ln -sf /usr/share/zoneinfo/America/New_York /etc/localtime && echo America/New_York >/etc/timezone`]); // prettier-ignore
}

function labels(checks: Checks, lab: Lab): void {
  const seen = JSON.parse(lab.docker('inspect', '--format', '{{json .Config.Labels}}', 'app-web')) as Record<string, string>;
  const wanted = { 'traefik.http.routers.web.rule': 'Host(`shop.example.test`)', odd: ODD, 'com.example.team': 'shop' };
  const wrong = Object.entries(wanted).filter(([name, value]) => seen[name] !== value);
  checks.shown('labels arrive as they are written', wrong.length === 0 && 'bulkhead.settings' in seen, JSON.stringify(seen));
  const found = lab.docker('ps', '-q', '--filter', 'label=com.example.team=shop').split('\n').length;
  checks.check('and a program that asks the engine for one finds the container', found === 1, `${found}`);
}

/** An image with a supervisor: its program is the first process, and executes what is written to /run, and nothing elsewhere. */
function supervised(checks: Checks, lab: Lab): void {
  const executed = (folder: string) =>
    lab.host(['docker', 'exec', 'app-supervised', 'sh', '-c', `cp /bin/busybox ${folder}/true && ${folder}/true`]);
  const [ours, tmp] = ['/run', '/tmp'].map(executed);
  checks.check('a file in /run is executed', ours.code === 0, ours.stderr);
  checks.check('and one in /tmp is not', tmp.code === 126, `${tmp.code} ${tmp.stderr}`);
  const first = ['app-supervised', 'app-web'].map((name) => lab.docker('exec', name, 'cat', '/proc/1/comm').trim());
  checks.check('its program is the first process', !first[0].includes('init') && first[1] === 'docker-init', first.join(' '));
}

function variables(checks: Checks, lab: Lab): void {
  const environ = (name: string) => lab.docker('exec', name, 'cat', '/proc/1/environ').split('\0').filter(Boolean);
  const seen = environ('app-web').filter((line) => !/^(PATH|HOME|HOSTNAME)=/.test(line));
  // The same file, read by Docker's client.
  lab.docker('run', '-d', '--name', 'by-client', '--network', 'none', '--env-file', '/lab/app.env', 'lab:1', 'sleep', '1000');
  const byClient = environ('by-client').filter((line) => !/^(PATH|HOME|HOSTNAME)=/.test(line));
  lab.docker('rm', '-f', 'by-client');
  checks.shown('an environment file means what it means to Docker', byClient.length > 5 && [...byClient, 'FIRST=program'].sort().join('\n') === seen.sort().join('\n'), `${seen.join('\n')}\nand\n${byClient.join('\n')}`); // prettier-ignore
}

function settings(checks: Checks, lab: Lab): void {
  const inside = (name: string, ...command: string[]) => lab.docker('exec', name, ...command);
  const hostname = inside('app-asker', 'cat', '/proc/sys/kernel/hostname');
  checks.check('the host name', hostname === 'mail.example.test', hostname);
  const pids = lab.docker('top', 'app-asker', '-eo', 'pid').split('\n').slice(1);
  const groups = pids.map((pid) => /^Groups:\s*(.*?)\s*$/m.exec(fs.readFileSync(`/proc/${pid.trim()}/status`, 'utf8'))![1]);
  checks.check('every process is in the further groups', groups.length > 0 && groups.every((each) => each.split(' ').filter((group) => group !== '10001').join() === '44,5000'), groups.join('; ')); // prettier-ignore
  const shm = inside('app-asker', 'grep', ' /dev/shm ', '/proc/mounts');
  checks.check('shared memory', shm.includes('size=81920k') && inside('app-web', 'grep', ' /dev/shm ', '/proc/mounts').includes('size=65536k'), shm); // prettier-ignore
  const locked = inside('app-asker', 'grep', 'Max locked memory', '/proc/1/limits');
  // No limit at all is what only a machine gives that may raise limits.
  checks.check('locked memory', /\s32768\s+65536\s/.test(locked), locked);
  const input = (name: string) => fs.readlinkSync(`/proc/${lab.containerPid(name)}/fd/0`);
  const inputs = ['app-asker', 'app-other', 'app-web'].map(input);
  checks.check('terminal, open input, neither', /^\/(dev\/)?pts\/0|^\/dev\/pts\/0/.test(inputs[0]) && /^pipe:|^\/run|fifo/.test(inputs[1]) && inputs[2] === '/dev/null', inputs.join(' ')); // prettier-ignore
}

function timeZone(checks: Checks, lab: Lab, { hostFiles }: Deployment): void {
  const hours = (name: string) => lab.docker('exec', name, 'date', '-d', '2026-07-01 12:00', '+%z %Z');
  const [berlin, newYork, none] = ['app-asker', 'app-other', 'app-web'].map(hours);
  checks.check('the time zone by its name', berlin === '+0200 CEST', berlin);
  checks.check("that of the host, by the host's file", newYork === '-0400 EDT', newYork);
  checks.check('control: without either it is UTC', none === '+0000 UTC', none);
  const ask = () => {
    const script = fs.readFileSync(path.join(hostFiles, 'verify.sh'), 'utf8').replace(/^look (?!5\.6 ).*\n/gm, '');
    lab.writeFile('/lab/verify.sh', script);
    return (
      lab
        .host(['sh', '/lab/verify.sh'], { timeout: 60_000 })
        .stdout.split('\n')
        .find((line) => / 5\.6 /.test(line)) ?? ''
    );
  };
  const line = ask();
  checks.check('verify.sh accepts the mounts of it', line.startsWith('PASS'), line);
  lab.mustHost('a link elsewhere', ['sh', '-c', 'ln -sf /etc/shadow /etc/localtime']);
  const spoiled = ask();
  checks.check('and not a link that leads elsewhere', /^FAIL .*mounts \/etc\/localtime/.test(spoiled), spoiled);
  lab.mustHost('the link as it was', ['sh', '-c', 'ln -sf /usr/share/zoneinfo/America/New_York /etc/localtime']);
}

function names(checks: Checks, lab: Lab): void {
  const address = lab.docker('inspect', '--format', '{{(index .NetworkSettings.Networks "app-front").IPAddress}}', 'app-web');
  const lookup = (name: string, asker = 'app-asker') => lab.host(['docker', 'exec', asker, 'nslookup', name, '127.0.0.11']).stdout;
  const found = (name: string, asker?: string) => [...lookup(name, asker).matchAll(/^Address(?: \d+)?:\s+(\d[\d.]+)$/gm)].map(([, ip]) => ip).filter((ip) => ip !== '127.0.0.11'); // prettier-ignore
  for (const name of ['auth.example.test', 'AUTH.example.test', 'www', 'app-web', 'app-web.app-front']) {
    const seen = found(name);
    const expected = name === 'AUTH.example.test' ? true : seen.join() === address;
    checks.check(`${name} is found by name`, expected, lookup(name));
  }
  const listener = `while :; do echo hello | nc -l -p 8080; done`;
  lab.docker('exec', '-d', 'app-web', 'sh', '-c', listener);
  const reached = lab.host(['docker', 'exec', 'app-asker', 'sh', '-c', 'sleep 1; nc -w 3 auth.example.test 8080 </dev/null']).stdout;
  checks.check('a connection to the full name arrives', reached.includes('hello'), reached);
  const other = lab.host(['docker', 'exec', 'app-other', 'sh', '-c', 'nc -w 2 auth.example.test 8080 </dev/null']).stdout;
  checks.check('control: for who has no flow it stays shut', !other.includes('hello'), other);
  const outside = lab.host(['docker', 'exec', 'app-other', 'cat', '/etc/hosts']).stdout;
  checks.check('no hosts file of another has the name', !outside.includes('auth.example.test'), outside);
  const host = found('mail.example.test', 'app-other');
  checks.check('a host name is answered in the segment', host.length > 0, host.join());
}

/** A journal that is a file, and a syslog server on the LAN that writes another one. */
function giveServers(lab: Lab): void {
  const record = (socket: string) =>
    `import socket, sys\n${socket}\nwhile True:\n  sys.stdout.write(repr(s.recv(65536)) + '\\n'); sys.stdout.flush()`;
  const journal = path.join(lab.labDir, 'journal.sock');
  lab.backgroundIn({ host: true }, ['python3', '-c', record(`s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind('${journal}')`)], path.join(lab.labDir, 'journal.log')); // prettier-ignore
  lab.backgroundIn({ ns: 'lanA' }, ['python3', '-c', record(`s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('${NET.lanA}', 5514))`)], path.join(lab.labDir, 'syslog.log')); // prettier-ignore
  lab.mustHost('the socket of the journal', [
    'sh',
    '-c',
    'mkdir -p /run/systemd/journal && ln -sf /lab/journal.sock /run/systemd/journal/socket',
  ]);
}

function logs(checks: Checks, lab: Lab): void {
  const driver = (id: string) => lab.docker('inspect', '--format', '{{.HostConfig.LogConfig.Type}} {{json .HostConfig.LogConfig.Config}}', `app-${id}`); // prettier-ignore
  const wanted = {
    json: 'json-file {"compress":"true","max-file":"2","max-size":"10m"}',
    local: 'local {"max-file":"5","max-size":"10m"}',
    silent: 'none {}',
    web: 'json-file {"max-file":"3","max-size":"10m"}',
  };
  for (const [id, text] of Object.entries(wanted)) checks.check(`the log driver of '${id}'`, driver(id) === text, driver(id));
  const read = (id: string) => lab.host(['docker', 'logs', '--tail', '3', `app-${id}`]);
  for (const id of ['json', 'local']) checks.check(`the engine reads back what '${id}' said`, read(id).stdout.includes(`said-by-${id}`), read(id).stdout); // prettier-ignore
  const root = lab.docker('info', '--format', '{{.DockerRootDir}}');
  const kept = (id: string) => lab.host(['grep', '-rl', `said-by-${id}`, `${root}/containers/${lab.docker('inspect', '--format', '{{.Id}}', `app-${id}`)}`, '--include=*.log']).stdout; // prettier-ignore
  checks.check('a file has what is logged to files', kept('json').includes('-json.log'), kept('json'));
  checks.check('of what logs nowhere there is no file, and nothing to read', kept('silent') === '' && !read('silent').stdout.includes('said-by'), kept('silent')); // prettier-ignore
  const arrived = (file: string, text: RegExp) => until(() => text.test(fs.readFileSync(path.join(lab.labDir, file), 'utf8')), 15_000);
  const shown = (file: string) => fs.readFileSync(path.join(lab.labDir, file), 'utf8').slice(0, 600);
  checks.check('the journal gets lines with the tag', arrived('journal.log', /CONTAINER_TAG=app-journal[^]*said-by-journal|said-by-journal[^]*CONTAINER_TAG=app-journal/), shown('journal.log')); // prettier-ignore
  // local3 and informational: 19 * 8 + 6.
  checks.check('the syslog server on the LAN gets lines of that facility, from the host', arrived('syslog.log', /<158>1 [^\n]* shop [^\n]*said-by-syslog/), shown('syslog.log')); // prettier-ignore
  const others = ['json', 'local', 'silent'].filter((id) => ['journal.log', 'syslog.log'].some((file) => fs.readFileSync(path.join(lab.labDir, file), 'utf8').includes(`said-by-${id}`))); // prettier-ignore
  checks.check('and of no other container', others.length === 0, others.join());
}

function devices(checks: Checks, lab: Lab, { hostFiles }: Deployment): void {
  // runc lets every container open a node of tun that it has; of the other device only what is declared.
  const open = (name: string, mode: string, device = '/dev/kvm') => lab.host(['docker', 'exec', name, 'sh', '-c', `: ${mode} ${device} && echo opened`]); // prettier-ignore
  const opens = (name: string, mode: string, device?: string) => open(name, mode, device).stdout.includes('opened');
  checks.check('a device is read and written', opens('app-tun', '<') && opens('app-tun', '>'), open('app-tun', '<').stderr);
  checks.check('a second one as well', opens('app-tun', '<', '/dev/net/tun'), open('app-tun', '<', '/dev/net/tun').stderr);
  checks.check('one to read is not written', opens('app-reads', '<') && !opens('app-reads', '>'), open('app-reads', '>').stderr);
  checks.check('control: without it there is none', !opens('app-without', '<'), open('app-without', '<').stderr);
  const seen = lab.docker('exec', 'app-tun', 'sh', '-c', 'ls -d /dev/kvm; cat /proc/sys/net/ipv4/conf/all/src_valid_mark');
  checks.check('the second device, and the mark of VPN clients', seen === '/dev/kvm\n1', seen);
  const line = verdictOf(lab, hostFiles, '5.18');
  checks.check('verify.sh accepts devices that the program declares', line.startsWith('PASS'), line);
  const script = fs.readFileSync(path.join(hostFiles, 'verify.sh'), 'utf8');
  const spoiled = verdictOf(lab, hostFiles, '5.18', script.replace(/\/dev\/kvm \/dev\/net\/tun/, '/dev/net/tun'));
  checks.check('and no other', /^FAIL .*app-tun has \/dev\/kvm/.test(spoiled) && !spoiled.includes('/dev/net/tun'), spoiled);
}

function runtime(checks: Checks, lab: Lab, { hostFiles }: Deployment): void {
  const name = lab.docker('inspect', '--format', '{{.HostConfig.Runtime}} {{.State.Running}}', 'app-runtime');
  checks.check('a container of another runtime runs', name === 'lab-runc true', name);
  const options = lab.host(['sh', '-c', `cat "$(find /run /var/run /lab -path '*${lab.docker('inspect', '--format', '{{.Id}}', 'app-runtime')}/options.json' 2>/dev/null | head -n 1)"`]).stdout; // prettier-ignore
  checks.check('it is started by that program', options.includes('/usr/local/bin/lab-runc'), options);
  const line = verdictOf(lab, hostFiles, '4.1', undefined);
  checks.check('verify.sh does not claim to know its users', /^SKIP .*app-runtime runs under lab-runc/.test(line), line);
}

/** The line of one control. */
function verdictOf(
  lab: Lab,
  hostFiles: string,
  control: string,
  script = fs.readFileSync(path.join(hostFiles, 'verify.sh'), 'utf8'),
): string {
  const escaped = control.replace('.', '\\.');
  lab.writeFile('/lab/verify.sh', script.replace(new RegExp(`^look (?!${escaped} ).*\\n`, 'gm'), ''));
  const { stdout, stderr } = lab.host(['sh', '/lab/verify.sh'], { timeout: 60_000 });
  return stdout.split('\n').find((line) => new RegExp(` ${escaped} `).test(line)) ?? stderr;
}
