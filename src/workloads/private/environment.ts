import { type Place, ValidationError } from '../../private/errors';
import { secretLooking } from '../../private/secret-looking';
import { passedText, plainText, reasonText } from '../../private/text';

/**
 * Environment variables in the form that the provider wants, sorted so that the order of keys does not matter.
 * What looks like a secret is refused: it would lie readable in Terraform's state and in `docker inspect`.
 */
export function environmentList(
  place: Place | string,
  environment: Record<string, string>,
  notSecret: Record<string, string>,
  howToMount: (file: string) => string,
  labels: Readonly<Record<string, string>> = {},
): string[] {
  for (const [name, reason] of Object.entries(notSecret)) {
    reasonText(place, `notSecretReasons.${name}`, reason);
    if (!Object.hasOwn(environment, name) && !Object.hasOwn(labels, name)) {
      throw new ValidationError(
        'NotSecretUnused',
        place,
        `'notSecretReasons' contains '${name}', which is not a variable of 'environment' or a label; remove it`,
      );
    }
  }
  return Object.keys(environment)
    .sort()
    .map((name) => {
      plainText(place, 'name of a variable', name);
      if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) {
        throw new ValidationError(
          'EnvironmentName',
          place,
          `'${name}' is not a name of an environment variable; use letters, digits, '_', '.' and '-', starting with a letter or '_'`,
        );
      }
      const value = passedText(place, `environment.${name}`, environment[name]);
      if (!Object.hasOwn(notSecret, name)) {
        refuseSecret(place, name, value, howToMount);
      }
      return `${name}=${value}`;
    });
}

function refuseSecret(place: Place | string, name: string, value: string, howToMount: (file: string) => string): void {
  const suspicious = secretLooking(name, value);
  if (suspicious !== undefined) {
    const bare = name.replace(/_(FILE|PATH)$/i, '');
    const file = bare.toLowerCase().replace(/[_.]/g, '-').replace(/^-+/, '');
    throw new ValidationError(
      'SecretInEnvironment',
      place,
      `'environment.${name}' looks like ${suspicious}, and would be readable in the state and in 'docker inspect'; ` +
        `put it into a file, add ${howToMount(file)}, and set ${bare}_FILE to '/run/secrets/${file}'; ` +
        `or give the reason why it is not a secret: notSecretReasons: { ${/^\w+$/.test(name) ? name : `'${name}'`}: '…' }`,
    );
  }
}
