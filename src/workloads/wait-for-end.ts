import type { Construct } from 'constructs';
import { endedWell } from './private/ended-well';
import type { LateContainer } from '../private/bindings';
import { healthCheck } from '../validation/rules/containers/health-check';
import { Suppressions } from '../validation/suppressions';

/** Makes Terraform wait for the end of a container when it creates it, and fail when that is no good end. */
export function waitForEnd(task: Construct & { readonly dnsName: string }, resource: LateContainer): void {
  resource.attach = true;
  resource.lifecycle = endedWell(task.dnsName, `The container ${task.dnsName} did not end with exit code 0, and others wait for that.`);
  Suppressions.of(task)._imply(healthCheck, 'none', 'it ends: Terraform waits for its end and checks the exit code');
}
