import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { archiveOf } from './archive-of';
import { deployed, type HostState, synthesized, textsOfState } from './audited-host';
import { auditOf } from '../../src/intake/audit';
import { type DifferenceKind, KIND_NAMES } from '../../src/intake/private/audit/difference';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-audit-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const out = synthesized(folder);

const found = (texts: Readonly<Record<string, string | undefined>>) => auditOf(out, undefined, archiveOf(texts)).differences;
const named = (list: readonly any[], name: string): any => list.find(({ Name }) => Name.replace('/', '') === name);
const replaced = (lines: string[], pattern: RegExp, by: string) => lines.splice(lines.findIndex((line) => pattern.test(line)), 1, ...(by === '' ? [] : [by])); // prettier-ignore
const endpointIn = (state: HostState, network: string, name: string, address: string) => {
  named(state.networks, network).Containers[name] = { Name: name, IPv4Address: `${address}/24` };
  return named(state.containers, name);
};

type Way = readonly [name: string, spoil: (state: HostState) => void, finds: readonly DifferenceKind[], says: string];
const stranger = (more: object = {}, host: object = {}) => ({ Name: '/stranger', State: { Status: 'running' }, Config: { Image: 'x:1' }, HostConfig: host, ...more }); // prettier-ignore
const web = (state: HostState) => named(state.containers, 'app-web');

