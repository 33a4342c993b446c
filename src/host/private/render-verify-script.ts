import { assemble } from './assemble';
import { type HostConfig, type HostSecrets, placedFiles } from './host-input';
import { CONTAINER_CHECKS, LOOKS, NAMESPACE_LINES } from './verify-checks';
import { variablesOf } from '../../engine/private/capabilities';
import { advisoryTable } from '../../engine/private/known-advisories';
import { capabilitiesWith, DANGEROUS } from '../../hardening/private/capabilities';
import { AUDITED, ENGINE_FILES, LIVE, TLS_FILES } from '../../hardening/private/engine-files';
import { allowedTexts, keysOf, SETTING_LOOKS, type SettingLook } from '../../hardening/private/engine-settings';
import { ENGINE_SOCKET, ENGINE_SOCKET_PATH, PARENTS, SENSITIVE, SOCKETS, TIME_ZONE_FILES } from '../../hardening/private/host-paths';
import { quoted } from '../../private/shell-word';
import { levelOf } from '../../validation/private/cis-controls';

/** A container of the program, or a service, whose tasks are containers. */
export interface VerifiedContainer {
  readonly name: string;
  readonly ports: readonly string[];
  /** Names without CAP_, in capitals. */
  readonly capabilities: readonly string[];
  /** Devices by their paths, and `gpus`. */
  readonly devices: readonly string[];
  /** Which users its processes may have: `fixed 10001`, `start 0 60` with the seconds that root has to drop, `root 0`. */
  readonly user: string;
  /** `endless` where the engine starts it again whenever it ends. */
  readonly restart: string;
  /** The metadata of its image, if a profile was read from it: `user:"472"`, `volume:"/data"`, `port:"6379/tcp"`. */
  readonly image: readonly string[];
  /** What a monitoring program may read of the host. */
  readonly monitored?: readonly string[];
  readonly isService: boolean;
  /** It is a socket proxy. */
  readonly holdsSocket?: boolean;
}

/** The facts of the program in the script; every text in it is checked to be plain. */
export interface VerifyInput {
  readonly containers: readonly VerifiedContainer[];
  /** Version of the engine; without it, the script asks nothing that only some engines know. */
  readonly engine?: string;
  /** Address by which a node meets the others. */
  readonly swarmAddress?: string;
  /** Where containers have secrets of the host. */
  readonly secrets?: HostSecrets;
  /** Containers that have files with content. */
  readonly config?: readonly HostConfig[];
  /** How many managers the swarm has. */
  readonly swarmManagers?: number;
}

/** Controls by the function that checks them, in the order of the benchmark. */
const CHECKS: readonly (readonly [control: string, command: string])[] = [
  ['1.1.1', 'data_partition'],
  ['1.1.2', 'docker_group'],
  ...Object.entries(AUDITED).map(([control, paths]) => [control, `audited ${places(control, paths)}`] as const),
  ...Object.entries(SETTING_LOOKS).map(([control, look]) => [control, settingCommand(control, look)] as const),
  ...ENGINE_FILES.flatMap(({ owned, moded, owner, most, paths }) => [
    [owned, `owned ${owner} ${places(owned, paths)}`] as const,
    [moded, `moded ${most.toString(8)} ${places(moded, paths)}`] as const,
  ]),
  ...TLS_FILES.flatMap(({ owned, moded, owner, most, key }) => [
    [owned, `tls owned ${owner} ${key}`] as const,
    [moded, `tls moded ${most.toString(8)} ${key}`] as const,
  ]),
  ['5.1', 'swarm_wanted'],
  ...CONTAINER_CHECKS.map(({ control, what, template }) => [control, `containers ${quoted(what)} ${quoted(template)}`] as const),
  ...LOOKS.map(({ control, what, look }) => [control, `${look.replace('WHAT', quoted(what))}`] as const),
  ['7.1', 'managers'],
  ['7.2', 'swarm_address'],
  ['7.3', 'overlays'],
  ['7.5', 'autolock'],
  ['7.6', 'lock_rotation'],
  ['7.7', 'certificates'],
  ['7.8', 'ca_rotation'],
  ['7.9', 'data_plane'],
];

