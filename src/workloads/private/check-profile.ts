import { Port } from '../../firewall/port';
import { UnscopedValidationError } from '../../private/errors';
import { matching } from '../../private/text';
import type { Capability } from '../capability';

/** A value of an enum: plain JavaScript may pass any text. */
export function oneOf<T extends string>(what: string, value: T, known: readonly T[]): T {
  if (!known.includes(value)) {
    throw new UnscopedValidationError(
      'ImageProfileValue',
      `'${what}' must be one of ${known.map((each) => `'${each}'`).join(', ')}, got ${JSON.stringify(value)}`,
    );
  }
  return value;
}

/**
 * In the bounding set, no process can use them unless the user or no-new-privileges is overridden; so none that reaches beyond the container is
 * accepted.
 */
export function checkFileCapabilities(capabilities: readonly Capability[], isOrdinary: (name: string) => boolean): void {
  const other = capabilities.find(({ text }) => !isOrdinary(text));
  if (other !== undefined) {
    throw new UnscopedValidationError(
      'ImageProfileValue',
      `'fileCapabilities' holds ${other.text}, which has effects outside the container; build an image whose program is not marked with it (setcap -r), and remove it here`,
    );
  }
}

export function dataPathOf(path: string | undefined): string | undefined {
  return path === undefined
    ? undefined
    : matching(undefined, 'dataPath', path, /^(\/[^/:,]+)+$/, 'MountTarget', "an absolute path without ':' and ','");
}

/** @param ports as `docker image inspect` writes them */
export function portsOf(ports: readonly string[]): Port[] {
  return ports.map((text) => {
    const [number, protocol] = text.split('/');
    return protocol === 'udp' ? Port.udp(Number(number)) : Port.tcp(Number(number));
  });
}
