import { FileOwner } from './file-owner';
import { checkSize, CONFIG_LIMIT, configMode, configTarget, configText, filledIn } from './private/config-text';
import { readText } from './read-text';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { holdsNumberReference } from '../private/late';
import type { ConfigFileFact } from '../topology/private/facts';

/** Values and owner of a config file. */
export interface ConfigFileOptions {
  /**
   * Value for each `{{ name }}` in the text; names have letters, digits and `_`. Each name in the text needs a value, and the text must contain each name.
   *
   * @default - the text does not change
   */
  readonly values?: { [name: string]: string };

  /**
   * Owner of the file. Error: `UserNumber`; `FileOwner.fromImage()` is refused.
   *
   * @default FileOwner.of(0)
   */
  readonly owner?: FileOwner;

  /**
   * Mode of the file, in octal digits; only the owner may have the right to write. The container can never write to it.
   *
   * @default '0444'
   */
  readonly mode?: string;
}

/**
 * A text file that a container reads, at most 512,000 bytes: its content is in the program, or in a file beside it. Bulkhead does not change any byte
 * of the text; `${…}` is literal.
 *
 * Give it to containers with `configFiles`. Do not put secrets into it: users who can read the files of the synth or Terraform's state can read them. Use a
 * `SecretFile`.
 */
export class ConfigFile {
  /**
   * A file from a text. Errors: `ConfigFileValue`, `MountTarget`, `NotText`, `UnresolvedValue` for a text with a Terraform reference.
   *
   * @param path absolute path in the container, at most 100 letters, digits and `.`, `_`, `@`, `+`, `-`
   */
  public static fromText(path: string, text: string, options: ConfigFileOptions = {}): ConfigFile {
    checkProps(undefined, 'ConfigFileOptions', options);
    const { values, owner = FileOwner.of(0), mode = '0444' } = options;
    const target = configTarget(path);
    const template = configText('text', text, holdsNumberReference);
    for (const [name, value] of Object.entries(values ?? {})) configText(`values.${name}`, value, holdsNumberReference);
    const content = values === undefined ? template : filledIn(template, values);
    checkSize(target, content);
    if (!(owner instanceof FileOwner && owner.text !== undefined)) {
      throw new UnscopedValidationError('UserNumber', "'owner' must be a user and a group by their numbers, such as FileOwner.of(10001)");
    }
    return new ConfigFile(target, content, { target, text: content, owner: owner.text, mode: configMode(mode) });
  }

  /**
   * A file from a text file in UTF-8 beside the program, which Bulkhead reads when the program runs. Errors: `ConfigFileMissing`, and those of `fromText()`.
   *
   * @param path absolute path in the container
   * @param file path of the text file, relative to the working directory of the program
   */
  public static fromFile(path: string, file: string, options: ConfigFileOptions = {}): ConfigFile {
    return ConfigFile.fromText(path, readText(file, CONFIG_LIMIT, 'ConfigFileMissing'), options);
  }

  private constructor(
    /** Path in the container. */
    public readonly path: string,
    /** Content, with its values. */
    public readonly text: string,
    /**
     * @internal
     */
    public readonly _fact: ConfigFileFact,
  ) {}
}
