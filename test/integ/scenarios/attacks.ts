// Every attack that was run against the first sketch of the design, on the finished one: what must be closed is tried with all that an attacker
// has, and each try is shown to work once what stops it is out of the way.
import { CONTAINERS, type ContainerName, Siege, TCP, UDP, tcp } from './attacks-siege';
import {
  siege as program,
  apply,
  FIREWALL,
  type Hit,
  memberships,
  openEverything,
  picture,
  sh,
  type Shot,
  shotText,
  unprivileged,
  UnwatchedDeployment,
  volley,
} from './attacks-stage';
import { wire } from './attacks-wire';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS } from '../harness/deployment';
import { INTERNET, LAN_A } from '../harness/three-tier';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { withLab } from '../lab/lab';

/** A1: the number of a host port on a container's address, the hairpin, and the host's address from every tier by every device. */
function publications(siege: Siege): void {
  const { lab, checks } = siege;
  const outsiders = (['lanA', 'lanB', 'inet'] as const).flatMap((ns) => siege.everywhere(ns, { ns }));
  siege.closed('A1 LAN and internet to every container address', volley(lab, outsiders));
  const inside = CONTAINERS.flatMap((name) => {
    const devices = [undefined, ...siege.places[name].map(({ device }) => device)];
    return devices.flatMap((device) =>
      [443, 8081, 8443, 9443].map((port) => tcp(name, { container: name }, 'host address', HOST_ADDRESS, port, { device })),
    );
  });
  siege.closed('A1 containers to publications by the address of the host', volley(lab, inside));
  const neighbours = siege.places['app-web'].flatMap(({ address, network }) => {
    const device = siege.places['app-web2'].find((own) => own.network === network)?.device;
    return [443, 8443, 9090, 8080].map((port) => tcp('app-web2', { container: 'app-web2' }, 'web', address, port, { device }));
  });
  siege.closed('A1 neighbour to web, same gateway network and same segment', volley(lab, neighbours));

  for (const name of CONTAINERS) {
    const results = unprivileged(
      lab,
      name,
      siege.places[name].flatMap(({ device, gateway }, i) =>
        [443, 8081, 22].flatMap((port) =>
          [HOST_ADDRESS, gateway, ...(name === 'app-db' ? [siege.at('app-web', '-gw').address] : [])].map((dst) => ({
            id: `${i} ${device} ${dst}:${port}`,
            proto: 'tcp' as const,
            dst,
            port,
            device,
            timeoutMs: 900,
          })),
        ),
      ),
    );
    for (const { id, outcome, detail } of results) {
      checks.check(
        `A1 ${name} without capabilities ${id} is closed`,
        outcome === 'timeout' || outcome === 'unreachable',
        `${outcome} ${detail ?? ''}`,
      );
    }
    checks.say(
      `A1 ${name} as uid 10001 with SO_BINDTODEVICE: ${results.length} tries, ${results.filter(({ outcome }) => outcome === 'open').length} open`,
    );
  }

  const back = picture(lab);
  openEverything(lab);
  siege.control('A1 guard and Docker out of the way: LAN to web', [
    tcp('lanA', { ns: 'lanA' }, 'web', siege.at('app-web', '-gw').address, 443),
  ]);
  const hairpin = siege.at('app-web2', '-gw').device;
  siege.control('A1 guard and Docker out of the way: hairpin', [
    tcp('app-web2', { container: 'app-web2' }, 'host address', HOST_ADDRESS, 443, { device: hairpin }),
    ...siege.places['app-db'].map(({ device }) => tcp('app-db', { container: 'app-db' }, 'host address', HOST_ADDRESS, 22, { device })),
  ]);
  back();
}

