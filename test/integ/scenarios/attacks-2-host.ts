// The host's side of the guard under attack: a local user and the locks, runs that are killed, what lies where the stamp should, and tables that the
// guard does not expect.
import { apply, ourRules, sh, UnwatchedDeployment, waitFor } from './attacks-stage';
import { program } from './three-tier';
import type { Checks } from '../harness/checks';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, type Unit, withLab } from '../lab/lab';

const FIREWALL = '/usr/local/sbin/bulkhead-firewall';
const NOBODY = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
const FLUSH = 'iptables -w 10 -t mangle -F';
/** Without word of nf_tables the watch looks every ten seconds. */
const HEALING = 15_000;
const KILLS = 50;

interface Stage {
  readonly lab: Lab;
  readonly checks: Checks;
  readonly whole: string;
}

const hasStamp = (lab: Lab): boolean => lab.host(['sh', '-c', 'for s in /run/bulkhead/stamp-*; do [ -e "$s" ] || exit 1; done']).code === 0;
const stampFile = (lab: Lab): string => sh(lab, 'sed 1q /etc/bulkhead/daemon-id | sed "s,^,/run/bulkhead/stamp-,"').trim();

/** A local user opens, holds and stops all that he can, and makes what he can where ours would be. */
function localUser({ lab, checks, whole }: Stage): void {
  const opened = sh(lab, `${NOBODY} sh -c 'find /run/bulkhead -type f -o -type p' 2>/dev/null || :`).split('\n').filter(Boolean);
  checks.shown(
    'a local user sees the stamp and nothing else',
    opened.every((file) => file.includes('/stamp-')),
    opened.join(' '),
  );
  const made = sh(
    lab,
    `${NOBODY} sh -c 'cd /run/bulkhead && for c in "mkdir x" "mkfifo y" "ln -s /etc z" "rm -f stamp-*" "ls private" "cat private/live.v4" "touch private/lock" "mv private p"; do $c 2>/dev/null && echo "$c"; done; :'`,
  );
  checks.shown('he makes, reads and removes nothing there', made === '', made);
  const holders = opened.map((file) => sh(lab, `${NOBODY} flock "$1" sleep 60 >/dev/null 2>&1 & echo $!`, file).trim());
  sh(lab, FLUSH);
  const began = Date.now();
  const healed = lab.host([FIREWALL, 'apply'], { timeout: 90_000 });
  checks.shown(
    `with every lock held that he can open, apply heals (${Date.now() - began} ms)`,
    healed.code === 0 && ourRules(lab) === whole && Date.now() - began < 30_000,
    healed.stdout + healed.stderr,
  );
  checks.step('the engine restarts meanwhile', () => lab.restartEngine());
  const watch = lab.startUnit('bulkhead-watch')!;
  sh(lab, FLUSH);
  const ms = waitFor(() => ourRules(lab) === whole, HEALING);
  checks.shown('the watch runs and heals meanwhile', ms !== undefined);
  lab.stopUnit(watch);
  for (const pid of holders) lab.host(['kill', '-9', pid]);

  // What was open to all for a while may be held.
  sh(
    lab,
    `chmod 755 /run/bulkhead/private; chmod 644 /run/bulkhead/private/lock; ${NOBODY} flock /run/bulkhead/private/lock sleep 60 >/dev/null 2>&1 & sleep 0.3; ${FLUSH}`,
  );
  const after = lab.host([FIREWALL, 'apply'], { timeout: 90_000 });
  const mode = sh(lab, 'stat -c "%a %u" /run/bulkhead/private').trim();
  checks.shown(
    'a folder that was open for a while is closed, with locks of its own',
    after.code === 0 && mode === '700 0',
    `${mode} ${after.stderr}`,
  );
  sh(lab, 'rm -rf /run/bulkhead/private; ln -s /tmp /run/bulkhead/private');
  checks.check(
    'a link in its place is replaced',
    lab.host([FIREWALL, 'apply']).code === 0 && sh(lab, 'stat -c %F /run/bulkhead/private').trim() === 'directory',
  );
  checks.check('rules are whole', ourRules(lab) === whole);
}

