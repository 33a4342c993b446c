import { assemble, type Parts, uncommented } from './assemble';
import type { HostInput } from './host-input';
import { FILES } from './programs.generated';

// Files under /etc/bulkhead contain what differs between daemons.

/** What of the programs depends on how the guard becomes rules. */
export function guardParts({ guard }: Pick<HostInput, 'guard'>): Parts {
  const tools = Object.entries(guard.tools).flatMap(([name, commands]) => commands.map((command) => `${command}:${name}`));
  return { 'generated/guard-tools.sh': `guard_tools='${tools.join(' ')}'\n`, 'generated/guard.sh': assemble(guard.program) };
}

/** What the guard's program depends on. */
type GuardInput = Pick<HostInput, 'guard' | 'links' | 'sharers'>;

/**
 * The guard's program with the comments of its authors. Few hosts have interfaces of Bulkhead on LAN segments or shared networks, and the size
 * counts.
 */
export function commentedFirewallScript(input: GuardInput): string {
  const links: Parts = input.links.length > 0 ? {} : { 'firewall/links.sh': FILES['firewall/no-links.sh'] };
  const rejoin: Parts = input.sharers.length > 0 ? {} : { 'firewall/rejoin.sh': FILES['firewall/no-rejoin.sh'] };
  return assemble('firewall.sh', { ...guardParts(input), ...links, ...rejoin });
}

/** The installed form. */
export function firewallScript(input: GuardInput): string {
  return uncommented(commentedFirewallScript(input));
}

/**
 * Makes a host a node of its swarm; a separate program, since few hosts are one. Tokens arrive on standard input and are never stored; root on a
 * manager asks the engine for the key that unlocks it. `network` contains the line that it reads.
 */
export const SWARM_SCRIPT = uncommented(assemble('swarm.sh'));

/** Makes the directories that containers mount; few hosts have any. */
export const DIRECTORIES_SCRIPT = uncommented(assemble('directories.sh'));
/** Places the files with content of containers. */
export const CONFIG_SCRIPT = uncommented(assemble('config.sh'));
/** Keeps the secrets of a host; a separate program, since few hosts have some, and the size counts. */
export const SECRET_SCRIPT = uncommented(assemble('secret.sh'));

/** Prints the facts of a host, for `bulkhead collect`: with its comments, since the administrator who runs it reads it first. */
export const collectScript = () => assemble('collect.sh');
