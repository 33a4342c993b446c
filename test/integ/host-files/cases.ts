import type { Host } from './kernel-check';
import { renderHostFiles } from '../../../src/host/private/render-host-files';
import { renderInstallScript } from '../../../src/host/private/render-install-script';
import { type SampleOptions, sampleInput } from '../../host/sample';

const FIREWALL = '/usr/local/sbin/bulkhead-firewall';
const STAMP = '/run/bulkhead/stamp-0123456789ab';
const RULES = "{ iptables-save; ip6tables-save; ipset save; } | grep -v '^#'";

function install(host: Host, options: SampleOptions = {}): void {
  for (const file of renderHostFiles(sampleInput(options))) {
    host.write(file.path, file.content);
    host.sh(`chmod ${file.mode} ${file.path}`);
  }
}

function stamped(host: Host): boolean {
  return host.sh(`cat ${STAMP}`).out === '0123456789ab\n';
}

/** Apply, apply again, break each piece: `check` tells, `apply` heals to the same bytes. */
function healing(host: Host, options: SampleOptions): void {
  install(host, options);
  const first = host.sh(`${FIREWALL} apply`);
  host.expect('the first apply succeeds', first.code === 0, first.out);
  host.expect('the stamp carries the id', stamped(host));
  const whole = host.sh(RULES).out;
  const inode = host.sh(`stat -c %i:%Y ${STAMP} /run/bulkhead/private/live.v4`).out;
  const again = host.sh(`${FIREWALL} apply`);
  host.expect('the second says that nothing changed', again.out === 'bulkhead: nothing changed\n', again.out);
  host.expect(
    'and changes nothing',
    host.sh(RULES).out === whole && host.sh(`stat -c %i:%Y ${STAMP} /run/bulkhead/private/live.v4`).out === inode,
  );
  host.expect('check holds', host.sh(`${FIREWALL} check`).code === 0, host.sh(`${FIREWALL} check`).out);
  const status = host.sh(`${FIREWALL} status`);
  host.expect('status holds', status.code === 0 && status.out.includes('all holds'), status.out);

  host.expect('nothing is left behind', host.sh('ls -d /run/bulkhead/private/work.*').code !== 0, host.sh('ls /run/bulkhead').out);

  const breaks: Record<string, string> = {
    'a rule of the guard is deleted': 'iptables -t mangle -D BULKHEAD-FORWARD 2',
    'a rule is put into the guard': 'iptables -t mangle -I BULKHEAD-FORWARD -j ACCEPT',
    'a rule is replaced': 'iptables -t mangle -R BULKHEAD-INPUT 2 -i bh-x -j DROP',
    'the jump is deleted': 'iptables -t mangle -D FORWARD -j BULKHEAD-FORWARD',
    'a rule stands before the jump': 'iptables -t mangle -I FORWARD -p tcp -j ACCEPT',
    'the jump is there twice': 'iptables -t mangle -A FORWARD -j BULKHEAD-FORWARD',
    'only a late jump is left':
      'iptables -t mangle -A INPUT -p tcp; iptables -t mangle -A INPUT -j BULKHEAD-INPUT; iptables -t mangle -D INPUT 1',
    'a chain is flushed': 'iptables -t mangle -F BULKHEAD-OUTPUT',
    'the IPv6 guard is flushed': 'ip6tables -t mangle -F BULKHEAD-FORWARD',
    'everything is flushed': 'iptables -t mangle -F; iptables -t mangle -X; iptables -F; iptables -X',
    'DOCKER-USER comes back empty': 'iptables -F DOCKER-USER; iptables -A DOCKER-USER -j RETURN',
    'a global switch is flipped': 'echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables',
    'VLAN frames are let past': 'echo 0 >/proc/sys/net/bridge/bridge-nf-filter-vlan-tagged',
    'forwarding is off': 'echo 0 >/proc/sys/net/ipv4/ip_forward',
    'the switch of a bridge is flipped':
      'ip link add bh-app type bridge 2>/dev/null; echo 0 >/sys/class/net/bh-app/bridge/nf_call_iptables',
    'frames of every kind are let past': 'nft flush chain bridge bulkhead kinds',
    'IP to reserved addresses is let past': 'nft delete table inet bulkhead',
    'the stamp is gone': `rm ${STAMP}`,
    'a folder has the place of the stamp': `rm ${STAMP}; mkdir -p ${STAMP}/x`,
    'a FIFO has the place of the stamp': `rm ${STAMP}; mkfifo ${STAMP}`,
    'others can open the locks': 'chmod 755 /run/bulkhead/private; echo x >/run/bulkhead/private/live.v6',
    'the stamp is another one': `echo ffffffffffff >${STAMP}`,
    'the memory is gone': 'rm -r /run/bulkhead/private/live.v4',
    ...(options.sets
      ? {
          'an element is added to a set': 'ipset add $(ipset list -n) 10.20.2.10,tcp:22,10.20.2.11',
          'a set is emptied': 'ipset flush $(ipset list -n)',
        }
      : {}),
  };
  for (const [what, command] of Object.entries(breaks)) {
    const broken = host.sh(command);
    host.expect(`${what}: can be done`, broken.code === 0, broken.out);
    const check = host.sh(`${FIREWALL} check`);
    host.expect(`${what}: check tells`, check.code === 1 && check.out !== '', check.out);
    const heal = host.sh(`${FIREWALL} apply`);
    host.expect(`${what}: apply heals`, heal.code === 0, heal.out);
    const after = host.sh(`${FIREWALL} check`);
    host.expect(`${what}: check holds afterwards`, after.code === 0 && stamped(host), after.out);
  }
  host.sh('iptables -t mangle -D FORWARD -p tcp -j ACCEPT; iptables -t mangle -D INPUT -p tcp; iptables -D DOCKER-USER -j RETURN');
  const healed = host.sh(RULES).out;
  const sorted = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('-A') || line.startsWith('add'))
      .sort()
      .join('\n');
  host.expect('what was healed is what was there', sorted(healed) === sorted(whole), `${whole}\n---\n${healed}`);
}