/** SIGKILL at any moment of a run after a flush. */
function killed({ lab, checks, whole }: Stage): void {
  const counts = JSON.parse(
    lab
      .mustHost(
        'killing apply',
        [
          'sh',
          '-c',
          `rules() { iptables-save -t mangle | grep BULKHEAD | sed 's/\\[.*//' | cksum; }
fits() { for s in /run/bulkhead/stamp-*; do [ -e "$s" ] || return 1; done; }
good=$(rules); stamped=0; early=0; wrong=0; begun=0; i=0
while [ $i -lt ${KILLS} ]; do
  i=$((i + 1))
  ${FIREWALL} apply --quiet >/dev/null
  [ "$(rules)" = "$good" ] && fits || { echo "{\\"broken\\": $i}"; exit; }
  ${FLUSH}; flushed=$(rules)
  ${FIREWALL} apply --quiet >/dev/null 2>&1 & pid=$!
  sleep "$(awk -v i=$i 'BEGIN { srand(i); printf "%.3f", 0.03 + rand() * 0.9 }')"
  # A run that holds no stamp yet has not begun.
  held=$(readlink /run/bulkhead/stamp-* || :)
  kill -9 $pid 2>/dev/null || :
  wait $pid 2>/dev/null || :
  now=$(rules)
  fits || continue
  stamped=$((stamped + 1))
  [ "$now" = "$good" ] && continue
  [ -z "$held" ] && [ "$now" = "$flushed" ] && early=$((early + 1)) && continue
  wrong=$((wrong + 1))
done
${FIREWALL} apply --quiet >/dev/null
echo "{\\"kills\\": $i, \\"stamped\\": $stamped, \\"early\\": $early, \\"wrong\\": $wrong}"`,
        ],
        // 50 times two runs, on a machine that may do other work.
        { timeout: 400_000 },
      )
      .trim()
      .split('\n')
      .at(-1)!,
  ) as { kills?: number; stamped: number; early: number; wrong: number };
  checks.say(`SIGKILL ${counts.kills} times in apply after a flush: ${JSON.stringify(counts)} (early: before the run had opened anything)`);
  checks.shown(
    'no run that is killed leaves a stamp over wrong rules',
    counts.kills === KILLS && counts.wrong === 0,
    JSON.stringify(counts),
  );
  checks.check('the next apply heals', ourRules(lab) === whole && hasStamp(lab));
}

/** A look on a host where all holds never keeps a container from starting. */
function startsMeanwhile({ lab, checks }: Stage): void {
  sh(lab, `: >/tmp/looking; (while [ -e /tmp/looking ]; do ${FIREWALL} apply --quiet; done) >/tmp/looks 2>&1 & :`);
  const failures: string[] = [];
  let held = 0;
  for (let i = 0; i < 15; i++) {
    lab.docker('stop', '-t', '0', 'app-db');
    if (lab.host(['sh', '-c', 'readlink /run/bulkhead/stamp-*']).code === 0) held++;
    const started = lab.host(['docker', 'start', 'app-db']);
    if (started.code !== 0) failures.push(started.stderr);
  }
  sh(lab, 'rm /tmp/looking; sleep 2');
  checks.shown(
    `while apply looks without end, containers start (15 of 15; ${held} times in the middle of a look)`,
    failures.length === 0,
    failures.join('\n'),
  );
  const looks = sh(lab, 'cat /tmp/looks');
  checks.check('and nothing was changed', looks === '', looks);
}

/** What an accident, or whoever is root, puts where the stamp belongs. */
function inItsPlace({ lab, checks }: Stage): void {
  const stamp = stampFile(lab);
  const things: Record<string, string> = {
    'a folder': 'mkdir -p "$1/x"',
    'another text': 'echo nothing >"$1"; chmod 644 "$1"',
    'a FIFO': 'mkfifo "$1"',
    'a link to another file': 'ln -s /etc/hostname "$1"',
    'a file that all may write': 'sed 1q /etc/bulkhead/daemon-id >"$1"; chmod 666 "$1"',
    nothing: ':',
  };
  for (const [what, command] of Object.entries(things)) {
    sh(lab, `rm -rf "$1"; ${command}`, stamp);
    const told = lab.host([FIREWALL, 'check'], { timeout: 30_000 });
    const gone = !hasStamp(lab);
    const healed = lab.host([FIREWALL, 'apply'], { timeout: 30_000 });
    checks.shown(
      `${what} in the place of the stamp: check tells and takes it, apply writes the stamp`,
      told.code === 1 && gone && healed.code === 0 && sh(lab, 'cat "$1"', stamp) === sh(lab, 'sed 1q /etc/bulkhead/daemon-id'),
      `${told.stdout}${told.stderr}${gone ? '' : 'not taken'}${healed.stderr}`,
    );
  }
}

