import { type CheckedHost, checkHost } from './check-host';
import { Cidr } from '../../addressing/cidr';
import { covers, formatBlock, GLOBAL_UNICAST, parseBlock, UNIQUE_LOCAL } from '../../addressing/private/ip';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import { matching, reasonText, wholeNumber } from '../../private/text';
import type { HardenedDaemonProps } from '../hardened-daemon';

export interface CheckedDaemon extends CheckedHost {
  readonly logMebibytes: number;
  readonly registryMirrors: string[];
  readonly enginePackages: string[];
}

/** Checks before anything enters the tree. */
export function checkDaemon(scope: { readonly node: { readonly path: string } }, id: string, props: HardenedDaemonProps): CheckedDaemon {
  const path = childPath(scope, id);
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

function checkIpv6Pool(path: string, { dualStack, ipv6Pool }: HardenedDaemonProps): void {
  if (ipv6Pool === undefined) {
    return;
  }
  if (!(ipv6Pool instanceof Cidr) || !ipv6Pool.text.includes(':')) {
    throw new ValidationError('WrongFamily', path, "'ipv6Pool' must be an IPv6 block, such as Cidr.parse('fd12:3456:789a::/48')");
  }
  if (dualStack === false) {
    throw new ValidationError(
      'Ipv6PoolUnused',
      path,
      `'ipv6Pool' ${ipv6Pool.text} is given with 'dualStack: false'; leave one of them out`,
    );
  }
  const block = parseBlock(ipv6Pool.text);
  if (ipv6Pool.prefixLength > 64 || ![UNIQUE_LOCAL, GLOBAL_UNICAST].some((kind) => covers(kind, block))) {
    throw new ValidationError(
      'Ipv6PoolKind',
      path,
      `'ipv6Pool' must be a /64 or larger within ${formatBlock(UNIQUE_LOCAL)} or ${formatBlock(GLOBAL_UNICAST)}, got ${ipv6Pool.text}; leave it out for unique local addresses`,
    );
  }
}
