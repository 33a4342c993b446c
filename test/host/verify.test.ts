import { execFileSync } from 'node:child_process';
import {
  Capability,
  ContainerNetwork,
  ContainerUser,
  HardenedContainer,
  ImageBase,
  ImageProfile,
  Peer,
  Port,
  RestartPolicy,
  SocketProxy,
} from '../../src';
import { verifyInput } from '../../src/daemon/private/verify-input';
import { renderVerifyScript, VERIFIED } from '../../src/host/private/render-verify-script';
import { HOST_ADDRESS, IMAGE, Program } from '../support/programs';
import { Services } from '../support/swarms';

function program(): Program {
  const shop = new Program();
  const segment = shop.segment('Front');
  const web = shop.container('Web', segment, { restartPolicy: RestartPolicy.onFailure(3) });
  shop.container('Api', segment, {
    user: ContainerUser.root({ reason: 'its image has no other user' }),
    capabilities: [Capability.of('IPC_LOCK', { reason: 'keeps its keys out of swap' })],
  });
  web.publish(Port.tcpRange(8000, 8001), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  return shop;
}

test('containers come with their ports as docker inspect writes them', () => {
  const shop = program();
  expect(verifyInput(shop.topology(), shop.daemon._declarations.store.endless)).toEqual({
    containers: [
      {
        name: 'app-api',
        ports: [],
        capabilities: ['IPC_LOCK'],
        devices: [],
        user: 'root 0',
        restart: 'endless',
        image: [],
        isService: false,
      },
      {
        name: 'app-web',
        capabilities: [],
        devices: [],
        user: 'fixed 10001',
        restart: '',
        image: [],
        isService: false,
        ports: [`${HOST_ADDRESS}|8000|8000/tcp`, `${HOST_ADDRESS}|8001|8001/tcp`],
      },
    ],
    swarmAddress: undefined,
    swarmManagers: undefined,
  });
});

test('users come with what their processes may be, of containers in no segment and of quiet services as well', () => {
  const shop = new Program();
  const reason = 'its image starts as root';
  const user = ContainerUser.rootAtStart({ reason, startSeconds: 90 });
  const network = ContainerNetwork.none({ reason: 'it needs no connections' });
  const capabilities = [Capability.SETUID, Capability.SETGID];
  new HardenedContainer(shop.stack, 'Job', { daemon: shop.daemon, image: IMAGE, network, user, capabilities });
  const names = ({ name, user: words, isService }: { name: string; user: string; isService: boolean }) => [name, words, isService];
  expect(verifyInput(shop.topology()).containers.map(names)).toEqual([['app-job', 'start 0 90', false]]);
  const swarm = new Services();
  swarm.service('Quiet', swarm.overlay('Net'), { user: ContainerUser.root({ reason }) });
  const { topology } = swarm.manager._declarations.store.derived();
  expect(verifyInput(topology).containers.map(names)).toEqual([['app-quiet', 'root 0', true]]);
  expect(topology.workloads).toEqual([]);
});

test('verify.sh knows the socket proxies, and no other container with the socket', () => {
  const shop = program();
  const segment = shop.segment('Engine');
  new SocketProxy(shop.stack, 'Socket', { segment, image: IMAGE });
  shop.container('Other', segment);
  const text = renderVerifyScript(verifyInput(shop.topology()));
  expect(/^proxies=(.*)$/m.exec(text)?.[1]).toBe("'app-socket'");
  expect(/^proxies=(.*)$/m.exec(renderVerifyScript(verifyInput(program().topology())))?.[1]).toBe("''");
});

test('what an image says comes from its profile, of a profile of ones own nothing', () => {
  const shop = new Program();
  const front = shop.segment('Front');
  shop.container('Cache', front, { profile: ImageProfile.redis({ builtOn: ImageBase.DEBIAN }) });
  shop.container('Mine', front, { profile: ImageProfile.of({ imageName: 'mine', user: ContainerUser.of(5) }) });
  const network = ContainerNetwork.none({ reason: 'it needs no connections' });
  new HardenedContainer(shop.stack, 'Metrics', { daemon: shop.daemon, image: IMAGE, network, profile: ImageProfile.grafana() });
  const { endless, imageSays } = shop.daemon._declarations.store;
  const { containers } = verifyInput(shop.topology(), endless, imageSays);
  expect(containers.map(({ name, image }) => [name, image])).toEqual([
    ['app-cache', ['user:""', 'volume:"/data"', 'port:"6379/tcp"']],
    ['app-mine', []],
    ['app-metrics', ['user:"472"', 'port:"3000/tcp"']],
  ]);
  const script = renderVerifyScript({ containers });
  expect(script).toContain(`'app-cache') echo 'port:"6379/tcp" user:"" volume:"/data"' ;;`);
  expect(script).toMatch(/\nimages\n/);
});

test('every control is one line, in the order of the benchmark', () => {
  const lines = [...renderVerifyScript({ containers: [] }).matchAll(/^look (\S+) ([12]) && /gm)].map(([, control]) => control);
  expect([...lines].sort()).toEqual([...VERIFIED].sort());
  expect(lines.indexOf('1.1.2')).toBeLessThan(lines.indexOf('1.1.10'));
  expect(lines.indexOf('2.9')).toBeLessThan(lines.indexOf('2.10'));
});

test('the shell takes it, and no text of a program gets out of its quotes', () => {
  const hostile = "it's $(reboot) `id` ; rm";
  const script = renderVerifyScript({
    containers: [
      {
        name: hostile,
        ports: [hostile],
        devices: [hostile],
        capabilities: [hostile],
        user: hostile,
        restart: hostile,
        image: [hostile],
        monitored: [hostile],
        isService: false,
      },
    ],
    swarmAddress: hostile,
  });
  expect(() => execFileSync('sh', ['-n'], { input: script })).not.toThrow();
  const quoted = `'it'\\''s $(reboot) \`id\` ; rm'`;
  expect(script.split(quoted)).toHaveLength(17);
  expect(script.split(quoted).join('')).not.toContain('reboot');
});

test('it has no word that changes a host', () => {
  const script = renderVerifyScript(verifyInput(program().topology()));
  expect(script).not.toMatch(
    /\b(rm|mv|cp|chmod|chown|mkdir|touch|tee|sed -i|docker (run|exec|rm|update|create))\b|>(?!\s*&|\/dev\/null|=)\s*["$/a-z]/,
  );
});

/** What a look of the script says of one container, of which the engine and the program say something. */
function saidOf(
  command: string,
  parts: readonly string[],
  asked: Readonly<Record<string, string>>,
  declared: { readonly restart?: string; readonly capabilities?: readonly string[] },
): string {
  const script = renderVerifyScript({
    containers: [{ name: 'app-web', ports: [], devices: [], capabilities: [], user: '', restart: '', image: [], isService: false, ...declared }], // prettier-ignore
  });
  const take = (name: string) => {
    const start = script.indexOf(`\n${name}() {`);
    const line = script.slice(start + 1, script.indexOf('\n', start + 1));
    return line.endsWith('}') ? line : script.slice(start, script.indexOf('\n}\n', start) + 3);
  };
  const lists = script.match(/^(ordinary|dangerous)=.*$/gm)!;
  const functions = ['mark', 'accept', 'gather', 'judge', 'judge_others', ...parts].map(take);
  const answers = Object.entries(asked).map(([key, text]) => `${key}) printf '%s\\n' '${text}' ;;`);
  const stubs = `here=app-web; tasks=; ask() { case $1 in pid) echo 1 ;; ${answers.join(' ')} esac; }; owner_of() { echo app-web; }; pass() { echo "PASS $1"; }; skip() { echo "SKIP $1"; }; fail() { echo "FAIL $1"; }`; // prettier-ignore
  return execFileSync('sh', ['-uc', [stubs, ...lists, ...functions, command].join('\n')], { encoding: 'utf8' }).trim();
}

const restartsOf = (restart: string, declared: string) =>
  saidOf("restarts 'restarts come to an end'", ['declared_restart', 'restarts_on', 'restarts'], { restart }, { restart: declared });

const capabilitiesOf = (added: string, declared: readonly string[], { dropped = 'ALL', privileged = 'false' } = {}) =>
  saidOf("capabilities 'as declared'", ['declared_capabilities', 'bare_names', 'more_capabilities', 'capabilities'], { added, dropped, privileged }, { capabilities: declared }); // prettier-ignore

const BEYOND =
  'SKIP the program declares as a holder of capabilities that reach beyond a container, with a reason: app-web; of all others: as declared';

test.each([
  ['', [], {}, 'PASS as declared'],
  ['CAP_CHOWN', [], {}, 'PASS as declared'],
  ['net_raw', ['NET_RAW'], {}, 'PASS as declared'],
  ['NET_RAW', [], {}, 'FAIL as declared: app-web has NET_RAW, which the program does not declare'],
  ['CAP_NET_ADMIN', ['NET_ADMIN'], {}, BEYOND],
  ['NET_ADMIN\nSYS_TIME', ['NET_ADMIN', 'SYS_TIME'], {}, BEYOND],
  ['NET_ADMIN', [], {}, 'FAIL as declared: app-web has NET_ADMIN, which the program does not declare'],
  ['NET_ADMIN\nSYS_ADMIN', ['NET_ADMIN'], {}, 'FAIL as declared: app-web has SYS_ADMIN, which the program does not declare'],
  ['ALL', ['NET_ADMIN'], {}, 'FAIL as declared: app-web has ALL, which the program does not declare'],
  ['NET_ADMIN', ['NET_ADMIN'], { dropped: 'NET_RAW' }, 'FAIL as declared: app-web keeps capabilities'],
  ['NET_ADMIN', ['NET_ADMIN'], { privileged: 'true' }, 'FAIL as declared: app-web is privileged, so has all'],
])('capabilities %j, declared %j, and %j: %s', (added, declared, others, says) =>
  expect(capabilitiesOf(added, declared, others)).toBe(says),
);

test.each([
  [
    'unless-stopped 0',
    'endless',
    'SKIP the program declares as restarted without end, with a reason: app-web; of all others: restarts come to an end',
  ],
  ['unless-stopped 0', '', 'FAIL restarts come to an end: app-web is restarted without end, which the program does not declare'],
  ['always 0', 'endless', 'FAIL restarts come to an end: app-web is restarted without end'],
  ['on-failure 0', 'endless', 'FAIL restarts come to an end: app-web is restarted without end'],
  ['on-failure 6', 'endless', 'FAIL restarts come to an end: app-web is restarted more than 5 times'],
  ['on-failure 50', '', 'FAIL restarts come to an end: app-web is restarted more than 5 times'],
  ['on-failure 5', '', 'PASS restarts come to an end'],
  ['on-failure 1', 'endless', 'PASS restarts come to an end'],
  ['no 0', '', 'PASS restarts come to an end'],
])('restarts of %j, declared as %j: %s', (policy, declared, says) => expect(restartsOf(policy, declared)).toBe(says));

/** What the script reads of settings and of a command line. */
function read(name: 'json_values' | 'flag_values', text: string): string[] {
  const script = renderVerifyScript({ containers: [] });
  const body = script.slice(script.indexOf(`\n${name}() {`), script.indexOf('\n}\n', script.indexOf(`\n${name}() {`)) + 3);
  return execFileSync('sh', ['-c', `${body}${name} || echo unread`], { input: text, encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}

test.each([
  ['{"icc":false,"log-level":"warn"}', ['icc false', 'log-level warn']],
  ['{\n\t"iptables"\n:\tfalse }', ['iptables false']],
  ['{"a":{"b":[1,"x y",{}]}}', ['a.b. 1', 'a.b. x y', 'a.b. empty', 'a.b filled', 'a filled']],
  ['{"debug":true,"debug":false}', ['debug true', 'unread']],
  ['{"a":{"b":1},"c":[{"b":1},{"b":2}]}', ['a.b 1', 'a filled', 'c..b 1', 'c. filled', 'c..b 2', 'c. filled', 'c filled']],
  ['{"cgroup-parent":null,"bip":"null"}', ['cgroup-parent ', 'bip null']],
  ['{"debug":True}', ['unread']],
  ['{"a":"q\\"\\\\\\n"}', ['a q"\\']],
  ['{}', [' empty']],
  ['', ['']],
  ['{"no-new-privil\\u0065ges":true}', ['unread']],
  ['{"a":1}{"b":2}', ['a 1', 'unread']],
  ['{"a":1', ['a 1', 'unread']],
  ['[1]', ['unread']],
])('of the settings %j it reads %j', (text, wanted) => expect(read('json_values', text)).toEqual(wanted));

test.each([
  ['dockerd -H unix:///run/docker.sock --iptables=false', ['hosts unix:///run/docker.sock', 'iptables false']],
  ['dockerd -DH tcp://0.0.0.0:2375 --host=fd://', ['debug true', 'hosts tcp://0.0.0.0:2375', 'hosts fd://']],
  ['dockerd --insecure-registry x --log-opt a=b', ['insecure-registries x', 'log-opts a=b']],
  ['dockerd --log-level debug -D', ['log-level debug', 'debug true']],
  ['dockerd -lwarn --ip6tables', ['log-level warn', 'ip6tables true']],
  ['dockerd --config-file /x --default-ulimit nofile=1:1', ['config-file /x', 'default-ulimits nofile=1:1']],
  ['dockerd --debug --icc=0', ['debug true', 'icc 0']],
])('of the command line %j it reads %j', (line, wanted) => expect(read('flag_values', line.replace(/ /g, '\n'))).toEqual(wanted));

const WATCH = '-w /etc/docker -p wa -k docker';

/** Lines as auditctl prints them. */
test.each([
  ['a watch', [WATCH], 'yes'],
  ['a watch with a slash', ['-w /etc/docker/ -p rwxa'], 'yes'],
  ['a watch of writing alone', ['-w /etc/docker -p w'], 'no'],
  ['a watch of something below', ['-w /etc/docker/daemon.json -p wa'], 'no'],
  ['a rule', ['-a always,exit -S all -F dir=/etc/docker -F perm=wa -F key=docker'], 'yes'],
  ['a rule of the other order', ['-a exit,always -F path=/etc/docker -F perm=wa'], 'yes'],
  ['a rule of one user', ['-a always,exit -S all -F dir=/etc/docker -F perm=wa -F auid=1000'], 'unsure'],
  ['a rule of one call', ['-a always,exit -F arch=b64 -S unlink -F dir=/etc/docker'], 'unsure'],
  ['one that says never before it', ['-a never,exit -S all -F dir=/etc', WATCH], 'no'],
  ['one that says never after it', [WATCH, '-a never,exit -S all -F dir=/etc'], 'yes'],
  ['one that says never of something else', ['-a never,exit -S all -F dir=/var/lib/docker/overlay2', WATCH], 'yes'],
  ['one that says never of everything', ['-a never,task', WATCH], 'no'],
  ['one that says never of a user', ['-a never,exit -S all -F auid=1000', WATCH], 'unsure'],
  ['records that are left out', ['-a always,exclude -F msgtype=PATH', WATCH], 'unsure'],
  ['records of no concern that are left out', ['-a always,exclude -F msgtype=CWD', WATCH], 'yes'],
  ['none', ['No rules'], 'no'],
])('of the audit with %s', (_, lines, answer) => {
  const script = renderVerifyScript({ containers: [] });
  const at = script.indexOf('awk -v path="$path" ');
  const rules = script.slice(script.indexOf("'", at) + 1, script.indexOf("'", script.indexOf("'", at) + 1));
  const told = execFileSync('awk', ['-v', 'path=/etc/docker', rules], { input: `${lines.join('\n')}\n`, encoding: 'utf8' });
  expect(told.trim()).toBe(answer);
});
