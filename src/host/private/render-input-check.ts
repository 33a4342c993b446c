import { configLine, directoryLine, type HostInput, placedFiles, secretLines, swarmLine } from './host-input';
import { REQUIRED_SYSCTLS } from '../../hardening/private/kernel';

const VERSION = /^\d{1,4}(\.\d{1,4}){0,3}$/;
const BLOCK = /^[0-9a-f.:]{2,39}\/\d{1,3}$/;
const PACKAGE = /^[a-z0-9][a-z0-9+.-]+(=[A-Za-z0-9.+:~*-]+)?$/;
const INTERFACE = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$/;
const LINK_WORDS = /^(\d{1,4}|[0-9.]{7,15}( [0-9.]{7,15}\/\d{1,2})+)$/;
const SWARM =
  /^swarm [0-9a-f]{12} (manager|worker) [0-9.]{7,15} [0-9.]{7,15} \d{4,5} (no-)?autolock [0-9.]{7,15}\/\d{2} [0-9.]{7,15} [0-9.]{7,15}\/\d{2} (un)?encrypted$/;
const DIRECTORY = /^\d{1,10}:\d{1,10} 0[0-7]{3} (\/(?!\.{1,2}(\/|$))[A-Za-z0-9._@+-]+)+$/;
const SHARES = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62} [a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}$/;
const SECRET =
  /^(secret|container [a-zA-Z0-9][a-zA-Z0-9_.-]{1,62} \d{1,10} \d{1,10} (nothing|restart|HUP|USR1|USR2))( [a-zA-Z0-9][a-zA-Z0-9_.-]{0,63})+$/;
const CONFIG =
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62} (nothing|restart|HUP|USR1|USR2) \d{1,10}:\d{1,10} [0-7]{1,3} [0-9a-f]{64} [0-9a-f]{12}-[A-Za-z0-9._@+-]{1,64}(\/(?!\.{1,2}$)[A-Za-z0-9._@+-]{1,64})? (?=.{1,100}$)(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._@+-]{1,64})+$/;
const PERMIT =
  /^(pair|egress|publication|to-container|to-host) ipv[46] [a-z0-9-]{2,10} [0-9a-f.:/-]{1,43} [0-9a-f.:/]{2,43} \d{1,5} \d{1,5}( [0-9a-f.:/]{2,43})?$/;

/**
 * Refuses input that the files on the host could not contain safely. The constructs have checked their props before; this is the last check, so that
 * a mistake of the library cannot reach a root shell.
 */
export function checkHostInput(input: HostInput): void {
  demand('daemonId', input.daemonId, /^[0-9a-f]{12}$/);
  demand('bridgePrefix', input.bridgePrefix, /^[a-z]{1,4}-$/);
  for (const key of ['version', 'minimum', 'below'] as const) demand(`engine.${key}`, input.engine[key], VERSION);
  for (const block of input.blocks) demand('blocks', block, BLOCK);
  for (const link of input.links) {
    demand('links', link.name, INTERFACE);
    demand('links', link.parent, INTERFACE);
    demand('links', link.kind === 'vlan' ? `${link.id}` : [link.address, ...link.routes].join(' '), LINK_WORDS);
  }
  if (input.swarm) demand('swarm', swarmLine(input.swarm), SWARM);
  for (const plan of input.directories) demand('directories', directoryLine(plan), DIRECTORY);
  for (const line of input.secrets ? secretLines(input.secrets) : []) demand('secrets', line, SECRET);
  for (const { name, other } of input.sharers) demand('sharers', `${name} ${other}`, SHARES);
  for (const file of placedFiles(input.config)) demand('config', configLine(file), CONFIG);
  for (const module of input.modules) demand('modules', module, /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,55}$/);
  for (const name of Object.keys(input.guard.tools)) demand('guard.tools', name, PACKAGE);
  for (const name of input.installPackages) demand('installPackages', name, PACKAGE);
  for (const { name } of input.firewall.guard) demand('firewall.guard', name, /^[a-z0-9][a-z0-9.-]{0,19}$/);
  for (const permit of input.firewall.permits) demand('firewall.permits', permit, PERMIT);
  for (const [key, value] of Object.entries(input.sysctls)) {
    demand('sysctls', key, /^[a-z0-9_]+([./][a-zA-Z0-9_.-]+|\/[a-zA-Z0-9_.-]+)+$/);
    demand(`sysctls['${key}']`, value, /^[A-Za-z0-9_.-]+( [A-Za-z0-9_.-]+)*$/);
    if (`/${sysctlPath(key)}/`.includes('/../')) throw new Error(`sysctls: '${key}' names no sysctl`);
  }
  const paths = new Map(Object.entries(input.sysctls).map(([key, value]) => [sysctlPath(key), value]));
  for (const [key, value] of Object.entries(REQUIRED_SYSCTLS)) {
    const other = paths.get(sysctlPath(key));
    if (other !== undefined && other !== value) {
      throw new Error(`sysctls: ${key} must be ${value}, not ${other}: the guard does not hold without it`);
    }
  }
}

/** Path under /proc/sys. As sysctl(8) has it: a key whose first separator is a slash keeps its dots (an interface may have one). */
export function sysctlPath(key: string): string {
  if (/^[^.]*\//.test(key)) return key;
  return key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
}

function demand(place: string, value: string, form: RegExp): void {
  if (!form.test(value)) throw new Error(`${place}: '${value}' is not of the form ${form.source}`);
}
