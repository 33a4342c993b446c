import type { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';
import { type ContainerConfig, LateContainer } from '../private/bindings';
import { healthCheck } from '../validation/rules/containers/health-check';
import { rootUser } from '../validation/rules/containers/root-user';
import { Suppressions } from '../validation/suppressions';

/** A container of Bulkhead that prepares something as root and ends: its resource below `scope`, with the reasons that rules ask for. */
export function oneShotContainer(
  scope: Construct,
  provider: TerraformProvider | undefined,
  config: ContainerConfig,
  reason: string,
): LateContainer {
  const accepted = Suppressions.of(scope);
  accepted._imply(rootUser, 'root', reason);
  accepted._imply(healthCheck, 'none', reason);
  return new LateContainer(scope, 'Resource', { provider, ...config }, () => ({
    networksAdvanced: [],
    ports: [],
    host: [],
    dns: [],
    sysctls: {},
  }));
}
