import { COMMANDS } from './commands';
import { ENGINE_CHECK, NEED_TOOLS, PRELUDE } from './common';
import { CONNECTIONS } from './connections';
import { KERNEL } from './kernel';
import { RULES } from './rules';

/** The program on the host, with the comments of its authors. The same text for every daemon: what differs lies in files under /etc/bulkhead. */
export const FIREWALL_SOURCE = `#!/bin/sh
# Bulkhead: loads the guard of this host's Docker networks, reads it back, and only then writes the stamp that containers need to start.
# Installed by Bulkhead; changes to this file are lost. The commented source is part of the library (src/daemon/private/scripts).
${PRELUDE}${NEED_TOOLS}${ENGINE_CHECK}${KERNEL}${RULES}${CONNECTIONS}${COMMANDS}`;

/**
 * What is installed. User data has room for 16 KiB, so comments (but for the head, and what shellcheck must know) and indentation stay here.
 */
export const FIREWALL_SCRIPT = FIREWALL_SOURCE.replace(/^ *# (?!shellcheck|Bulkhead:|Installed by).*\n/gm, '')
  .replace(/^ +/gm, '')
  .replace(/\n{2,}/g, '\n');
