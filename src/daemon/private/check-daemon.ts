import { Cidr } from '../../addressing/cidr';
import { covers, formatBlock, GLOBAL_UNICAST, isAddress, parseBlock, UNIQUE_LOCAL } from '../../addressing/private/ip';
import { EngineVersion } from '../../engine/engine-version';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import { matching, plainText, reasonText, wholeNumber } from '../../private/text';
import { DaemonConnection } from '../daemon-connection';
import { HOST_BINDING_OPTION, hasDefaultNetworkOptions } from './daemon-json';
import type { HardenedDaemonProps } from '../hardened-daemon';

/** Blocks from which Docker serves networks that say nothing. @see https://github.com/moby/moby/blob/master/daemon/libnetwork/ipamutils/utils.go */
const DOCKER_POOLS = [...Array.from({ length: 15 }, (_, i) => `172.${17 + i}.0.0/16`), '192.168.0.0/16'];

export interface CheckedDaemon {
  readonly hostAddresses: string[];
  readonly foreignBlocks: { label: string; block: string }[];
  readonly networkOptions: Record<string, string>;
  readonly logMebibytes: number;
  readonly registryMirrors: string[];
  readonly enginePackages: string[];
}

/** Checks before anything enters the tree. */
export function checkDaemon(scope: { readonly node: { readonly path: string } }, id: string, props: HardenedDaemonProps): CheckedDaemon {
  const path = childPath(scope, id);
  if (!(props.engine instanceof EngineVersion)) {
    throw new ValidationError(
      'UnknownEngineVersion',
      path,
      "'engine' must be an EngineVersion, such as EngineVersion.V28 or EngineVersion.of('28.5.2')",
    );
  }
  if (!(props.addressPool instanceof Cidr) || props.addressPool.text.includes(':')) {
    throw new ValidationError('WrongFamily', path, "'addressPool' must be an IPv4 block, such as Cidr.parse('10.20.0.0/16')");
  }
  checkIpv6Pool(path, props);
  if (props.connection !== undefined && !(props.connection instanceof DaemonConnection)) {
    throw new ValidationError('ConnectionValue', path, "'connection' must be made by DaemonConnection, such as DaemonConnection.socket()");
  }
  const hostAddresses = [props.hostAddress, ...(props.additionalHostAddresses ?? [])].map((address) => hostAddress(path, address));
  if (props.providerVersion !== undefined) {
    matching(
      path,
      'providerVersion',
      props.providerVersion,
      /^[0-9.,<>=!~ a-zA-Z-]+$/,
      'ProviderVersion',
      "a version constraint, such as '>= 3.6.2, < 5.0.0'",
    );
  }
  if (props.startWithoutGuardReason !== undefined) {
    reasonText(path, 'startWithoutGuardReason', props.startWithoutGuardReason);
  }
  if (props.withoutProofReason !== undefined) {
    reasonText(path, 'withoutProofReason', props.withoutProofReason);
  }
  return {
    hostAddresses,
    foreignBlocks: [
      ...(props.foreignBlocks ?? []).map((block) => ({ label: `foreign block of '${path}'`, block: block.text })),
      ...DOCKER_POOLS.map((block) => ({ label: "Docker's own default pool", block })),
    ],
    networkOptions: hasDefaultNetworkOptions(props.engine) ? { [HOST_BINDING_OPTION]: '127.0.0.1' } : {},
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

function hostAddress(path: string, address: string): string {
  const text = plainText(path, 'hostAddress', address);
  if (!isAddress(text)) {
    throw new ValidationError('AddressSyntax', path, `'hostAddress' must be an IPv4 or IPv6 address, got '${text}'`);
  }
  if (/^(127\.|169\.254\.|0\.0\.0\.0$|::1?$|fe[89ab][0-9a-f]:)/.test(text)) {
    throw new ValidationError(
      'NotAHostAddress',
      path,
      `'hostAddress' ${text} is loopback, link-local or a wildcard; give the address by which others reach the host`,
    );
  }
  return text;
}
