// Routing domains of others on the host (VRF): a machine in one that routes lead from to the containers, and a bridge of ours that somebody puts into one,
// where packets come in by the domain and not by the bridge.
import { FIREWALL, sh, waitFor } from './attacks-stage';
import { Crowd, HEALING } from './crowd';
import { SECOND, secondLine } from './second-line';
import type { Checks } from '../harness/checks';
import type { EngineId } from '../lab/cache';
import { patient } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';

export const needsModules = true;

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01', 'T05', 'T40'];

const DOMAIN = 'vrf-blue';
const TABLE = '10';
/** Of so many undeclared flows one is asked at a time, others each time: the guest has one processor. */
const SHARE = 7;

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const made = lab.host(['ip', 'link', 'add', DOMAIN, 'type', 'vrf', 'table', TABLE]);
    if (made.code !== 0) return checks.skip('routing domains', `this kernel has no VRF: ${made.stderr.trim()}`);
    sh(lab, `ip link set ${DOMAIN} up`);
    const crowd = new Crowd(lab, checks, SHARE);
    checks.step('a machine in a domain', () => inADomain(crowd));
    checks.step('a bridge of ours in a domain', () => bridgeInADomain(checks, crowd));
    crowd.healed('after all of that');
    crowd.live('after all of that', crowd.ask());
  });
}

/** Its routes lead to the containers, and theirs to it. */
function inADomain(crowd: Crowd): void {
  const { lab } = crowd;
  const stranger = secondLine(lab);
  sh(
    lab,
    `ip link set ${SECOND.device} master ${DOMAIN}; ip addr replace ${SECOND.host6}/64 dev ${SECOND.device} nodad
    ip route show | grep ' dev bh-' | while read -r block _; do dev=$(ip route show "$block" | sed 's/.* dev \\([^ ]*\\).*/\\1/'); ip route replace "$block" dev "$dev" table ${TABLE}; done
    ip -6 route show | grep ' dev bh-' | grep -v '^fe80' | while read -r block _ dev _; do ip -6 route replace "$block" dev "$dev" table ${TABLE}; done
    ip route replace 198.51.100.0/24 dev ${SECOND.device}; ip -6 route replace 2001:db8:2::/64 dev ${SECOND.device}
    echo 1 >/proc/sys/net/ipv4/tcp_l3mdev_accept; echo 1 >/proc/sys/net/ipv4/udp_l3mdev_accept; for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done`,
  );
  const from = () => crowd.askFrom(stranger, { device: SECOND.peer });
  crowd.closed('a machine in a domain', from());
  crowd.control('a machine in a domain', from);
  const answers = crowd.ask();
  crowd.closed('beside a machine in a domain', answers);
  crowd.live('beside a machine in a domain', answers);
}

/** Who puts one there is root, and means no attack; but no rule that names the bridge is asked there. */
function bridgeInADomain(checks: Checks, crowd: Crowd): void {
  const { lab } = crowd;
  const bridges = sh(lab, 'cd /sys/class/net && ls -d bh-*').split('\n').filter(Boolean);
  crowd.deployment.unwatch();
  // The kernel takes a bridge down and up again when its master changes, and its IPv6 addresses with it, which Docker gives it when it starts alone.
  sh(lab, 'echo 1 >/proc/sys/net/ipv6/conf/all/keep_addr_on_down');
  const enslave = () =>
    sh(lab, `for b in ${bridges.join(' ')}; do ip link set "$b" master ${DOMAIN}; done; conntrack -F >/dev/null 2>&1; :`);
  enslave();
  const open = crowd.ask().filter(({ expected, observed }) => !expected && observed);
  checks.say(`our bridges in a domain, and nobody looks: ${open.length} undeclared flows are open, such as ${open.slice(0, 5).map(({ source, target, address, port }) => `${source} -> ${target} ${address} ${port}`).join(', ')}`); // prettier-ignore
  const told = lab.host([FIREWALL, 'check']);
  checks.shown('check tells of a bridge that has a master', told.code !== 0 && told.stdout.includes('/master'), told.stdout);
  crowd.deployment.watch();
  const ms = waitFor(() => masters(lab) === '', HEALING);
  checks.shown('the watch takes our bridges out of it', ms !== undefined, masters(lab));
  enslave();
  const again = waitFor(() => masters(lab) === '', HEALING);
  checks.shown('at once, whenever it is told of a link', again !== undefined && again < patient(5_000), `${again} ms`);
  crowd.closed('after that', crowd.ask());
}

const masters = (lab: Lab) => sh(lab, 'ls -d /sys/class/net/bh-*/master 2>/dev/null; :').trim();
