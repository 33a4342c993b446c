import * as fs from 'node:fs';
import * as path from 'node:path';
import type { FirewallFinding } from '../../../src';
import type { HostTexts } from '../../../src/intake/private/host/host-texts';
import { reviewOf } from '../../../src/intake/review-file';
import { temporaryFolder } from '../../support/folders';
import { archiveOf } from '../archive-of';
import { textsOf } from '../host-texts';

const folder = temporaryFolder();

/** Outside of it is eth0; web publishes 8080 and 8443, dual udp/9090; back is internal; no program listens but docker-proxy. */
const HOST = textsOf('docker-28.5');

function reviewed(texts: HostTexts, engine?: string): readonly FirewallFinding[] {
  const file = path.join(folder(), 'host.txt');
  fs.writeFileSync(file, archiveOf(texts));
  return reviewOf(file, engine).findings;
}

/** What the review of the rules alone says, which takes the host as usual. */
const assumed = ({ engine, iptables, ip6tables }: HostTexts) => reviewed({ engine, iptables, ip6tables });

const withRules = (texts: HostTexts, table: string, ...rules: string[]): HostTexts => ({
  ...texts,
  iptables: texts.iptables!.replace(new RegExp(`^\\*${table}\\n(?::.*\\n)*`, 'm'), (head) => `${head}${rules.join('\n')}\n`),
});
const renamed = (texts: HostTexts, from: string, to: string): HostTexts =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, name.endsWith('tables') ? text : text.replaceAll(from, to)]));
const said = (findings: readonly FirewallFinding[]) => findings.map(({ code }) => code);

/** A second way outside, to the LAN, by which the host takes only senders of that network. */
const TWO_WAYS: HostTexts = {
  ...HOST,
  addresses: HOST.addresses!.replace(/\]\s*$/, `,{"ifname":"eth1","flags":["UP","LOWER_UP"],"link_type":"ether","addr_info":[{"family":"inet","local":"10.30.0.5","prefixlen":24}]}]`), // prettier-ignore
  'routes-ipv4': HOST['routes-ipv4']!.replace(
    /\]\s*$/,
    ',{"dst":"10.30.0.0/24","dev":"eth1","protocol":"kernel","scope":"link","prefsrc":"10.30.0.5"}]',
  ),
  sysctls: HOST.sysctls!.replace('all.rp_filter = 0', 'all.rp_filter = 1'),
};

test('a host without a mistake: nothing is said', () => {
  expect(said(reviewed(HOST))).toEqual([]);
});

describe('the way outside has another name than the rule', () => {
  const host = renamed(HOST, 'eth0', 'ens192');

  test.each(['-p tcp -m tcp --dport 443 -j DROP', '! -s 192.0.2.0/24 -j DROP'])('-i eth0 %s', (rest) => {
    const texts = withRules(host, 'filter', `-A DOCKER-USER -i eth0 ${rest}`);
    const [finding, ...others] = reviewed(texts);
    expect(finding).toMatchObject({ code: 'OtherInterface', isCertain: true, isFixProved: true });
    expect(finding.statement).toContain('that come in by eth0, and the host has no such interface: these come in on ens192');
    expect(others).toEqual([]);
    expect(said(assumed(texts))).not.toContain('OtherInterface');
  });

  test('the rule names the interface that there is', () => {
    expect(said(reviewed(withRules(host, 'filter', '-A DOCKER-USER -i ens192 -p tcp -m tcp --dport 443 -j DROP')))).toEqual([]);
  });
});

describe('two ways outside', () => {
  test('the packet is one that can come in by the interface of the rule', () => {
    const [finding, ...others] = reviewed(withRules(TWO_WAYS, 'filter', '-A INPUT -i eth1 -p tcp -m tcp --dport 8080 -j DROP'));
    expect(finding).toMatchObject({
      code: 'InputNeverSees',
      packet: { sender: '10.30.0.77', destination: '10.30.0.5' },
      isFixProved: true,
    });
    expect(others).toEqual([]);
  });

  test('a rule where the packets pass', () => {
    const rule = '-A DOCKER-USER -i eth1 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP';
    expect(said(reviewed(withRules(TWO_WAYS, 'filter', rule)))).toEqual([]);
  });
});