/** Nothing damaged is ever applied, and nothing stays half done. */
function refusals(host: Host): void {
  const damages: Record<string, string> = {
    'rules.v4 is empty': ': >/etc/bulkhead/rules.v4',
    'rules.v6 is truncated': 'head -n 5 /etc/bulkhead/rules.v6 >/tmp/x; cat /tmp/x >/etc/bulkhead/rules.v6',
    'the sums are truncated': 'head -c 90 /etc/bulkhead/sums >/tmp/x; cat /tmp/x >/etc/bulkhead/sums',
    'the sums are missing': 'rm /etc/bulkhead/sums',
    'the sysctls are empty': ': >/etc/sysctl.d/99-bulkhead.conf',
    'permits are missing': 'rm /etc/bulkhead/permits',
  };
  for (const [what, command] of Object.entries(damages)) {
    install(host);
    host.sh(`${FIREWALL} apply`);
    const before = host.sh(RULES).out;
    host.sh(command);
    host.expect(`${what}: check tells`, host.sh(`${FIREWALL} check`).code === 1);
    const { code, out } = host.sh(`${FIREWALL} apply`);
    host.expect(
      `${what}: refused in one sentence, without a stamp`,
      code !== 0 && out.trim().split('\n').length === 1 && !stamped(host),
      out,
    );
    host.expect(`${what}: what was loaded stays`, host.sh(RULES).out === before);
  }
  const bad: Record<string, readonly [string, string]> = {
    'a bad rule': ['-i bh-+ -j DROP', '-i bh-+ -m nosuchmatch -j DROP'],
    'a rule too few': ['-A BULKHEAD-FORWARD -o bh-+ -m', '-A BULKHEAD-INPUT -o bh-+ -m'],
  };
  for (const [what, [is, becomes]] of Object.entries(bad)) {
    install(host, { edit: (file) => (file.family === 'ipv4' ? { ...file, rules: file.rules.replace(is, becomes) } : file) });
    const { code, out } = host.sh(`${FIREWALL} apply`);
    host.expect(`${what}: refused, without a stamp`, code !== 0 && out.trim().split('\n').length === 1 && !stamped(host), out);
  }
  install(host);
  host.write('/usr/local/bin/dockerd', '#!/bin/sh\necho "Docker version $(cat /tmp/version), build 1"\n');
  host.sh('chmod 755 /usr/local/bin/dockerd');
  const engines: Record<string, boolean> = {
    '28.5.2': true,
    '28.2.0+dfsg1-1': true,
    '28.1.9': false,
    '29.0.0-rc.1': false,
    '20.10.24+dfsg1': false,
    none: false,
  };
  for (const [version, fits] of Object.entries(engines)) {
    host.write('/tmp/version', version);
    host.sh('touch -d @$(($(date +%s) + $$)) /usr/local/bin/dockerd');
    const { code, out } = host.sh(`${FIREWALL} apply`);
    host.expect(`engine ${version}`, (code === 0) === fits && stamped(host) === fits, out);
  }
  host.sh('rm /usr/local/bin/dockerd');
}