/** Where a run cannot do its work there is no stamp. */
function starved({ lab, checks, whole }: Stage): void {
  const bounds: Record<string, string> = {
    'twelve open files': 'ulimit -n 12',
    'no file may grow': 'ulimit -f 0',
    'little memory': 'ulimit -v 3000',
    '/run is full':
      'dd if=/dev/zero of=/run/fill bs=1M >/dev/null 2>&1 || :; dd if=/dev/zero of=/run/fill2 bs=1 count=5000 >/dev/null 2>&1 || :',
  };
  for (const [what, command] of Object.entries(bounds)) {
    if (what === '/run is full') sh(lab, 'mount -o remount,size=4m /run');
    sh(lab, FLUSH);
    const done = lab.host(['sh', '-c', `${command}; ${FIREWALL} apply`], { timeout: 90_000 });
    const right = ourRules(lab) === whole;
    checks.shown(
      `${what}: apply ${done.code === 0 ? 'heals' : `fails (exit ${done.code})`}, and ${hasStamp(lab) ? 'there is a stamp' : 'there is no stamp'}`,
      (done.code === 0) === right && hasStamp(lab) === right,
      done.stdout + done.stderr,
    );
    sh(lab, 'rm -f /run/fill /run/fill2');
    checks.check(`${what}: then apply heals`, lab.host([FIREWALL, 'apply']).code === 0 && ourRules(lab) === whole);
  }
  sh(lab, 'mount -o remount,size=50% /run');
}

const OURS =
  'for t in iptables-nft iptables-legacy ip6tables-nft ip6tables-legacy; do $t-save 2>/dev/null | grep -c -e BULKHEAD | sed "s/^/$t /"; done';

/** From one kind of tables to the other, and back. */
function switched({ lab, checks, whole }: Stage): void {
  if (lab.host(['sh', '-c', 'command -v iptables-legacy-save && iptables-legacy -t mangle -S']).code !== 0) {
    return checks.skip('a switch to iptables-legacy', 'this kernel has no such tables, or the host no such program');
  }
  const set = (variant: string) =>
    sh(lab, `for t in iptables ip6tables; do update-alternatives --set $t /usr/sbin/$t-${variant} >/dev/null; done`);
  sh(
    lab,
    'for t in iptables ip6tables; do for b in filter nat mangle raw; do $t-legacy -t $b -F; $t-legacy -t $b -X; done; done 2>/dev/null; :',
  );
  apply(lab);
  set('legacy');
  const told = lab.host([FIREWALL, 'check']);
  checks.shown('check tells that iptables has become another one', told.code === 1 && /iptables-nft/.test(told.stdout), told.stdout);
  const moved = lab.host([FIREWALL, 'apply']);
  const counts = sh(lab, OURS);
  checks.shown(
    "apply moves the guard; Docker's rules stay behind, so it says the way out and writes no stamp",
    moved.code === 2 &&
      /reboot|update-alternatives/.test(moved.stderr) &&
      !hasStamp(lab) &&
      /iptables-nft 0\n/.test(counts) &&
      /iptables-legacy [1-9]/.test(counts),
    `${moved.stderr}${counts}`,
  );
  set('nft');
  const back = lab.host([FIREWALL, 'apply']);
  const after = sh(lab, OURS);
  checks.shown(
    'switched back it heals, and leaves nothing in the other tables',
    back.code === 0 &&
      hasStamp(lab) &&
      ourRules(lab) === whole &&
      /iptables-legacy 0\nip6tables-nft [1-9]\d*\nip6tables-legacy 0/.test(after),
    `${back.stdout}${back.stderr}${after}`,
  );
}