describe('a port that is published on 127.0.0.1 only', () => {
  const host = withRules(
    { ...HOST, 'docker-containers': HOST['docker-containers']!.replace('"443/tcp":[', '"90/tcp":[{"HostIp":"127.0.0.1","HostPort":"9000"}],"443/tcp":[') }, // prettier-ignore
    'nat',
    '-A DOCKER -d 127.0.0.1/32 ! -i br-f8523169a1a4 -p tcp -m tcp --dport 9000 -j DNAT --to-destination 172.18.0.2:90',
  );
  const opened = withRules(host, 'filter', '-A DOCKER -d 172.18.0.2/32 ! -i br-f8523169a1a4 -o br-f8523169a1a4 -p tcp -m tcp --dport 90 -j ACCEPT'); // prettier-ignore

  test('nothing keeps the LAN from it', () => {
    const [finding] = reviewed(opened);
    expect(finding).toMatchObject({ code: 'LoopbackPublication', isFixProved: true });
    expect(finding.statement).toContain('sends a packet for 127.0.0.1 to it on eth0 reaches web');
  });

  test('the engine drops what does not come from the host', () => {
    const rule = '-A PREROUTING -d 127.0.0.1/32 ! -i lo -p tcp -m tcp --dport 9000 -j DROP';
    expect(said(reviewed(withRules(opened, 'raw', rule)))).toEqual([]);
  });
});

describe('a port that is closed over IPv4', () => {
  const rule = '-A DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP';
  const closed = withRules(HOST, 'filter', rule);

  test('docker-proxy takes it over IPv6: certain here, and a guess by the rules alone', () => {
    const [finding, ...others] = reviewed(closed);
    expect(finding).toMatchObject({ code: 'OtherFamilyOpen', family: 'ipv6', isCertain: true });
    expect(others).toEqual([]);
    expect(assumed(closed).find(({ code }) => code === 'OtherFamilyOpen')?.isCertain).toBe(false);
  });

  test('it is published over IPv4 only', () => {
    const listeners = HOST.listeners!.split('\n').filter((line) => !line.includes('[::]:8080')).join('\n'); // prettier-ignore
    const containers = HOST['docker-containers']!.replace(',{"HostIp":"::","HostPort":"8080"}', '');
    expect(said(reviewed({ ...closed, listeners, 'docker-containers': containers }))).toEqual([]);
  });
});

describe('an internal network', () => {
  const listening = (place: string): HostTexts => ({ ...HOST, listeners: `${HOST.listeners}tcp LISTEN 0 128 ${place} 0.0.0.0:* users:(("sshd",pid=1,fd=3))\n` }); // prettier-ignore

  test.each(['0.0.0.0:22', '172.19.0.1:22'])('a program of the host listens at %s', (place) => {
    const [finding, ...others] = reviewed(listening(place));
    expect(finding).toMatchObject({ code: 'InternalReachesHost', packet: { sender: 'db', destination: '172.19.0.1', port: 22 } });
    expect(others).toEqual([]);
  });

  test.each(['127.0.0.1:22', '192.0.2.10:22'])('a program at %s is not reached by the address of the bridge', (place) => {
    expect(said(reviewed(listening(place)))).toEqual([]);
    expect(said(assumed(listening(place)))).toContain('InternalReachesHost');
  });
});

test('what a table of nftables drops is not said to arrive', () => {
  const texts = withRules(HOST, 'filter', '-A INPUT -p tcp -m tcp --dport 8080 -j DROP');
  const chain = { family: 'inet', table: 'shut', name: 'forward', type: 'filter', hook: 'forward', prio: -10, policy: 'accept' };
  const drop = { family: 'inet', table: 'shut', chain: 'forward', expr: [{ match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'eth0' } }, { drop: null }] }; // prettier-ignore
  const nft = JSON.stringify({ nftables: [{ table: { family: 'inet', name: 'shut' } }, { chain }, { rule: drop }] });
  expect(said(reviewed(texts))).toEqual(['InputNeverSees']);
  expect(said(reviewed({ ...texts, nft }))).toEqual([]);
});

test('where the archive does not tell the interfaces, the host is taken as usual', () => {
  const { addresses: _, ...others } = withRules(HOST, 'filter', '-A INPUT -p tcp -m tcp --dport 8080 -j DROP');
  expect(reviewed(others)).toEqual(assumed(others));
});
