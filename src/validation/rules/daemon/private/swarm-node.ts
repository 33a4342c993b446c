import { NODE_LABEL } from '../../../../topology/private/swarm';
import type { ICheckedResource } from '../../../checked-resource';

/** Whether an engine is in a swarm: a Bulkhead label says so, or the stack has services and no other engine for them. */
export function isSwarmNode(engine: ICheckedResource): boolean {
  if (engine.texts('labels').some((label) => label.startsWith(`${NODE_LABEL}=`))) return true;
  return engine.others('daemon.json').length === 1 && engine.others('docker_service').length > 0;
}
