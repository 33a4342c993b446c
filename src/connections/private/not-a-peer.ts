import { Cidr } from '../../addressing/cidr';
import { isAddress } from '../../addressing/private/ip';
import { shown } from '../../private/text';
import { isA } from '../../private/type-test';

/** What a caller gave instead of a peer, and what to write for it. */
export function gotInstead(value: unknown): string {
  const wayOut = callOf(value);
  return `got ${shown(value)}${wayOut === undefined ? '' : `; ${wayOut}`}`;
}

function callOf(value: unknown): string | undefined {
  if (value instanceof Cidr) return `write Peer.cidr('${value.text}')`;
  if (isA(value, 'daemon') || value === 'host') return 'write Peer.host() for the host';
  if (isA(value, 'tiers')) return 'name one of its tiers, such as tiers.app';
  if (Array.isArray(value)) return 'call the method for each entry, or name a WorkloadGroup';
  if (typeof value !== 'string') return undefined;
  if (isAddress(value)) return `write Peer.address('${value}')`;
  return /^[\da-f.:]+\/\d{1,3}$/i.test(value) ? `write Peer.cidr('${value}')` : 'pass the construct itself, not its name';
}
