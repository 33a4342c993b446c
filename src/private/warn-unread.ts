import type { IConstruct } from 'constructs';
import { warn } from './cdktf-hooks';
import { type StructName, unreadProps } from './check-props';

/** Warns of properties that a construct does not read: a class of a user's may have passed them on, and a typing error has no effect, either. */
export function warnUnread(construct: IConstruct, struct: StructName, given: object): void {
  for (const name of unreadProps(struct, given)) {
    warn(construct, `the property '${name}' has no effect: the library does not read it. Correct its name, or do not pass it on`);
  }
}
