// A program and its host, compared by `bulkhead audit`: nothing differs after a deploy, and each thing that somebody changes on the live host is found,
// with no other beside it.
import * as fs from 'node:fs';
import { FIREWALL } from './attacks-stage';
import { program } from './three-tier';
import { collectScript } from '../../../src/host/private/programs';
import { auditOf } from '../../../src/intake/audit';
import type { Difference, DifferenceKind } from '../../../src/intake/private/audit/difference';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';

const SCRIPT = '/lab/collect.sh';
const STATES = '/lab/units';
const UNITS = ['docker.service', 'containerd.service', 'bulkhead-firewall.service', 'bulkhead-watch.service', 'bulkhead-check.timer'];
/** The lab has no systemd: this answers from a file what systemd would answer. */
const SYSTEMCTL = `#!/bin/sh
[ "$1" = show ] || exit 0
if line=$(grep "^$3 " ${STATES}); then
  set -- $line
  printf 'LoadState=%s\\nActiveState=%s\\nUnitFileState=%s\\n' "$2" "$3" "$4"
else
  printf 'LoadState=not-found\\nActiveState=inactive\\nUnitFileState=\\n'
fi
`;

/** Nobody heals here: what was changed is to stay until it is read. */
class Unwatched extends Deployment {
  override watch(): void {}
}

interface Way {
  readonly name: string;
  readonly spoil: string;
  readonly mend: string;
  /** All kinds that are found, each at least once, and no others. */
  readonly finds: readonly DifferenceKind[];
  /** Words that one of them has as its subject, or beside it. */
  readonly says: string;
}

/** Bridges have names of their own, so shell finds them. */
const RUN = 'docker run -d --name';
const apply = `${FIREWALL} apply`;

