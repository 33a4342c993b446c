// The main job: three tiers on a real engine, and every pair, port and direction probed.
import { ConnectionRate, HardenedContainer, Peer, Port, ThreeTierNetwork } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import { ask, judge } from '../harness/matrix';
import { cast, declared, LAN_A, type Cast } from '../harness/three-tier';
import type { EngineId } from '../lab/cache';
import { withLab, type Lab } from '../lab/lab';

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

export interface Stage extends Cast {
  readonly lab: Lab;
  readonly deployment: Deployment;
}

export function setTheStage(lab: Lab): Stage {
  const deployment = new Deployment(lab, program);
  deployment.up();
  return { lab, deployment, ...cast(lab, { web: 'app-web', api: 'app-api', db: 'app-db' }) };
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const stage = setTheStage(lab);
    checks.say(`engine ${lab.version().version}, containers are up`);
    judge(checks, 'three tiers', ask(stage.probes, stage.actors, stage.targets, declared(stage)));
    const plan = stage.deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    stage.deployment.destroy();
    const left = lab.docker('ps', '-aq') + lab.docker('network', 'ls', '-q', '--filter', 'name=app-');
    checks.shown('destroy leaves no container and no network', left === '', left);
  });
}
