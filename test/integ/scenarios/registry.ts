// Images by digest, pulled from a registry: Debian's own, on the host's loopback address, which engines trust without TLS.
import { ContainerImage, HardenedContainer, Port, ThreeTierNetwork } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { fetchRegistry, pushToRegistry } from '../harness/registry';
import type { EngineId } from '../lab/cache';
import { withLab } from '../lab/lab';

export const prepare = fetchRegistry;

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    let reference = '';
    const program: Program = ({ stack, daemon }) => {
      if (reference === '') return;
      const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
      const image = ContainerImage.fromRegistry(reference);
      const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image, defaultPort: Port.tcp(8080) });
      new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image }).connections.allowTo(api);
    };
    const deployment = new Deployment(lab, program);
    deployment.up();
    const pushed = pushToRegistry(lab);
    checks.shown('the engine has no image before', lab.docker('images', '-q') === '');

    reference = pushed;
    deployment.change(program);
    checks.shown('two containers run from an image that was pulled by digest', lab.docker('ps', '-q').split('\n').length === 2);
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    deployment.destroy();
    checks.shown(
      'destroy leaves no container and no network',
      lab.docker('ps', '-aq') + lab.docker('network', 'ls', '-q', '--filter', 'name=app-') === '',
    );
  });
}
