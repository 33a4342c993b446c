import { checkMtu } from './check-mtu';
import { networkNameOf } from './network-name';
import { checkProps } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import { plainText, wholeNumber } from '../../private/text';
import { needDaemon } from '../../topology/private/need-daemon';
import type { BridgeSegmentProps } from '../bridge-segment-props';

/** Checks before anything enters the tree: a construct that throws later leaves its node and half its facts behind. */
export function checkBridgeSegment(
  scope: { readonly node: { readonly path: string } },
  id: string,
  props: BridgeSegmentProps,
): { networkName: string; gatewayNetworkName: string; prefixLength: number; mtuOptions: Record<string, string> } {
  const path = childPath(scope, id);
  checkProps(path, 'BridgeSegmentProps', props);
  needDaemon(path, props.daemon);
  const networkName = networkNameOf(path, props.networkName);
  if (props.bridgeName !== undefined) {
    const bridge = plainText(path, 'bridgeName', props.bridgeName);
    if (bridge.length > 15) {
      throw new ValidationError(
        'BridgeNameTooLong',
        path,
        `'bridgeName' must be at most 15 characters, got '${bridge}' (${bridge.length})`,
      );
    }
    if (!/^bh-[a-zA-Z0-9][a-zA-Z0-9_-]*$/.test(bridge)) {
      throw new ValidationError(
        'BridgeNameInvalid',
        path,
        `'bridgeName' must be 'bh-' followed by letters, digits, _ or -, because the rules of the guard match that prefix; got '${bridge}'`,
      );
    }
  }
  if (props.noPublicationsReason !== undefined) {
    plainText(path, 'noPublicationsReason', props.noPublicationsReason);
  }
  if (props.ipv4Block?.text.includes(':')) {
    throw new ValidationError('WrongFamily', path, `'ipv4Block' must be an IPv4 block, got ${props.ipv4Block.text}`);
  }
  if (props.ipv6Block !== undefined) {
    if (!props.ipv6Block.text.includes(':')) {
      throw new ValidationError('WrongFamily', path, `'ipv6Block' must be an IPv6 block, got ${props.ipv6Block.text}`);
    }
    props.daemon._declarations.needIpv6(path, `'ipv6Block' is ${props.ipv6Block.text}`, 'leave it out');
  }
  const prefixLength = wholeNumber(path, 'prefixLength', props.prefixLength ?? props.ipv4Block?.prefixLength ?? 24, 8, 32, 'PrefixLength');
  if (prefixLength > 28) {
    throw new ValidationError('BlockTooSmall', path, `a segment needs a /28 or larger, got /${prefixLength}`);
  }
  const mtuOptions = checkMtu(path, props.mtu, props.daemon._declarations);
  const gatewayNetworkName = `${networkName}-gw`;
  props.daemon._declarations.checkDeclaration(path, [`network ${networkName}`, `network ${gatewayNetworkName}`]);
  return { networkName, gatewayNetworkName, prefixLength, mtuOptions };
}
