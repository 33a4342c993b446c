import type { FactStore } from '../../topology/private/fact-store';
import type { Subject } from '../../validation/private/subject';

/** Config files of the containers of a stack, which rules look into. */
export function configSubjects(store: FactStore, stack: string): Subject[] {
  return store
    .configured()
    .filter(({ path }) => path.startsWith(`${stack}/`))
    .flatMap(({ path, config }) =>
      config.files.map(({ target, text }) => ({ resourceType: 'config_file', path, attributes: { path: target, content: text } })),
    );
}
