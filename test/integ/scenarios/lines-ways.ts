// Ways of packets that an administrator chooses: tables by mark, by interface and by source, and answers by another line than questions.
import { sh } from './attacks-stage';
import { SECOND } from './second-line';
import type { Answer } from '../harness/matrix';
import { run } from '../lab/exec';
import type { Lab } from '../lab/lab';
import { netnsFile } from '../lab/names';
import { NET } from '../lab/network';

const MARK = '0x77';
const TABLE = '100';

/** A declared flow that does not live, and why that is not the guard's doing. */
export interface Explained {
  readonly why: string;
  readonly is: (answer: Answer) => boolean;
}

export interface Way {
  readonly what: string;
  readonly begin: () => void;
  readonly end: () => void;
  /** With `rp_filter` at this. */
  readonly explained: (rpFilter: number) => readonly Explained[];
  /** What an answer does that comes by another line than its question is asked with every `rp_filter`. */
  readonly isAsymmetric?: boolean;
}

const both = (words: string) => `ip ${words}; ip -6 ${words}`;
const marks = (action: '-I' | '-D') =>
  `for t in iptables ip6tables; do $t -w 10 -t mangle ${action} PREROUTING -i bh-+ -j MARK --set-mark ${MARK}; done`;
/** Every route to a bridge of ours, in the table as well. */
const BRIDGES_TOO = `ip route show | grep ' dev bh-' | while read -r line; do ip route replace $line table ${TABLE}; done
  ip -6 route show | grep ' dev bh-' | grep -v '^fe80' | while read -r block _ dev _; do ip -6 route replace "$block" dev "$dev" table ${TABLE}; done`;
const BY_SECOND = `ip route replace default via ${SECOND.machine} table ${TABLE}; ip -6 route replace default via ${SECOND.machine6} table ${TABLE}`;

const leavesTheHost = ({ source, target }: Answer) => source === 'app-out' || target === 'published';
const isFour = ({ address }: Answer) => !address.includes(':');

/** The kernel looks for the way back by the same rules. */
const strict =
  (is: Explained['is']) =>
  (rpFilter: number): readonly Explained[] =>
    rpFilter === 1
      ? [
          {
            why: 'with rp_filter 1 the kernel refuses over IPv4 what comes by another line than its answer would leave by, before any rule',
            is: (answer) => isFour(answer) && is(answer),
          },
        ]
      : [];
const ofLan = strict(({ source, target }) => source.startsWith('lan') && target === 'published');

export function waysOf(lab: Lab): Way[] {
  const bridges = sh(lab, 'cd /sys/class/net && ls -d bh-*').split('\n').filter(Boolean);
  const six = sh(lab, 'ip -6 route show | grep " dev bh-" | grep -v "^fe80" | head -n 1').split(/\s/)[0].replace(/^((?:[0-9a-f]+:){3}).*$/, '$1:/48'); // prettier-ignore
  const way = (what: string, script: string, undo: string, more: Partial<Way> = {}): Way => ({
    what,
    begin: () => void sh(lab, `set -e; ${script}`),
    end: () => void sh(lab, `${undo}; ${both(`route flush table ${TABLE}`)}; :`),
    explained: () => [],
    ...more,
  });
  const marked = (what: string, routes: string, more: Partial<Way> = {}) =>
    way(`marked packets of containers ${what}`, `${marks('-I')}; ${routes}; ${both(`rule add fwmark ${MARK} lookup ${TABLE}`)}`, `${marks('-D')}; ${both(`rule del fwmark ${MARK} lookup ${TABLE}`)}`, more); // prettier-ignore
  const astray = { why: 'the table itself leads what leaves the host elsewhere', is: leavesTheHost };
  const perBridge = (action: string) => bridges.map((name) => both(`rule ${action} iif ${name} lookup ${TABLE}`)).join('; ');
  return [
    // What is asked by the first line is answered by the second, whose machine passes it on.
    marked('leave by the second line', BY_SECOND, { explained: strict(({ source }) => source === 'app-out'), isAsymmetric: true }),
    marked('are taken for those of the host', `ip route replace local 0.0.0.0/0 dev lo table ${TABLE}; ip -6 route replace local ::/0 dev lo table ${TABLE}`, { explained: () => [astray] }), // prettier-ignore
    ...[bridges[0], bridges[bridges.length - 1]].map((name) =>
      marked(`are sent into ${name}`, both(`route replace default dev ${name} table ${TABLE}`), { explained: () => [astray] }),
    ),
    way('what comes in by a bridge of ours looks in a table of its own', `${BRIDGES_TOO}; ${BY_SECOND}; ${perBridge('add')}`, perBridge('del'), { explained: ofLan, isAsymmetric: true }), // prettier-ignore
    way('what comes in by the second line looks in a table that leads to every bridge', `${BRIDGES_TOO}; ${both(`rule add iif ${SECOND.device} lookup ${TABLE}`)}; echo 1 >/proc/sys/net/ipv4/conf/${SECOND.device}/accept_local; echo 1 >/proc/sys/net/ipv4/conf/${SECOND.device}/proxy_arp`, both(`rule del iif ${SECOND.device} lookup ${TABLE}`)), // prettier-ignore
    way('the source chooses the table', `${BRIDGES_TOO}; ${BY_SECOND}; ip rule add from 10.20.0.0/16 lookup ${TABLE}; ip -6 rule add from ${six} lookup ${TABLE}`, `ip rule del from 10.20.0.0/16 lookup ${TABLE}; ip -6 rule del from ${six} lookup ${TABLE}`, { explained: ofLan, isAsymmetric: true }), // prettier-ignore
    questionsBySecond(lab),
  ];
}

/** LAN client B asks and answers by the second line, in its own name of the first; the host answers and asks by the first. */
function questionsBySecond(lab: Lab): Way {
  const { peer, host, host6 } = SECOND;
  const inB = (script: string) => {
    const { code, stderr } = run(['nsenter', `--net=${netnsFile(lab.id, 'lanB')}`, '--', 'sh', '-c', script]);
    if (code !== 0) throw new Error(`routes of LAN client B: ${stderr}`);
  };
  return {
    what: 'LAN client B sends by the second line in its own name, and the host by the first',
    begin: () =>
      inB(
        `ip route add ${NET.host}/32 via ${host} dev ${peer} src ${NET.lanB} && ip -6 route add ${NET.host6}/128 via ${host6} dev ${peer} src ${NET.lanB6}`,
      ),
    end: () => inB(`ip route del ${NET.host}/32 dev ${peer}; ip -6 route del ${NET.host6}/128 dev ${peer}`),
    explained: strict(({ source, target }) => target === 'lanB' || source === 'lanB'),
    isAsymmetric: true,
  };
}
