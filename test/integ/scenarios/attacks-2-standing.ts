// Who can write into a connection that stands: each forger with each flow, both ways. With the guard none gets through; without what binds a connection
// to its interfaces each does. Threats: a container with and without NET_RAW, the LAN, a neighbour network of others.
import { LINES, type Line, StandingStage, type Try } from './attacks-2-stage';
import { apply, FIREWALL, sh } from './attacks-stage';
import type { Checks } from '../harness/checks';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { withLab } from '../lab/lab';
import { NET } from '../lab/network';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T03', 'T09', 'T20', 'T22', 'T30', 'T33', 'T34', 'T40', 'T41', 'T43'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const stage = new StandingStage(lab, checks);
    for (const step of [declared, standing, hostSocket, errors, hostSide, conduit]) checks.step(step.name, () => step(stage));
    const told = lab.host([FIREWALL, 'check']);
    checks.shown('the guard is as it was applied', told.code === 0, told.stdout);
    const plan = stage.deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
  });
}

/** What was declared works, big datagrams and a path with a smaller MTU included. */
function declared(stage: StandingStage): void {
  stage.declaredFlows('before');
  for (const line of LINES) {
    const size = 4000;
    const got = stage.received(line, size);
    stage.checks.shown(`${line}: a datagram of ${size} bytes arrives, in fragments`, got === 1, `${got} arrived`);
  }
}

/** Datagrams into connections that stand. */
function standing(stage: StandingStage): void {
  const { checks } = stage;
  for (const line of LINES) {
    const tries = [...stage.tries(line), ...(stage.hasEgress(line) ? stage.outward(line) : [])];
    stage.openAll(line);
    const through = stage.volley(line, tries);
    for (const [text, total] of through) checks.check(`${line} ${text}: nothing arrives`, total === 0, `${total} arrived`);
    checks.check(`${line}: the connections stood all the while`, stage.stand(line));
    checks.say(
      `${line}: ${tries.length} ways to forge into a standing connection, ${[...through.values()].filter((total) => total > 0).length} open`,
    );
    stage.unbound(() => {
      stage.openAll(line);
      const open = stage.volley(line, tries);
      control(stage, line, tries, open);
    });
  }
  stage.declaredFlows('after the attacks');
}

/** Without the rules that bind a connection every one of these gets through, so that the tries above are worth something. */
function control({ checks }: StandingStage, line: Line, tries: readonly Try[], open: ReadonlyMap<string, number>): void {
  for (const { text, isShutByOthers } of tries) {
    const total = open.get(text) ?? 0;
    if (total === 0 && isShutByOthers !== undefined) checks.say(`control, ${line} ${text}: shut without the guard, too: ${isShutByOthers}`);
    else checks.check(`control, ${line} ${text}: without the guard's new rules it arrives`, total > 0);
  }
  checks.say(`control, ${line}: ${[...open.values()].filter((total) => total > 0).length} of ${tries.length} get through`);
}

/** Errors of ICMP in the name of others, and those that must get through. */
function errors(stage: StandingStage): void {
  const { checks, probes } = stage;
  for (const line of LINES) {
    const [inside] = stage.flows;
    const standingFlow = stage.open(line, inside);
    const about = { src: standingFlow.src, dst: standingFlow.dst, sport: standingFlow.sport, port: standingFlow.port };
    const tooBig = line === 'IPv4' ? { type: 3, code: 4 } : { type: 2 };
    const tell = () =>
      stage.heard({ container: inside.from }, line, 'icmp', () => {
        const frame = stage.frameFrom({ ns: 'lanA' });
        const source = line === 'IPv4' ? NET.lanA : NET.lanA6;
        probes.attack({ ns: 'lanA' }, 'icmp-error', { ...frame, ...tooBig, src: source, dst: standingFlow.src, inner: about, count: 3 });
        probes.attack({ ns: 'lanA' }, 'icmp-error', {
          ...frame,
          ...tooBig,
          src: standingFlow.dst,
          dst: standingFlow.src,
          inner: about,
          count: 3,
        });
      });
    const told = tell();
    checks.shown(`${line}: the LAN tells no container of a smaller path inside a segment`, told === 0, `${told} arrived`);
    stage.unbound(() => checks.shown(`control, ${line}: before, it did`, tell() > 0));
    if (stage.hasEgress(line)) smallerPath(stage, line, tooBig);
  }
}

