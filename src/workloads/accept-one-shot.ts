import type { Construct } from 'constructs';
import { healthCheck } from '../validation/rules/containers/health-check';
import { rootUser } from '../validation/rules/containers/root-user';
import { Suppressions } from '../validation/suppressions';

/** The reasons of a container that prepares something as root and ends. */
export function acceptOneShot(scope: Construct, reason: string): void {
  const accepted = Suppressions.of(scope);
  accepted._imply(rootUser, 'root', reason);
  accepted._imply(healthCheck, 'none', reason);
}
