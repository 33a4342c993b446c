import { type Place, ValidationError } from '../../private/errors';
import { literalText } from '../../private/late';
import { secretLooking } from '../../private/secret-looking';
import { passedText, plainText } from '../../private/text';

/** What Docker, its tools and Bulkhead read and write themselves. @see https://docs.docker.com/engine/manage-resources/labels/ */
const RESERVED = /^(bulkhead|com\.docker|io\.docker|org\.dockerproject)(\.|$)/i;

export interface LabelBlock {
  readonly label: string;
  readonly value: string;
}

/** Labels as the resource has them, sorted so that the order of keys does not matter. Like the environment they are readable for many, so secrets are refused. */
export function labelBlocks(
  place: Place | string,
  labels: Readonly<Record<string, string>>,
  notSecret: Readonly<Record<string, string>>,
): LabelBlock[] {
  return Object.keys(labels)
    .sort()
    .map((name) => {
      checkName(place, name);
      const value = passedText(place, `labels.${name}`, labels[name]);
      const suspicious = Object.hasOwn(notSecret, name) ? undefined : secretLooking(name, value);
      if (suspicious !== undefined) {
        throw new ValidationError(
          'SecretInLabel',
          place,
          `'labels.${name}' looks like ${suspicious}, and would be readable in the state and in 'docker inspect'; ` +
            'remove it, and give the secret as a file to the program that reads the labels; ' +
            `or give the reason why it is not a secret: notSecretReasons: { '${name}': '…' }`,
        );
      }
      return { label: name, value: literalText(value) };
    });
}

function checkName(place: Place | string, name: string): void {
  plainText(place, 'name of a label', name);
  if (!/^[!-<>-~]{1,512}$/.test(name)) {
    throw new ValidationError(
      'LabelName',
      place,
      `'${name}' is not a name of a label; use 1 to 512 letters, digits and signs of ASCII other than '=', without blanks`,
    );
  }
  if (RESERVED.test(name)) {
    throw new ValidationError(
      'LabelName',
      place,
      `'${name}' is reserved: labels of 'bulkhead', 'com.docker', 'io.docker' and 'org.dockerproject' are written by Bulkhead and Docker only; use a prefix of your own, such as 'com.example.${name.split('.').pop()}'`,
    );
  }
}
