import { Cidr } from '../../addressing/cidr';
import { covers, formatBlock, GLOBAL_UNICAST, parseBlock, UNIQUE_LOCAL, uniqueLocalBlock } from '../../addressing/private/ip';
import { ValidationError } from '../../private/errors';
import type { DaemonProps } from '../daemon-props';

/** The block for the networks' IPv6 blocks, if the program names one. */
export function checkIpv6Pool(path: string, { dualStack, ipv6Pool }: Pick<DaemonProps, 'dualStack' | 'ipv6Pool'>): void {
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
      `'ipv6Pool' ${ipv6Pool.text} is set together with 'dualStack: false'; remove one of them`,
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

/** Block of the IPv6 networks of a daemon; undefined where they have none. */
export function ipv6PoolOf({ dualStack, ipv6Pool }: Pick<DaemonProps, 'dualStack' | 'ipv6Pool'>, daemonId: string): string | undefined {
  return ipv6Pool?.text ?? (dualStack ? uniqueLocalBlock(daemonId.slice(0, 10)) : undefined);
}
