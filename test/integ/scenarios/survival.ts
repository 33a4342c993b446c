// What is closed stays closed while the engine restarts, is killed, and while somebody flushes the firewall; and what is ours comes back as it was.
import { apply, dockersRules, FIREWALL, memberships, ourBridges, ourRules, sh, type Shot, volley, waitFor } from './attacks-stage';
import { program } from './three-tier';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS } from '../harness/deployment';
import { type Answer, judge } from '../harness/matrix';
import { type Cast, cast, declared, INTERNET, LAN_B } from '../harness/three-tier';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, type Unit, type Where, withLab } from '../lab/lab';
import type { Running } from '../lab/probe';

const RESTARTS = 5;
const RATE = 800;
/** The watch looks every ten seconds, and an apply takes a moment on a busy machine. */
const HEALING = 15_000;

/** Its watch can be stopped, for what it would heal too soon. */
class WatchedDeployment extends Deployment {
  private unit?: Unit;

  watch(): void {
    this.unit ??= this.lab.startUnit('bulkhead-watch');
  }

  unwatch(): void {
    if (this.unit) this.lab.stopUnit(this.unit);
    this.unit = undefined;
  }
}

interface Stage extends Cast {
  readonly lab: Lab;
  readonly checks: Checks;
  readonly deployment: WatchedDeployment;
}

/** Every question of the three-tier matrix, all at the same time. */
function matrix({ lab, actors, targets, tiers }: Stage, timeoutMs = 900, patience = 3): Answer[] {
  const wanted = declared({ tiers, actors });
  const questions = actors.flatMap((actor) =>
    targets
      .filter(({ only }) => only === undefined || only.has(actor.name))
      .filter(({ address }) => !actor.endpoints.some((own) => own.address === address))
      .flatMap(({ name, address, ports }) => {
        const base = { source: actor.name, where: actor.where, target: name, address };
        return [
          ...ports.tcp.map((port) => ({ ...base, proto: 'tcp' as const, port })),
          ...ports.udp.map((port) => ({ ...base, proto: 'udp' as const, port })),
          ...(ports.icmp ? [{ ...base, proto: 'icmp' as const, port: 0 }] : []),
        ];
      }),
  );
  const shots = questions.map((q): Shot => {
    const open = wanted(q);
    return {
      from: q.source,
      where: q.where,
      what: q.target,
      dst: q.address,
      proto: q.proto,
      port: q.port,
      timeoutMs: open ? 3000 : timeoutMs,
      tries: open ? patience : 1,
    };
  });
  return volley(lab, shots).map((hit, i) => {
    const { where: _where, ...question } = questions[i];
    return {
      ...question,
      expected: wanted(question),
      observed: hit.reached,
      outcome: `${hit.result.outcome} ${hit.result.token ?? hit.result.detail ?? ''}`,
    };
  });
}

/**
 * Only the half that must never be open. With Docker's NAT gone, what is published is a port of the host itself (of a socket that the engine holds and
 * that says nothing, or of our listener there): no container can answer, so such answers to outsiders are no breach.
 */
function judgeClosed({ lab, checks }: Stage, what: string, answers: readonly Answer[]): number {
  const natGone = !lab.host(['iptables', '-w', '10', '-t', 'nat', '-S']).stdout.includes('--to-destination');
  const isHostsOwn = ({ source, address, proto, port }: Answer): boolean =>
    natGone && address === HOST_ADDRESS && proto === 'tcp' && port === 443 && !source.startsWith('app-');
  const closed = answers.filter((answer) => !answer.expected && !isHostsOwn(answer));
  const open = closed.filter(({ observed }) => observed);
  checks.check(
    `${what}: what is closed stays closed`,
    open.length === 0,
    open
      .map(({ source, target, address, proto, port, outcome }) => `${source} -> ${target} ${address} ${proto}/${port} ${outcome}`)
      .join('\n'),
  );
  checks.say(`${what}: ${open.length} of ${closed.length} closed probes were open`);
  return open.length;
}

