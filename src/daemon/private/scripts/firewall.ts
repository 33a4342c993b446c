import { BACKENDS } from './backends';
import { COMMANDS } from './commands';
import { ENGINE_CHECK, LOCK, NEED_TOOLS, PRELUDE, shortened } from './common';
import { CONNECTIONS } from './connections';
import { FRAMES } from './frames';
import { KERNEL } from './kernel';
import { LINKS } from './links';
import { RULES } from './rules';
import { WATCH } from './watch';

/** The program on the host, with the comments of its authors; what differs between daemons lies in files under /etc/bulkhead. */
function source(links: string): string {
  return `#!/bin/sh
# Bulkhead: loads the guard of this host's Docker networks, reads it back, and only then writes the stamp that containers need to start.
# Installed by Bulkhead; changes to this file are lost. The commented source is part of the library (src/daemon/private/scripts).
${PRELUDE}${LOCK}${NEED_TOOLS}${ENGINE_CHECK}${KERNEL}${links}${RULES}${CONNECTIONS}${FRAMES}${BACKENDS}${WATCH}${COMMANDS}`;
}

/** What is installed. */
export const FIREWALL_SCRIPT = shortened(source('\nlinks() { :; }\n'));
/** The same where interfaces on wires of the host are ours to make. Few hosts have any, and the size counts. */
export const FIREWALL_SCRIPT_WITH_LINKS = shortened(source(LINKS));
