// What the parsers read of a real engine's rules and the renderer writes again is, for the kernel, the same rules.
// CLI: tsx test/integ/scenarios/save-restore.ts [engine …] keeps the dumps as test/golden/engine/ENGINE/AXES.FAMILY.{rules,json}.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { HostRules } from '../../../src/firewall/private/host-rules';
import { parseIptablesSave } from '../../../src/firewall/private/iptables-text/parse-iptables-save';
import { parseNftJson } from '../../../src/firewall/private/nft-text/parse-nft-json';
import type { Family } from '../../../src/topology/private/terms';
import { HAND_MADE, SETS } from '../../firewall/saves';
import { renderSave } from '../../support/render-save';
import { Checks } from '../harness/checks';
import { ENGINE_IDS, type EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

const GOLDEN = path.join(__dirname, '..', '..', 'golden', 'engine');
const TOOLS: Readonly<Record<Family, string>> = { ipv4: 'iptables', ipv6: 'ip6tables' };
const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

interface Scene {
  /** What sets its networks apart; the name of its dumps. */
  readonly axes: string;
  readonly engines?: readonly EngineId[];
  readonly flags?: readonly string[];
  readonly networks: readonly Network[];
}

interface Network {
  readonly bridge: string;
  readonly subnet: string;
  readonly subnet6?: string;
  readonly options?: readonly string[];
  /** Host part of the container's address, and what it publishes. */
  readonly container?: { readonly last: number; readonly publish: readonly string[] };
}

const MODERN: readonly EngineId[] = ['28.5', '29', '29-nft'];
const option = (name: string, value: string) => ['-o', `com.docker.network.bridge.${name}=${value}`];
const PUBLISHED = ['8080:80', `${NET.host}:8443:443`, '127.0.0.1:9000:90', '5353:53/udp', '9100-9101:9100-9101'];

const SCENES: readonly Scene[] = [
  { axes: 'none', networks: [] },
  { axes: 'nat,icc-on', networks: [{ bridge: 'br-open', subnet: '10.90.1', container: { last: 10, publish: [] } }] },
  {
    axes: 'nat,published,icc-off',
    networks: [
      { bridge: 'br-shut', subnet: '10.90.2', options: option('enable_icc', 'false'), container: { last: 10, publish: PUBLISHED } },
      { bridge: 'br-other', subnet: '10.90.3', container: { last: 10, publish: ['81:80'] } },
    ],
  },
  {
    axes: 'internal,icc-on,icc-off',
    networks: [
      { bridge: 'br-in', subnet: '10.90.4', options: ['--internal'], container: { last: 10, publish: [] } },
      { bridge: 'br-inshut', subnet: '10.90.5', options: ['--internal', ...option('enable_icc', 'false')] },
    ],
  },
  {
    axes: 'nat,published,dual-stack',
    networks: [
      {
        bridge: 'br-six',
        subnet: '10.90.6',
        subnet6: 'fd00:90:6:',
        container: { last: 10, publish: ['8080:80', `[${NET.host6}]:8443:443`] },
      },
      { bridge: 'br-sixin', subnet: '10.90.7', subnet6: 'fd00:90:7:', options: ['--internal'] },
    ],
  },
  {
    axes: 'nat,published,no-proxy',
    flags: ['--userland-proxy=false'],
    networks: [
      { bridge: 'br-hair', subnet: '10.90.8', subnet6: 'fd00:90:8:', container: { last: 10, publish: ['8080:80', '5353:53/udp'] } },
    ],
  },
  {
    axes: 'routed,unprotected,trusted',
    engines: MODERN,
    networks: [
      {
        bridge: 'br-routed',
        subnet: '10.90.9',
        options: option('gateway_mode_ipv4', 'routed'),
        container: { last: 10, publish: ['80'] },
      },
      {
        bridge: 'br-bare',
        subnet: '10.90.10',
        options: option('gateway_mode_ipv4', 'nat-unprotected'),
        container: { last: 10, publish: ['8080:80'] },
      },
      {
        bridge: 'br-trust',
        subnet: '10.90.11',
        options: option('trusted_host_interfaces', 'br-bare:br-routed'),
        container: { last: 10, publish: ['8081:80'] },
      },
    ],
  },
];

/** The engine with its nftables backend, too: it is the one whose tables `nft` shows. */
export const engines: readonly EngineId[] = ENGINE_IDS;

export function run(engine: EngineId, checks: Checks): void {
  play(engine, checks, false);
}

function play(engine: EngineId, checks: Checks, keep: boolean): void {
  withLab(engine, (lab) => {
    // Else an engine with its nftables backend does not start; the others leave the policy of FORWARD alone.
    lab.mustHost('forwarding', ['sysctl', '-w', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
    lab.startEngine();
    const isOld = !MODERN.includes(engine);
    lab.importImage();
    for (const family of FAMILIES) checks.step(`everything ${family}`, () => everything(lab, checks, family));
    for (const scene of SCENES.filter((one) => one.engines?.includes(engine) ?? true)) {
      lab.restartEngine({ extraFlags: [...(scene.flags ?? []), ...(isOld ? ['--experimental', '--ip6tables'] : [])] });
      scene.networks.forEach((network) => build(lab, network));
      checks.step(`${scene.axes}: dumps are read`, () => {
        for (const family of FAMILIES) iptables(lab, checks, scene, family, keep);
        nftables(lab, checks, scene, keep);
      });
      clear(lab);
    }
  });
}

function build(lab: Lab, { bridge, subnet, subnet6, options, container }: Network): void {
  const six = subnet6 === undefined ? [] : ['--ipv6', '--subnet', `${subnet6}:/64`];
  lab.docker('network', 'create', '--subnet', `${subnet}.0/24`, ...six, ...option('name', bridge), ...(options ?? []), bridge);
  if (container) {
    const addresses = ['--ip', `${subnet}.${container.last}`, ...(subnet6 === undefined ? [] : ['--ip6', `${subnet6}:${container.last}`])];
    const ports = container.publish.flatMap((port) => ['-p', port]);
    lab.docker('run', '-d', '--name', `on-${bridge}`, '--network', bridge, ...addresses, ...ports, 'lab:1');
  }
}

function clear(lab: Lab): void {
  const containers = lab.docker('ps', '-aq').split('\n').filter(Boolean);
  if (containers.length > 0) lab.docker('rm', '-f', ...containers);
  lab.docker('network', 'prune', '-f');
}

function iptables(lab: Lab, checks: Checks, { axes }: Scene, family: Family, keep: boolean): void {
  const tool = TOOLS[family];
  const saved = lab.mustHost(`${tool}-save`, [`${tool}-save`]);
  const sets = lab.mustHost('ipset save', ['sh', '-c', 'command -v ipset > /dev/null || exit 0; ipset save']);
  const rules = parseIptablesSave(saved, family, sets);
  understood(checks, `${axes} ${family}`, rules);
  const rendered = renderSave(rules);
  checks.check(`${axes} ${family}: the text that was read is written again`, bare(rendered) === bare(saved), () => `${saved}\n${rendered}`);
  const again = restored(lab, family, rendered, sets);
  checks.check(`${axes} ${family}: the kernel gives back the same`, sorted(again) === sorted(saved), () => `${saved}\n${again}`);
  if (keep && saved !== '') write(lab.engineId, `${axes}.${family}.rules`, bare(saved));
}

/** What the kernel says of these rules in a namespace that has no others. */
function restored(lab: Lab, family: Family, rules: string, sets: string): string {
  const tool = TOOLS[family];
  lab.writeFile('/lab/sets', sets);
  lab.writeFile('/lab/rules', rules);
  const script = `${sets === '' ? '' : 'ipset restore < /lab/sets && '}${tool}-restore < /lab/rules && ${tool}-save`;
  return lab.mustHost('restoring in a fresh namespace', ['unshare', '-n', 'sh', '-c', script]);
}

/** Every match and target that the renderer knows; engines make few of them. */
function everything(lab: Lab, checks: Checks, family: Family): void {
  // The name of this one depends on the host's /etc/protocols.
  const text = HAND_MADE[family].replace('-p 47', '-p 99');
  const again = restored(lab, family, renderSave(parseIptablesSave(text, family, SETS)), SETS);
  checks.check(`everything ${family}: the kernel gives back the same`, sorted(again) === sorted(text), () => `${text}\n${again}`);
}

function nftables(lab: Lab, checks: Checks, { axes }: Scene, keep: boolean): void {
  const dump = lab.mustHost('nft list ruleset', ['nft', '-j', 'list', 'ruleset']);
  for (const family of FAMILIES) {
    const rules = parseNftJson(dump, family);
    understood(checks, `${axes} ${family} of nft`, rules);
    const isBackend = lab.engineId === '29-nft';
    const hasDockers = rules.chains.some(({ table }) => table === 'nft:docker-bridges');
    // Else every rule of the dump is one that iptables made, and iptables-save shows it.
    checks.check(
      `${axes} ${family} of nft: the engine's own tables and no other`,
      hasDockers === isBackend && (isBackend || rules.chains.length === 0),
    );
  }
  if (keep && lab.engineId === '29-nft') write(lab.engineId, `${axes}.json`, bareJson(dump));
}

function understood(checks: Checks, what: string, { chains, notUnderstood }: HostRules): void {
  const unknown = chains.flatMap(({ rules }) =>
    rules.flatMap(({ matches, verdict }) =>
      [...matches, verdict].filter(({ kind }) => kind === 'unknown').map((part) => JSON.stringify(part)),
    ),
  );
  checks.check(`${what}: all is understood`, unknown.length + notUnderstood.length === 0, [...unknown, ...notUnderstood].join('\n'));
}

/** Without remarks and counters. */
function bare(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/\[\d+:\d+\]$/, '[0:0]'))
    .join('\n');
}

/** Tables stand in the order in which they were made. */
function sorted(text: string): string {
  return bare(text)
    .split(/^(?=\*)/m)
    .sort()
    .join('');
}

/** One statement per line, without numbers that change with each run. */
function bareJson(dump: string): string {
  const drop = (key: string, value: unknown) => (key === 'handle' ? undefined : key === 'packets' || key === 'bytes' ? 0 : value);
  const { nftables: statements } = JSON.parse(dump) as { nftables: readonly unknown[] };
  return `{"nftables": [\n${statements.map((statement) => JSON.stringify(statement, drop)).join(',\n')}\n]}\n`;
}

function write(engine: EngineId, name: string, text: string): void {
  const folder = path.join(GOLDEN, engine);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name), text);
}

if (require.main === module) {
  const named = process.argv.slice(2) as EngineId[];
  for (const engine of named.length > 0 ? named : ENGINE_IDS) {
    const checks = new Checks(`save-restore ${engine}`);
    play(engine, checks, true);
    checks.say(`${checks.passed} passed, ${checks.failed} failed`);
    process.exitCode = checks.failed > 0 ? 1 : process.exitCode;
  }
}
