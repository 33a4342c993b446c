// Does the lab itself work? One pass per engine over everything that scenarios rely on, without any product file.
// CLI: tsx test/integ/lab/selftest.ts [engine …]
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ENGINE_IDS, type EngineId } from './cache';
import { LabError, sleep } from './exec';
import { Lab } from './lab';
import { alive } from './names';
import { NET } from './network';
import { Probes, type Probe } from './probe';
import { setup } from './setup';
import * as terraform from './terraform';

let failures = 0;
let began = Date.now();

function lap(what: string): void {
  console.log(`  ${String(Date.now() - began).padStart(6)} ms  ${what}`);
  began = Date.now();
}

function check(what: string, have: unknown, want: unknown): void {
  const [a, b] = [JSON.stringify(have), JSON.stringify(want)];
  if (a === b) return;
  failures++;
  console.log(`  FAILED  ${what}: have ${a}, want ${b}`);
}

/** What is left of a lab: processes, namespaces, mounts, cgroups, files. */
export function leftovers(id: string): string[] {
  const found: string[] = [];
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // What ended and waits for process 1 to take note of it is nothing.
      if (fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(id) && alive(Number(pid))) found.push(`process ${pid}`);
    } catch {
      // It ended meanwhile.
    }
  }
  if (fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(id)) found.push('a mount');
  const named = (dir: string): string[] => (fs.existsSync(dir) ? fs.readdirSync(dir).filter((name) => name.startsWith(id)) : []);
  const cgroups = ['.', ...fs.readdirSync('/sys/fs/cgroup')]
    .map((name) => path.join('/sys/fs/cgroup', name))
    .filter((dir) => fs.statSync(dir).isDirectory());
  for (const dir of ['/run/netns', os.tmpdir(), ...cgroups]) found.push(...named(dir).map((name) => `${dir}/${name}`));
  return found;
}

function probing(lab: Lab, probes: Probes): void {
  lab.docker('network', 'create', '--internal', '--subnet', '10.99.0.0/24', 'inner');
  lab.docker('run', '-d', '--name', 'server', '--network', 'inner', '--ip', '10.99.0.10', 'lab:1');
  lab.docker('run', '-d', '--name', 'client', '--network', 'inner', '--ip', '10.99.0.11', 'lab:1');
  lap('internal network, two containers');
  const many = Array.from({ length: 300 }, (_, i) => ({ proto: 'tcp' as const, address: '0.0.0.0', port: 20000 + i, token: `t${i}` }));
  const udp = { proto: 'udp' as const, address: '0.0.0.0', port: 5353, token: 'udp-server' };
  const report = probes.serve({ container: 'server' }, [...many, udp, many[0]]);
  check('listeners', [report.listening, report.skipped.length], [301, 1]);
  const asked: Probe[] = [
    ...many.map((one) => ({ id: one.token, proto: 'tcp' as const, dst: '10.99.0.10', port: one.port })),
    { id: 'udp', proto: 'udp', dst: '10.99.0.10', port: 5353 },
    { id: 'tcp closed', proto: 'tcp', dst: '10.99.0.10', port: 9 },
    { id: 'udp closed', proto: 'udp', dst: '10.99.0.10', port: 9 },
    { id: 'icmp', proto: 'icmp', dst: '10.99.0.10' },
    { id: 'nobody', proto: 'tcp', dst: '10.99.0.77', port: 9, timeoutMs: 500 },
  ];
  const results = probes.run({ container: 'client' }, asked);
  check('300 tokens', results.slice(0, 300).filter((result, i) => result.outcome === 'open' && result.token === `t${i}`).length, 300);
  check(
    'others',
    results.slice(300).map((r) => r.outcome),
    ['open', 'refused', 'refused', 'open', 'timeout'],
  );
  check(
    'no way out',
    probes.one({ container: 'client' }, { proto: 'tcp', dst: NET.internet, port: 80, timeoutMs: 500 }).outcome === 'open',
    false,
  );
  lap('305 probes');
}

function published(lab: Lab, probes: Probes): void {
  lab.docker('run', '-d', '--name', 'web', '-p', `${NET.host}:8080:80`, 'lab:1');
  probes.serve({ container: 'web' }, [{ proto: 'tcp', address: '0.0.0.0', port: 80, token: 'web' }]);
  const ask = (dst: string): Omit<Probe, 'id'> => ({ proto: 'tcp', dst, port: 8080, timeoutMs: 500 });
  const fromA = probes.one({ ns: 'lanA' }, ask(NET.host));
  check('published, from the LAN', [fromA.outcome, fromA.token], ['open', 'web']);
  check('not on another address', probes.one({ ns: 'lanB' }, ask(NET.host2)).outcome, 'refused');
  probes.serve({ ns: 'inet' }, [{ proto: 'udp', address: NET.internet, port: 53, token: 'internet' }]);
  check('egress', probes.one({ container: 'web' }, { proto: 'udp', dst: NET.internet, port: 53 }).token, 'internet');
  check('IPv6 on the LAN', probes.one({ ns: 'lanA' }, { proto: 'icmp', dst: NET.host6 }).outcome, 'open');
  lap('publication, egress');
}

