// Both families on an engine of which only the API is ours: what the model says is what packets do, and the report names what is weaker.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { HardenedContainer, Peer, Port, Reachability, ThreeTierNetwork } from '../../../src';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS, type Program } from '../harness/deployment';
import { ask } from '../harness/matrix';
import { readSwitches } from '../harness/packets-switches';
import { predictor } from '../harness/predict';
import { cast } from '../harness/three-tier';
import { firewallOf, UnguardedDeployment } from '../harness/unguarded-deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

/** Earlier ones write no rules for IPv6 by themselves, and are refused. */
export const engines: readonly EngineId[] = ['28.5', '29', '29-nft'];

const program: Program = ({ stack, daemon, image }) => {
  const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
  const web = new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image });
  const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image, defaultPort: Port.tcp(8080) });
  const db = new HardenedContainer(stack, 'Db', { segment: tiers.data, image, defaultPort: Port.tcp(5432) });
  for (const [hostAddress, peer] of [[HOST_ADDRESS, Peer.anyIpv4()] as const, [NET.host6, Peer.anyIpv6()] as const]) {
    web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress, sources: [peer] });
  }
  web.connections.allowTo(api);
  api.connections.allowTo(db);
};

export function run(engine: EngineId, checks: Checks): void {
  for (const userlandProxy of [true, false]) {
    withLab(engine, (lab) => {
      forward(lab);
      if (!userlandProxy) lab.writeFile('/etc/docker/daemon.json', '{"userland-proxy": false}');
      const props = { engineFirewall: firewallOf(engine), userlandProxy, dualStack: true, additionalHostAddresses: [NET.host6] };
      const deployment = new UnguardedDeployment(lab, program, props);
      deployment.up();
      play(checks, userlandProxy ? 'with docker-proxy' : 'without docker-proxy', lab, deployment);
    });
  }
}

/** A host that forwards already, in both families: the more open case. */
function forward(lab: Lab): void {
  for (const name of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding']) {
    lab.mustHost('forwarding', ['sh', '-c', `echo 1 > /proc/sys/net/${name}`]);
  }
}

function play(checks: Checks, what: string, lab: Lab, deployment: UnguardedDeployment): void {
  const { probes, actors, targets } = cast(lab, { web: 'app-web', api: 'app-api', db: 'app-db' });
  const predicted = predictor(deployment.daemon, actors);
  const answers = ask(probes, actors, targets, predicted);
  for (const family of ['IPv4', 'IPv6']) {
    const some = answers.filter(({ address }) => address.includes(':') === (family === 'IPv6'));
    const wrong = some.filter(
      (answer) =>
        !checks.check(
          `${what}: ${answer.source} -> ${answer.target} ${answer.address} ${answer.proto}/${answer.port}`,
          answer.observed === answer.expected,
          () => `predicted ${answer.expected ? 'open' : 'closed'}, observed ${answer.outcome}`,
        ),
    );
    checks.say(
      `${what}, ${family}: ${some.length} probes, ${some.filter(({ observed }) => observed).length} open, ${wrong.length} predicted wrongly`,
    );
  }
  for (const dst of [HOST_ADDRESS, NET.host6]) {
    const { token } = probes.one({ ns: 'lanA' }, { proto: 'tcp', dst, port: 443, timeoutMs: 3000, tries: 3 });
    checks.shown(`${what}: the publication at ${dst} leads to its container`, token === 'app-web', token);
  }
  const { networks } = Reachability.of(deployment.daemon)._proof.derived.topology;
  const { filtersFrames } = readSwitches(lab, [], []);
  const unfiltered = networks.filter(({ kind, bridge }) => kind === 'gateway' && filtersFrames.get(bridge)?.ipv6 !== true);
  checks.shown(`${what}: the engine filters the frames of gateway networks over IPv6`, unfiltered.length === 0);
  const report = fs.readFileSync(path.join(deployment.hostFiles, 'report.md'), 'utf8');
  const untold = deployment.unguarded.weaknesses().filter(({ sentence }) => !report.includes(sentence));
  checks.check(`${what}: the report tells every weakness`, untold.length === 0, () => untold.map(({ code }) => code).join(' '));
  const plan = deployment.plan();
  checks.shown(`${what}: the plan after apply is empty`, !plan.changes, plan.text);
  deployment.destroy();
  const left = lab.docker('ps', '-aq') + lab.docker('network', 'ls', '-q', '--filter', 'name=app-');
  checks.shown(`${what}: destroy leaves no container and no network`, left === '', left);
}
