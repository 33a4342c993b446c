import { isAddress } from './ip';
import { fail } from '../../private/errors';
import { plainText } from '../../private/text';

/**
 * A canonical address; of a name it says how to find its address, because rules and bindings of ports take only addresses.
 * @param example an address of the kind that is wanted
 */
export function needAddress(place: string | undefined, what: string, value: unknown, example: string): string {
  const text = plainText(place, what, value);
  if (isAddress(text)) return text;
  const isName = /^(?=.*[a-z])[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(text);
  const why = isName
    ? `got the name '${text}'; write its address, such as '${example}' (getent hosts ${text} prints it)`
    : `got '${text}'; write it as in '${example}'`;
  fail('AddressSyntax', place, `'${what}' must be an IPv4 or IPv6 address, ${why}`);
}
