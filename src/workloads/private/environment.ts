import { type Place, ValidationError } from '../../private/errors';
import { passedText, plainText, reasonText } from '../../private/text';

const SECRET_NAME =
  /(^|_)(PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET|TOKEN|API_?KEY|APIKEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?|AUTH_?KEY|ENCRYPTION_?KEY)S?(_|$)/i;

/** Shapes of secrets that betray themselves whatever the variable is called. */
const SECRET_VALUES: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: 'a password inside a URL', pattern: /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i },
  { what: 'an AWS access key', pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: 'a GitHub token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,}\b/ },
  { what: 'a Slack token', pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { what: 'a JSON web token', pattern: /^eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./ },
];

/**
 * Environment variables in the form that the provider wants, sorted so that the order of keys does not matter.
 * What looks like a secret is refused: it would lie readable in Terraform's state and in `docker inspect`.
 */
export function environmentList(place: Place | string, environment: Record<string, string>, notSecret: Record<string, string>): string[] {
  for (const [name, reason] of Object.entries(notSecret)) {
    reasonText(place, `notSecret.${name}`, reason);
    if (!Object.hasOwn(environment, name)) {
      throw new ValidationError(
        'NotSecretUnused',
        place,
        `'notSecret' names '${name}', which is no variable of 'environment'; take it out`,
      );
    }
  }
  return Object.keys(environment)
    .sort()
    .map((name) => {
      plainText(place, 'name of a variable', name);
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        throw new ValidationError('EnvironmentName', place, `'${name}' is no name of an environment variable; use letters, digits and _`);
      }
      const value = passedText(place, `environment.${name}`, environment[name]);
      if (!Object.hasOwn(notSecret, name)) {
        refuseSecret(place, name, value);
      }
      return `${name}=${value}`;
    });
}

function refuseSecret(place: Place | string, name: string, value: string): void {
  const shape = SECRET_VALUES.find(({ pattern }) => pattern.test(value));
  // A variable that names the path of a secret's file holds no secret.
  const namesAFile = /_(FILE|PATH)$/i.test(name) && /^\/[^\s]+$/.test(value);
  const suspicious = shape?.what ?? (SECRET_NAME.test(name) && !namesAFile && value !== '' ? 'a secret, by its name' : undefined);
  if (suspicious !== undefined) {
    throw new ValidationError(
      'SecretInEnvironment',
      place,
      `'environment.${name}' looks like ${suspicious}, and would lie readable in the state and in 'docker inspect'; ` +
        `mount it as a file and set ${name.replace(/_(FILE|PATH)$/i, '')}_FILE to its path, or say in 'notSecret' why it is none`,
    );
  }
}