/** Floods from a source that no publication allows, and counts in the container what of it arrives. */
function underFlood({ lab, probes }: Stage, act: () => void): { sent: number; through: number } {
  const gateway = memberships(lab, 'app-web').find(({ network }) => network.endsWith('-gw'))!;
  const sniffer = probes.start({ container: 'app-web' }, 'sniff', { src: LAN_B, direction: 'in' });
  const floods = [
    probes.start({ ns: 'lanB' }, 'flood', { proto: 'tcp', dst: HOST_ADDRESS, port: 443, rate: RATE, seconds: 110 }),
    probes.start({ ns: 'lanB' }, 'flood', { proto: 'udp', dst: gateway.address, port: 8080, rate: RATE, seconds: 110 }),
    probes.start({ ns: 'lanB' }, 'flood', { proto: 'tcp', dst: gateway.address, port: 8443, rate: RATE / 4, seconds: 110 }),
  ];
  act();
  const sent = floods.reduce((sum, flood) => sum + (flood.stop().sent ?? 0), 0);
  sleep(300);
  return { sent, through: sniffer.stop<{ total: number }>().total };
}

function restartsUnderFlood(stage: Stage): void {
  const { lab, checks } = stage;
  const pid = lab.containerPid('app-web');
  const { sent, through } = underFlood(stage, () => {
    for (let i = 0; i < RESTARTS; i++) lab.restartEngine();
  });
  checks.say(`${RESTARTS} restarts with live-restore: ${sent} packets sent, ${through} got through`);
  checks.check('restarts under flood: 0 packets through', through === 0, `${through} of ${sent}`);
  checks.check('the flood was one', sent > 1000, `${sent}`);
  checks.check('live-restore kept the container', pid === Number(lab.docker('inspect', '--format', '{{.State.Pid}}', 'app-web')));
}

/** The same with a drop in DOCKER-USER alone, which is what the guard exists for. Shown, since it depends on moments; but without any rule the flood gets in. */
function withoutGuard(stage: Stage): void {
  const { lab, checks, deployment } = stage;
  const chains = ['FORWARD', 'INPUT', 'OUTPUT'];
  deployment.unwatch();
  const options = { withoutUnits: true };
  sh(lab, chains.map((chain) => `iptables -w 10 -t mangle -D ${chain} -j BULKHEAD-${chain}`).join('\n'));
  sh(lab, `iptables -w 10 -I DOCKER-USER 1 -s ${LAN_B} -o bh-+ -j DROP`);
  const { sent, through } = underFlood(stage, () => {
    for (let i = 0; i < 2; i++) lab.restartEngine(options);
  });
  checks.say(`control, a drop in DOCKER-USER alone, 2 restarts: ${sent} sent, ${through} got through (shown only)`);
  sh(lab, `iptables -w 10 -D DOCKER-USER -s ${LAN_B} -o bh-+ -j DROP`);
  const none = underFlood(stage, () => sleep(1500));
  checks.say(`control, no rule at all: ${none.sent} sent, ${none.through} got through`);
  checks.check('control: without guard and drop the flood is seen', none.through > 0, `${none.through} of ${none.sent}`);
  sh(lab, 'conntrack -D -s ' + LAN_B + ' >/dev/null 2>&1 || :');
  apply(lab);
  deployment.watch();
}

interface Before {
  readonly ours: string;
  readonly dockers: string;
}

function unchanged({ lab, checks }: Stage, what: string, before: Before): void {
  const ours = ourRules(lab);
  checks.check(`${what}: our rules are the same bytes`, ours === before.ours, () => difference(before.ours, ours));
  const dockers = dockersRules(lab, ourBridges(lab));
  checks.check(`${what}: Docker's rules of each bridge are the same`, dockers === before.dockers, () =>
    difference(before.dockers, dockers),
  );
  const order = sh(
    lab,
    'iptables-save -t mangle | grep -E -m 1 "^-A FORWARD"; iptables-save -t filter | grep -E -m 1 "^-A (FORWARD|DOCKER-USER)"; iptables -S DOCKER-USER | sed -n 2p',
  );
  checks.check(
    `${what}: the jumps come first`,
    order.includes('-A FORWARD -j BULKHEAD-FORWARD') && order.includes('-A DOCKER-USER -j BULKHEAD-PASS'),
    order,
  );
  checks.say(`${what}: ${ours.split('\n').length - 1} lines of ours, ${dockers.split('\n').length} of Docker's`);
}