const WAYS: readonly Way[] = [
  ['a network is gone', (s) => s.networks.splice(0, 1), ['network-missing'], 'app-back'],
  ['another subnet', (s) => (named(s.networks, 'app-back').IPAM.Config[0].Subnet = '10.98.0.0/24'), ['network-changed'], '10.98.0.0/24'],
  ['another gateway', (s) => (named(s.networks, 'app-back').IPAM.Config[0].Gateway = '10.20.0.9'), ['network-changed'], '10.20.0.9'],
  ['not internal', (s) => (named(s.networks, 'app-back').Internal = false), ['network-changed'], 'internal'],
  ['attachable', (s) => (named(s.networks, 'app-back').Attachable = true), ['network-changed'], 'attachable'],
  ['another driver', (s) => (named(s.networks, 'app-back').Driver = 'macvlan'), ['network-changed'], 'macvlan'],
  ['another option', (s) => (named(s.networks, 'app-back').Options['com.docker.network.bridge.enable_icc'] = 'true'), ['network-changed'], 'enable_icc'],
  ['one option more', (s) => (named(s.networks, 'app-back').Options['com.docker.network.bridge.trusted_host_interfaces'] = 'eth0'), ['network-changed'], 'trusted_host_interfaces'],
  ['a second network of the name', (s) => s.networks.push(structuredClone(named(s.networks, 'app-back'))), ['network-changed'], '2 networks of this name'],
  ['a network of others', (s) => s.networks.push({ Name: 'other', IPAM: { Config: [{ Subnet: '10.99.0.0/24' }] } }), ['network-extra'], '10.99.0.0/24'],
  ['one with addresses of ours', (s) => s.networks.push({ Name: 'other', IPAM: { Config: [{ Subnet: '10.20.0.0/20' }] } }), ['network-overlap'], '10.20.0.0/20'],
  ['a stranger in a segment', (s) => s.containers.push(stranger()) && endpointIn(s, 'app-back', 'stranger', '10.20.0.240'), ['container-extra', 'member-stranger'], '10.20.0.240'],
  ['an endpoint without a container', (s) => endpointIn(s, 'app-back', 'ghost', '10.20.0.241'), ['member-stranger'], 'ghost in app-back'],
  ['a stopped stranger', (s) => s.containers.push(stranger({ State: { Status: 'created' }, NetworkSettings: { Networks: { 'app-back': {} } } })), ['container-extra', 'member-stranger'], 'a member when it starts'],
  ['ours in another segment', (s) => endpointIn(s, 'app-front', 'app-api', '10.20.1.9'), ['member-stranger'], 'app-api in app-front'],
  ['no longer a member', (s) => delete web(s).NetworkSettings.Networks['app-back'], ['member-missing'], 'app-web in app-back'],
  ['another address', (s) => (web(s).NetworkSettings.Networks['app-back'].IPAddress = '10.20.0.77'), ['member-address'], '10.20.0.77'],
  ['a container is gone', (s) => s.containers.splice(s.containers.indexOf(web(s)), 1), ['container-missing'], 'app-web'],
  ['a container ended', (s) => (web(s).State.Status = 'exited'), ['container-stopped'], 'exited'],
  ['a privileged stranger', (s) => s.containers.push(stranger({}, { Privileged: true })), ['container-powerful'], 'privileged'],
  ['a stranger with a capability', (s) => s.containers.push(stranger({}, { CapAdd: ['CAP_NET_ADMIN'] })), ['container-powerful'], 'CAP_NET_ADMIN'],
  ['a stranger with the socket', (s) => s.containers.push(stranger({ Mounts: [{ Type: 'bind', Source: '/var/run/docker.sock' }] })), ['container-powerful'], 'the engine'],
  ['another user', (s) => (web(s).Config.User = '0'), ['container-changed'], 'app-web: user'],
  ['privileged', (s) => (web(s).HostConfig.Privileged = true), ['container-changed'], 'privileged'],
  ['writable', (s) => (web(s).HostConfig.ReadonlyRootfs = false), ['container-changed'], 'read only'],
  ['a capability', (s) => (web(s).HostConfig.CapAdd = ['CAP_NET_RAW']), ['container-changed'], 'NET_RAW'],
  ['fewer capabilities dropped', (s) => (web(s).HostConfig.CapDrop = ['CAP_MKNOD']), ['container-changed'], 'MKNOD'],
  ['a security option less', (s) => (web(s).HostConfig.SecurityOpt = null), ['container-changed'], 'no-new-privileges'],
  ['the network of the host', (s) => (web(s).HostConfig.NetworkMode = 'host'), ['container-changed'], 'network mode'],
  ['processes of the host', (s) => (web(s).HostConfig.PidMode = 'host'), ['container-changed'], 'process namespace'],
  ['other resolvers', (s) => (web(s).HostConfig.Dns = ['8.8.8.8']), ['container-changed'], '8.8.8.8'],
  ['a device', (s) => (web(s).HostConfig.Devices = [{ PathOnHost: '/dev/sda' }]), ['container-changed'], '/dev/sda'],
  ['a sysctl', (s) => (web(s).HostConfig.Sysctls = { 'net.ipv4.ip_forward': '1' }), ['container-changed'], 'ip_forward=1'],
  ['another restart policy', (s) => (web(s).HostConfig.RestartPolicy.Name = 'no'), ['container-changed'], 'restart policy'],
  ['a mount', (s) => web(s).Mounts.push({ Type: 'bind', Source: '/etc', Destination: '/host', RW: true }), ['container-changed'], 'bind /etc at /host, writable'],
  ['no stamp mounted', (s) => (web(s).Mounts = []), ['container-changed'], '/.bulkhead-guard'],
  ['another image', (s) => s.images.push({ Id: 'sha256:2', RepoTags: ['evil:1'] }) && (web(s).Image = 'sha256:2'), ['container-changed'], 'evil:1'],
  ['an image that is gone', (s) => (web(s).Image = 'sha256:3'), ['not-compared'], 'no longer on the host'],
  ['a port more', (s) => (web(s).HostConfig.PortBindings['22/tcp'] = [{ HostIp: '', HostPort: '22' }]), ['port-extra'], '0.0.0.0:22 to 22/tcp'],
  ['another host address', (s) => (web(s).HostConfig.PortBindings['8443/tcp'][0].HostIp = '0.0.0.0'), ['port-extra', 'port-missing'], '0.0.0.0:443'],
  ['all ports of the image', (s) => (web(s).HostConfig.PublishAllPorts = true), ['port-extra'], 'every port'],
  ['a stranger that publishes', (s) => s.containers.push(stranger({}, { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '80' }] } })), ['container-extra', 'port-extra'], '0.0.0.0:80'],
  ['a rule is gone', (s) => replaced(s.rules4, /^-A BULKHEAD-INPUT/, ''), ['rule-missing'], 'BULKHEAD-INPUT'],
  ['a rule more', (s) => replaced(s.rules4, /^-A BULKHEAD-OUTPUT/, '-A BULKHEAD-OUTPUT -j RETURN'), ['rule-extra', 'rule-missing'], '=> return'],
  ['rules of another order', (s) => s.rules4.push(...s.rules4.splice(0).map((line, i, all) => (/^-A BULKHEAD-ENTER/.test(line) ? all.filter((each) => /^-A BULKHEAD-ENTER/.test(each)).reverse()[i - all.findIndex((each) => /^-A BULKHEAD-ENTER/.test(each))] : line))), ['rule-order'], 'another order'],
  ['a rule that is not understood', (s) => replaced(s.rules4, /^-A BULKHEAD-INPUT/, '-A BULKHEAD-INPUT -m strange --strange -j DROP'), ['rule-extra', 'rule-missing'], 'strange'],
  ['a chain is gone', (s) => (s.rules4 = s.rules4.filter((line) => !/^:BULKHEAD-FORWARD|^-A (BULKHEAD-)?FORWARD/.test(line))), ['chain-missing', 'jump-missing'], 'mangle BULKHEAD-FORWARD'],
  ['IPv6 rules are gone', (s) => (s.rules6 = s.rules6.filter((line) => !line.startsWith('-A BULKHEAD-FORWARD'))), ['rule-missing'], 'ip6tables mangle BULKHEAD-FORWARD'],
  ['no jump', (s) => replaced(s.rules4, /^-A FORWARD -j BULKHEAD/, ''), ['jump-missing'], 'mangle FORWARD'],
  ['a jump with a condition', (s) => replaced(s.rules4, /^-A FORWARD -j BULKHEAD/, '-A FORWARD -i eth0 -j BULKHEAD-FORWARD'), ['jump-missing'], 'mangle FORWARD'],
  ['a rule before the jump', (s) => replaced(s.rules4, /^-A FORWARD -j BULKHEAD/, '-A FORWARD -p tcp -j ACCEPT\n-A FORWARD -j BULKHEAD-FORWARD'), ['jump-late'], '=> accept'],
  ['an element is gone', (s) => replaced(s.sets, /^add bh4-link/, ''), ['set-changed'], 'bh4-link'],
  ['an element more', (s) => s.sets.splice(s.sets.findIndex((line) => line.startsWith('add bh4-own')), 0, `add ${s.sets.find((line) => line.startsWith('add bh4-own'))!.split(' ')[1]} 10.50.0.0/24`), ['set-changed'], '10.50.0.0/24'],
  ['a translation into ours', (s) => s.rules4.push('*nat', ':PREROUTING ACCEPT [0:0]', '-A PREROUTING -p tcp -m tcp --dport 99 -j DNAT --to-destination 10.20.0.2:8080', 'COMMIT'), ['foreign-rule'], '10.20.0.2'],
  ['not tracked', (s) => replaced(s.rules4, /^-A PREROUTING -j BULKHEAD/, '-A PREROUTING -j BULKHEAD-ENTER\n-A PREROUTING -p tcp -j NOTRACK'), ['foreign-rule'], 'notrack'],
  ['a newer generation of the engine', (s) => (s.engine = '29.0.1'), ['engine-version'], '29.0.1'],
  ['an engine that Bulkhead does not know', (s) => (s.engine = '30.1.0-rc.1'), ['engine-version'], '30.1.0'],
  ['a version that is none', (s) => (s.engine = 'dev'), ['not-compared'], 'is not a version'],
  ['an older engine', (s) => (s.engine = '24.0.0'), ['engine-version'], '24.0.0'],
  ['a setting', (s) => (s.daemonJson.icc = true), ['setting-changed'], 'daemon.json: icc'],
  ['a setting is gone', (s) => delete s.daemonJson.iptables, ['setting-changed'], 'daemon.json: iptables'],
  ['a setting more', (s) => (s.daemonJson.bip = '10.1.0.1/24'), ['setting-changed'], 'daemon.json: bip'],
  ['the engine on TCP', (s) => s.flags.push('hosts tcp://0.0.0.0:2375'), ['setting-changed'], 'tcp://0.0.0.0:2375'],
  ['a flag', (s) => s.flags.push('ip-forward false'), ['setting-changed'], 'ip-forward'],
  ['an environment that changes the rules', (s) => s.flags.push('environment DOCKER_INSECURE_NO_IPTABLES_RAW'), ['setting-changed'], 'DOCKER_INSECURE_NO_IPTABLES_RAW'],
  ['a file is gone', (s) => replaced(s.files, /rules\.v4$/, ''), ['file-missing'], '/etc/bulkhead/rules.v4'],
  ['a file changed', (s) => replaced(s.files, /rules\.v4$/, '000000000000 600 root:root /etc/bulkhead/rules.v4'), ['file-changed'], '000000000000'],
  ['a file of another mode', (s) => replaced(s.files, /rules\.v4$/, s.files.find((line) => line.endsWith('rules.v4'))!.replace(' 600 ', ' 666 ')), ['file-mode'], '666 root:root'],
  ['a file of another owner', (s) => replaced(s.files, /rules\.v4$/, s.files.find((line) => line.endsWith('rules.v4'))!.replace('root:root', 'bob:root')), ['file-mode'], 'bob:root'],
  ['a sum that is not told', (s) => replaced(s.files, /daemon\.json$/, '- 644 root:root /etc/docker/daemon.json'), ['not-compared'], 'can hold a password'],
  ['a drop-in', (s) => s.files.push('1 644 root:root /etc/systemd/system/docker.service.d/z.conf'), ['file-extra'], 'z.conf'],
  ['no stamp', (s) => s.files.pop(), ['stamp-missing'], '/run/bulkhead/stamp-'],
  ['a unit is disabled', (s) => (s.units[0] = 'bulkhead-firewall.service loaded active disabled'), ['unit-stopped'], 'disabled'],
  ['a unit failed', (s) => (s.units[1] = 'bulkhead-watch.service loaded failed enabled'), ['unit-stopped'], 'failed'],
  ['a unit of an older collect', (s) => s.units.pop(), ['not-compared'], 'bulkhead-check.timer'],
  ['a setting of the kernel', (s) => replaced(s.sysctls, /tcp_syncookies/, 'net.ipv4.tcp_syncookies = 0'), ['sysctl-changed'], 'tcp_syncookies'],
  ['a setting that is not told', (s) => replaced(s.sysctls, /tcp_syncookies/, ''), ['not-compared'], 'tcp_syncookies'],
  ['a bridge without rules', (s) => (s.addresses[0].linkinfo.info_data.nf_call_iptables = 0), ['bridge-unfiltered'], 'nf_call_iptables = 0'],
  ['a bridge that is down', (s) => (s.addresses[0].flags = []), ['bridge-unfiltered'], 'it is down'],
]; // prettier-ignore

