import { liveRestoreInSwarm } from './live-restore-in-swarm';
import { remappedHostNamespace } from './remapped-host-namespace';

export const CROSS_RULES = [remappedHostNamespace, liveRestoreInSwarm];
