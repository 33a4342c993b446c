import { Cidr } from '../../addressing/cidr';
import { needAddress } from '../../addressing/private/need-address';
import { EngineVersion } from '../../engine/engine-version';
import { shownValue } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { matching, wholeNumber } from '../../private/text';
import { DaemonConnection } from '../daemon-connection';
import { hasDefaultNetworkOptions } from './daemon-json';
import { BRIDGE_OPTIONS } from '../../hardening/private/engine-settings';
import type { DaemonProps } from '../daemon-props';

/** Blocks from which Docker serves networks that say nothing. @see https://github.com/moby/moby/blob/master/daemon/libnetwork/ipamutils/utils.go */
const DOCKER_POOLS = [...Array.from({ length: 15 }, (_, i) => `172.${17 + i}.0.0/16`), '192.168.0.0/16'];

/** Examples of a pool, one of which does not contain the host. */
const POOLS = ['10.20.0.0/16', '10.120.0.0/16', '10.220.0.0/16'].map((block) => Cidr.parse(block));

export interface CheckedHost {
  readonly hostAddresses: string[];
  readonly foreignBlocks: { label: string; block: string }[];
  readonly networkOptions: Record<string, string>;
  readonly uplinkMtu?: number;
  /** Runtimes that the engine knows; undefined if they are not known. */
  readonly runtimes?: Readonly<Record<string, string>>;
}

/** Options of every daemon, checked before anything enters the tree. */
export function checkHost(path: string, props: DaemonProps): CheckedHost {
  if (!(props.engine instanceof EngineVersion)) {
    throw new ValidationError(
      'UnknownEngineVersion',
      path,
      `'engine' must be an EngineVersion, got ${shownValue(props.engine)}; write ${engineCall(props.engine)}`,
    );
  }
  if (!(props.addressPool instanceof Cidr) || props.addressPool.text.includes(':')) {
    throw new ValidationError('WrongFamily', path, "'addressPool' must be an IPv4 block, such as Cidr.parse('10.20.0.0/16')");
  }
  if (props.connection !== undefined && !(props.connection instanceof DaemonConnection)) {
    throw new ValidationError('ConnectionValue', path, "'connection' must be made by DaemonConnection, such as DaemonConnection.socket()");
  }
  const hostAddresses = [props.hostAddress, ...(props.additionalHostAddresses ?? [])].map((address) => hostAddress(path, address));
  const inside = hostAddresses.find((address) => !address.includes(':') && props.addressPool.containsAddress(address));
  if (inside !== undefined) {
    throw new ValidationError(
      'BlockOverlap',
      path,
      `'addressPool' ${props.addressPool.text} contains ${inside}, an address of the host, so networks of containers would take addresses of its LAN; choose a pool that the LAN does not use, such as ${POOLS.filter((pool) => !hostAddresses.some((address) => !address.includes(':') && pool.containsAddress(address))).map(({ text }) => `Cidr.parse('${text}')`)[0]}`,
    );
  }
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
  if (props.uplinkMtu !== undefined) {
    wholeNumber(path, 'uplinkMtu', props.uplinkMtu, 68, 65_535, 'MtuRange');
  }
  return {
    hostAddresses,
    foreignBlocks: [
      ...(props.foreignBlocks ?? []).map((block) => ({ label: `foreign block of '${path}'`, block: block.text })),
      ...DOCKER_POOLS.map((block) => ({ label: "Docker's own default pool", block })),
    ],
    networkOptions: hasDefaultNetworkOptions(props.engine) ? { ...BRIDGE_OPTIONS } : {},
    uplinkMtu: props.uplinkMtu,
  };
}

/** The call for what a caller gave as a text or a number. */
function engineCall(given: unknown): string {
  const text = String(given);
  return /^(20\.10|2[3-9])(\.\d+)*$/.test(text) ? `EngineVersion.of('${text}')` : "EngineVersion.V28 or EngineVersion.of('29.9.3')";
}

function hostAddress(path: string, address: string): string {
  const text = needAddress(path, 'hostAddress', address, '192.0.2.10');
  if (/^(127\.|169\.254\.|0\.0\.0\.0$|::1?$|fe[89ab][0-9a-f]:)/.test(text)) {
    throw new ValidationError(
      'NotAHostAddress',
      path,
      `'hostAddress' ${text} is loopback, link-local or a wildcard; use the address at which other machines reach the host`,
    );
  }
  return text;
}
