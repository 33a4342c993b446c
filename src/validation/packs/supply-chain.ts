import { UnscopedValidationError } from '../../private/errors';
import { plainText } from '../../private/text';
import { registryEntry } from '../private/registry-names';
import { type PackOptions, RulePack } from '../rule-pack';
import { ALL_RULES } from '../rules/all';
import { allowedRegistries } from '../rules/images/allowed-registries';

/** Options of the pack. */
export interface SupplyChainOptions extends PackOptions {
  /**
   * Registries that images may come from and go to, such as `registry.example.com:5000`, or paths in them, such as `docker.io/library` and
   * `ghcr.io/acme`. Images of any other registry are errors (`BH-I03`). Error: `RegistryName`.
   *
   * @default - the registry of an image is not checked
   */
  readonly registries?: string[];
}

/** Rules about the origin of images, and whether they are the intended ones. */
export class SupplyChain extends RulePack {
  constructor(options: SupplyChainOptions = {}) {
    const { registries, ...rest } = options;
    super({
      ...rest,
      packName: 'SupplyChain',
      rules: [...ALL_RULES.filter(({ area }) => area === 'I'), ...(registries ? [allowedRegistries(registries.map(entry))] : [])],
    });
  }
}

function entry(text: string): string {
  const found = registryEntry(plainText(undefined, 'registries', text));
  if (found === undefined) {
    throw new UnscopedValidationError(
      'RegistryName',
      `'${text}' is not a registry or a path in one; write it as in an image name, with the host first: 'docker.io/library', 'registry.example.com:5000/team'`,
    );
  }
  return found;
}