function ways(networks: Readonly<Record<'dmz' | 'app' | 'data', string>>): Way[] {
  const { app, data } = networks;
  return [
    { name: 'a stranger in a segment', spoil: `${RUN} stranger --network ${app} lab:1`, mend: 'docker rm -f stranger', finds: ['container-extra', 'member-stranger'], says: `stranger in ${app}` },
    { name: 'a stranger that is stopped', spoil: `docker create --name stranger --network ${data} lab:1`, mend: 'docker rm -f stranger', finds: ['container-extra', 'member-stranger'], says: `stranger in ${data}` },
    { name: 'a stranger that publishes', spoil: `${RUN} stranger -p 0.0.0.0:8081:80 lab:1`, mend: 'docker rm -f stranger', finds: ['container-extra', 'port-extra'], says: '0.0.0.0:8081 to 80/tcp' },
    { name: 'a privileged stranger', spoil: 'docker create --name stranger --privileged --network none lab:1', mend: 'docker rm -f stranger', finds: ['container-powerful'], says: 'privileged' },
    { name: 'a container of ours in another segment', spoil: `docker network connect ${data} app-web`, mend: `docker network disconnect ${data} app-web`, finds: ['member-stranger'], says: `app-web in ${data}` },
    { name: 'a container that is stopped', spoil: 'docker stop -t 0 app-db', mend: 'docker start app-db', finds: ['container-stopped'], says: 'app-db' },
    { name: 'a network of others', spoil: 'docker network create --subnet 10.99.0.0/24 other', mend: 'docker network rm other', finds: ['network-extra'], says: '10.99.0.0/24' },
    { name: 'a rule before ours', spoil: 'iptables -t mangle -I FORWARD -p tcp --dport 5432 -j ACCEPT', mend: 'iptables -t mangle -D FORWARD -p tcp --dport 5432 -j ACCEPT', finds: ['jump-late'], says: 'accept' },
    { name: 'a rule in ours', spoil: 'iptables -t mangle -I BULKHEAD-FORWARD -p tcp --dport 5432 -j RETURN', mend: 'iptables -t mangle -D BULKHEAD-FORWARD -p tcp --dport 5432 -j RETURN', finds: ['rule-extra'], says: 'return' },
    { name: 'a rule removed', spoil: 'iptables -t mangle -D BULKHEAD-INPUT 1', mend: apply, finds: ['rule-missing'], says: 'BULKHEAD-INPUT' },
    { name: 'a rule replaced', spoil: 'iptables -t raw -R BULKHEAD-ENTER 1 -i bh-+ -p icmp -j RETURN', mend: apply, finds: ['rule-extra', 'rule-missing'], says: 'BULKHEAD-ENTER' },
    { name: 'a chain flushed', spoil: 'iptables -t mangle -F BULKHEAD-FORWARD', mend: apply, finds: ['rule-missing'], says: 'BULKHEAD-FORWARD' },
    { name: 'the table flushed', spoil: 'iptables -t mangle -F; iptables -t mangle -X', mend: apply, finds: ['chain-missing', 'jump-missing'], says: 'BULKHEAD-OUTPUT' },
    { name: 'DOCKER-USER flushed', spoil: 'iptables -F DOCKER-USER', mend: apply, finds: ['jump-missing'], says: 'DOCKER-USER' },
    { name: 'an element of a set removed', spoil: 'set=$(ipset list -n | grep "^bh4-own"); ipset save "$set" | grep "^add" | head -1 >/lab/element; ipset del $(cut -d " " -f 2,3 /lab/element)', mend: 'sh -c "ipset $(cat /lab/element)"', finds: ['set-changed'], says: 'bh4-own' },
    { name: 'an address translated to ours', spoil: `iptables -t nat -I PREROUTING -p tcp --dport 5432 -j DNAT --to-destination $(docker inspect -f "{{(index .NetworkSettings.Networks \\"${data}\\").IPAddress}}" app-db):5432`, mend: 'iptables -t nat -D PREROUTING 1', finds: ['foreign-rule'], says: 'dnat' },
    { name: 'connections not tracked', spoil: 'iptables -t raw -A OUTPUT -p udp --dport 53 -j CT --notrack', mend: 'iptables -t raw -D OUTPUT -p udp --dport 53 -j CT --notrack', finds: ['foreign-rule'], says: 'notrack' },
    { name: 'a file changed', spoil: 'cp -p /etc/bulkhead/permits /lab/kept; echo "# more" >>/etc/bulkhead/permits', mend: 'cp -p /lab/kept /etc/bulkhead/permits', finds: ['file-changed'], says: '/etc/bulkhead/permits' },
    { name: 'a program of ours changed', spoil: `cp -p ${FIREWALL} /lab/kept; echo "exit 0" >>${FIREWALL}`, mend: `cp -p /lab/kept ${FIREWALL}`, finds: ['file-changed'], says: FIREWALL },
    { name: 'a file that others may read', spoil: 'chmod 644 /etc/bulkhead/rules.v4', mend: 'chmod 600 /etc/bulkhead/rules.v4', finds: ['file-mode'], says: '600 root:root' },
    { name: 'a file removed', spoil: 'mv /etc/sysctl.d/99-bulkhead.conf /lab/kept', mend: 'mv /lab/kept /etc/sysctl.d/99-bulkhead.conf', finds: ['file-missing'], says: '/etc/sysctl.d/99-bulkhead.conf' },
    { name: 'a drop-in for the engine', spoil: 'printf "[Service]\\nExecStartPost=/bin/true\\n" >/etc/systemd/system/docker.service.d/99-more.conf', mend: 'rm /etc/systemd/system/docker.service.d/99-more.conf', finds: ['file-extra'], says: '99-more.conf' },
    { name: 'no stamp', spoil: 'mv /run/bulkhead/stamp-* /lab/', mend: 'mv /lab/stamp-* /run/bulkhead/', finds: ['stamp-missing'], says: '/run/bulkhead/stamp-' },
    { name: 'a unit disabled', spoil: `sed -i 's/^bulkhead-watch.service .*/bulkhead-watch.service loaded inactive disabled/' ${STATES}`, mend: `sed -i 's/^bulkhead-watch.service .*/bulkhead-watch.service loaded active enabled/' ${STATES}`, finds: ['unit-stopped'], says: 'bulkhead-watch.service' },
    { name: 'a setting of the kernel', spoil: 'echo 0 >/proc/sys/net/ipv4/tcp_syncookies', mend: 'echo 1 >/proc/sys/net/ipv4/tcp_syncookies', finds: ['sysctl-changed'], says: 'tcp_syncookies' },
    { name: 'a bridge that rules do not see', spoil: `ip link set "$(docker network inspect -f '{{index .Options "com.docker.network.bridge.name"}}' ${app})" type bridge nf_call_iptables 0`, mend: `ip link set "$(docker network inspect -f '{{index .Options "com.docker.network.bridge.name"}}' ${app})" type bridge nf_call_iptables 1`, finds: ['bridge-unfiltered'], says: 'nf_call_iptables = 0' },
  ]; // prettier-ignore
}

