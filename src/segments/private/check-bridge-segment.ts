import { checkMtu } from './check-mtu';
import { ValidationError } from '../../private/errors';
import { childPath, nameFromPath, NETWORK_NAME } from '../../private/names';
import { matching, plainText, wholeNumber } from '../../private/text';
import { isA } from '../../private/type-test';
import type { BridgeSegmentProps } from '../bridge-segment';

/** Checks before anything enters the tree: a construct that throws later leaves its node and half its facts behind. */
export function checkBridgeSegment(
  scope: { readonly node: { readonly path: string } },
  id: string,
  props: BridgeSegmentProps,
): { networkName: string; edgeNetworkName: string; prefixLength: number; mtuOptions: Record<string, string> } {
  const path = childPath(scope, id);
  if (!isA(props.daemon, 'daemon')) {
    throw new ValidationError('NotADaemon', path, "'daemon' must be a daemon of Bulkhead, such as a HardenedDaemon");
  }
  const networkName = props.networkName ?? nameFromPath(path);
  matching(
    path,
    'networkName',
    networkName,
    NETWORK_NAME,
    'NetworkName',
    '2 to 58 letters, digits, _, . or -, starting with a letter or digit',
  );
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
        `'bridgeName' must be 'bh-' and then letters, digits, _ or -, since the closing rules name that prefix; got '${bridge}'`,
      );
    }
  }
  if (props.publicationsRefused !== undefined) {
    plainText(path, 'publicationsRefused', props.publicationsRefused);
  }
  if (props.ipv4Block?.text.includes(':')) {
    throw new ValidationError('WrongFamily', path, `'ipv4Block' must be an IPv4 block, got ${props.ipv4Block.text}`);
  }
  if (props.ipv6Block !== undefined) {
    if (!props.ipv6Block.text.includes(':')) {
      throw new ValidationError('WrongFamily', path, `'ipv6Block' must be an IPv6 block, got ${props.ipv6Block.text}`);
    }
    props.daemon._registry.needIpv6(path, `'ipv6Block' is ${props.ipv6Block.text}`, 'leave it out');
  }
  const prefixLength = wholeNumber(path, 'prefixLength', props.prefixLength ?? props.ipv4Block?.prefixLength ?? 24, 8, 32, 'PrefixLength');
  if (prefixLength > 28) {
    throw new ValidationError('BlockTooSmall', path, `a segment needs a /28 or larger, got /${prefixLength}`);
  }
  const mtuOptions = checkMtu(path, props.mtu, props.daemon._registry);
  const edgeNetworkName = `${networkName}-edge`;
  props.daemon._registry.checkDeclaration(path, [`network ${networkName}`, `network ${edgeNetworkName}`]);
  return { networkName, edgeNetworkName, prefixLength, mtuOptions };
}
