import { hostKeyCheck } from './host-key-check';
import { plainConnection } from './plain-connection';
import { plainRegistry } from './plain-registry';
import { secretCredential } from './secret-credential';
import { unseenContainers } from './unseen-containers';

export const PROVIDER_RULES = [plainConnection, hostKeyCheck, unseenContainers, plainRegistry, secretCredential];