/** A router on the way says that a packet was too big: that must be heard. */
function smallerPath(stage: StandingStage, line: Line, tooBig: object): void {
  const { checks, probes } = stage;
  const lanB = line === 'IPv4' ? NET.lanB : NET.lanB6;
  const talk = probes.start({ container: 'app-out' }, 'talk', { dst: lanB, port: 9999, sport: 41_000 });
  const { outer } = stage.tupleOf(line, lanB, 9999, '41000');
  const about = { src: outer.address, dst: lanB, sport: outer.port, port: 9999 };
  probes.attack({ ns: 'inet' }, 'icmp-error', {
    ...tooBig,
    src: line === 'IPv4' ? NET.router : NET.router6,
    dst: outer.address,
    inner: about,
    count: 3,
    intervalMs: 50,
  });
  const { mtu } = talk.stop();
  checks.shown(
    `${line}: a router's word that a packet was too big reaches who has egress`,
    mtu === (line === 'IPv4' ? 576 : 1280),
    `${mtu}`,
  );
}

/** What the host itself asked outside is answered by nobody inside. */
function hostSocket(stage: StandingStage): void {
  const { checks, probes } = stage;
  for (const line of LINES) {
    const lanB = line === 'IPv4' ? NET.lanB : NET.lanB6;
    const answer = () => {
      const talk = probes.start({ host: true }, 'talk', { dst: lanB, port: 9999, sport: 42_000 });
      const { src, sport } = stage.tupleOf(line, lanB, 9999, '42000');
      const evil = { container: 'app-evil' };
      const frame = { ...stage.frameFrom(evil), count: 3 };
      probes.attack(evil, 'spoof-udp', { ...frame, src: lanB, dst: src, sport: 9999, port: sport });
      return talk.stop().total;
    };
    const got = answer();
    checks.shown(`${line}: no container answers what the host asked of the LAN`, got === 0, `${got} arrived`);
    stage.unbound(() => checks.shown(`control, ${line}: before, it did`, answer()! > 0));
  }
}

/** A service of the host on the address of a bridge is for who was told. */
function hostSide(stage: StandingStage): void {
  const { checks, probes } = stage;
  for (const line of LINES) {
    const gateway = stage.gatewayOf('app-tohost', line);
    const ask = () => probes.one({ ns: 'lanA' }, { proto: 'tcp', dst: gateway, port: 9090, timeoutMs: 1500 }).outcome;
    stage.lanRoutes(line);
    const outcome = ask();
    checks.shown(`${line}: the LAN does not reach the host at the address of a bridge`, outcome === 'timeout', outcome);
    stage.unbound(() => checks.shown(`control, ${line}: before, it did`, ask() === 'open'));
    const own = probes.one({ container: 'app-tohost' }, { proto: 'tcp', dst: gateway, port: 9090, timeoutMs: 3000, tries: 3 });
    checks.shown(`${line}: the container that may does`, own.token === 'host', own.outcome);
    const self = probes.one({ host: true }, { proto: 'tcp', dst: gateway, port: 9090, timeoutMs: 1500 });
    checks.shown(`${line}: the host itself does`, self.token === 'host', self.outcome);
  }
}

/** A neighbour with NET_RAW on the segment that both ends share finds the conduit's port shut there. */
function conduit(stage: StandingStage): void {
  const { checks, lab, probes } = stage;
  for (const line of LINES) {
    const [web, api] = [stage.address('app-web', 'app-back', line), stage.address('app-api', 'app-back', line)];
    const forge = () =>
      stage.heard({ container: 'app-api' }, line, 'udp', () => {
        const frame = { device: stage.frameFrom({ container: 'app-member' }).device, dstMac: stage.macOf('app-api', api) };
        probes.attack({ container: 'app-member' }, 'spoof-udp', { ...frame, src: web, dst: api, port: 5354, count: 5 });
      });
    const got = forge();
    checks.shown(`${line}: a neighbour forges nothing into the conduit's port on the shared segment`, got === 0, `${got} arrived`);
    const tool = line === 'IPv4' ? 'iptables' : 'ip6tables';
    const rule = ['-s', web, '-d', api, '-p', 'udp', '--dport', '5354', '-j'];
    sh(
      lab,
      `${tool} -w 10 -t mangle -I BULKHEAD-FORWARD 1 ${rule.join(' ')} RETURN; ${tool} -w 10 -I BULKHEAD-PASS 1 ${rule.join(' ')} ACCEPT`,
    );
    checks.shown(`control, ${line}: with the pair open there it does`, forge() > 0);
    apply(lab);
  }
  const names = ['app-api', ...stage.conduitNetworks().map((network) => `app-api.${network}`)];
  const there = stage.address('app-api', stage.conduitNetworks()[0], 'IPv4');
  const answers = names.map((name) => lab.host(['docker', 'exec', 'app-web', 'nslookup', name, '127.0.0.11']).stdout);
  checks.shown(`'${names[1]}' leads to the address in the conduit`, answers[1].includes(there), answers.join('\n'));
  sleep(100);
}
