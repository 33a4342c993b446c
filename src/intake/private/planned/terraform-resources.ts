import { at, type Json, listAt, textAt } from '../host/json-text';

/** A resource of a state or of a plan, with its address in the program. */
export interface Resource {
  readonly address: string;
  readonly type: string;
  readonly values: Json;
}

/** Those of a module and of the modules in it. */
export function resourcesIn(module: Json): Resource[] {
  const own = listAt(module, 'resources').flatMap((json): Resource[] => {
    const [address, type] = [textAt(json, 'address'), textAt(json, 'type')];
    return address === undefined || type === undefined ? [] : [{ address, type, values: at(json, 'values') }];
  });
  return [...own, ...listAt(module, 'child_modules').flatMap(resourcesIn)];
}
