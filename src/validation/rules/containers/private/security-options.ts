import { addTo } from '../../../../private/multimap';
import type { ICheckedResource } from '../../../checked-resource';
import { literalsOf } from '../../../private/literals';
import { remember } from '../../../private/remember';

/** Security options as the engine reads them: cut at the first `=`, and without one at the first `:`. */
export interface SecurityOptions {
  /** Values of an option, such as `seccomp`; empty if it has none. The provider keeps no order among several. */
  readonly valuesOf: (option: string) => readonly string[];
  /** Whether the list is complete. */
  readonly isWhole: boolean;
}

export const securityOptions = remember((container: ICheckedResource): SecurityOptions => {
  const { texts, isWhole } = literalsOf(container, 'security_opts');
  const values = new Map<string, string[]>();
  for (const text of texts) {
    const at = text.includes('=') ? text.indexOf('=') : text.indexOf(':');
    const [key, value] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    addTo(values, key.trim().toLowerCase(), value.trim());
  }
  return { valuesOf: (option) => values.get(option) ?? [], isWhole };
});