/** These make a container or a network of ours anew, so a deploy mends them. */
function remakes({ data }: { readonly data: string }, image: string): Omit<Way, 'mend'>[] {
  const again = (options: string) => `ip=$(docker inspect -f '{{(index .NetworkSettings.Networks "${data}").IPAddress}}' app-db); docker rm -f app-db; ${RUN} app-db --network ${data} --ip "$ip" ${options}`; // prettier-ignore
  const hardened = '--read-only --security-opt no-new-privileges:true --cap-drop ALL --ipc private --init --restart unless-stopped --dns 127.0.0.1 --sysctl net.ipv4.ip_forward=0 --volume /run/bulkhead/stamp-$(head -n 1 /etc/bulkhead/daemon-id):/.bulkhead-guard:ro'; // prettier-ignore
  return [
    { name: 'another user', spoil: again(`${hardened} --user 0:0 ${image}`), finds: ['container-changed'], says: '0:0' },
    {
      name: 'a capability',
      spoil: again(`${hardened} --user 10001:10001 --cap-add NET_RAW ${image}`),
      finds: ['container-changed'],
      says: 'NET_RAW',
    },
    { name: 'another image', spoil: `docker commit app-web lab:2; ${again(`${hardened} --user 10001:10001 lab:2`)}`, finds: ['container-changed'], says: 'lab:2' }, // prettier-ignore
    { name: 'a mount of the host', spoil: again(`${hardened} --user 10001:10001 --volume /etc:/host ${image}`), finds: ['container-changed'], says: 'bind /etc at /host, writable' }, // prettier-ignore
    { name: 'a published port', spoil: again(`${hardened} --user 10001:10001 --publish ${HOST_ADDRESS}:5432:5432 ${image}`), finds: ['port-extra'], says: '5432 to 5432/tcp' }, // prettier-ignore
    { name: 'a container that is gone', spoil: 'docker rm -f app-db', finds: ['container-missing'], says: 'app-db' },
  ];
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Unwatched(lab, program);
    lab.writeFile('/usr/local/bin/systemctl', SYSTEMCTL, '755');
    lab.writeFile(STATES, UNITS.map((unit) => `${unit} loaded active enabled\n`).join(''));
    deployment.up();
    settle(lab);
    lab.writeFile(SCRIPT, collectScript());
    const clean = look(lab, deployment);
    checks.shown('after a deploy nothing differs, and everything is compared', clean.length === 0, told(clean));
    const names = Object.fromEntries(['dmz', 'app', 'data'].map((tier) => [tier, `app-shop-${tier}`])) as Parameters<typeof ways>[0];
    for (const way of ways(names)) checks.step(way.name, () => oneWay(checks, lab, deployment, way, () => lab.mustHost(`mend: ${way.name}`, ['sh', '-c', way.mend]))); // prettier-ignore
    const image = lab.docker('image', 'inspect', '-f', '{{.Id}}', 'lab:1').trim();
    for (const way of remakes(names, image)) {
      checks.step(way.name, () =>
        oneWay(checks, lab, deployment, way, () => {
          lab.host(['docker', 'rm', '-f', 'app-db']);
          deployment.apply();
        }),
      );
    }
    checks.step('a network of another subnet', () => subnet(checks, lab, deployment, names.data));
    checks.step('daemon.json', () => settings(checks, lab, deployment));
    checks.step('without an engine', () => {
      lab.stopEngine();
      const found = look(lab, deployment);
      const unknown = found.filter(({ severity }) => severity === 'unknown').map(({ subject }) => subject);
      checks.shown('networks and containers are not compared, and that is said', ['networks', 'containers', 'version of the engine'].every((each) => unknown.includes(each)), told(found)); // prettier-ignore
      checks.check('and nothing else is invented', unknown.length === found.length, told(found));
    });
  });
}