function difference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return (
    [
      ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
      ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
    ].join('\n') || 'only the order'
  );
}

/** dockerd restarted, our chains flushed and the unit run again, the installer twice: the same each time. */
function comeBack(stage: Stage, before: Before): void {
  const { lab, checks, deployment } = stage;
  const again = (what: string): void => {
    judge(checks, what, matrix(stage));
    unchanged(stage, what, before);
  };
  lab.restartEngine();
  again('after a restart');
  sh(lab, 'for c in FORWARD INPUT OUTPUT; do iptables -w 10 -t mangle -F BULKHEAD-$c; done; iptables -w 10 -F BULKHEAD-PASS');
  lab.startUnit('bulkhead-firewall');
  again('after our chains were flushed and the unit ran');
  for (const turn of ['first', 'second']) {
    const told = deployment.install();
    checks.check(`install.sh, ${turn} time: files do not change`, told.includes('files: nothing changed'), told);
  }
  again('after install.sh twice');
  const plan = deployment.plan();
  checks.shown('the plan after restarts is empty', !plan.changes, plan.text);
}

function killed(stage: Stage, before: Before): void {
  const { lab, checks } = stage;
  const { sent, through } = underFlood(stage, () => {
    lab.killEngine();
    judge(checks, 'dockerd killed', matrix(stage));
    lab.startEngine();
  });
  checks.check('kill -9 and start under flood: 0 packets through', through === 0, `${through} of ${sent}`);
  checks.say(`kill -9 and start under flood: ${sent} sent, ${through} got through`);
  judge(checks, 'after kill -9 and start', matrix(stage));
  unchanged(stage, 'after kill -9 and start', before);
}

interface Disaster {
  readonly command: string;
  /** Whether the guard itself stands through it, so that nothing may open meanwhile. */
  readonly guardStands: boolean;
  /** Docker's own rules are gone with ours: publications need a restart of the engine. */
  readonly takesDockers: boolean;
}

const DISASTERS: readonly Disaster[] = [
  { command: 'iptables -F', guardStands: true, takesDockers: true },
  { command: 'iptables -t mangle -F', guardStands: false, takesDockers: false },
  { command: 'nft flush ruleset', guardStands: false, takesDockers: true },
];

function flushed(stage: Stage, before: Before, { command, guardStands, takesDockers }: Disaster): void {
  const { lab, checks } = stage;
  sh(lab, command);
  const meanwhile = matrix(stage, 500, 1);
  const settled = ourRules(lab);
  const early = settled === before.ours;
  if (guardStands) {
    judgeClosed(stage, `${command}, not healed yet`, meanwhile);
  } else {
    const open = meanwhile.filter(({ expected, observed }) => !expected && observed).length;
    checks.say(
      `${command}, not healed yet: ${open} probes open that must be closed (shown only: the guard is gone until it heals${early ? '; it was back before the probes ended' : ''})`,
    );
  }
  const ms = waitFor(() => ourRules(lab) === before.ours, HEALING);
  checks.check(`${command}: the watch heals within ${HEALING} ms`, ms !== undefined, () => difference(before.ours, ourRules(lab)));
  checks.say(`${command}: ${ms === undefined ? 'NOT healed' : `healed ${ms} ms after the probes`}`);
  judgeClosed(stage, `${command}, healed`, matrix(stage, 900, 1));
  if (takesDockers) {
    lab.restartEngine();
    hooked(stage, command);
  }
  judge(checks, `${command}, healed${takesDockers ? ' and the engine restarted' : ''}`, matrix(stage));
  unchanged(stage, `${command}, after all`, before);
}

