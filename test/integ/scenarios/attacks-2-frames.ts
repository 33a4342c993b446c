// What a neighbour with NET_RAW puts on the wire of a bridge below IP: every encapsulation, to undeclared ports of a member and to the host.
import { macOf, memberships, sh, UnwatchedDeployment } from './attacks-stage';
import { BridgeSegment, Capability, ContainerUser, HardenedContainer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import type { Program } from '../harness/deployment';
import { type Frame, framesFor, KNOWN_OPEN } from '../harness/frames';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, type Where, withLab } from '../lab/lab';
import { Probes } from '../lab/probe';

const FIREWALL = '/usr/local/sbin/bulkhead-firewall';
/** Addresses that bridges keep for themselves: the kernel hands such frames to the host by the port, not by the bridge. */
const RESERVED = Array.from({ length: 16 }, (_, last) => `01:80:c2:00:00:0${last.toString(16)}`);

const program: Program = ({ stack, daemon, image }) => {
  const segment = new BridgeSegment(stack, 'Back', { daemon });
  const prober = new HardenedContainer(stack, 'Prober', {
    segment: new BridgeSegment(stack, 'Alone', { daemon }),
    image,
    user: ContainerUser.root({ reason: 'pings need raw sockets, which only root opens' }),
    capabilities: [Capability.of('NET_RAW', { reason: 'sends pings of its own making' })],
  });
  prober.connections.allowTo(new HardenedContainer(stack, 'Api', { segment, image }), Port.tcp(9090));
};

interface Stage {
  readonly lab: Lab;
  readonly checks: Checks;
  readonly probes: Probes;
  readonly device: string;
}

/** Names of the encapsulations whose datagram a socket received. */
function delivered(
  { lab, probes, device }: Stage,
  where: Where,
  frames: readonly (Frame & { dstMac: string })[],
  sender = 'app-prober',
): string[] {
  const ports = [...new Set(frames.map(({ port }) => port))];
  // IPv6's wildcard alone would take both families, and IPv4's then finds its port taken.
  const listeners = ports.flatMap((port) => ['0.0.0.0', '::'].map((address) => ({ proto: 'udp', address, port })));
  const counter = probes.start(where, 'listen-count', {
    listeners: listeners.filter(({ address }) => address !== '::' || hasIpv6(lab, where)),
  });
  const sent = probes.attack({ container: sender, held: true }, 'frames', {
    device,
    frames: frames.map(({ dstMac, typed }) => ({ dstMac, typed: typed.toString('hex') })),
  });
  if (sent.sent !== 3 * frames.length) throw new Error(`only ${sent.sent} of ${3 * frames.length} frames were sent: ${sent.detail}`);
  sleep(500);
  const { counts } = counter.stop();
  const hit = new Set(Object.entries(counts ?? {}).flatMap(([name, count]) => (count > 0 ? [Number(name.split('/').at(-1))] : [])));
  return [...new Set(frames.filter(({ port }) => hit.has(port)).map(({ name }) => name))];
}

function gateway6(lab: Lab, bridge: string): string | undefined {
  return /inet6 (\S+)\/\d+ scope global/.exec(lab.host(['ip', '-6', 'addr', 'show', 'dev', bridge]).stdout)?.[1];
}

