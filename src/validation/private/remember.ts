import type { Lookup, Resource } from './view';
import type { ICheckedResource } from '../checked-resource';

const NOTHING: readonly string[] = [];

interface Remembered<T> {
  readonly value: T;
  /** What was read for it, and is known only to Terraform. */
  readonly unknown: readonly string[];
}

/**
 * Lets several rules share what is computed from one resource. Values that were read and that only Terraform knows count for each of them.
 *
 * @param workOut must depend only on the resource and its stack
 */
export function remember<T>(workOut: (resource: ICheckedResource) => T): (resource: ICheckedResource) => T {
  return (resource) => {
    const { unknown, remembered } = resource as Resource;
    let entry = remembered.get(workOut) as Remembered<T> | undefined;
    if (entry === undefined) {
      const before = unknown.size > 0 ? [...unknown] : NOTHING;
      unknown.clear();
      const value = workOut(resource);
      entry = { value, unknown: unknown.size > 0 ? [...unknown] : NOTHING };
      for (const attribute of before) unknown.add(attribute);
      remembered.set(workOut, entry);
    }
    for (const attribute of entry.unknown) unknown.add(attribute);
    return entry.value;
  };
}

/** Has the resources of a stack share what is worked out of all of them. */
export function rememberOfStack<T>(workOut: (anyone: ICheckedResource) => T): (resource: ICheckedResource) => T {
  const known = new WeakMap<Lookup, { readonly value: T }>();
  return (resource) => {
    const { stack } = resource as Resource;
    const entry = known.get(stack) ?? { value: workOut(resource) };
    known.set(stack, entry);
    return entry.value;
  };
}
