// Ways to spoil a host as ours in all, but for one thing.
import { PATHS } from '../../../src/host/private/constants';

/** Who finds it: verify.sh by controls, `bulkhead-firewall check`, or `install.sh --check` by words. */
export interface HostWay {
  readonly what: string;
  /** Controls that fail, and no other does. */
  readonly controls?: readonly string[];
  /** Controls that verify.sh cannot judge then: SKIP where it was PASS, and never PASS. */
  readonly unknown?: readonly string[];
  /** Words of `bulkhead-firewall check` and of `install.sh --check`. */
  readonly guard?: RegExp;
  readonly files?: RegExp;
  /** Commands of a shell on the host, before the engine starts anew where it does. */
  readonly spoil?: string;
  readonly mend?: string;
  /** What is done once the engine has started anew. */
  readonly after?: string;
  /** Whether it is in the time between: the engine must not start anew. */
  readonly isLive?: boolean;
  /** What daemon.json has instead, on a new start of the engine. Undefined takes a key out. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** The text itself. */
  readonly text?: (json: string) => string;
  readonly flags?: readonly string[];
  /** First and last of the engines that know it. */
  readonly since?: string;
  readonly below?: string;
}

const JSON_FILE = PATHS.daemonJson;
const DROP_IN = PATHS.dropIn;
/** Controls that verify.sh answers out of what the engine was told. */
const TOLD = ['2.3', '2.4', '2.8', '2.9', '2.11', '2.12', '2.15', '2.17'];

function mode(file: string, bits: string, control: string, more: Partial<HostWay> = {}): HostWay {
  return { what: `${file} with mode ${bits}`, controls: [control], isLive: true, spoil: `stat -c %a ${file} >/tmp/was; chmod ${bits} ${file}`, mend: `chmod "$(cat /tmp/was)" ${file}`, ...more }; // prettier-ignore
}

function owner(file: string, control: string, more: Partial<HostWay> = {}): HostWay {
  return { what: `${file} of another owner`, controls: [control], isLive: true, spoil: `chown 1000:1000 ${file}`, mend: `chown 0:0 ${file}`, ...more }; // prettier-ignore
}

/** A file that the host has not, or has otherwise. */
function added(file: string, bits: string, owned: string, ...controls: string[]): HostWay {
  return { what: `${file} made with mode ${bits} for ${owned}`, controls, isLive: true, spoil: `mkdir -p "$(dirname ${file})"; rm -f /tmp/was; [ ! -e ${file} ] || cp -p ${file} /tmp/was; echo x >${file}; chmod ${bits} ${file}; chown ${owned} ${file}`, mend: `rm -f ${file}; [ ! -e /tmp/was ] || cp -p /tmp/was ${file}` }; // prettier-ignore
}

function edited(file: string, files: RegExp, guard?: RegExp): HostWay {
  return {
    what: `${file} edited`,
    isLive: true,
    files,
    guard,
    spoil: `cp -p ${file} /tmp/was; echo '# x' >>${file}`,
    mend: `cp -p /tmp/was ${file}`,
  };
}

function told(what: string, controls: readonly string[], json: HostWay['json'], more: Partial<HostWay> = {}): HostWay {
  return { what, controls, json, ...more };
}

function odd(what: string, text: (json: string) => string): HostWay {
  return { what, unknown: TOLD, text };
}

const rewritten = (file: RegExp): RegExp => new RegExp(`would write ${file.source}`);

