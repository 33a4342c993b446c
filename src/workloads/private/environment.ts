import { type Place, ValidationError } from '../../private/errors';
import { secretLooking, valueOfFile } from '../../private/secret-looking';
import { plainText, reasonText, shown, startText } from '../../private/text';

/** The variable that contains the path of a file instead of the value of another one; undefined if the image has none. */
export type FileVariable = (variable: string) => string | undefined;

/** What a workload says about its variables. */
interface EnvironmentProps {
  readonly environment?: Readonly<Record<string, string>>;
  readonly notSecretReasons?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** How a value that is refused reaches the program instead. */
interface SecretAdvice {
  readonly howToMount: (file: string) => string;
  readonly fileVariable?: FileVariable;
}

/**
 * Environment variables in the form that the provider needs, sorted so that the order of keys does not matter. Values that look like secrets are
 * refused: they would be readable in Terraform's state and in `docker inspect`.
 */
export function environmentList(
  place: Place | string,
  { environment = {}, notSecretReasons: notSecret = {}, labels = {} }: EnvironmentProps,
  advice: SecretAdvice,
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
      needText(place, name, environment[name]);
      const value = startText(place, `environment.${name}`, environment[name], `${name}=`);
      if (!Object.hasOwn(notSecret, name)) {
        refuseSecret(place, name, value, advice);
      }
      return `${name}=${value}`;
    });
}

/** Gitea, Forgejo and Grafana end the name with two underscores, and most others with one. */
function usualFileVariable(variable: string): string {
  return `${variable}${/^((GITEA|FORGEJO)__|GF_)/.test(variable) ? '_' : ''}_FILE`;
}

function needText(place: Place | string, name: string, value: unknown): void {
  if (typeof value === 'string') return;
  const path = typeof value === 'object' && value !== null && 'filePath' in value;
  const wayOut = path
    ? "; write its 'filePath', in the variable of the image that takes the path of a file"
    : value === undefined
      ? '; a variable of process.env is undefined where it is not set: give it a default, or leave the name out'
      : typeof value === 'number' || typeof value === 'boolean'
        ? `; write '${value}'`
        : '';
  throw new ValidationError('NotText', place, `'environment.${name}' must be a string, got ${shown(value)}${wayOut}`);
}

function refuseSecret(
  place: Place | string,
  name: string,
  value: string,
  { howToMount, fileVariable = usualFileVariable }: SecretAdvice,
): void {
  const suspicious = secretLooking(name, value);
  if (suspicious !== undefined) {
    const bare = valueOfFile(name) ?? name;
    const variable = fileVariable(bare);
    if (/^\/run\/secrets\/\S+$/.test(value) && variable !== undefined && variable !== name) {
      throw new ValidationError(
        'SecretInEnvironment',
        place,
        `'environment.${name}' is the path of a file, and the program would take the path itself for the value; rename the variable to ${variable}, or give the reason why its value is a path: notSecretReasons: { ${keyOf(name)}: '…' }`,
      );
    }
    const file = bare.toLowerCase().replace(/[_.]+/g, '-').replace(/^-+/, '');
    throw new ValidationError(
      'SecretInEnvironment',
      place,
      `'environment.${name}' looks like ${suspicious}, and would be readable in the state and in 'docker inspect'; ` +
        (variable === undefined
          ? `put it into a file of settings that the program of the image reads (for ${bare} the image takes no path of a file), and add ${howToMount(file)}; `
          : `put it into a file, add ${howToMount(file)}, and set ${variable} to '/run/secrets/${file}'; `) +
        `or give the reason why it is not a secret: notSecretReasons: { ${keyOf(name)}: '…' }`,
    );
  }
}

function keyOf(name: string): string {
  return /^\w+$/.test(name) ? name : `'${name}'`;
}