const FLOWS = [
  'tcp -s 10.20.1.10 -d 10.20.1.11 --sport 1000 --dport 8080 --state ESTABLISHED',
  'tcp -s 10.20.2.10 -d 10.20.2.11 --sport 1000 --dport 5432 --state ESTABLISHED',
  'tcp -s 192.0.2.20 -d 192.0.2.10 --sport 5 --dport 443 -r 10.20.3.10 -q 192.0.2.20 --reply-port-src 8443 --reply-port-dst 5 --state ESTABLISHED',
  'tcp -s 192.0.2.20 -d 192.0.2.10 --sport 5 --dport 22 --state ESTABLISHED',
  'udp -s 192.0.2.20 -d 192.0.2.10 --sport 5 --dport 53',
  'icmp -s 10.20.1.10 -d 10.20.1.11 --icmp-type 8 --icmp-code 0 --icmp-id 77',
  'tcp -s fd00::10 -d fd00::11 --sport 7 --dport 8080 --state ESTABLISHED',
  'icmpv6 -s fd00::10 -d fd00::11 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 77',
  'tcp -s 10.20.3.10 -d 198.51.100.7 --sport 9 --dport 443 -r 198.51.100.7 -q 192.0.2.10 --reply-port-src 443 --reply-port-dst 9 --state ESTABLISHED',
  'tcp -s fd00::10 -d 2001:db8:1:8000::1 --sport 7 --dport 443 --state ESTABLISHED',
];

/** Exactly the connections of withdrawn permissions end; on the first apply of a boot those that touch our blocks. */
function connections(host: Host): void {
  const left = (): string => {
    const list = host.sh('conntrack -L -f ipv4 2>/dev/null; conntrack -L -f ipv6 2>/dev/null').out;
    return FLOWS.map((flow, index) => {
      const [, protocol, source, destination] = /^(\S+) -s (\S+) -d (\S+)/.exec(flow)!;
      const port = /--dport (\d+)/.exec(flow)?.[1];
      const there = list
        .split('\n')
        .some(
          (line) =>
            line.startsWith(`${protocol} `) &&
            line.includes(`src=${source} dst=${destination} `) &&
            (!port || line.includes(`dport=${port} `)),
        );
      return there ? index : '';
    }).join('');
  };
  const fill = () => FLOWS.forEach((flow) => host.sh(`conntrack -I -p ${flow} --timeout 600`));
  const blocks = ['10.20.0.0/16', 'fd00::/64'];
  const apply = (permits: readonly string[]) => {
    install(host, { change: { blocks, firewall: { ...sampleInput().firewall, permits } } });
    const { code, out } = host.sh(`${FIREWALL} apply`);
    host.expect('connections: apply', code === 0, out);
  };
  const all = [
    'pair ipv4 tcp 10.20.1.10 10.20.1.11 8000 8999',
    'pair ipv4 tcp 10.20.2.10 10.20.2.11 5432 5432',
    'publication ipv4 tcp 192.0.0.0/14 192.0.2.10 443 443 10.20.3.10',
    'pair ipv4 icmp 10.20.1.10 10.20.1.11 0 0',
    'pair ipv6 tcp fd00::10 fd00::11 8080 8080',
    'pair ipv6 icmp fd00::10 fd00::11 0 0',
    'egress ipv4 tcp 10.20.3.10 198.51.100.0/25 443 443',
    'egress ipv6 tcp fd00::10 2001:db8:1:8000::/49 443 443',
  ];
  host.sh('rm -f /run/bulkhead/private/permits');
  fill();
  host.expect('connections: all are there', left() === '0123456789', left());
  apply(all);
  host.expect('the first apply ends what touches our blocks, and nothing else', left() === '34', left());
  fill();
  apply(all);
  host.expect('the same permits end nothing', left() === '0123456789', left());
  const withdrawn: [string, number, string][] = [
    ['a pair', 1, '023456789'],
    ['a publication', 2, '013456789'],
    ['ICMP', 3, '012346789'],
    ['a pair over IPv6', 4, '012345789'],
    ['ICMP over IPv6', 5, '012345689'],
    ['egress', 6, '012345679'],
    ['egress over IPv6', 7, '012345678'],
  ];
  for (const [what, index, rest] of withdrawn) {
    fill();
    apply(all);
    apply(all.filter((_, place) => place !== index));
    host.expect(`withdrawing ${what} ends its connections only`, left() === rest, left());
  }
  fill();
  apply(all);
  apply([...all.slice(1), 'pair ipv4 tcp 10.20.1.10 10.20.1.11 8080 8090']);
  host.expect('a narrower range that still covers a connection leaves it', left() === '0123456789', left());
  apply([...all.slice(1), 'pair ipv4 tcp 10.20.1.10 10.20.1.11 8081 8090']);
  host.expect('one that does not ends it', left() === '123456789', left());
}

