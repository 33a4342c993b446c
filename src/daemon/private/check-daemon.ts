import { type CheckedHost, checkHost } from './check-host';
import { checkIpv6Pool } from './check-ipv6-pool';
import { checkProps } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { childPath, RUNTIME_NAME, RUNTIME_WORDS } from '../../private/names';
import { matching, reasonText, wholeNumber } from '../../private/text';
import type { HardenedDaemonProps } from '../hardened-daemon-props';

export interface CheckedDaemon extends CheckedHost {
  readonly logMebibytes: number;
  readonly registryMirrors: string[];
  readonly enginePackages: string[];
  readonly runtimes: Readonly<Record<string, string>>;
}

/** Checks before anything enters the tree. */
export function checkDaemon(scope: { readonly node: { readonly path: string } }, id: string, props: HardenedDaemonProps): CheckedDaemon {
  const path = childPath(scope, id);
  checkProps(path, 'HardenedDaemonProps', props);
  const host = checkHost(path, props);
  checkIpv6Pool(path, props);
  if (props.startWithoutGuardReason !== undefined) {
    reasonText(path, 'startWithoutGuardReason', props.startWithoutGuardReason);
  }
  if (props.withoutProofReason !== undefined) {
    reasonText(path, 'withoutProofReason', props.withoutProofReason);
  }
  return {
    ...host,
    runtimes: checkRuntimes(path, props.runtimes ?? {}),
    logMebibytes: wholeNumber(path, 'logMebibytes', props.logMebibytes ?? 10, 1, 10_240, 'LogLimit'),
    registryMirrors: (props.registryMirrors ?? []).map((mirror) =>
      matching(
        path,
        'registryMirrors',
        mirror,
        /^https:\/\/[a-zA-Z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._/-]*)?$/,
        'RegistryMirror',
        "an 'https://' URL",
      ),
    ),
    enginePackages: (props.enginePackages ?? ['docker.io']).map((name) =>
      matching(path, 'enginePackages', name, /^[a-z0-9][a-z0-9.+-]+(=[A-Za-z0-9.+:~-]+)?$/, 'PackageName', 'the name of a Debian package'),
    ),
  };
}

/** Names that the engine accepts; the engine itself defines one more. */
function checkRuntimes(path: string, runtimes: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(runtimes).sort();
  for (const name of names) {
    matching(path, 'runtimes', name, RUNTIME_NAME, 'ContainerRuntime', RUNTIME_WORDS);
    if (['runc', 'io.containerd.runc.v2'].includes(name)) {
      throw new ValidationError('ContainerRuntime', path, `'runtimes' contains '${name}', which is the engine's own; use another name`);
    }
    matching(
      path,
      `runtimes.${name}`,
      runtimes[name],
      /^\/[A-Za-z0-9_.+/-]+$/,
      'ContainerRuntime',
      'the absolute path of a program of the host',
    );
  }
  return Object.fromEntries(names.map((name) => [name, runtimes[name]]));
}
