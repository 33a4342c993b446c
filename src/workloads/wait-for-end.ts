import type { Construct } from 'constructs';
import { endedWell } from './private/ended-well';
import type { LateContainer } from '../private/bindings';
import { healthCheck } from '../validation/rules/containers/health-check';
import { Suppressions } from '../validation/suppressions';

/** Makes Terraform wait for the end of a container when it creates it, and fail if it does not end well. */
export function waitForEnd(task: Construct, resource: LateContainer): void {
  const name = resource.nameInput!;
  resource.attach = true;
  resource.lifecycle = endedWell(name, `The container ${name} did not end with exit code 0, and others wait for that.`);
  Suppressions.of(task)._imply(healthCheck, 'none', 'it ends: Terraform waits for its end and checks the exit code');
}
