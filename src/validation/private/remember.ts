import type { Resource } from './view';
import type { ICheckedResource } from '../checked-resource';

/**
 * Has several rules share what is worked out of one resource. What was looked at and is known to Terraform only counts for each of them.
 *
 * @param workOut must depend on the resource and its stack alone
 */
export function remember<T>(workOut: (resource: ICheckedResource) => T): (resource: ICheckedResource) => T {
  const known = new WeakMap<ICheckedResource, { readonly value: T; readonly unknown: readonly string[] }>();
  return (resource) => {
    const { unknown } = resource as Resource;
    let entry = known.get(resource);
    if (entry === undefined) {
      const before = [...unknown];
      unknown.clear();
      const value = workOut(resource);
      entry = { value, unknown: [...unknown] };
      before.forEach((attribute) => unknown.add(attribute));
      known.set(resource, entry);
    }
    entry.unknown.forEach((attribute) => unknown.add(attribute));
    return entry.value;
  };
}
