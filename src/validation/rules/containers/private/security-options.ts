import type { ICheckedResource } from '../../../checked-resource';
import { literalsOf } from '../../../private/literals';
import { remember } from '../../../private/remember';

/** Security options as the engine reads them: cut at the first `=`, and without one at the first `:`. */
export interface SecurityOptions {
  /** Values of an option, such as `seccomp`; empty where it stands alone. The provider keeps no order among several. */
  readonly valuesOf: (option: string) => string[];
  /** Whether that is all of them. */
  readonly isWhole: boolean;
}

export const securityOptions = remember((container: ICheckedResource): SecurityOptions => {
  const { texts, isWhole } = literalsOf(container, 'security_opts');
  const pairs = texts.map((text) => {
    const at = text.includes('=') ? text.indexOf('=') : text.indexOf(':');
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  });
  const valuesOf = (option: string) => pairs.filter(([key]) => key.trim().toLowerCase() === option).map(([, value]) => value.trim());
  return { valuesOf, isWhole };
});
