import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { isTokenText, matching, passedText } from '../private/text';

/** Where a service reads a secret. */
export interface SwarmSecretOptions {
  /** Id that `docker secret create` printed, 25 characters. */
  readonly secretId: string;

  /** Name of the secret in the swarm: 1 to 64 letters, digits, `_`, `.` or `-`. */
  readonly secretName: string;

  /**
   * Absolute path of the file in the container.
   *
   * @default - `/run/secrets/` and the name
   */
  readonly target?: string;
}

/**
 * A secret of the swarm that a service reads as a file: only its own user may read it, and no disk of a worker contains it.
 *
 * Bulkhead does not create secrets, because Terraform would store their values in its state. Create one on a manager with `docker secret create NAME -`,
 * and refer to it here. To change a secret create another one and refer to that: Swarm cannot change a secret.
 *
 * @see https://docs.docker.com/engine/swarm/secrets/
 */
export class SwarmSecret {
  /** A secret that already exists in the swarm. */
  public static of(options: SwarmSecretOptions): SwarmSecret {
    checkProps(undefined, 'SwarmSecretOptions', options);
    const secretId = matching(
      undefined,
      'secretId',
      options.secretId,
      /^[a-z0-9]{25}$/,
      'SwarmFile',
      'the id that docker secret create printed',
    );
    const secretName = fileName('secretName', options.secretName);
    return new SwarmSecret(secretId, secretName, filePath(options.target ?? `/run/secrets/${secretName}`));
  }

  private constructor(
    /** Id in the swarm. */
    public readonly secretId: string,
    /** Name in the swarm. */
    public readonly secretName: string,
    /** Path in the container. */
    public readonly target: string,
  ) {}
}

/**
 * A file of a service, the same on every node; every user in the container may read it. Do not put secrets into it: it is readable in the Terraform
 * state.
 *
 * @see https://docs.docker.com/engine/swarm/configs/
 */
export class SwarmConfig {
  /**
   * A file by its text, at most 500 KiB.
   * @param name 1 to 40 letters, digits, `_`, `.` or `-`; its name in the swarm ends with a digest of service and text, because Swarm cannot change a
   * config
   * @param target absolute path of the file in the container
   */
  public static fromText(name: string, text: string, target: string): SwarmConfig {
    const checked = passedText(undefined, 'config', text);
    // It is encoded here, and Terraform would find nothing to replace.
    if (isTokenText(checked)) {
      throw new UnscopedValidationError(
        'UnresolvedValue',
        `the text of config '${name}' must be known at synth, got a Terraform reference; pass the literal text, or a variable of the environment`,
      );
    }
    const size = Buffer.byteLength(checked, 'utf8');
    if (size === 0 || size > 512_000) {
      throw new UnscopedValidationError(
        'SwarmFile',
        `config '${name}' has ${size} bytes, and Swarm accepts 1 to 512000; put it into the image`,
      );
    }
    return new SwarmConfig(fileName('name', name, 40), checked, filePath(target));
  }

  private constructor(
    /** Name in the swarm, without the digest. */
    public readonly configName: string,
    /** Content of the file. */
    public readonly text: string,
    /** Path in the container. */
    public readonly target: string,
  ) {}
}

function fileName(what: string, name: string, most = 64): string {
  const form = new RegExp(`^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,${most - 1}}$`);
  return matching(undefined, what, name, form, 'SwarmFile', `1 to ${most} letters, digits, _, . or -, starting with a letter or digit`);
}

function filePath(target: string): string {
  const form = /^\/(?!.*(\/\.{1,2}(\/|$)|\/\/))[^\s:,]+[^\s:,/]$/;
  return matching(undefined, 'target', target, form, 'SwarmFile', "an absolute path without blanks, ':', ',', '.' and '..'");
}
