// Routes of others on the host: a second line with a machine behind it, addresses that the program was not told of, rules that choose another table by
// interface, source or mark, and marks by which packets of containers are diverted. What is undeclared stays closed, what is declared stays live.
import { sh } from './attacks-stage';
import { Crowd } from './crowd';
import { SECOND, secondLine } from './second-line';
import type { Checks } from '../harness/checks';
import type { Answer } from '../harness/matrix';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01', 'T05', 'T40'];

/** Addresses that came after the program: on the uplink, on the loopback, and on the bridges themselves. */
const EXTRA = { uplink: ['192.0.2.77/24', '2001:db8:1::77/64'], loopback: ['198.51.100.250/32', '2001:db8:2::250/128'], bridge: ['198.51.100.240/32', '2001:db8:2::240/128'] } as const; // prettier-ignore
const MARK = '0x77';
const TABLE = '100';
/** Of so many undeclared flows one is asked at a time, others each time. */
const SHARE = 5;

interface Diversion {
  readonly what: string;
  readonly script: string;
  readonly undo: string;
  /** Declared flows that the diversion itself leads astray. */
  readonly astray?: (answer: Answer) => boolean;
}

const both = (words: string) => `ip ${words}; ip -6 ${words}`;
const marks = (action: '-I' | '-D', match: string) =>
  `for t in iptables ip6tables; do $t -w 10 -t mangle ${action} PREROUTING ${match} -j MARK --set-mark ${MARK}; done`;
const outward = ({ source }: Answer) => source === 'app-out';

function diversions(lab: Lab): Diversion[] {
  const bridges = sh(lab, 'cd /sys/class/net && ls -d bh-*').split('\n').filter(Boolean);
  const routesOf = (table: string, device: string) => `${both(`route replace default dev ${device} table ${table}`)}`;
  const undo = `${marks('-D', '-i bh-+')}; ${both(`rule del fwmark ${MARK} lookup ${TABLE}`)}; ${both(`route flush table ${TABLE}`)}; :`;
  const diverted = (what: string, routes: string, astray?: Diversion['astray']): Diversion => ({
    what,
    script: `${marks('-I', '-i bh-+')}; ${routes}; ${both(`rule add fwmark ${MARK} lookup ${TABLE}`)}`,
    undo,
    astray,
  });
  const second = `ip route replace default via ${SECOND.machine} table ${TABLE}; ip -6 route replace default via ${SECOND.machine6} table ${TABLE}`;
  const toItself = `ip route replace local 0.0.0.0/0 dev lo table ${TABLE}; ip -6 route replace local ::/0 dev lo table ${TABLE}`;
  return [
    // The way out, and the way back of what is published, over another uplink than packets came in by: no answer gets to who asked from the LAN.
    diverted('packets of containers marked, and sent over the second line', second, ({ target }) => target === 'published'),
    diverted('packets of containers marked, and taken for those of the host', toItself, (answer) => !answer.source.startsWith('lan') || answer.target === 'published'), // prettier-ignore
    ...[0, bridges.length - 1].map((index) => diverted(`packets of containers marked, and sent into ${bridges[index]}`, routesOf(TABLE, bridges[index]), (answer) => outward(answer) || answer.target === 'published' || answer.target === 'host')), // prettier-ignore
    {
      what: 'what comes in by the second line looked up in a table that leads to each bridge',
      script: `ip route show | grep ' dev bh-' | while read -r line; do ip route replace $line table ${TABLE}; done
        ip -6 route show | grep ' dev bh-' | sed 's/ proto .*//' | while read -r line; do ip -6 route replace $line table ${TABLE}; done
        ${both(`rule add iif ${SECOND.device} lookup ${TABLE}`)}; echo 1 >/proc/sys/net/ipv4/conf/${SECOND.device}/accept_local; echo 1 >/proc/sys/net/ipv4/conf/${SECOND.device}/proxy_arp`,
      undo: `${both(`rule del iif ${SECOND.device} lookup ${TABLE}`)}; ${both(`route flush table ${TABLE}`)}; :`,
    },
    {
      what: 'the way out chosen by the source',
      script: `ip rule add from 10.20.0.0/16 lookup ${TABLE}; ip route show | grep ' dev bh-' | while read -r line; do ip route replace $line table ${TABLE}; done; ip route replace default via ${SECOND.machine} table ${TABLE}`,
      undo: `ip rule del from 10.20.0.0/16 lookup ${TABLE}; ip route flush table ${TABLE}`,
      // As above.
      astray: ({ target, address }) => target === 'published' && !address.includes(':'),
    },
  ];
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const crowd = new Crowd(lab, checks, SHARE);
    const stranger = secondLine(lab);
    const everywhere = () => [...crowd.askFrom(stranger, { device: SECOND.peer }), ...crowd.ask()];
    const asked = (what: string, astray?: Diversion['astray']) => {
      const answers = everywhere();
      crowd.closed(what, answers);
      crowd.live(what, answers, astray);
    };
    asked('a second line');
    crowd.control('a second line', () => crowd.askFrom(stranger, { device: SECOND.peer }));
    checks.step('addresses', () => addresses(checks, crowd));
    sh(lab, 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done');
    for (const { what, script, undo, astray } of diversions(lab)) {
      checks.step(what, () => {
        sh(lab, script);
        sh(lab, 'conntrack -F >/dev/null 2>&1; :');
        asked(what, astray);
        crowd.control(what, everywhere);
        lab.host(['sh', '-c', undo]);
      });
    }
    crowd.healed('after all of that');
    const answers = crowd.ask();
    crowd.closed('after all of that', answers);
    crowd.live('after all of that', answers);
    crowd.notLockedOut('after all of that');
  });
}

/** Addresses that the host got after the program was written: its containers reach none of them, and the LAN reaches by them what it did. */
function addresses(checks: Checks, crowd: Crowd): void {
  const { lab } = crowd;
  const bridges = sh(lab, 'cd /sys/class/net && ls -d bh-*').split('\n').filter(Boolean);
  const devices = { uplink: 'eth0', loopback: 'lo', bridge: bridges[0] };
  for (const [place, list] of Object.entries(EXTRA)) {
    for (const address of list) {
      sh(lab, `ip addr add ${address} dev ${devices[place as keyof typeof devices]} ${address.includes(':') ? 'nodad' : ''}`);
    }
  }
  const plain = Object.values(EXTRA).flat().map((address) => address.split('/')[0]); // prettier-ignore
  const ask = () => crowd.containers.flatMap((container) => crowd.askOf(container, plain));
  crowd.closed('containers to addresses that the host got later', ask());
  crowd.control('addresses that the host got later', ask);
  for (const dst of [NET.host, ...EXTRA.uplink.map((address) => address.split('/')[0])]) {
    const { token } = crowd.probes.one({ ns: 'lanA' }, { proto: 'tcp', dst, port: 22, timeoutMs: 2500, tries: 3 });
    checks.shown(`the LAN reaches the host at ${dst}`, token === 'host');
    const { token: shown } = crowd.probes.one({ ns: 'lanB' }, { proto: 'tcp', dst, port: 443, timeoutMs: 800 });
    checks.shown(`and who may not, no publication there`, shown === undefined, shown);
  }
  for (const [place, list] of Object.entries(EXTRA)) {
    for (const address of list) sh(lab, `ip addr del ${address} dev ${devices[place as keyof typeof devices]}`);
  }
}
