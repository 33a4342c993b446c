import { UnscopedValidationError } from '../../private/errors';

/**
 * Variables of a file in the format of `docker run --env-file`: each line is NAME=VALUE, a comment or empty, and the value is the text after the
 * first `=`, with its quotes and blanks. Bulkhead refuses what Docker would take from its own environment, or would take twice.
 * @see https://docs.docker.com/reference/cli/docker/container/run/#env
 */
export function environmentLines(file: string, text: string): Record<string, string> {
  const variables = new Map<string, string>();
  text
    .replace(/^\ufeff/, '')
    .split('\n')
    .forEach((whole, index) => {
      const line = whole.replace(/\r$/, '').replace(/^[ \t]+/, '');
      if (line === '' || line.startsWith('#')) return;
      const at = line.indexOf('=');
      const refuse = (why: string): never => {
        // The value may be a secret, and messages are read by many.
        throw new UnscopedValidationError('EnvironmentFileLine', `line ${index + 1} of '${file}' ${why}`);
      };
      if (at < 0) {
        refuse(
          `is '${line}' without '=': Docker would take the value from the environment of its client, which differs between machines; write ${line}=VALUE, or remove the line`,
        );
      }
      const name = line.slice(0, at);
      if (name === '' || /[ \t]/.test(name)) {
        refuse("has no name before '=', or a name with blanks; write NAME=VALUE without blanks before '='");
      }
      if (variables.has(name)) refuse(`sets '${name}' for the second time; remove one of the lines`);
      variables.set(name, line.slice(at + 1));
    });
  return Object.fromEntries(variables);
}