/** An engine whose own rules are in tables of nftables. */
function nftablesEngine({ lab, checks }: Stage): void {
  const json = sh(lab, 'cat /etc/docker/daemon.json');
  const asked = { ...(JSON.parse(json) as Record<string, unknown>), 'firewall-backend': 'nftables' };
  lab.writeFile('/etc/docker/daemon.json', JSON.stringify(asked, null, 2));
  const refused = lab.host([FIREWALL, 'apply']);
  checks.shown(
    'an engine that is told to use nftables: no stamp, and the way out is said',
    refused.code === 2 && /firewall-backend to iptables/.test(refused.stderr) && !hasStamp(lab),
    refused.stdout + refused.stderr,
  );
  const runs = Number.parseInt(lab.version().version, 10) >= 29;
  if (runs) {
    lab.stopEngine();
    lab.startEngine({ withoutUnits: true });
    lab.writeFile('/etc/docker/daemon.json', json);
    const seen = lab.host([FIREWALL, 'apply']);
    checks.shown(
      'one that runs with it is known by its tables',
      seen.code === 2 && /docker-bridges/.test(seen.stderr) && !hasStamp(lab),
      seen.stderr,
    );
    const flag = lab.host(['sh', '-c', 'dockerd --validate --firewall-backend=nftables --config-file /etc/docker/daemon.json']);
    checks.shown('our daemon.json and the flag are refused together', flag.code !== 0, flag.stdout + flag.stderr);
    lab.stopEngine();
    lab.startEngine({});
  } else {
    lab.writeFile('/etc/docker/daemon.json', json);
  }
  const healed = lab.host([FIREWALL, 'apply']);
  checks.shown('with iptables again it is content', healed.code === 0 && hasStamp(lab), healed.stderr);
}

/** From the flush to the healed guard, looked at every few milliseconds on the host. */
function gap({ lab, checks, whole }: Stage): void {
  const watch: Unit = lab.startUnit('bulkhead-watch')!;
  sleep(1_500);
  const measure = () =>
    Number(
      sh(
        lab,
        `${FLUSH}; a=$(date +%s%N); until iptables -t mangle -S 2>/dev/null | grep -q -e '-A FORWARD -j BULKHEAD-FORWARD'; do [ $(($(date +%s%N) - a)) -lt ${HEALING}000000 ] || break; done; echo $((($(date +%s%N) - a) / 1000000))`,
      ),
    );
  const times = Array.from({ length: 5 }, () => {
    const ms = measure();
    waitFor(() => ourRules(lab) === whole && hasStamp(lab), HEALING);
    sleep(1_000);
    return ms;
  });
  checks.say(`iptables -t mangle -F with the watch: open for ${times.join(', ')} ms`);
  checks.shown(
    'the guard is back within 15 s each time',
    times.every((ms) => ms < HEALING),
  );
  const monitor = lab.host([
    'sh',
    '-c',
    'for p in /proc/[0-9]*; do tr "\\0" " " <$p/cmdline 2>/dev/null | grep -q "^nft monitor" && [ "$(readlink $p/ns/net)" = "$(readlink /proc/self/ns/net)" ] && echo ${p#/proc/}; done',
  ]);
  for (const pid of monitor.stdout.split('\n').filter(Boolean)) lab.host(['kill', pid]);
  const slow = measure();
  checks.say(`the same where nothing is told of changes: ${slow} ms`);
  checks.check('the watch heals without being told', slow < HEALING, String(slow));
  lab.stopUnit(watch);
}

function removed({ lab, checks }: Stage): void {
  // As a host that was switched without anybody applying: both tables have rules of ours.
  sh(
    lab,
    'iptables-legacy -t mangle -N BULKHEAD-FORWARD && iptables-legacy -t mangle -A BULKHEAD-FORWARD -i bh-+ -j DROP && iptables-legacy -t mangle -I FORWARD -j BULKHEAD-FORWARD || :',
  );
  const done = lab.host([FIREWALL, 'remove'], { timeout: 60_000 });
  const rest = sh(lab, `${OURS}; nft list tables | grep bulkhead; ls -d /run/bulkhead 2>/dev/null; :`);
  checks.shown(
    'remove takes the rules from both kinds of tables, and the table of frames',
    done.code === 0 && !/ [1-9]|bulkhead/.test(rest),
    rest + done.stderr,
  );
}

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T61', 'T62', 'T80', 'T81', 'T82'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new UnwatchedDeployment(lab, program);
    deployment.up();
    apply(lab);
    const stage: Stage = { lab, checks, whole: ourRules(lab) };
    checks.step('a local user', () => localUser(stage));
    checks.step('killed', () => killed(stage));
    checks.step('starts meanwhile', () => startsMeanwhile(stage));
    checks.step('in its place', () => inItsPlace(stage));
    checks.step('starved', () => starved(stage));
    checks.step('the gap', () => gap(stage));
    checks.step('an engine with nftables', () => nftablesEngine(stage));
    checks.step('switched', () => switched(stage));
    checks.step('removed', () => removed(stage));
  });
}
