// A4: what a process with and without NET_RAW can put on the wire, and what of it arrives.
import { CONTAINERS, type Siege } from './attacks-siege';
import { apply, memberships, sh, volley } from './attacks-stage';
import { sleep } from '../lab/exec';

/** Forged sources, VLAN tags and poisoned ARP. */
export function wire(siege: Siege): void {
  const { lab, checks, probes } = siege;
  const api = siege.at('app-api', '-app');
  const web = siege.at('app-web', '-app');
  for (const name of CONTAINERS) {
    const status = sh(lab, `cat /proc/$1/status`, String(lab.containerPid(name)));
    const caps = /CapEff:\s*(\w+)[\s\S]*CapBnd:\s*(\w+)/.exec(status)!;
    checks.check(`A4 ${name} holds no capability`, /^0+$/.test(caps[1]) && /^0+$/.test(caps[2]), caps[0]);
    checks.check(`A4 ${name} runs as uid 10001 with no_new_privs`, /Uid:\s*10001/.test(status) && /NoNewPrivs:\s*1/.test(status), status);
    const forwarding = lab.inContainer(name, ['cat', '/proc/sys/net/ipv4/ip_forward']).stdout.trim();
    checks.check(`A4 ${name} does not forward`, forwarding === '0', forwarding);
  }
  const raw = (uid: string) =>
    lab.inContainer('app-web', [
      'python3',
      '-c',
      `import socket, os, sys
if sys.argv[1]: os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
for a in ((socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW), (socket.AF_PACKET, socket.SOCK_RAW, 0)):
    try: socket.socket(*a); print('made')
    except PermissionError: print('refused')`,
      uid,
    ]).stdout;
  checks.check("A4 raw and packet sockets are refused for the containers' user", raw('10001') === 'refused\nrefused\n', raw('10001'));
  checks.check('control, A4: with NET_RAW they are made', raw('') === 'made\nmade\n', raw(''));

  const seen = (what: string, filter: Record<string, unknown>, attack: () => void): number => {
    const sniffer = probes.start({ container: 'app-api' }, 'sniff', { direction: 'in', ...filter });
    attack();
    sleep(400);
    const { total } = sniffer.stop<{ total: number }>();
    checks.say(`A4 ${what}: ${total} delivered`);
    return total;
  };
  let detail = '';
  const free = seen("IP_FREEBIND with web's address, no capability", { proto: 'udp', src: web.address, port: 8080 }, () => {
    const sent = probes.attack({ container: 'app-web2' }, 'freebind', {
      src: web.address,
      dst: api.address,
      port: 8080,
      uid: 10001,
      count: 5,
    });
    detail = JSON.stringify(sent);
  });
  checks.check('A4 no capability: a foreign source is not delivered', free === 0, detail);

  // What a container attached by hand may do: Docker's default capabilities.
  lab.docker('run', '-d', '--name', 'rawc', '--network', api.network, 'lab:1');
  const rawc = { container: 'rawc', held: true };
  const own = memberships(lab, 'rawc')[0];
  const frame = { device: own.device, dstMac: api.mac, dst: api.address };
  const spoofed = seen(
    'NET_RAW, forged source of web, declared udp/8080 (not prevented: why containers hold no NET_RAW)',
    { proto: 'udp', port: 8080 },
    () => probes.attack(rawc, 'spoof-udp', { ...frame, src: web.address, port: 8080, count: 5 }),
  );
  checks.check('control, A4: a forged packet of a declared pair gets there, so the sniffer sees what comes', spoofed > 0);
  const undeclared = seen('NET_RAW, forged source of web, undeclared udp/9090', { proto: 'udp', port: 9090 }, () =>
    probes.attack(rawc, 'spoof-udp', { ...frame, src: web.address, port: 9090, count: 5 }),
  );
  checks.check('A4 even a forged source opens declared ports only', undeclared === 0);
  for (const vlan of [0, 5]) {
    const tagged = seen(`VLAN ${vlan} frames from its own address`, { proto: 'udp', port: 9090 }, () =>
      probes.attack(rawc, 'vlan', { ...frame, src: own.address, port: 9090, vlan, count: 10 }),
    );
    checks.check(`A4 frames of VLAN ${vlan}: none delivered`, tagged === 0);
  }
  sh(lab, 'echo 0 >/proc/sys/net/bridge/bridge-nf-filter-vlan-tagged; nft delete table bridge bulkhead');
  const control = seen('control, the VLAN filter off and no table of frames: VLAN 0 frames', { proto: 'udp', port: 9090 }, () =>
    probes.attack(rawc, 'vlan', { ...frame, src: own.address, port: 9090, vlan: 0, count: 10 }),
  );
  checks.check('control, A4: without switch and table tagged frames pass', control > 0);
  apply(lab);

  // ARP: shown. What holds is that the poisoner gains nothing by its own address, and no port that nobody declared.
  for (let i = 0; i < 3; i++) {
    probes.attack(rawc, 'arp', { device: own.device, claimIp: api.address, targetIp: web.address, dstMac: web.mac });
  }
  const neighbour = lab.inContainer('app-web', ['ip', 'neigh', 'show', api.address]).stdout;
  checks.say(
    `A4 ARP poisoning by a hand-attached NET_RAW container: web's entry is ${neighbour.includes(own.mac) ? 'POISONED (not prevented)' : 'its own'}: ${neighbour.trim()}`,
  );
  siege.closed('A4 the poisoner by its own address', volley(lab, siege.everywhere('rawc', rawc)));
  lab.docker('rm', '-f', 'rawc');
  lab.inContainer('app-web', ['ip', 'neigh', 'flush', 'all']);
}
