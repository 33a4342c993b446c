import { auditRules } from './audit-rules';
import { dataPartition } from './data-partition';
import { dockerGroup } from './docker-group';
import { fileModes } from './file-modes';
import { swarmSetup } from './swarm-setup';

export const HOST_RULES = [auditRules, fileModes, dockerGroup, dataPartition, swarmSetup];
