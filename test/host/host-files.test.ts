import { createHash } from 'node:crypto';
import { LINKS, sampleFirewall, sampleInput, sampleRestore } from './sample';
import { IPTABLES_GUARD } from '../../src/firewall/private/backend/iptables/backend';
import { AUDITED } from '../../src/hardening/private/engine-files';
import type { HostInput } from '../../src/host/private/host-input';
import { renderHostFiles } from '../../src/host/private/render-host-files';
import { renderInstallScript } from '../../src/host/private/render-install-script';
import { renderUserData } from '../../src/host/private/render-user-data';

const contents = (input: HostInput) => new Map(renderHostFiles(input).map((file) => [file.path, file.content]));

describe('files of a host', () => {
  test('are the prescribed ones, with modes that only root can write', () => {
    expect(renderHostFiles(sampleInput()).map(({ path, mode }) => `${mode} ${path}`)).toEqual([
      '0600 /etc/bulkhead/rules.v4',
      '0600 /etc/bulkhead/rules.v6',
      '0600 /etc/bulkhead/sets.v4',
      '0600 /etc/bulkhead/sets.v6',
      '0600 /etc/bulkhead/chains',
      '0600 /etc/bulkhead/permits',
      '0600 /etc/bulkhead/network',
      '0600 /etc/bulkhead/daemon-id',
      '0600 /etc/bulkhead/engine',
      '0644 /etc/sysctl.d/99-bulkhead.conf',
      '0644 /etc/modules-load.d/bulkhead.conf',
      '0600 /etc/bulkhead/sums',
      '0755 /usr/local/sbin/bulkhead-firewall',
      '0644 /etc/systemd/system/docker.service.d/50-bulkhead.conf',
      '0644 /etc/systemd/system/bulkhead-firewall.service',
      '0644 /etc/systemd/system/bulkhead-watch.service',
      '0644 /etc/systemd/system/bulkhead-check.service',
      '0644 /etc/systemd/system/bulkhead-check.timer',
      '0644 /etc/docker/daemon.json',
    ]);
  });

  test('the same input gives the same bytes, whatever the order of keys', () => {
    const { sysctls } = sampleInput();
    const reversed = Object.fromEntries(Object.entries(sysctls).reverse());
    for (const render of [renderHostFiles, renderInstallScript, renderUserData]) {
      expect(render(sampleInput({ change: { sysctls: reversed } }))).toEqual(render(sampleInput()));
    }
  });

  test('sums name every file that the guard is made from, with its digest', () => {
    const files = contents(sampleInput());
    const sums = files.get('/etc/bulkhead/sums')!.trim().split('\n');
    expect(sums).toHaveLength(11);
    for (const line of sums) {
      const [digest, path] = line.split(' ');
      expect(createHash('sha256').update(files.get(path)!).digest('hex').slice(0, 12)).toBe(digest);
    }
  });

  test('chains carry what is read back', () => {
    const { ipv4 } = sampleRestore();
    expect(contents(sampleInput()).get('/etc/bulkhead/chains')!.split('\n').slice(0, 4)).toEqual([
      `v4 mangle BULKHEAD-FORWARD FORWARD 8 ${ipv4.digest}`,
      `v4 mangle BULKHEAD-INPUT INPUT 3 ${ipv4.digest}`,
      `v4 mangle BULKHEAD-OUTPUT OUTPUT 2 ${ipv4.digest}`,
      `v4 filter BULKHEAD-PASS DOCKER-USER 4 ${ipv4.digest}`,
    ]);
  });

  test('sysctls that the guard needs are there unasked, and dots inside an interface name are kept', () => {
    const sysctls = { 'net/ipv4/conf/eth0.100/rp_filter': '1', 'net.ipv4.conf.br/5.rp_filter': '2' };
    expect(contents(sampleInput({ change: { sysctls } })).get('/etc/sysctl.d/99-bulkhead.conf')).toBe(
      [
        'net/bridge/bridge-nf-call-ip6tables = 1',
        'net/bridge/bridge-nf-call-iptables = 1',
        'net/bridge/bridge-nf-filter-vlan-tagged = 1',
        'net/ipv4/conf/br.5/rp_filter = 2',
        'net/ipv4/conf/eth0.100/rp_filter = 1',
        'net/ipv4/ip_forward = 1',
        '',
      ].join('\n'),
    );
  });

  test('docker does not start unless apply succeeds, and no unit pulls another one down', () => {
    const files = contents(sampleInput());
    const dropIn = files.get('/etc/systemd/system/docker.service.d/50-bulkhead.conf')!;
    expect(dropIn).toContain('ExecStartPre=/usr/local/sbin/bulkhead-firewall apply --quiet\n');
    expect(dropIn).toContain('ExecStartPost=/usr/local/sbin/bulkhead-firewall apply --quiet\n');
    for (const [path, content] of files) {
      if (path.startsWith('/etc/systemd/')) expect(content).not.toMatch(/PartOf|Requires|BindsTo|cloud-final/);
    }
    expect(files.get('/etc/systemd/system/bulkhead-firewall.service')).toMatch(/^Before=network-pre\.target docker\.service/m);
  });

  test('the program on the host is the same for every daemon', () => {
    const other = sampleInput({ pairs: [], change: { daemonId: 'ffffffffffff', bridgePrefix: 'zz-', daemonPath: 'x' } });
    const path = '/usr/local/sbin/bulkhead-firewall';
    expect(contents(other).get(path)).toBe(contents(sampleInput()).get(path));
  });

  test('a container that makes its own frames is told to the program, which then needs the tables of frames', () => {
    const network = (forges: boolean) =>
      contents(sampleInput({ change: { forges } }))
        .get('/etc/bulkhead/network')!
        .split('\n');
    expect([network(false).includes('raw'), network(true).includes('raw')]).toEqual([false, true]);
  });

  test('what locks and remembers lies where only root comes, the stamp where containers find it', () => {
    const script = contents(sampleInput()).get('/usr/local/sbin/bulkhead-firewall')!;
    expect([...new Set(script.match(/\$run\/[a-z-]+/g))].sort()).toEqual(['$run/kept', '$run/private', '$run/stamp-']);
    expect(script).toContain('own_folder 700 "$private"');
  });

  test('interfaces on wires come with the program that makes them, and with word for those who manage interfaces', () => {
    const files = contents(sampleInput({ change: { links: LINKS } }));
    expect(files.get('/etc/bulkhead/network')).toMatch(
      /\nvlan eth0\.10 eth0 10\nmacvlan bh-lan-abcde eth0\.10 192\.168\.10\.192 192\.168\.10\.192\/27 192\.168\.10\.9\/32\n$/,
    );
    expect(files.get('/etc/systemd/network/05-bulkhead.network')).toBe('[Match]\nName=bh-* eth0.10\n\n[Link]\nUnmanaged=yes\n');
    expect(files.get('/etc/NetworkManager/conf.d/90-bulkhead.conf')).toBe(
      '[keyfile]\nunmanaged-devices+=interface-name:bh-*;interface-name:eth0.10\n',
    );
    const program = '/usr/local/sbin/bulkhead-firewall';
    expect(files.get(program)).toContain('make_link() {');
    expect(contents(sampleInput()).get(program)).not.toContain('make_link');
    expect([...contents(sampleInput()).keys()].filter((path) => /Network|systemd\/network/.test(path))).toEqual([]);
  });

  test('audit rules come where they are asked for, are loaded once the engine runs, and bring auditd', () => {
    const plain = sampleInput();
    const input = sampleInput({ change: { auditRules: true } });
    const [rules, dropIn] = ['/etc/audit/rules.d/50-bulkhead.rules', '/etc/systemd/system/docker.service.d/50-bulkhead.conf'];
    expect(contents(plain).has(rules)).toBe(false);
    expect(contents(plain).get(dropIn)).not.toContain('auditctl');
    const lines = contents(input).get(rules)!.trim().split('\n');
    // What is not on a host must not keep the rest out; the first rule that matches decides, so what is left out comes first.
    expect(lines.slice(0, 2)).toEqual(['-i', '-a never,exit -F dir=/var/lib/docker/overlay2']);
    for (const path of Object.values(AUDITED).flat()) expect(lines).toContain(`-w ${path} -p wa -k docker`);
    expect(new Set(lines).size).toBe(lines.length);
    expect(contents(input).get(dropIn)).toContain(`|| auditctl -R ${rules} >/dev/null 2>&1'\n`);
    expect([renderUserData(plain), renderUserData(input)].map((text) => text.includes('"auditd"'))).toEqual([false, true]);
  });

  test('a path with control characters reaches no terminal', () => {
    const files = contents(sampleInput({ change: { daemonPath: 'app/\u001b[2JEdge\nx' } }));
    expect(files.get('/etc/bulkhead/daemon-id')).toBe('0123456789ab\napp/?[2JEdge?x\n');
  });
});