test('a host after an apply: nothing differs, and everything is compared', () => {
  expect(found(textsOfState(deployed(out)))).toEqual([]);
});

test.each(WAYS)('%s', (_, spoil, finds, says) => {
  const state = deployed(out);
  spoil(state);
  const differences = found(textsOfState(state));
  expect([...new Set(differences.map(({ kind }) => kind))].sort()).toEqual([...finds].sort());
  expect(JSON.stringify(differences)).toContain(says);
});

test('each kind of difference has a planted one', () => {
  const planted = new Set(WAYS.flatMap(([, , finds]) => finds));
  expect(KIND_NAMES.filter((kind) => !planted.has(kind))).toEqual([]);
});

test.each(Object.keys(textsOfState(deployed(out))))('without the text %s that is said, and nothing else is invented', (name) => {
  const differences = found({ ...textsOfState(deployed(out)), [name]: undefined as unknown as string });
  expect(differences.length).toBeGreaterThan(0);
  expect(new Set(differences.map(({ severity }) => severity))).toEqual(new Set(['unknown']));
  expect(differences.every(({ host }) => host !== '')).toBe(true);
});

test('a dump of one tool is compared as far as it carries', () => {
  const state = deployed(out);
  replaced(state.rules4, /^-A BULKHEAD-INPUT/, '');
  const { differences } = auditOf(out, undefined, state.rules4.join('\n'));
  expect(differences.filter(({ severity }) => severity !== 'unknown').map(({ kind }) => kind)).toEqual(['rule-missing']);
  expect(differences.filter(({ severity }) => severity === 'unknown').map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(['networks', 'containers', 'files of the host', 'sets of iptables', 'rules of ip6tables']),
  );
});