/** Where the files of a control usually lie, and where the engine of this host has them. */
function places(control: string, paths: readonly string[]): string {
  return [...paths, ...(LIVE[control] ? [`"$${LIVE[control]}"`] : [])].join(' ');
}

/** A separate check, or the permitted values of each key of the control. */
function settingCommand(control: string, { command, what = '' }: SettingLook): string {
  if (command !== undefined) return what === '' ? command : `${command} ${quoted(what)}`;
  const keys = keysOf(control).map((key) => `${key}=${allowedTexts(key).join(',')}`);
  return `${keysOf(control).includes('iptables') ? 'rules' : 'settings'} ${[what, ...keys].map(quoted).join(' ')}`;
}

/** Controls that the script looks at. */
export const VERIFIED: readonly string[] = CHECKS.map(([control]) => control);

/** A POSIX script that only reads: it prints one line for each control that a live host can show. */
export function renderVerifyScript({
  containers,
  engine,
  swarmAddress = '',
  swarmManagers = 0,
  secrets,
  config = [],
}: VerifyInput): string {
  const sorted = [...CHECKS].sort(([a], [b]) => byNumber(a, b));
  const words = (list: readonly string[]) => quoted(list.join(' '));
  const named = (service: boolean) => words(containers.filter(({ isService }) => isService === service).map(({ name }) => name));
  const declared = (name: string, of: (container: VerifiedContainer) => readonly string[]) =>
    `\n${name}() {\n  case $1 in\n${containers.map((container) => `    ${quoted(container.name)}) echo ${words([...of(container)].sort())} ;;\n`).join('')}    *) ;;\n  esac\n}\n`;
  return assemble('verify.sh', {
    'generated/program.sh': [
      `names=${named(false)}\nservices=${named(true)}\nswarm=${quoted(swarmAddress)}\nmanagers=${swarmManagers}\nvariables=${words(engine === undefined ? [] : variablesOf(engine))}\n`,
      declared('declared_ports', ({ ports }) => ports),
      declared('declared_capabilities', ({ capabilities }) => capabilities),
      declared('declared_devices', ({ devices }) => devices),
      declared('declared_views', ({ monitored = [] }) => monitored),
      declared('declared_user', ({ user }) => [user]),
      declared('declared_restart', ({ restart }) => [restart]),
      declared('declared_image', ({ image }) => image),
      `\nordinary=${words(capabilitiesWith('isOrdinary'))}\ndangerous=${words(Object.keys(DANGEROUS))}\n`,
      `sensitive=${words(SENSITIVE)}\nparents=${words(PARENTS)}\ntime_zone_files=${words(TIME_ZONE_FILES)}\nsockets=${words(SOCKETS)}\nproxies=${words(containers.filter(({ holdsSocket }) => holdsSocket).map(({ name }) => name))}\nproxy_socket=${ENGINE_SOCKET_PATH}\nengine_socket=${quoted(ENGINE_SOCKET.source)}\n`,
      `\nsecret_plan=${quoted(secrets?.containers.map(({ name, uid, gid, secrets: files }) => [name, uid, gid, ...files].join(' ')).join('\n') ?? '')}\n`,
      `\nconfig_plan=${quoted(
        placedFiles(config)
          .map(({ container, place, owner, mode, sum, target }) => [`${container}/${place}`, owner, mode, sum, target].join(' '))
          .join('\n'),
      )}\n`,
      `\nadvisories=${quoted(advisoryTable())}\n`,
    ].join(''),
    'generated/namespaces.sh': `template="$template"${quoted(NAMESPACE_LINES)}\n`,
    'generated/checks.sh': sorted.map(([control, command]) => `look ${control} ${levelOf(control)} && ${command}\n`).join(''),
  });
}

function byNumber(a: string, b: string): number {
  const [first, second] = [a.split('.').map(Number), b.split('.').map(Number)];
  const at = first.findIndex((part, index) => part !== second[index]);
  return at < 0 ? 0 : first[at] - (second[at] ?? 0);
}