export const WAYS: readonly HostWay[] = [
  mode(JSON_FILE, '666', '3.18', { unknown: TOLD, files: rewritten(/\S+daemon\.json/) }),
  owner(JSON_FILE, '3.17', { unknown: TOLD, files: rewritten(/\S+daemon\.json/) }),
  mode('/etc/docker', '777', '3.6'),
  owner('/etc/docker', '3.5'),
  mode(DROP_IN, '666', '3.2', { files: rewritten(/\S+50-bulkhead\.conf/) }),
  owner(DROP_IN, '3.1', { files: rewritten(/\S+50-bulkhead\.conf/) }),
  added('/run/systemd/system/docker.service.d/x.conf', '644', '1000:0', '3.1'),
  added('/etc/systemd/system.control/docker.service.d/x.conf', '646', '0:0', '3.2'),
  added('/etc/systemd/system/docker.socket', '664', '0:0', '3.4'),
  added('/etc/systemd/system/docker.socket.d/x.conf', '644', '0:1000', '3.3'),
  added('/etc/default/docker', '666', '0:0', '3.20'),
  added('/etc/default/docker', '644', '1000:0', '3.19'),
  added('/etc/sysconfig/docker', '755', '0:0', '1.1.13', '3.21'),
  added('/etc/sysconfig/docker', '644', '1000:0', '1.1.13', '3.22'),
  added('/etc/docker/certs.d/registry/ca.crt', '644', '0:0', '3.8'),
  added('/etc/docker/certs.d/registry/ca.crt', '444', '0:1000', '3.7'),
  mode('/run/docker.sock', '666', '3.16'),
  { what: 'the socket for another group', controls: ['3.15'], isLive: true, spoil: 'stat -c %g /run/docker.sock >/tmp/was; chgrp 4711 /run/docker.sock', mend: 'chgrp "$(cat /tmp/was)" /run/docker.sock' }, // prettier-ignore
  { what: 'a member of the group docker', controls: ['1.1.2'], isLive: true, spoil: "cp /etc/group /tmp/was; grep -q ^docker: /etc/group || echo 'docker:x:4712:' >>/etc/group; sed -i 's/^docker:.*/&nobody/' /etc/group", mend: 'cat /tmp/was >/etc/group' }, // prettier-ignore
  { what: 'a user whose first group is docker', controls: ['1.1.2'], isLive: true, spoil: "cp /etc/passwd /tmp/was; cp /etc/group /tmp/was.group; grep -q ^docker: /etc/group || echo 'docker:x:4712:' >>/etc/group; echo \"eve:x:4713:$(sed -n 's/^docker:[^:]*:\\([0-9]*\\):.*/\\1/p' /etc/group)::/:/bin/sh\" >>/etc/passwd", mend: 'cat /tmp/was >/etc/passwd; cat /tmp/was.group >/etc/group' }, // prettier-ignore

  told('icc', ['2.2'], { icc: true }),
  told('another log level', ['2.3'], { 'log-level': 'debug' }),
  told('debug', ['2.3'], { debug: true }),
  told('no firewall rules', ['2.2', '2.4'], { iptables: false, icc: true }),
  told('no firewall rules for IPv6', ['2.4'], { ip6tables: false }, { since: '27.0' }),
  told('direct routing', ['2.4'], { 'allow-direct-routing': true }, { since: '28.2' }),
  told('forwarding without a policy', ['2.4'], { 'ip-forward-no-drop': true }, { since: '28.0' }),
  told('forwarding left alone', ['2.4'], { 'ip-forward': false }),
  { what: 'no rules in the table raw', controls: ['2.4'], since: '28.0.2', files: rewritten(/\S+50-bulkhead\.conf/), spoil: `cp -p ${DROP_IN} /tmp/was; echo Environment=DOCKER_INSECURE_NO_IPTABLES_RAW=1 >>${DROP_IN}`, mend: `cp -p /tmp/was ${DROP_IN}` }, // prettier-ignore
  told('a registry without TLS', ['2.5'], { 'insecure-registries': ['registry.example.test'] }),
  told('a mirror without TLS', ['2.5'], { 'registry-mirrors': ['http://mirror.example.test'] }),
  { what: 'a listener without certificates', controls: ['2.8'], flags: ['-H', 'tcp://127.0.0.1:2375', '--tls=false'] },
  told('no default limits', ['2.9'], { 'default-ulimits': undefined }),
  told('privileges may be gained', ['2.15'], { 'no-new-privileges': false }),
  told('nothing said of privileges', ['2.15'], { 'no-new-privileges': undefined }),
  told('containers stop with the engine', ['2.16'], { 'live-restore': false }),
  { what: 'docker-proxy, by the command line', controls: ['2.17'], json: { 'userland-proxy': undefined }, flags: ['--userland-proxy'] },
  told('no filter of system calls', ['2.18'], { 'seccomp-profile': 'unconfined' }, { since: '23.0' }),
  told('experimental features', ['2.19'], { experimental: true }),
  { what: 'a swarm that nobody declared', controls: ['2.16', '5.1'], json: { 'live-restore': false }, after: 'docker swarm init --advertise-addr 127.0.0.1', mend: 'docker swarm leave --force' }, // prettier-ignore
  { what: 'settings in a file of another name', controls: ['2.15', '3.18'], spoil: `sed 's/"no-new-privileges": true/"no-new-privileges": false/' ${JSON_FILE} >/etc/other.json; chmod 666 /etc/other.json`, flags: ['--config-file', '/etc/other.json'], mend: 'rm /etc/other.json' }, // prettier-ignore
  odd('a key with an escape', (json) => json.replace('"no-new-privileges"', '"no-new-privil\\u0065ges"')),
  odd('a key twice', (json) => json.replace('{', '{ "debug": false, "debug": false,')),
  { what: 'daemon.json as a link that was moved', unknown: TOLD, isLive: true, files: rewritten(/\S+daemon\.json/), spoil: `cp -p ${JSON_FILE} /etc/docker/moved.json; mv ${JSON_FILE} /tmp/was; ln -s moved.json ${JSON_FILE}`, mend: `rm ${JSON_FILE} /etc/docker/moved.json; mv /tmp/was ${JSON_FILE}` }, // prettier-ignore
  { what: 'a command line that cannot be read', unknown: TOLD, isLive: true, spoil: 'mount --bind /dev/null "/proc/$(cat /run/docker.pid)/cmdline"', mend: 'umount "/proc/$(cat /run/docker.pid)/cmdline"' }, // prettier-ignore

  { what: 'redirects are heeded', isLive: true, guard: /sysctl net\/ipv4\/conf\/all\/accept_redirects is '1', not '0'/, spoil: 'echo 1 >/proc/sys/net/ipv4/conf/all/accept_redirects', mend: 'echo 0 >/proc/sys/net/ipv4/conf/all/accept_redirects' }, // prettier-ignore
  { what: 'frames inside a bridge pass unseen', isLive: true, guard: /bridge-nf-call-iptables is '0', not '1'/, spoil: 'echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables', mend: 'echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables' }, // prettier-ignore
  {
    what: 'the stamp is gone',
    isLive: true,
    guard: /the stamp \S+ is missing/,
    spoil: 'rm -f /run/bulkhead/stamp-*',
  },
  { what: 'a rule is gone', isLive: true, guard: /mangle BULKHEAD-FORWARD: \d+ rules, not \d+/, spoil: 'iptables -w 30 -t mangle -D BULKHEAD-FORWARD 1' }, // prettier-ignore
  edited('/etc/bulkhead/rules.v4', rewritten(/\S+rules\.v4/), /./),
  edited(PATHS.modules, rewritten(/\S+modules-load\S+/), /./),
  edited(PATHS.sysctl, rewritten(/\S+99-bulkhead\.conf/), /./),
  edited(PATHS.auditRules, rewritten(/\S+50-bulkhead\.rules/)),
  edited(PATHS.watchUnit, rewritten(/\S+bulkhead-watch\.service/)),
  edited(PATHS.script, rewritten(/\S+bulkhead-firewall/)),
];