function restarts(lab: Lab, probes: Probes): void {
  const held = probes.start({ container: 'client' }, 'hold', { dst: '10.99.0.10', port: 20001, seconds: 60 });
  const pid = lab.containerPid('server');
  lab.restartEngine();
  lap('restart with live-restore');
  check('the container kept running', lab.docker('inspect', '-f', '{{.State.Pid}}', 'server'), String(pid));
  lab.killEngine();
  lab.startEngine();
  lap('kill -9 and start');
  check('the container survived', lab.docker('inspect', '-f', '{{.State.Running}} {{.State.Pid}}', 'server'), `true ${pid}`);
  check('its connection lives', held.stop().alive, true);
}

function attacks(lab: Lab, probes: Probes): void {
  const host = { host: true } as const;
  const mac = lab.host(['cat', '/sys/class/net/eth0/address']).stdout.trim();
  const sniffer = probes.start(host, 'sniff', { device: 'eth0', direction: 'in', proto: 'udp', port: 7 });
  const to = { src: '192.0.2.99', dst: NET.host, port: 7, device: 'eth0' };
  probes.attack({ ns: 'lanA' }, 'spoof-udp', to);
  probes.attack({ ns: 'lanA' }, 'spoof-udp', { ...to, dstMac: mac });
  probes.attack({ ns: 'lanA' }, 'vlan', { ...to, dstMac: mac, vlan: 0 });
  probes.attack({ ns: 'lanA' }, 'freebind', { src: '2001:db8:1::98', dst: NET.host6, port: 7, uid: 65534 });
  const seen = sniffer.stop();
  check('forged packets arrive', [seen.total, seen.sample?.at(-1)?.src], [4, '2001:db8:1::98']);
  probes.attack({ ns: 'lanA' }, 'arp', { device: 'eth0', claimIp: NET.lanB, targetIp: NET.host, dstMac: mac });
  check('null scan is sent', probes.attack({ ns: 'lanA' }, 'raw-tcp', { src: NET.lanA, dst: NET.host, port: 9, flags: 0 }).sent, 1);
  const counter = probes.start({ ns: 'inet' }, 'listen-count', { listeners: [{ proto: 'udp', address: NET.internet, port: 99 }] });
  const flood = probes.start({ container: 'web' }, 'flood', { proto: 'udp', dst: NET.internet, port: 99, rate: 1000, seconds: 1 }).result();
  const arrived = counter.stop().total ?? 0;
  check('a flood is counted', (flood.sent ?? 0) > 500 && arrived >= 0.9 * flood.sent! && arrived <= flood.sent!, true);
  lap(`attacks, flood (${flood.sent} sent, ${arrived} arrived)`);
}

function terraforming(lab: Lab, image: string): void {
  const dir = path.join(lab.runDir, 'tf');
  fs.mkdirSync(dir);
  const main = {
    terraform: { required_providers: { docker: { source: 'kreuzwerker/docker', version: '>= 3.6.2, < 5.0.0' } } },
    provider: { docker: {} },
    resource: {
      // The gateway is said: engine 29 reports the one it chose, and every plan would replace the network.
      docker_network: { net: { name: 'tf-net', internal: true, ipam_config: [{ subnet: '10.98.0.0/24', gateway: '10.98.0.1' }] } },
      docker_container: {
        box: { name: 'tf-box', image, networks_advanced: [{ name: '${docker_network.net.id}', ipv4_address: '10.98.0.10' }] },
      },
    },
    output: { id: { value: '${docker_network.net.id}' } },
  };
  fs.writeFileSync(path.join(dir, 'main.tf.json'), JSON.stringify(main));
  const env = lab.terraformEnv();
  terraform.init(dir, env);
  lap('terraform init');
  terraform.apply(dir, env);
  lap('terraform apply');
  check('the replan is empty', terraform.plan(dir, env).changes, false);
  lap('terraform plan');
  check('output', terraform.output<string>(dir, env).id, lab.docker('network', 'inspect', '-f', '{{.Id}}', 'tf-net'));
  terraform.destroy(dir, env);
  check('destroyed', lab.host(['docker', 'network', 'inspect', 'tf-net']).code !== 0, true);
  lap('terraform destroy');
}

