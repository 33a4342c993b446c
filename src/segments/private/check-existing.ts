import { Cidr } from '../../addressing/cidr';
import { isAddress } from '../../addressing/private/ip';
import { checkProps } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import { matching, plainText, reasonText } from '../../private/text';
import type { ExistingFact, SegmentFact } from '../../topology/private/facts';
import { needDaemon } from '../../topology/private/need-daemon';
import type { SegmentAttributes } from '../segment-attributes';

/** Networks that every engine or every swarm has: some facts of other networks are not true for these. */
const DOCKERS_OWN = ['bridge', 'host', 'none', 'default', 'ingress', 'docker_gwbridge'];

/** A host, a container and Docker's last address. */
const SMALLEST = 29;

export interface CheckedExisting {
  readonly networkName: string;
  readonly ipv4Block: string;
  readonly prefixLength: number;
  readonly existing: ExistingFact;
  readonly reason: string;
}

/** Checks before anything enters the tree. */
export function checkExisting(
  scope: { readonly node: { readonly path: string } },
  id: string,
  attributes: SegmentAttributes,
): CheckedExisting {
  const path = childPath(scope, id);
  checkProps(path, 'SegmentAttributes', attributes);
  const { daemon, ipv4Block: block } = attributes;
  needDaemon(path, daemon);
  const networkName = matching(
    path,
    'networkName',
    attributes.networkName,
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/,
    'NetworkName',
    'letters, digits, _, . or -, starting with a letter or digit',
  );
  if (DOCKERS_OWN.includes(networkName.toLowerCase())) {
    throw new ValidationError(
      'ExistingNetwork',
      path,
      `'networkName' ${networkName} is a built-in network of Docker; name a network that a person, Compose or another program created`,
    );
  }
  const reason = reasonText(path, 'reason', attributes.reason);
  if (attributes.joinReason !== undefined) reasonText(path, 'joinReason', attributes.joinReason);
  if (!(block instanceof Cidr) || block.text.includes(':')) {
    throw new ValidationError('WrongFamily', path, "'ipv4Block' must be an IPv4 block, such as Cidr.parse('172.18.0.0/16')");
  }
  if (block.prefixLength > SMALLEST) {
    throw new ValidationError('BlockTooSmall', path, `an existing network needs a /${SMALLEST} or larger, got ${block.text}`);
  }
  const declarations = daemon._declarations;
  const other = declarations.store.existingSegments().find(({ ipv4Block }) => Cidr.parse(ipv4Block!).overlapsWith(block));
  if (other !== undefined && other.path !== path) {
    throw new ValidationError(
      'BlockOverlap',
      path,
      `'ipv4Block' ${block.text} overlaps with '${other.path}' (${other.ipv4Block}), and an engine cannot have two overlapping networks; look up the block with 'docker network inspect ${networkName}'`,
    );
  }
  const gateway = attributes.ipv4Gateway ?? block.addressAt(1);
  if (!isHostAddress(block, plainText(path, 'ipv4Gateway', gateway))) {
    throw new ValidationError('ExistingGateway', path, `'ipv4Gateway' must be an address of a host in ${block.text}, got '${gateway}'`);
  }
  declarations.checkDeclaration(path, [`network ${networkName}`]);
  return {
    networkName,
    ipv4Block: block.text,
    prefixLength: block.prefixLength,
    // Nothing is closed only because the program does not say that it is open.
    existing: { gateway, internal: attributes.isInternal === true, isJoinable: attributes.joinReason !== undefined },
    reason,
  };
}

/** Static addresses in an unmanaged network: they can be checked as soon as they are named. */
export function checkExistingAddress(place: string, { path, ipv4Block, existing }: SegmentFact, ipv4?: string, ipv6?: string): void {
  if (existing === undefined) return;
  if (ipv6 !== undefined) {
    throw new ValidationError('WrongFamily', place, `'ipv6Address' is ${ipv6}, but '${path}' declares no IPv6 block; remove it`);
  }
  if (ipv4 === undefined) return;
  if (!isHostAddress(Cidr.parse(ipv4Block!), plainText(place, 'ipv4Address', ipv4))) {
    throw new ValidationError('AddressOutsideBlock', place, `'ipv4Address' must be an address of a host in ${ipv4Block}, got '${ipv4}'`);
  }
  if (ipv4 === existing.gateway) {
    throw new ValidationError('AddressIsGateway', place, `'ipv4Address' ${ipv4} is the gateway of '${path}'; choose another one`);
  }
}

function isHostAddress(block: Cidr, address: string): boolean {
  const isInside = isAddress(address) && block.containsAddress(address);
  return isInside && address !== block.networkAddress && address !== block.addressAt(2 ** (32 - block.prefixLength) - 1);
}