function hasIpv6(lab: Lab, where: Where): boolean {
  return lab.inWhere(where, ['cat', '/proc/net/if_inet6']).stdout.trim() !== '';
}

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T21'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new UnwatchedDeployment(lab, program, { daemon: { dualStack: true } });
    deployment.up();
    const probes = new Probes(lab);
    const own = memberships(lab, 'app-prober').find(({ network }) =>
      memberships(lab, 'app-api').some((other) => other.network === network),
    )!;
    const api = memberships(lab, 'app-api').find(({ network }) => network === own.network)!;
    const stage: Stage = { lab, checks, probes, device: own.device };
    const six = (name: string): string | undefined => {
      const text = lab.docker('inspect', '--format', `{{(index .NetworkSettings.Networks "${own.network}").GlobalIPv6Address}}`, name);
      return text === '' ? undefined : text;
    };
    const bridgeMac = macOf(lab, own.bridge);
    const toApi = framesFor({ src4: own.address, dst4: api.address, src6: six('app-prober'), dst6: six('app-api') });
    const toHost = framesFor({ src4: own.address, dst4: own.gateway, src6: six('app-prober'), dst6: gateway6(lab, own.bridge) });
    const toAll = framesFor({ src4: '203.0.113.9', dst4: '255.255.255.255' }, 21_000).map((frame) => ({
      ...frame,
      name: `${frame.name} to all`,
    }));
    const plain = (frames: readonly Frame[]) =>
      frames.filter(({ name }) => /^(untagged|8100|8100\/8100|SNAP|two fragments|GRE)\b/.test(name));
    const withMac = (frames: readonly Frame[], ...macs: string[]) =>
      frames.flatMap((frame) => macs.map((dstMac) => ({ ...frame, dstMac })));
    const shots: [string, Where, (Frame & { dstMac: string })[]][] = [
      ['to a member', { container: 'app-api' }, withMac(toApi, api.mac)],
      ['to a member, by broadcast', { container: 'app-api' }, withMac(toApi, 'ff:ff:ff:ff:ff:ff')],
      ['to the host', { host: true }, withMac(toHost, bridgeMac)],
      ['to the host, by broadcast', { host: true }, withMac(toHost, 'ff:ff:ff:ff:ff:ff')],
      ...RESERVED.map((mac): [string, Where, (Frame & { dstMac: string })[]] => [
        `to the host by ${mac}`,
        { host: true },
        withMac([...plain(toHost), ...plain(toAll)], mac),
      ]),
    ];
    checks.say(`${new Set(toApi.map(({ name }) => name)).size} encapsulations, each from a container with NET_RAW in ${own.network}`);
    checks.check('there are enough of them', new Set(toApi.map(({ name }) => name)).size >= 40);
    const table = sh(lab, 'nft list table bridge bulkhead');
    checks.shown('the table of frames is there', /ether type != \{ (ip|arp|ip6)/.test(table), table);
    // As hosts are where nobody gives the uplink's filter to interfaces of bridges.
    sh(lab, 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >"$f"; done');
    for (const [what, where, frames] of shots) {
      const through = delivered(stage, where, frames);
      checks.shown(`${what}: ${frames.length} frames, none of them is delivered`, through.length === 0, through.join(', '));
    }
    const open = probes.serve({ container: 'app-api' }, [{ proto: 'tcp', address: '0.0.0.0', port: 9090, token: 'api' }]);
    const declared = probes.one({ container: 'app-prober' }, { proto: 'tcp', dst: api.address, port: 9090, timeoutMs: 3000, tries: 3 });
    checks.shown('the declared flow is open meanwhile', open.listening === 1 && declared.token === 'api', declared.outcome);

    sh(lab, 'nft delete table bridge bulkhead; nft delete table inet bulkhead');
    const reserved: string[] = [];
    for (const [what, where, frames] of shots) {
      const through = delivered(stage, where, frames);
      const isReserved = what.startsWith('to the host by 01');
      if (isReserved && through.length > 0) reserved.push(what.slice(-2));
      if (!isReserved) checks.say(`control, without the tables, ${what}: ${through.length === 0 ? 'nothing' : through.join(', ')}`);
      if (what === 'to a member') {
        checks.check(
          `control: without the table ${KNOWN_OPEN.join(', ')} pass`,
          KNOWN_OPEN.every((name) => through.includes(name)),
          through.join(),
        );
      }
    }
    checks.say(`control, without the tables, to the host by reserved addresses: ${reserved.join(' ')}`);
    checks.check(
      'control: without it the host is reached by addresses that bridges keep',
      reserved.includes('03') && reserved.includes('0e'),
      reserved.join(),
    );
    const told = lab.host([FIREWALL, 'check']);
    checks.shown(
      'check tells that the table is gone',
      told.code === 1 && told.stdout.includes('tables of frames'),
      told.stdout + told.stderr,
    );
    checks.check('and has taken the stamp', sh(lab, 'ls /run/bulkhead').includes('stamp-') === false);
    sh(lab, `${FIREWALL} apply`);
    checks.shown('apply makes it anew', sh(lab, 'nft list table bridge bulkhead') === table);
    foreign(stage);
    withoutNft(stage);
  });
}

/** Bridges of others carry what they like; where the kernel cannot tell bridges apart, once their ports have been seen. */
function foreign(stage: Stage): void {
  const { lab, checks } = stage;
  lab.docker('network', 'create', 'theirs');
  for (const name of ['one', 'two']) lab.docker('run', '-d', '--name', name, '--network', 'theirs', 'lab:1');
  sh(lab, `${FIREWALL} apply`);
  const [one, two] = ['one', 'two'].map((name) => memberships(lab, name)[0]);
  const known = framesFor({ src4: one.address, dst4: two.address }).filter(({ name }) => KNOWN_OPEN.includes(name));
  const frames = known.map((frame) => ({ ...frame, dstMac: two.mac }));
  const through = delivered({ ...stage, device: one.device }, { container: 'two' }, frames, 'one');
  checks.shown('on the bridge of somebody else such frames pass as ever', through.length === KNOWN_OPEN.length, through.join());
  lab.docker('rm', '-f', 'one', 'two');
  lab.docker('network', 'rm', 'theirs');
}

/** A host that cannot have the table, and a container that could do without it what it likes. */
function withoutNft({ lab, checks }: Stage): void {
  sh(lab, 'nft delete table bridge bulkhead; printf "#!/bin/sh\\nexit 1\\n" >/usr/local/sbin/nft; chmod 755 /usr/local/sbin/nft');
  const refused = lab.host([FIREWALL, 'apply']);
  checks.shown(
    'where nft has no such table and NET_RAW is declared, apply says so and writes no stamp',
    refused.code === 2 && /NET_RAW/.test(refused.stderr) && !sh(lab, 'ls /run/bulkhead').includes('stamp-'),
    refused.stdout + refused.stderr,
  );
  // The same host without that declaration.
  sh(
    lab,
    'cd /etc/bulkhead && sed -i /^raw/d network && n=$(sha256sum network | cut -c 1-12) && sed -i "s,^[0-9a-f]* /etc/bulkhead/network,$n /etc/bulkhead/network," sums',
  );
  const without = lab.host([FIREWALL, 'apply']);
  const status = lab.host([FIREWALL, 'status']);
  checks.shown(
    'without such a container it goes on, and status says how it is',
    without.code === 0 && status.code === 0 && status.stdout.includes('several VLAN tags'),
    without.stdout + without.stderr + status.stdout + status.stderr,
  );
  sh(lab, 'rm /usr/local/sbin/nft');
}