/** Engines up to 26 do not hook DOCKER-USER in again when they start beside running containers; then the watch does. */
function hooked({ lab, checks }: Stage, what: string): void {
  const ms = waitFor(() => lab.host(['iptables', '-w', '10', '-C', 'FORWARD', '-j', 'DOCKER-USER']).code === 0, HEALING);
  checks.check(`${what}: DOCKER-USER is hooked in`, ms !== undefined);
}

/** The guard's program without the part that ends what came up while the guard was gone. */
const FORGETFUL = '/run/bulkhead-forgetful';

/** Who opened a connection while the guard was gone does not keep it: not over TCP, not over UDP, to and from containers; what is declared goes on. */
function openedInTheGap(stage: Stage): void {
  const { lab, checks, deployment, probes } = stage;
  deployment.unwatch();
  sh(lab, `sed 's/: >"$private.unguarded"/:/' ${FIREWALL} >${FORGETFUL} && chmod 755 ${FORGETFUL} && ! cmp -s ${FIREWALL} ${FORGETFUL}`);
  const [web, api] = ['app-web', 'app-api'].map((name) => memberships(lab, name));
  const shared = api.find(({ network }) => web.some((own) => own.network === network))!;
  const gateway = web.find(({ network }) => network.endsWith('-gw'))!;
  const hold = (where: Where, dst: string, proto: 'tcp' | 'udp', port: number): Running =>
    probes.start(where, 'hold', { dst, proto, port, seconds: 100, timeoutMs: 3000, deadAfterMs: 2500 });
  const declaredFlow = hold({ container: 'app-web' }, shared.address, 'tcp', 8080);
  const published = hold({ ns: 'lanA' }, HOST_ADDRESS, 'tcp', 443);
  for (const [what, script] of [
    ['control, a program that forgets them', FORGETFUL],
    ['healed', FIREWALL],
  ] as const) {
    sh(lab, 'for t in raw mangle; do iptables -w 10 -t $t -F; done');
    const opened = [
      ['host -> app-web tcp/9090', hold({ host: true }, gateway.address, 'tcp', 9090)],
      ['host -> app-web udp/53', hold({ host: true }, gateway.address, 'udp', 53)],
      ['app-web -> host tcp/22', hold({ container: 'app-web' }, HOST_ADDRESS, 'tcp', 22)],
      ['app-web -> internet tcp/22', hold({ container: 'app-web' }, INTERNET, 'tcp', 22)],
      ['app-web -> internet udp/53', hold({ container: 'app-web' }, INTERNET, 'udp', 53)],
    ] as const;
    lab.mustHost(what, [script, 'apply'], { timeout: 120_000 });
    sleep(3500);
    for (const [flow, running] of opened) {
      const result = running.stop(10_000);
      const alive = result.alive === true;
      const right = (result.answers ?? 0) > 0 && alive === (script === FORGETFUL);
      checks.check(`opened while the guard was gone, ${what}: ${flow} is ${alive ? 'alive' : 'dead'}`, right, JSON.stringify(result));
    }
  }
  for (const [what, running] of [
    ['web -> api', declaredFlow],
    ['lanA -> published', published],
  ] as const) {
    const result = running.stop(10_000);
    checks.check(`${what}: what is declared was not interrupted`, result.alive === true, JSON.stringify(result));
  }
  sh(lab, `rm -f ${FORGETFUL}`);
  deployment.watch();
}

/** The whole time from the flush to the healed guard, without probes in between. */
function healingTime({ lab, checks }: Stage, before: Before): void {
  const times = [1, 2, 3].map(() => {
    sh(lab, 'iptables -w 10 -t mangle -F');
    const ms = waitFor(() => ourRules(lab) === before.ours, HEALING);
    return ms ?? Infinity;
  });
  checks.say(`iptables -t mangle -F three times: healed after ${times.join(', ')} ms`);
  checks.check(
    `the watch heals within ${HEALING} ms, three times`,
    times.every((ms) => ms <= HEALING),
    times.join(', '),
  );
}

