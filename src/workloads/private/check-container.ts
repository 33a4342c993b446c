import { checkMonitoring } from './check-monitoring';
import { checkNames } from './check-names';
import { type CheckedSettings, checkSettings } from './check-settings';
import { checkCommon, type CheckedCommon, DEFAULT_USER } from './common';
import { folderOf } from './config-text';
import { checkConfig, checkConfigTargets, mountsFolders } from './config-use';
import { hostMountsOf } from './host-directories';
import { hasInit } from './init-process';
import { type LabelBlock, labelBlocks } from './labels';
import { checkWorkingDirectory } from './mount-target';
import { checkSecrets, type CheckedSecrets } from './secret-use';
import { checkStopSignal } from './stop-signal';
import { checkUlimits } from './ulimits';
import { isAddress } from '../../addressing/private/ip';
import { Port } from '../../firewall/port';
import { NAMESPACES } from '../../hardening/private/namespaces';
import { checkProps } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { childPath, CONTAINER_NAME, nameFromPath } from '../../private/names';
import { PROPERTIES } from '../../private/properties.generated';
import { EXAMPLES } from '../../private/property-examples';
import { matching, plainText, startText } from '../../private/text';
import type { Declarations } from '../../topology/private/declarations';
import type { ConfigUse, HostMountFact } from '../../topology/private/facts';
import { Capability } from '../capability';
import { ContainerSysctl } from '../container-sysctl';
import type { HardenedContainerProps } from '../hardened-container-props';
import { HealthCheck } from '../health-check';
import { RestartPolicy } from '../restart-policy';
import { VolumeMount } from '../volume-mount';

/** Props of Docker that give access to the host. TypeScript does not know them; other callers might still pass them. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  privileged: 'a privileged container is root on the host',
  ...Object.fromEntries(Object.values(NAMESPACES).map(({ property, refusal }) => [property, refusal])),
};

/** Values that only their own class creates. Other languages pass objects of any class. */
const CLASSES = {
  capabilities: Capability,
  defaultPort: Port,
  healthCheck: HealthCheck,
  restartPolicy: RestartPolicy,
  sysctls: ContainerSysctl,
  volumes: VolumeMount,
} as const;

export interface CheckedContainer extends CheckedCommon, CheckedSettings {
  readonly secrets?: CheckedSecrets;
  readonly config?: ConfigUse;
  readonly path: string;
  readonly name: string;
  readonly restart: RestartPolicy;
  readonly init: boolean;
  readonly labels: readonly LabelBlock[];
  readonly hostMounts: readonly HostMountFact[];
  readonly workingDirectory?: string;
}