/** A2: NAT lost, and the host's loopback services from a bridge that is not ours. */
function proxy(siege: Siege): void {
  const { lab, checks, probes } = siege;
  lab.docker('run', '-d', '--name', 'foreign', '--cap-drop', 'ALL', 'lab:1');
  const foreign = { container: 'foreign' };
  const listeners = {
    listeners: [
      { proto: 'udp', address: '127.0.0.1', port: 7777 },
      { proto: 'tcp', address: '127.0.0.1', port: 7778 },
    ],
  };
  const loopback = (what: string): number => {
    const counter = probes.start({ host: true }, 'listen-count', listeners);
    probes.start(foreign, 'flood', { proto: 'udp', dst: '127.0.0.1', port: 7777, rate: 200, seconds: 1, device: 'eth0' }).result();
    probes.start(foreign, 'flood', { proto: 'tcp', dst: '127.0.0.1', port: 7778, rate: 50, seconds: 1, device: 'eth0' }).result();
    sleep(300);
    const total = counter.stop().total ?? 0;
    checks.say(`A2 ${what}: ${total} packets from docker0 reached the host's 127.0.0.1`);
    return total;
  };
  checks.check("A2 a docker0 container does not reach the host's loopback services", loopback('guard in force') === 0);
  const back = picture(lab);
  sh(lab, 'iptables -w 10 -t mangle -I INPUT 1 -j ACCEPT');
  const through = loopback('control, guard out of the way');
  checks.check('control, A2: without the guard they get there', through > 0);

  back();
  siege.closed(
    'A2 a docker0 container to publications and containers',
    volley(lab, [
      ...siege.everywhere('foreign', foreign),
      // A container is no LAN or internet peer, whatever `anyIpv4` says: that much the sources of 443 promise.
      tcp('foreign', foreign, 'web', HOST_ADDRESS, 443),
    ]),
  );

  const [any] = volley(lab, [tcp('foreign', foreign, 'web2 (from everybody)', HOST_ADDRESS, 8081)]);
  checks.say(`A2 shown only: ${shotText(any)} is ${any.reached ? 'OPEN' : 'closed'} (${any.result.outcome})`);

  const restoreNat = picture(lab);
  sh(lab, 'iptables -w 10 -t nat -F; conntrack -F 2>/dev/null || :');
  const shots = (['lanA', 'lanB', 'inet'] as const).flatMap((ns) =>
    [443, 8081].map((port) => tcp(ns, { ns }, 'publication without NAT', HOST_ADDRESS, port)),
  );
  for (const hit of volley(lab, [...shots, tcp('foreign', foreign, 'publication without NAT', HOST_ADDRESS, 443)])) {
    checks.check(
      `A2 after iptables -t nat -F: ${shotText(hit)} is answered by nobody`,
      hit.result.token === undefined,
      () => `answered ${hit.result.token}`,
    );
  }
  checks.say(`A2 after iptables -t nat -F: ${shots.length + 1} tries`);
  restoreNat();
  siege.declaredFlows('A2 NAT is back');
  siege.closed(
    'A2 sources hold',
    volley(lab, [tcp('lanB', { ns: 'lanB' }, 'web', HOST_ADDRESS, 443), tcp('inet', { ns: 'inet' }, 'web', HOST_ADDRESS, 443)]),
  );
}

/** A3: the stamp. */
function stamp(siege: Siege): void {
  const { lab, checks } = siege;
  lab.docker('stop', '-t', '1', 'app-web2');
  sh(lab, 'rm /run/bulkhead/stamp-*');
  const refused = lab.host(['docker', 'start', 'app-web2']);
  checks.check(
    'A3 without the stamp no container starts',
    refused.code !== 0 && /bulkhead|bind source path/.test(refused.stderr),
    refused.stdout + refused.stderr,
  );
  checks.check('A3 the stamp was not made by the engine', lab.host(['sh', '-c', 'ls /run/bulkhead/stamp-*']).code !== 0);
  apply(lab);
  const started = lab.host(['docker', 'start', 'app-web2']);
  checks.check('control, A3: with the stamp it starts', started.code === 0, started.stderr);
  checks.say(`A3 without stamp: ${refused.stderr.trim().split('\n')[0].slice(0, 160)}`);
}

