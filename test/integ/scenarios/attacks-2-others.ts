// What the other attacks leave out: protocols beside TCP and UDP, multicast and broadcast, rules and interfaces of others on the host.
import { CONTAINERS, Siege, tcp } from './attacks-siege';
import { apply, FIREWALL, netns, openEverything, picture, POOL, sh, siege as program, UnwatchedDeployment, volley } from './attacks-stage';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, type Where, withLab } from '../lab/lab';
import { NET } from '../lab/network';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01', 'T02', 'T05', 'T40'];

/** Uid of a container that holds no capability. */
const USER = 10001;
/** Another line of the host, with a machine behind it. */
const SECOND = { block: '198.51.100.0/24', host: '198.51.100.1', machine: '198.51.100.2' } as const;

/** A neighbour without a capability, to one with whom it shares a gateway network and to one with whom it shares a segment. */
function protocols(siege: Siege): void {
  const pairs = [
    { what: 'web2 to web, same gateway network', from: 'app-web2', to: 'app-web', part: '-gw' },
    { what: 'web to api, same segment', from: 'app-web', to: 'app-api', part: '-app' },
    { what: 'api to db, same segment', from: 'app-api', to: 'app-db', part: '-data' },
  ] as const;
  for (const { what, from, to, part } of pairs) {
    const [source, target] = [siege.at(from, part), siege.at(to, part)];
    const heard = odd(siege, { container: from }, source.address, { container: to }, target.address, USER);
    for (const [kind, count] of Object.entries(heard)) {
      siege.checks.check(`${what}: ${kind} does not arrive`, count === 0, `${count} arrived`);
    }
    siege.checks.say(`${what}: ${JSON.stringify(heard)}`);
  }
  const host = siege.at('app-web', '-app');
  const toHost = odd(siege, { container: 'app-web' }, host.address, { host: true }, host.gateway, USER);
  for (const [kind, count] of Object.entries(toHost)) siege.checks.check(`web to the host: ${kind} does not arrive`, count === 0);
  siege.checks.say(`web to the host: ${JSON.stringify(toHost)}`);

  const back = picture(siege.lab);
  openEverything(siege.lab);
  const [source, target] = [siege.at('app-web', '-app'), siege.at('app-api', '-app')];
  const control = odd(siege, { container: 'app-web' }, source.address, { container: 'app-api' }, target.address, USER);
  back();
  for (const [kind, count] of Object.entries(control)) {
    siege.checks.check(`control, guard and Docker out of the way: ${kind} arrives`, count > 0, JSON.stringify(control));
  }
  siege.checks.say(`control: ${JSON.stringify(control)}`);
}

/** What of each kind arrived. */
function odd(siege: Siege, from: Where, address: string, to: Where, dst: string, uid: number): Record<string, number> {
  const { lab, probes } = siege;
  // Where the sender's end is silent instead of shut, the other end is at its call for as long as it takes both to meet.
  lab.inWhere(from, ['iptables', '-w', '10', '-A', 'OUTPUT', '-p', 'tcp', '--tcp-flags', 'RST', 'RST', '-j', 'DROP']);
  const hearing = probes.hear(to, { address: dst, other: address });
  sleep(300);
  const broadcast = dst.replace(/\d+$/, '255');
  const said = probes.sendOdd(from, { address, dst, broadcast, uid });
  sleep(600);
  const { counts } = hearing.stop<{ counts: Record<string, number> }>();
  lab.inWhere(from, ['iptables', '-w', '10', '-F', 'OUTPUT']);
  lab.host(['conntrack', '-F']);
  siege.checks.check('something of each kind was tried', Object.keys(counts).every((kind) => kind in said), JSON.stringify(said)); // prettier-ignore
  return counts;
}

