import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { plainText, reasonText } from '../private/text';
import { latestImage } from '../validation/rules/images/latest-image';
import { unpinnedImage } from '../validation/rules/images/unpinned-image';
import type { Suppressions } from '../validation/suppressions';

/** How an image is named. */
export interface RegistryImageOptions {
  /**
   * Why a tag without a digest is acceptable, at least 10 characters. A tag can refer to another image later.
   *
   * @default - a reference without digest is refused
   */
  readonly tagReason?: string;
}

const ID = /^sha256:[0-9a-f]{64}$/;
const DIGEST = /@sha256:[0-9a-f]{64}$/;
/** Repository with optional registry and port, then tag, then digest. */
const REFERENCE = /^(?:[a-zA-Z0-9.-]+(?::\d{1,5})?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** The image that a container runs. */
export class ContainerImage {
  /**
   * An image of a registry, pulled by the host.
   * @param reference name with digest, such as `nginx@sha256:…`
   */
  public static fromRegistry(reference: string, options: RegistryImageOptions = {}): ContainerImage {
    checkProps(undefined, 'RegistryImageOptions', options);
    const text = plainText(undefined, 'image', reference);
    if (!REFERENCE.test(text)) {
      throw new UnscopedValidationError(
        'ImageReference',
        `'${text}' is not an image reference; write it as 'registry/name@sha256:<64 hexadecimal characters>', or as 'registry/name:tag' with a tagReason${/^https?:/.test(text) ? ", and without 'https://'" : /[A-Z]/.test(text.replace(/[:@].*/, '')) ? ', and its name in lower case' : ''}`,
      );
    }
    if (ID.test(text)) {
      throw new UnscopedValidationError(
        'ImageReference',
        `'${text}' is the id of an image on a host; write ContainerImage.fromId('${text}')`,
      );
    }
    if (!DIGEST.test(text)) {
      if (options.tagReason === undefined) {
        throw new UnscopedValidationError(
          'ImageWithoutDigest',
          `'${text}' has no digest, so a later pull may run another image; write 'name@sha256:…', or pass a tagReason: ContainerImage.fromRegistry('${text}', { tagReason: 'why a tag is enough' })`,
        );
      }
      const tagReason = reasonText(undefined, 'tagReason', options.tagReason);
      return new ContainerImage(text, true, tagReason);
    }
    return new ContainerImage(text, true);
  }

  /**
   * An image that is already on the host, by its id: built or imported there, never pulled.
   * @param id `sha256:` and 64 hexadecimal characters, as `docker image inspect --format {{.Id}}` prints it
   */
  public static fromId(id: string): ContainerImage {
    const text = plainText(undefined, 'image id', id);
    if (!ID.test(text)) {
      throw new UnscopedValidationError('ImageReference', `'${text}' is not an image id; write 'sha256:' and 64 hexadecimal characters`);
    }
    return new ContainerImage(text, false);
  }

  private constructor(
    /** Reference or id. */
    public readonly text: string,
    /** Whether the host pulls it. */
    public readonly pulled: boolean,
    private readonly tagReason?: string,
  ) {}

  /** Whether `other` is the same reference or id. */
  public isSameAs(other: ContainerImage): boolean {
    return this.text === other.text;
  }

  /**
   * An author who gave a reason for a tag need not give it again for the rules that ask for a digest or a version.
   *
   * @internal
   */
  public _acceptAt(accepted: Suppressions): void {
    if (this.tagReason === undefined) return;
    accepted._imply(latestImage, this.text, this.tagReason);
    accepted._imply(unpinnedImage, this.text, this.tagReason);
  }
}