/** Checks of the properties before the place of the container is known. */
export function checkGiven(path: string, props: HardenedContainerProps): void {
  for (const [key, why] of Object.entries(FORBIDDEN)) {
    if ((props as unknown as Record<string, unknown> | undefined)?.[key] !== undefined) {
      throw new ValidationError('HostAccessRefused', path, `'${key}' is refused: ${why}${why.includes(';') ? '' : '; remove it'}`);
    }
  }
  checkProps(path, 'HardenedContainerProps', props);
  for (const [property, made] of Object.entries(CLASSES)) {
    const given: unknown = props[property as keyof typeof CLASSES];
    const wrong = [given ?? []].flat().findIndex((each: unknown) => !(each instanceof made));
    if (wrong >= 0) {
      const isList = PROPERTIES.HardenedContainerProps[property as keyof typeof CLASSES].type.endsWith('[]');
      const at = isList ? `${property}[${wrong}]` : property;
      const value: unknown = isList ? (given as unknown[])[wrong] : given;
      const words = property === 'healthCheck' && Array.isArray(value) ? (value as unknown[]).filter((word) => word !== 'CMD') : [];
      const wayOut = words.length > 0 && words.every((word) => typeof word === 'string' && /^[^'\\\s]+$/.test(word)) && words[0] !== 'CMD-SHELL'
        ? `write HealthCheck.command([${words.map((word) => `'${String(word)}'`).join(', ')}])`
        : `use ${EXAMPLES[made.name]}`; // prettier-ignore
      throw new ValidationError(
        'PropertyShape',
        path,
        `'${at}' is ${Array.isArray(value) ? 'a list' : 'an object of another class'}; ${wayOut}`,
      );
    }
  }
}

/** Checks before anything enters the tree. */
export function checkContainer(
  scope: { readonly node: { readonly path: string } },
  id: string,
  props: HardenedContainerProps,
  declarations: Declarations,
): CheckedContainer {
  const path = childPath(scope, id);
  const name = props.containerName ?? nameFromPath(path);
  if (plainText(path, 'containerName', name).length < 2) {
    throw new ValidationError(
      'ContainerNameTooShort',
      path,
      `'containerName' needs at least two characters (Docker refuses one), got '${name}'`,
    );
  }
  matching(
    path,
    'containerName',
    name,
    CONTAINER_NAME,
    'ContainerName',
    '2 to 63 letters, digits, _, . or -, starting with a letter or digit',
  );
  const volumes = props.volumes ?? [];
  checkVolumes(path, volumes, declarations);
  const secrets = checkSecrets(path, props.secrets, props.user ?? DEFAULT_USER, declarations);
  const config = checkConfig(path, props.configFiles, declarations);
  const others = [...volumes.map(({ target }) => target), ...(secrets ? [secrets.folder] : [])];
  const configTargets = config === undefined ? [] : mountedTargets(config, declarations.store.hasGuard);
  const common = checkCommon(path, props, declarations.store.engine.version, [...others, ...configTargets]);
  checkConfigTargets(path, configTargets, [...others, ...common.tmpfs.map(({ target }) => target)]);
  volumes.forEach(({ _volume, readOnly }) => _volume?._checkUse(path, common.user, readOnly));
  checkMonitoring(path, volumes, common.user, props.extraGroups ?? []);
  const hostMounts = hostMountsOf(path, volumes, common.user, declarations);
  checkWords(path, props.entrypoint ?? [], props.command ?? []);
  checkNames(path, name, props, declarations);
  if (props.ipv4Address !== undefined && !isAddress(plainText(path, 'ipv4Address', props.ipv4Address))) {
    throw new ValidationError('AddressSyntax', path, `'ipv4Address' must be an IPv4 address, got '${props.ipv4Address}'`);
  }
  if (props.ipv6Address !== undefined) {
    if (!isAddress(plainText(path, 'ipv6Address', props.ipv6Address))) {
      throw new ValidationError('AddressSyntax', path, `'ipv6Address' must be an IPv6 address, got '${props.ipv6Address}'`);
    }
    declarations.needIpv6(path, `'ipv6Address' is ${props.ipv6Address}`, 'leave it out');
  }
  checkSysctls(path, props.sysctls ?? []);
  checkUlimits(path, props.limits?.ulimits ?? []);
  checkStopSignal(path, props.stopSignal);
  return {
    path,
    name,
    labels: labelBlocks(path, props.labels ?? {}, props.notSecretReasons ?? {}),
    restart: props.restartPolicy ?? RestartPolicy._DEFAULT,
    init: hasInit(path, props.init, common.user),
    hostMounts,
    workingDirectory: checkWorkingDirectory(path, props.workingDirectory),
    ...common,
    ...checkSettings(path, props, common.memory, declarations.store),
    ...(secrets && { secrets }),
    ...(config && { config }),
  };
}

function checkWords(path: string, words: readonly string[], command: readonly string[]): void {
  words.forEach((word, index) => startText(path, `entrypoint[${index}]`, word));
  // Only one empty word removes the entry point of the image, as with Docker.
  if (words[0] === '' && words.length > 1) {
    throw new ValidationError('NotExecutable', path, "the first word of 'entrypoint' is '', which names no program; write the path of the program first"); // prettier-ignore
  }
  if (command.includes('')) {
    throw new ValidationError(
      'NotExecutable',
      path,
      "'command' contains an empty word, which the Terraform provider refuses; remove it, or write the whole command with the program of the image to 'entrypoint', which takes empty words",
    );
  }
}

/** The last one would silently win. */
function checkSysctls(path: string, sysctls: readonly ContainerSysctl[]): void {
  for (const { sysctl, text } of sysctls) {
    const other = sysctls.find((each) => each.sysctl === sysctl && each.text !== text);
    if (other === undefined) continue;
    throw new ValidationError('SysctlValue', path, `'sysctls' sets ${sysctl} to '${text}' and to '${other.text}'; remove one of them`);
  }
}

/** Where config files are mounted: by themselves, or with their folders. */
function mountedTargets({ onChange, files }: ConfigUse, hasGuard: boolean): string[] {
  const targets = files.map(({ target }) => target);
  return mountsFolders(onChange, hasGuard) ? [...new Set(targets.map(folderOf))] : targets;
}

/** The engine would silently create an empty volume of the same name. */
function checkVolumes(path: string, volumes: readonly VolumeMount[], declarations: Declarations): void {
  const strange = volumes.find(({ _volume }) => _volume !== undefined && _volume._daemon._declarations !== declarations)?._volume;
  if (strange !== undefined) {
    throw new ValidationError(
      'VolumeElsewhere',
      path,
      `the volume '${strange.volumeName}' is on '${strange._daemon.node.path}', and the container runs on '${declarations.store.daemonPath}'; use a volume of the daemon of the container`,
    );
  }
}