/** A new version replaces the old one without leaving anything of it. */
function versions(host: Host): void {
  install(host, { sets: true });
  host.sh(`${FIREWALL} apply`);
  const before = host.sh('ipset list -n').out;
  install(host, { sets: true, pairs: [{ source: '10.20.1.10', destination: '10.20.1.11', port: 9090 }] });
  const { code, out } = host.sh(`${FIREWALL} apply`);
  const after = host.sh('ipset list -n').out;
  host.expect(
    'a new version of a set replaces the old one',
    code === 0 && after !== before && after.trim().split('\n').length === 1,
    out + before + after,
  );
  install(host, { sets: true });
  host.sh('iptables -A OUTPUT -m set --match-set $(ipset list -n) dst,dst,dst');
  const inUse = host.sh(`${FIREWALL} apply`);
  host.expect(
    'a set that others use stays, without harm',
    inUse.code === 0 && host.sh('ipset list -n | wc -l').out.trim() === '2',
    inUse.out,
  );
  host.sh('iptables -F OUTPUT');
  host.expect('and is destroyed when they have let go', host.sh(`${FIREWALL} apply; ipset list -n | wc -l`).out.trim().endsWith('1'));
  install(host, {
    edit: (file) => ({
      ...file,
      rules: file.rules.replace(/^.*BULKHEAD-OUTPUT.*\n/gm, ''),
      chains: file.chains.filter(({ chain }) => chain !== 'BULKHEAD-OUTPUT'),
    }),
  });
  const dropped = host.sh(`${FIREWALL} apply; ${RULES}`);
  host.expect('a chain that is no longer ours is removed with its jump', !dropped.out.includes('BULKHEAD-OUTPUT'), dropped.out);
}

/** A kernel without IPv6, as far as the script can see. */
function withoutIpv6(host: Host): void {
  install(host);
  for (const tool of ['ip6tables', 'ip6tables-save', 'ip6tables-restore']) {
    host.sh(`printf '#!/bin/sh\\nexit 3\\n' >/usr/local/sbin/${tool}; chmod 755 /usr/local/sbin/${tool}`);
  }
  const half = host.sh(`${FIREWALL} apply`);
  host.expect('with IPv6 in the kernel, both families must succeed', half.code !== 0 && !stamped(host), half.out);
  host.sh(`sed -i 's,/proc/net/if_inet6,/proc/net/none,' ${FIREWALL}`);
  const { code, out } = host.sh(`${FIREWALL} apply`);
  host.expect('without it, IPv4 alone is said and done', code === 0 && stamped(host) && out.includes('no IPv6'), out);
  host.expect('and holds', host.sh(`${FIREWALL} check`).code === 0, host.sh(`${FIREWALL} check`).out);
  host.sh('rm /usr/local/sbin/ip6tables*');
  install(host);
}