test('a topology alone tells no settings of containers, and that is said', () => {
  const alone = path.join(folder, 'alone.json');
  fs.copyFileSync(path.join(out, 'stacks/app/bulkhead/app--Edge/topology.json'), alone);
  const { differences } = auditOf(alone, undefined, archiveOf(textsOfState(deployed(out))));
  expect(new Set(differences.map(({ severity }) => severity))).toEqual(new Set(['unknown']));
  expect(JSON.stringify(differences)).toContain('give the whole folder of the synth');
  expect(JSON.stringify(differences)).toContain('the program does not set up this host');
});

test('a service is not compared, and the reason names its tasks on this host', () => {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-audit-service-'));
  try {
    fs.cpSync(out, copy, { recursive: true });
    const [stack] = fs.readdirSync(path.join(copy, 'stacks'));
    const file = path.join(copy, 'stacks', stack, 'cdk.tf.json');
    const json = JSON.parse(fs.readFileSync(file, 'utf8'));
    json.resource.docker_service = { Mail: { name: 'mail' } };
    fs.writeFileSync(file, JSON.stringify(json));
    const state = deployed(out);
    const whole = (): string => archiveOf(textsOfState(state));
    expect(auditOf(copy, undefined, whole()).differences).toEqual([
      expect.objectContaining({
        kind: 'not-compared',
        subject: 'service mail',
        host: expect.stringContaining('none of its tasks is on this host'),
      }),
    ]);
    (state.containers as any[]).push({ ...structuredClone(web(state)), Name: '/mail.1.abcdef' });
    const said = auditOf(copy, undefined, whole()).differences.find(({ subject }) => subject === 'service mail');
    expect(said?.host).toContain('its tasks on this host are mail.1.abcdef');
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
});
