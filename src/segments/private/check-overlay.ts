import { networkNameOf } from './network-name';
import { Cidr } from '../../addressing/cidr';
import { can } from '../../engine/private/capabilities';
import { checkProps } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import { reasonText, wholeNumber } from '../../private/text';
import { isA } from '../../private/type-test';
import type { Declarations } from '../../topology/private/declarations';
import type { EncryptedOverlayProps } from '../encrypted-overlay-props';

/** Bytes that a frame of the underlay needs beside an overlay's packet: the driver's own numbers. */
const VXLAN_BYTES = 50;
const ESP_BYTES = 26;

const DEFAULT_DATA_PORT = 4789;

export interface CheckedOverlay {
  readonly networkName: string;
  readonly gatewayNetworkName: string;
  readonly prefixLength: number;
  readonly isEncrypted: boolean;
  readonly mtu: number;
  /** The driver's option: the size of the underlay, from which the driver subtracts its own bytes. */
  readonly driverMtu: number;
}

/** Checks before anything enters the tree. */
export function checkOverlay(
  scope: { readonly node: { readonly path: string } },
  id: string,
  props: EncryptedOverlayProps,
): CheckedOverlay {
  const path = childPath(scope, id);
  checkProps(path, 'EncryptedOverlayProps', props);
  if (!isA(props.cluster, 'swarm')) {
    throw new ValidationError('NotASwarm', path, "'cluster' must be a SwarmCluster");
  }
  const { cluster, unencryptedReason, ipv4Block } = props;
  const networkName = networkNameOf(path, props.networkName);
  if (ipv4Block?.text.includes(':')) {
    throw new ValidationError('WrongFamily', path, `'ipv4Block' must be an IPv4 block, got ${ipv4Block.text}`);
  }
  const pool = cluster._declarations.store.addressPools.map((text) => Cidr.parse(text));
  if (ipv4Block !== undefined && !pool.some((block) => block.containsBlock(ipv4Block))) {
    throw new ValidationError(
      'SwarmPool',
      path,
      `'ipv4Block' ${ipv4Block.text} is not part of the swarm's address pool (${pool.join(', ')}), which is reserved on every node; choose a block of that pool`,
    );
  }
  const prefixLength = wholeNumber(path, 'prefixLength', props.prefixLength ?? ipv4Block?.prefixLength ?? 24, 8, 32, 'PrefixLength');
  if (prefixLength > 28) {
    throw new ValidationError('BlockTooSmall', path, `an overlay needs a /28 or larger, got /${prefixLength}`);
  }
  if (props.vxlanId !== undefined) wholeNumber(path, 'vxlanId', props.vxlanId, 4096, 16_777_215, 'VxlanId');
  if (unencryptedReason === undefined) {
    cluster._nodes.forEach(({ _declarations }) => checkEngine(path, _declarations, cluster._declarations.store.swarm.fact()!.dataPort));
  } else {
    reasonText(path, 'unencryptedReason', unencryptedReason);
  }
  const gatewayNetworkName = `${networkName}-gw`;
  cluster._declarations.checkDeclaration(path, [`network ${networkName}`, `network ${gatewayNetworkName}`]);
  const isEncrypted = unencryptedReason === undefined;
  return { networkName, gatewayNetworkName, prefixLength, isEncrypted, ...sizes(path, props, isEncrypted) };
}

/**
 * Older ones send unencrypted frames, or accept them (CVE-2023-28840, -28841 and -28842), and know one port only on which they encrypt.
 *
 * @see https://github.com/moby/moby/security/advisories/GHSA-232p-vwff-86mp
 */
function checkEngine(path: string, { store: { engine, daemonPath } }: Declarations, dataPort: number): void {
  const refuse = (why: string): never => {
    throw new ValidationError('OverlayEncryption', path, `the engine ${engine.version} of '${daemonPath}' ${why}`);
  };
  if (!can(engine.version, 'encryptsOverlays')) {
    refuse(
      "sends and accepts frames of encrypted overlays unencrypted (CVE-2023-28840 to 28842); declare 20.10.24, 23.0.3 or later with the patch number, as in EngineVersion.of('20.10.24')",
    );
  }
  if (dataPort !== DEFAULT_DATA_PORT && !can(engine.version, 'encryptsAnyDataPort')) {
    refuse(
      `encrypts on UDP port ${DEFAULT_DATA_PORT} only, and the swarm's 'dataPort' is ${dataPort}; use port ${DEFAULT_DATA_PORT}, or engine 23.0.7 or later`,
    );
  }
}

function sizes(path: string, { cluster, mtu }: EncryptedOverlayProps, isEncrypted: boolean): Pick<CheckedOverlay, 'mtu' | 'driverMtu'> {
  const { underlayMtu } = cluster;
  const overhead = VXLAN_BYTES + (isEncrypted ? ESP_BYTES : 0);
  const left = underlayMtu - overhead;
  const most = isEncrypted ? left - (left % 4) : left;
  if (mtu === undefined) {
    return { mtu: most, driverMtu: underlayMtu };
  }
  if (wholeNumber(path, 'mtu', mtu, 576, 65_535, 'OverlayMtu') > most || (isEncrypted && mtu % 4 !== 0)) {
    throw new ValidationError(
      'OverlayMtu',
      path,
      `'mtu' ${mtu} does not fit into the ${underlayMtu} bytes between the nodes: ${isEncrypted ? 'encryption' : 'VXLAN'} leaves ${most}${isEncrypted ? ', and the value must be a multiple of 4' : ''}; use a smaller value, or correct the swarm's 'underlayMtu'`,
    );
  }
  return { mtu, driverMtu: mtu + overhead };
}