/** The service that watches would do this: it turns on the switch of bridges that are new. */
function settle(lab: Lab): void {
  lab.mustHost('apply', ['sh', '-c', apply]);
}

function look(lab: Lab, deployment: Deployment): readonly Difference[] {
  const { code, stdout, stderr } = lab.host(['sh', SCRIPT], { timeout: 120_000 });
  if (code !== 0) throw new Error(`collect ended with ${code}: ${stderr}`);
  fs.writeFileSync(`${lab.labDir}/collected.txt`, stdout);
  return auditOf(deployment.stackDir, undefined, stdout).differences;
}

const told = (found: readonly Difference[]) => found.map(({ severity, kind, subject, program: of, host }) => `${severity} ${kind} ${subject}: ${of} | ${host}`).join('\n'); // prettier-ignore

function oneWay(checks: Checks, lab: Lab, deployment: Deployment, way: Omit<Way, 'mend'>, mend: () => void): void {
  lab.mustHost(way.name, ['sh', '-c', way.spoil], { timeout: 60_000 });
  const found = look(lab, deployment);
  const kinds = [...new Set(found.map(({ kind }) => kind))].sort();
  checks.shown(
    `${way.name} is found`,
    way.finds.every((kind) => kinds.includes(kind)) && told(found).includes(way.says),
    () => told(found) || 'nothing',
  );
  checks.check(
    `${way.name}: nothing is invented`,
    kinds.every((kind) => way.finds.includes(kind)),
    () => told(found),
  );
  // What is left of it would be among what the next one finds.
  mend();
}

/** The network is made again by hand, and the container put into it. */
function subnet(checks: Checks, lab: Lab, deployment: Deployment, data: string): void {
  const bridge = lab.docker('network', 'inspect', '-f', '{{index .Options "com.docker.network.bridge.name"}}', data).trim();
  const members = lab.docker('network', 'inspect', '-f', '{{range .Containers}}{{.Name}} {{end}}', data).trim().split(' ');
  for (const member of members) lab.docker('network', 'disconnect', '-f', data, member);
  lab.docker('network', 'rm', data);
  lab.docker('network', 'create', '--internal', '--subnet', '10.98.0.0/24', '--opt', `com.docker.network.bridge.name=${bridge}`, '--opt', 'com.docker.network.bridge.enable_icc=true', data); // prettier-ignore
  for (const member of members) lab.docker('network', 'connect', data, member);
  const found = look(lab, deployment);
  const words = told(found);
  for (const part of ['subnets', 'enable_icc', 'member-address']) checks.shown(`the other ${part} is found`, words.includes(part), words);
  const kinds = new Set(found.map(({ kind }) => kind));
  const expected: DifferenceKind[] = ['network-changed', 'member-address', 'bridge-unfiltered'];
  checks.check(
    'nothing else is invented',
    [...kinds].every((kind) => expected.includes(kind)),
    words,
  );
  for (const member of members) lab.docker('network', 'disconnect', '-f', data, member);
  lab.docker('network', 'rm', data);
  for (const member of members) lab.host(['docker', 'rm', '-f', member]);
  deployment.apply();
  settle(lab);
  const after = look(lab, deployment);
  checks.check('nothing differs after a deploy', after.length === 0, () => told(after));
}

/** Edited while the engine runs, and then read by it. */
function settings(checks: Checks, lab: Lab, deployment: Deployment): void {
  const file = '/etc/docker/daemon.json';
  lab.mustHost('edit daemon.json', ['sh', '-c', `cp -p ${file} /lab/kept; sed -i 's/"icc": false/"icc": true/' ${file}`]);
  const edited = look(lab, deployment);
  checks.shown('an edit that the engine has not read is found as a file, and not taken for its settings', edited.some(({ kind }) => kind === 'file-changed') && edited.some(({ kind, subject }) => kind === 'not-compared' && subject === 'daemon.json'), told(edited)); // prettier-ignore
  lab.restartEngine();
  const read = look(lab, deployment);
  checks.shown('and as a setting when it has', read.some(({ kind, subject }) => kind === 'setting-changed' && subject === 'daemon.json: icc'), told(read)); // prettier-ignore
  lab.mustHost('back', ['cp', '-p', '/lab/kept', file]);
  lab.restartEngine();
}