/** Rules that others put before ours: what was shut stays shut. */
function rulesOfOthers(siege: Siege): void {
  const { lab } = siege;
  const others = {
    'connections that are not tracked':
      'iptables -w 10 -t raw -I PREROUTING 1 -j CT --notrack; iptables -w 10 -t raw -I OUTPUT 1 -j CT --notrack',
    'zones by interface': 'iptables -w 10 -t raw -I PREROUTING 1 -i bh-+ -j CT --zone 7',
    'a helper for FTP': 'iptables -w 10 -t raw -I PREROUTING 1 -p tcp --dport 8080 -j CT --helper ftp',
    'an accept for everything':
      'for t in filter nat raw; do for c in PREROUTING FORWARD INPUT; do iptables -w 10 -t $t -I $c 1 -j ACCEPT 2>/dev/null || :; done; done',
  };
  for (const [what, script] of Object.entries(others)) {
    const back = picture(lab);
    const put = lab.host(['sh', '-c', script]);
    if (put.code !== 0) {
      siege.checks.skip(what, `the kernel takes no such rule: ${put.stderr.split('\n')[0]}`);
      back();
      continue;
    }
    lab.host(['conntrack', '-F']);
    const shots = [
      ...siege.everywhere('app-web2', { container: 'app-web2' }),
      ...siege.everywhere('lanA', { ns: 'lanA' }),
      ...CONTAINERS.map((name) => tcp(name, { container: name }, 'the host', HOST_ADDRESS, 22)),
    ];
    siege.closed(`${what}${put.stderr ? ` (${put.stderr.split('\n')[0]})` : ''}`, volley(lab, shots));
    back();
  }
}

/** The same from a second line of the host, and to its other address. */
function secondLine(siege: Siege): void {
  const { lab } = siege;
  const script = `ip link add up2 type veth peer name up2p; ip link set up2p netns "$1"; ip addr add ${SECOND.host}/24 dev up2; ip link set up2 up`;
  lab.inWhere({ host: true }, ['sh', '-c', script, 'sh', netns(lab, { ns: 'lanB' })]);
  lab.inNs('lanB', ['ip', 'addr', 'add', `${SECOND.machine}/24`, 'dev', 'up2p']);
  lab.inNs('lanB', ['ip', 'link', 'set', 'up2p', 'up']);
  lab.inNs('lanB', ['ip', 'route', 'replace', POOL, 'via', SECOND.host]);
  const from = { ns: 'lanB' } as const;
  siege.closed('from a second line of the host', volley(lab, siege.everywhere('lanB', from)));
  const secondary = CONTAINERS.flatMap((name) =>
    [NET.host2, SECOND.host].flatMap((dst) =>
      siege.places[name].flatMap(({ device }) =>
        [22, 443, 9090].map((port) => tcp(name, { container: name }, 'the host', dst, port, { device })),
      ),
    ),
  );
  siege.closed('containers to other addresses of the host', volley(lab, secondary));
  const back = picture(lab);
  openEverything(lab);
  siege.control('guard and Docker out of the way: second line', siege.everywhere('lanB', from));
  siege.control('guard and Docker out of the way: other addresses', secondary);
  back();
  lab.inWhere({ host: true }, ['ip', 'link', 'del', 'up2']);
  lab.inNs('lanB', ['ip', 'route', 'replace', POOL, 'via', HOST_ADDRESS]);
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab: Lab) => {
    const deployment = new UnwatchedDeployment(lab, program);
    deployment.up();
    apply(lab);
    sh(lab, 'conntrack -F 2>/dev/null || :');
    const siege = new Siege(lab, checks, deployment);
    siege.declaredFlows('declared');
    siege.step('protocols', () => protocols(siege));
    siege.step('rules of others', () => rulesOfOthers(siege));
    siege.step('a second line', () => secondLine(siege));
    siege.declaredFlows('declared, after all of that');
    const healthy = lab.host([FIREWALL, 'check']);
    checks.check('check holds after all of that', healthy.code === 0, healthy.stdout);
  });
}
