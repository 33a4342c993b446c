import { assemble, uncommented } from './assemble';
import { FILES } from './programs.generated';

// What differs between daemons lies in files under /etc/bulkhead.

/** The guard's program as it is installed. */
export const FIREWALL_SCRIPT = uncommented(assemble('firewall.sh', { 'firewall/links.sh': FILES['firewall/no-links.sh'] }));
/** The same where interfaces on wires of the host are ours to make. Few hosts have any, and the size counts. */
export const FIREWALL_SCRIPT_WITH_LINKS = uncommented(assemble('firewall.sh'));

/**
 * Makes a host a node of its swarm; a program of its own, since few hosts are one. Tokens come by standard input and are nowhere written down, and the
 * key that unlocks a manager is asked for by whoever is root on one. `network` holds the line that it reads.
 */
export const SWARM_SCRIPT = uncommented(assemble('swarm.sh'));