describe('input that no host may get', () => {
  test.each<[string, Partial<HostInput>]>([
    ['daemonId', { daemonId: '0123456789a' }],
    ['daemonId', { daemonId: '0123456789ab\n' }],
    ['daemonId', { daemonId: '$(reboot)xyz' }],
    ['bridgePrefix', { bridgePrefix: '-' }],
    ['bridgePrefix', { bridgePrefix: 'bh-;reboot' }],
    ['engine.minimum', { engine: { version: '28', minimum: '28; reboot', below: '29' } }],
    ['engine.below', { engine: { version: '28', minimum: '28', below: '${TfToken[TOKEN.1]}' } }],
    ['blocks', { blocks: ['10.20.0.0/24\nprefix eth'] }],
    ['links', { links: [{ ...LINKS[0], name: 'eth0 10\nprefix eth' }] }],
    ['links', { links: [{ ...LINKS[1], parent: '-j' }] }],
    ['links', { links: [{ kind: 'ipvlan', name: 'bh-a', parent: 'eth0', address: '1.2.3.4', routes: ['default'] }] }],
    ['modules', { modules: ['-r'] }],
    ['installPackages', { installPackages: ['-o=Dir'] }],
    ['installPackages', { installPackages: ['docker.io; reboot'] }],
    ['sysctls', { sysctls: { 'kernel.core_pattern\n': '1' } }],
    ['sysctls', { sysctls: { 'net/../../etc/passwd': '1' } }],
    ["sysctls['kernel.core_pattern']", { sysctls: { 'kernel.core_pattern': '|/bin/x $' } }],
    ['net.ipv4.ip_forward must be 1', { sysctls: { 'net/ipv4/ip_forward': '0' } }],
    ['firewall.permits', { firewall: { ...sampleFirewall(), permits: ['pair ipv4 tcp a b 1 2'] } }],
    ['firewall.guard', { firewall: { ...sampleFirewall(), guard: [{ name: '../rules', content: '' }] } }],
    ['guard.tools', { guard: { ...IPTABLES_GUARD.needs, tools: { '-o=Dir': ['iptables'] } } }],
  ])('%s', (place, change) => {
    for (const render of [renderHostFiles, renderInstallScript, renderUserData]) {
      expect(() => render(sampleInput({ change }))).toThrow(place);
    }
  });
});