function units(lab: Lab): void {
  const dir = path.join(lab.runDir, 'artefact');
  fs.mkdirSync(dir);
  const script = `set -e; mkdir -p /etc/systemd/system/docker.service.d
    printf '[Service]\\nExecStartPre=/bin/sh -c "echo 100%% > /run/pre"\\nExecStartPre=-/bin/false\\n' > /etc/systemd/system/docker.service.d/a.conf
    printf '[Service]\\nEnvironment=A=b\\nExecStart=/bin/sh -c "echo $$A > /lab/unit.out; sleep 600"\\n' > /etc/systemd/system/long.service
    systemctl daemon-reload`;
  fs.writeFileSync(path.join(dir, 'install.sh'), script.replace('$$A', '$$$$A'));
  lab.installFiles(dir);
  lab.restartEngine();
  check('ExecStartPre ran', lab.host(['cat', '/run/pre']).stdout.trim(), '100%');
  const unit = lab.startUnit('long')!;
  const wrote = path.join(lab.labDir, 'unit.out');
  for (let tries = 0; tries < 100 && !(fs.existsSync(wrote) && fs.statSync(wrote).size); tries++) sleep(50);
  lab.stopUnit(unit);
  check('a unit is started and stopped', [fs.readFileSync(wrote, 'utf8'), alive(unit.pid)], ['b\n', false]);
  lab.writeFile('/etc/systemd/system/docker.service.d/b.conf', '[Service]\nExecStartPre=/bin/sh -c "echo no guard; exit 3"\n');
  lab.stopEngine();
  let message = '';
  try {
    lab.startEngine();
  } catch (error) {
    message = error instanceof LabError ? error.message : String(error);
  }
  check(
    'a failing ExecStartPre keeps the engine down',
    [/exit 3/.test(message), /no guard/.test(message), lab.engine.running],
    [true, true, false],
  );
  check('systemctl is noted', fs.readFileSync(path.join(lab.labDir, 'systemctl.log'), 'utf8'), 'daemon-reload\n');
  lap('drop-ins and units');
}

function selftest(engineId: EngineId): void {
  console.log(`engine ${engineId}`);
  const start = Date.now();
  began = start;
  const lab = new Lab(engineId);
  lap('namespaces and host');
  try {
    lab.writeFile('/etc/docker/daemon.json', JSON.stringify({ 'live-restore': true }));
    // 29 with its own nftables backend does not turn forwarding on by itself, and refuses to start without.
    if (engineId === '29-nft') lab.mustHost('forwarding', ['sysctl', '-w', 'net.ipv4.ip_forward=1']);
    lab.startEngine();
    lap('engine start');
    const { version, apiVersion } = lab.version();
    check('generation', version.startsWith(engineId.replace('-nft', '')), true);
    const image = lab.importImage();
    check('image id', /^sha256:[0-9a-f]{64}$/.test(image), true);
    lap(`image import (engine ${version}, API ${apiVersion})`);
    const probes = new Probes(lab);
    probing(lab, probes);
    published(lab, probes);
    restarts(lab, probes);
    attacks(lab, probes);
    terraforming(lab, image);
    units(lab);
  } catch (error) {
    failures++;
    console.log(`  FAILED  ${error instanceof Error ? error.stack : error}`);
    console.log(lab.engine.logText().split('\n').slice(-6).join('\n'));
  }
  lab.teardown();
  check('nothing is left', leftovers(lab.id), []);
  lap('teardown');
  console.log(`  total ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

/** Two labs at once; and a process with a lab that is killed: its guardian clears up. */
function neighbours(ids: readonly EngineId[]): void {
  console.log('side by side, and after SIGKILL');
  began = Date.now();
  const labs = [ids[0], ids[ids.length - 1]].map((id) => new Lab(id));
  for (const lab of labs) {
    lab.mustHost('forwarding', ['sysctl', '-w', 'net.ipv4.ip_forward=1']);
    lab.startEngine();
  }
  for (const lab of labs) lab.importImage();
  for (const lab of labs) lab.docker('run', '-d', '--name', 'same', '-p', '80:80', 'lab:1');
  labs[0].teardown();
  check('the neighbour is untouched', labs[1].docker('ps', '--format', '{{.Names}}'), 'same');
  labs[1].teardown();
  check(
    'nothing is left of both',
    labs.flatMap((lab) => leftovers(lab.id)),
    [],
  );
  lap('two labs');
  const code = `const { Lab } = require(${JSON.stringify(path.join(__dirname, 'lab'))}); const lab = new Lab('${ids[0]}'); lab.startEngine(); lab.importImage();
    lab.docker('run', '-d', '--name', 'orphan', 'lab:1'); console.log(lab.id); process.kill(process.pid, 'SIGKILL');`;
  let id = '';
  try {
    execFileSync(process.execPath, [...process.execArgv, '-e', code], { encoding: 'utf8' });
  } catch (error) {
    id = String((error as { stdout?: string }).stdout).trim();
  }
  check('the child said its name', /^bhl-/.test(id), true);
  const until = Date.now() + 10_000;
  while (leftovers(id).length && Date.now() < until) sleep(100);
  check('nothing is left of a killed run', leftovers(id), []);
  lap('killed run');
}

if (require.main === module) {
  const ids = process.argv.length > 2 ? (process.argv.slice(2) as EngineId[]) : ENGINE_IDS;
  setup(ids)
    .then(() => {
      console.log(`swept: ${Lab.sweep().join(', ') || 'nothing'}`);
      ids.forEach(selftest);
      neighbours(ids);
      console.log(failures ? `${failures} FAILED` : 'all as wanted');
      process.exitCode = failures ? 1 : 0;
    })
    .catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    });
}