function removal(host: Host): void {
  host.sh('iptables -I FORWARD -s 203.0.113.1 -j DROP; ipset create theirs hash:ip');
  const nothing = host.sh(`${RULES} | grep -v '^:\\|^\\*\\|^COMMIT'`).out;
  host.sh('rm -rf /etc/bulkhead; mkdir -p /etc/docker; echo "{}" >/etc/docker/daemon.json');
  host.write('/tmp/install.sh', renderInstallScript(sampleInput({ sets: true })));
  const would = host.sh('sh /tmp/install.sh --check');
  host.expect('--check says what would change, and changes nothing', would.code === 1 && host.sh('ls /etc/bulkhead').code !== 0, would.out);
  const first = host.sh('sh /tmp/install.sh');
  host.expect('the installer installs', first.code === 0 && stamped(host), first.out);
  host.expect('and keeps the former daemon.json', host.sh('cat /etc/docker/daemon.json.before-bulkhead').out === '{}\n');
  const second = host.sh('sh /tmp/install.sh');
  host.expect(
    'twice changes nothing and says so',
    second.code === 0 && second.out.includes('files: nothing changed\nbulkhead: nothing changed'),
    second.out,
  );
  const modes = host.sh('stat -c "%a %U:%G" /etc/bulkhead/rules.v4 /usr/local/sbin/bulkhead-firewall /etc/docker/daemon.json').out;
  host.expect('modes and owners', modes === '600 root:root\n755 root:root\n644 root:root\n', modes);
  host.expect(
    '--check then says that nothing would',
    host.sh('sh /tmp/install.sh --check').code === 0,
    host.sh('sh /tmp/install.sh --check').out,
  );
  const gone = host.sh('sh /tmp/install.sh --remove');
  host.expect('--remove removes', gone.code === 0, gone.out);
  const rest = host.sh(`${RULES} | grep -v '^:\\|^\\*\\|^COMMIT'`).out;
  host.expect('no rule or set of ours is left, and theirs are', rest === nothing, `${nothing}---\n${rest}`);
  host.expect('no chain is left', !/BULKHEAD|DOCKER-USER/.test(host.sh(RULES).out), host.sh(RULES).out);
  const files = host.sh(
    'ls -d /run/bulkhead /etc/bulkhead /usr/local/sbin/bulkhead* /etc/systemd/system/*bulkhead* /etc/systemd/system/docker.service.d 2>/dev/null',
  );
  host.expect('no file is left', files.out === '', files.out);
  host.expect('--remove twice is harmless', host.sh('sh /tmp/install.sh --remove').code === 0);
  host.write('/usr/local/bin/dockerd', '#!/bin/sh\necho "Docker version 29.0.1, build 1"\n');
  host.sh('chmod 755 /usr/local/bin/dockerd');
  const wrong = host.sh('sh /tmp/install.sh');
  host.expect(
    'another engine is refused before anything is changed',
    wrong.code === 2 && host.sh('ls /etc/bulkhead').code !== 0,
    wrong.out,
  );
  host.sh('rm /usr/local/bin/dockerd; mv /usr/sbin/ipset /usr/sbin/ipset.off');
  const lacking = host.sh('sh /tmp/install.sh');
  host.expect('a missing tool is named by its package', lacking.code === 2 && lacking.out.includes('Debian packages: ipset'), lacking.out);
  host.sh('mv /usr/sbin/ipset.off /usr/sbin/ipset; ipset destroy theirs; iptables -F FORWARD');
}

function watching(host: Host): void {
  install(host);
  host.sh(`${FIREWALL} apply; ip link del bh-app 2>/dev/null`);
  const start = (): string => host.sh(`${FIREWALL} watch >/dev/null 2>&1 & echo $!`).out.trim();
  const watch = start();
  host.sh('sleep 1; echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables; ip link add bh-new type bridge; sleep 0.3');
  const knobs = host.sh('cat /sys/class/net/bh-new/bridge/nf_call_iptables /sys/class/net/bh-new/bridge/nf_call_ip6tables').out;
  host.expect('a new bridge gets its switches at once', knobs === '1\n1\n', knobs);
  host.sh('iptables -t mangle -F; sleep 12');
  const { code, out } = host.sh(`${FIREWALL} check`);
  host.expect('a flush is healed within about ten seconds', code === 0, out);
  host.expect('a second watch is refused', host.sh(`${FIREWALL} watch`).code === 2);
  host.sh(`kill ${watch}; sleep 3`);
  const ours =
    'for p in /proc/[0-9]*; do [ "$(readlink $p/ns/net)" = "$(readlink /proc/self/ns/net)" ] && tr "\\0" " " <$p/cmdline; echo; done 2>/dev/null | grep -E "^/bin/sh /usr/local/sbin/bulkhead-firewall watch|^ip monitor|^nft monitor"';
  host.expect('watch ends when told, with all that it started', host.sh(ours).out === '', host.sh(ours).out);
  const killed = start();
  host.sh(`sleep 2; kill -9 ${killed}; sleep 11`);
  host.expect('nothing outlives a watch that was killed', host.sh(ours).out === '', host.sh(ours).out);
  host.sh(`${FIREWALL} remove; ip link del bh-new`);
}

export const CASES: readonly ((host: Host) => void)[] = [
  (host) => healing(host, {}),
  (host) => healing(host, { sets: true }),
  refusals,
  connections,
  versions,
  withoutIpv6,
  watching,
  removal,
];