/** A5: the global switch of br_netfilter off. */
function globalSwitch(siege: Siege): void {
  const { lab, checks } = siege;
  const api = siege.at('app-api', '-app').address;
  const web = { container: 'app-web' };
  const tries = [
    ...[22, 443, 9090].map((port) => tcp('app-web', web, 'api', api, port)),
    ...[443, 8443].map((port) => tcp('app-web2', { container: 'app-web2' }, 'web', siege.at('app-web', '-dmz').address, port)),
  ];
  sh(lab, 'echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables');
  siege.closed('A5 bridge-nf-call-iptables=0', volley(lab, tries));
  siege.declaredFlows('A5 bridge-nf-call-iptables=0');
  const told = lab.host([FIREWALL, 'check']);
  checks.check('A5 check tells it', told.code === 1 && told.stdout.includes('bridge-nf-call-iptables'), told.stdout);
  sh(lab, 'for f in /sys/class/net/bh-*/bridge/nf_call_iptables; do echo 0 >$f; done');
  siege.control('A5 the switch of each bridge off, too', tries);
  apply(lab);
  siege.closed('A5 healed', volley(lab, tries));
}

/** A7: names that leave. */
function names(siege: Siege): void {
  const { lab, checks, probes } = siege;
  lab.docker('network', 'create', 'plain');
  const ask = (container: string, name: string) =>
    lab.host(['docker', 'exec', container, 'timeout', '4', 'nslookup', name, '127.0.0.11'], { timeout: 30_000 });
  for (const [where, resolver] of [
    ['on the LAN', INTERNET],
    ['on loopback', '127.0.0.53'],
  ]) {
    lab.writeFile('/etc/resolv.conf', `nameserver ${resolver}\n`);
    for (const name of CONTAINERS) lab.docker('restart', '-t', '1', name);
    lab.docker('run', '-d', '--name', 'plainc', '--network', 'plain', 'lab:1');
    const sniffers = () => ['udp', 'tcp'].map((proto) => probes.start({ host: true }, 'sniff', { proto, port: 53 }));
    const stop = (all: ReturnType<typeof sniffers>) => all.reduce((sum, one) => sum + one.stop<{ total: number }>().total, 0);
    const quiet = sniffers();
    const pairs = [
      ['app-web', 'app-api'],
      ['app-api', 'app-db'],
    ];
    for (const name of CONTAINERS) ask(name, `leak-${name}.example`);
    for (const [from, to] of pairs) {
      const told = ask(from, to);
      checks.check(
        `A7 resolver ${where}: ${from} resolves ${to}`,
        siege.places[to as ContainerName].some(({ address }) => told.stdout.includes(address)),
        told.stdout + told.stderr,
      );
    }
    sleep(300);
    const left = stop(quiet);
    checks.check(`A7 host's resolver ${where}: no query leaves`, left === 0, `${left} packets to port 53 seen on the host`);
    const loud = sniffers();
    ask('plainc', 'leak-plain.example');
    sleep(300);
    const control = stop(loud);
    checks.say(
      `A7 host's resolver ${where} (${resolver}): ${left} queries left from ${CONTAINERS.length} containers; control without dns: ${control}`,
    );
    checks.check(`control, A7 resolver ${where}: a container without 'dns' is seen asking`, control > 0);
    lab.docker('rm', '-f', 'plainc');
  }
  lab.writeFile('/etc/resolv.conf', `nameserver ${INTERNET}\n`);
}

/** A8: the host as a source. */
function host(siege: Siege): void {
  const { lab } = siege;
  const shots = siege.everywhere('host', { host: true });
  siege.closed('A8 the host to every container', volley(lab, shots));
  const back = picture(lab);
  sh(lab, 'iptables -w 10 -t mangle -I OUTPUT 1 -j ACCEPT; iptables -w 10 -t mangle -I FORWARD 1 -j ACCEPT');
  siege.control(
    'A8 without the guard',
    shots.filter(({ proto }) => proto === 'tcp'),
  );
  back();
}

