import { type CheckedHost, checkHost } from './check-host';
import { checkIpv6Pool } from './check-ipv6-pool';
import { checkProps } from '../../private/check-props';
import { childPath } from '../../private/names';
import { matching, reasonText, wholeNumber } from '../../private/text';
import type { HardenedDaemonProps } from '../hardened-daemon-props';

export interface CheckedDaemon extends CheckedHost {
  readonly logMebibytes: number;
  readonly registryMirrors: string[];
  readonly enginePackages: string[];
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
