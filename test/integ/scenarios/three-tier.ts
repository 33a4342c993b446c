// The main job: three tiers on a real engine, and every pair, port and direction probed.
import { ConnectionRate, HardenedContainer, Peer, Port, ThreeTierNetwork } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, translatesIpv6, HOST_ADDRESS, type Program } from '../harness/deployment';
import { ask, judge } from '../harness/matrix';
import { predictor } from '../harness/predict';
import { cast, declared, LAN_A, type Cast } from '../harness/three-tier';
import type { EngineId } from '../lab/cache';
import { withLab, type Lab } from '../lab/lab';
import { NET } from '../lab/network';

export { declared, INTERNET, LAN_A, LAN_B } from '../harness/three-tier';

export const program: Program = ({ stack, daemon, image }) => {
  const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
  const web = new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image });
  const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image, defaultPort: Port.tcp(8080) });
  const db = new HardenedContainer(stack, 'Db', { segment: tiers.data, image, defaultPort: Port.tcp(5432) });
  web.publish(Port.tcp(443), {
    targetPort: Port.tcp(8443),
    hostAddress: HOST_ADDRESS,
    sources: [Peer.address(LAN_A)],
    rate: ConnectionRate.perSecond(50),
  });
  web.connections.allowTo(api, Port.tcp(8080));
  api.connections.allowTo(db);
};

/** Engines before 27 publish nothing over IPv6, so there the port stays the host's own. */

const dualStackProgram: Program = (given) => {
  program(given);
  if (translatesIpv6(given.daemon)) {
    const web = given.stack.node.findChild('Web') as HardenedContainer;
    web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: NET.host6, sources: [Peer.address(NET.lanA6)] });
  }
};

export interface Stage extends Cast {
  readonly lab: Lab;
  readonly deployment: Deployment;
}

function setTheStage(lab: Lab, dualStack: boolean): Stage {
  const deployment = dualStack
    ? new Deployment(lab, dualStackProgram, { daemon: { dualStack, additionalHostAddresses: [NET.host6] } })
    : new Deployment(lab, program);
  deployment.up();
  return { lab, deployment, ...cast(lab, { web: 'app-web', api: 'app-api', db: 'app-db' }) };
}

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01', 'T02', 'T50'];

export function run(engine: EngineId, checks: Checks): void {
  play(engine, checks, false);
  play(engine, checks, true);
}

function play(engine: EngineId, checks: Checks, dualStack: boolean): void {
  withLab(engine, (lab) => {
    const stage = setTheStage(lab, dualStack);
    checks.say(`engine ${lab.version().version}, containers are up`);
    const published = dualStack && translatesIpv6(stage.deployment.daemon) ? [HOST_ADDRESS, NET.host6] : [HOST_ADDRESS];
    const answers = ask(stage.probes, stage.actors, stage.targets, declared(stage, published));
    const families = dualStack ? (['IPv4', 'IPv6'] as const) : (['IPv4'] as const);
    for (const family of families) {
      const ofFamily = answers.filter(({ address }) => address.includes(':') === (family === 'IPv6'));
      judge(checks, `three tiers${dualStack ? `, dual stack, ${family}` : ''}`, ofFamily, predictor(stage.deployment.daemon, stage.actors));
    }
    const plan = stage.deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    stage.deployment.destroy();
    const left = lab.docker('ps', '-aq') + lab.docker('network', 'ls', '-q', '--filter', 'name=app-');
    checks.shown('destroy leaves no container and no network', left === '', left);
  });
}