/** A9: a container attached by hand. */
function attached(siege: Siege): void {
  const { lab, checks } = siege;
  const networks = [...new Set(CONTAINERS.flatMap((name) => siege.places[name].map(({ network }) => network)))];
  const shots: Shot[] = [];
  networks.forEach((network, i) => {
    const name = `guest${i}`;
    lab.docker('run', '-d', '--name', name, '--network', network, 'lab:1');
    const { address, gateway } = memberships(lab, name)[0];
    checks.check(`A9 ${name} in ${network} has an address of Docker's range`, Number(address.split('.')[3]) >= 240, address);
    siege.serve(name, { container: name }, TCP, UDP);
    shots.push(...siege.everywhere(name, { container: name }));
    for (const dst of [HOST_ADDRESS, gateway, LAN_A, INTERNET]) {
      for (const port of [22, 443, 9090]) shots.push(tcp(name, { container: name }, 'host or outside', dst, port));
    }
    for (const member of CONTAINERS) {
      if (siege.places[member].some((place) => place.network === network)) {
        for (const port of TCP) shots.push(tcp(member, { container: member }, name, address, port));
      }
    }
  });
  siege.closed('A9 containers attached by hand reach nobody and are reached by nobody', volley(lab, shots));
  const back = picture(lab);
  openEverything(lab);
  siege.control(
    'A9 guard and Docker out of the way',
    shots.filter(({ proto, from, what }) => proto === 'tcp' && from === 'guest0' && what.startsWith('app-')),
  );
  back();
  networks.forEach((_, i) => lab.docker('rm', '-f', `guest${i}`));
}

/** A neighbour on the LAN sends to 127.0.0.1 of the host, where a port is published for the host alone. */
function loopbackRouting(siege: Siege): void {
  const { lab, checks, probes } = siege;
  const mac = /link\/ether (\S+)/.exec(lab.host(['ip', 'link', 'show', 'eth0']).stdout)![1];
  const knock = (): number => {
    const sniffer = probes.start({ container: 'app-web' }, 'sniff', { proto: 'tcp', src: LAN_A, port: 9090, direction: 'in' });
    for (let i = 0; i < 5; i++) {
      probes.attack({ ns: 'lanA' }, 'raw-tcp', {
        device: 'eth0',
        dstMac: mac,
        src: LAN_A,
        dst: '127.0.0.1',
        port: 9443,
        sport: 41000 + i,
        flags: 2,
      });
    }
    sleep(400);
    return sniffer.stop<{ total: number }>().total;
  };
  const through = knock();
  checks.check('loopback routing: LAN to 127.0.0.1:9443 is not delivered', through === 0, `${through} delivered`);
  const back = picture(lab);
  openEverything(lab);
  sh(lab, 'conntrack -F 2>/dev/null || :; echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet');
  const control = knock();
  checks.say(`loopback routing: ${through} of 5 delivered; control without guard and Docker's raw rules: ${control}`);
  checks.check('control, loopback routing: without the guard it is delivered', control > 0);
  sh(lab, 'echo 0 >/proc/sys/net/ipv4/conf/eth0/route_localnet');
  back();
}

/** A member of two segments as a router between them. */
function twoSegments(siege: Siege): void {
  const { lab, checks } = siege;
  const apiApp = siege.at('app-api', '-app');
  const apiData = siege.at('app-api', '-data');
  const db = siege.at('app-db', '-data');
  const web = siege.at('app-web', '-app');
  const block = (address: string) => address.replace(/\.\d+$/, '.0/24');
  lab.inContainer('app-web', ['ip', 'route', 'replace', block(db.address), 'via', apiApp.address]);
  lab.inContainer('app-db', ['ip', 'route', 'replace', block(web.address), 'via', apiData.address]);
  const shots = [5432, 8080, 22].map((port) => tcp('app-web', { container: 'app-web' }, 'db', db.address, port));
  siege.closed('two segments: web to db through api', volley(lab, shots));
  const forward = (value: 0 | 1) => lab.inContainer('app-api', ['sh', '-c', `echo ${value} >/proc/sys/net/ipv4/ip_forward`]);
  forward(1);
  checks.check(
    'two segments: forwarding is on for the control',
    lab.inContainer('app-api', ['cat', '/proc/sys/net/ipv4/ip_forward']).stdout.trim() === '1',
  );
  siege.closed('two segments: api forwards, the guard stops it', volley(lab, shots));
  const back = picture(lab);
  openEverything(lab);
  siege.control('two segments: api forwards, no guard', shots);
  forward(0);
  siege.closed('two segments: no guard, but api does not forward', volley(lab, shots));
  back();
  lab.inContainer('app-web', ['ip', 'route', 'del', block(db.address), 'via', apiApp.address]);
  lab.inContainer('app-db', ['ip', 'route', 'del', block(web.address), 'via', apiData.address]);
}