function stamp({ lab, checks }: Stage): void {
  // In one go, and again where the watch was just looking: it makes the stamp anew before the engine has come to the mount.
  const tries = [1, 2, 3].map(() => {
    lab.docker('stop', '-t', '1', 'app-db');
    return lab.host(['sh', '-c', 'rm -f /run/bulkhead/stamp-*; docker start app-db']);
  });
  const refused = tries.filter(({ code, stderr }) => code !== 0 && stderr.includes('/run/bulkhead/stamp-'));
  checks.check('without the stamp no container starts', refused.length > 0, tries.map(({ stdout, stderr }) => stdout + stderr).join(''));
  const back = waitFor(() => lab.host(['sh', '-c', 'ls /run/bulkhead/stamp-*']).code === 0, HEALING);
  checks.check('the watch makes the stamp anew', back !== undefined);
  const started = lab.host(['docker', 'start', 'app-db']);
  checks.check('control: with the stamp it starts', started.code === 0, started.stderr);
  checks.say(`stamp: start refused without (${refused.length} of ${tries.length} tries met no stamp), back after ${back} ms`);
}

function remove({ lab, checks, deployment }: Stage): void {
  const script = lab.copyIn(`${deployment.hostFiles}/install.sh`, 'install.sh');
  const told = lab.host(['sh', script, '--remove'], { timeout: 120_000 });
  checks.check('install.sh --remove succeeds', told.code === 0, told.stdout + told.stderr);
  // Whatever the watch would still do has to be over.
  sleep(12_000);
  const rules = sh(lab, 'iptables-save | grep -i bulkhead; ip6tables-save | grep -i bulkhead; ipset list -n; :');
  checks.check('--remove leaves no rule, chain or set', rules === '', rules);
  const files = sh(
    lab,
    'ls -d /run/bulkhead /etc/bulkhead 2>/dev/null; find /etc /usr/local /run -xdev -iname "*bulkhead*" 2>/dev/null | grep -v before-bulkhead; :',
  );
  checks.check('--remove leaves no file', files === '', files);
  const docker = sh(lab, 'docker ps -q | wc -l; iptables -S DOCKER-USER | head -1');
  checks.check('--remove leaves containers and Docker alone', /^3\n-N DOCKER-USER/.test(docker), docker);
  checks.say(
    `--remove: ${told.stdout.trim().split('\n').length} lines told; ${rules === '' && files === '' ? 'nothing is left' : 'SOMETHING IS LEFT'}`,
  );
  lab.docker('stop', '-t', '1', 'app-db');
  const start = lab.host(['docker', 'start', 'app-db']);
  checks.check('after --remove no hardened container starts', start.code !== 0, start.stdout);
}

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T80', 'T82'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new WatchedDeployment(lab, program);
    deployment.up();
    const stage: Stage = { lab, checks, deployment, ...cast(lab, { web: 'app-web', api: 'app-api', db: 'app-db' }) };
    checks.say(`engine ${lab.version().version}, containers are up`);
    judge(checks, 'before', matrix(stage));
    // Once restarted: from then on Docker writes its rules in the order in which it restores networks.
    lab.restartEngine();
    const before = { ours: ourRules(lab), dockers: dockersRules(lab, ourBridges(lab)) };
    const step = (name: string, act: () => void): void => {
      const began = Date.now();
      checks.step(name, act);
      checks.say(`(${name}: ${((Date.now() - began) / 1000).toFixed(0)} s)`);
    };
    step('restarts under flood', () => restartsUnderFlood(stage));
    step('coming back', () => comeBack(stage, before));
    step('kill -9', () => killed(stage, before));
    DISASTERS.forEach((disaster) => step(disaster.command, () => flushed(stage, before, disaster)));
    step('healing time', () => healingTime(stage, before));
    step('opened in the gap', () => openedInTheGap(stage));
    step('without the guard', () => withoutGuard(stage));
    step('the stamp', () => stamp(stage));
    step('remove', () => remove(stage));
  });
}