/** More new connections than the rate allows from one source; another source does not feel it. */
function rate(siege: Siege): void {
  const { lab, checks } = siege;
  const crowd = 250;
  const many = Array.from({ length: crowd }, () => tcp('lanA', { ns: 'lanA' }, 'web', HOST_ADDRESS, 443, { timeoutMs: 900 }));
  const other = Array.from({ length: 10 }, () =>
    tcp('inet', { ns: 'inet' }, 'web', HOST_ADDRESS, 443, { src: INTERNET, timeoutMs: 3000, tries: 2 }),
  );
  const free = Array.from({ length: crowd }, () => tcp('lanB', { ns: 'lanB' }, 'web2 (no rate)', HOST_ADDRESS, 8081, { timeoutMs: 5000 }));
  const hits = volley(lab, [...many, ...other]);
  // The container's kernel answers before the rate counts: what gets through is what is answered by the program.
  const count = (from: string, all: readonly Hit[]) => all.filter((hit) => hit.from === from && hit.result.token !== undefined).length;
  checks.say(
    `rate 50/s, burst 50: ${count('lanA', hits)} of ${crowd} connections at once got through, ${count('inet', hits)} of ${other.length} of the other source`,
  );
  // On a busy machine sending 250 takes a while, in which the rate gives more.
  checks.check('rate: the burst gets through', count('lanA', hits) >= 45, `${count('lanA', hits)}`);
  checks.check('rate: the excess is dropped', count('lanA', hits) <= crowd - 50, `${count('lanA', hits)}`);
  checks.check('rate: another source is not affected', count('inet', hits) === other.length, `${count('inet', hits)}`);
  const unlimited = volley(lab, free);
  checks.check(
    'control, rate: a publication without one takes them all',
    count('lanB', unlimited) === crowd,
    `${count('lanB', unlimited)}`,
  );
  sleep(2000);
}

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01', 'T02', 'T05', 'T06', 'T20', 'T30', 'T31', 'T32', 'T40', 'T60'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new UnwatchedDeployment(lab, program);
    deployment.up();
    apply(lab);
    const stage = new Siege(lab, checks, deployment);
    checks.say(`engine ${lab.version().version}, containers are up`);
    stage.declaredFlows('declared');
    stage.step('A1 publications', () => publications(stage));
    stage.step('A4 the wire', () => wire(stage));
    stage.step('A5 the global switch', () => globalSwitch(stage));
    stage.step('A8 the host', () => host(stage));
    stage.step('A9 attached by hand', () => attached(stage));
    stage.step('loopback routing', () => loopbackRouting(stage));
    stage.step('two segments', () => twoSegments(stage));
    stage.step('rate', () => rate(stage));
    stage.step('A2 no proxy', () => proxy(stage));
    stage.declaredFlows('declared, after all of that');
    const healthy = lab.host([FIREWALL, 'check']);
    checks.check('check holds after all of that', healthy.code === 0, healthy.stdout);
    // These two restart containers, and with them the listeners are gone.
    stage.step('A3 the stamp', () => stamp(stage));
    stage.step('A7 names', () => names(stage));
  });
}
