import type { HostTexts } from './host-texts';
import { InputError } from '../../input-error';

/** Settings of the kernel; undefined where the text does not name them. */
export interface Sysctls {
  /** Slashes separate words, since names of interfaces may have dots. */
  value(...words: readonly string[]): string | undefined;
}

/** @throws InputError for a text that is empty or cut */
export function sysctlsOf({ sysctls }: HostTexts): Sysctls | undefined {
  if (sysctls === undefined) return undefined;
  const lines = sysctls.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new InputError("the text 'sysctls' is empty; take it again with the command for it");
  const values = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at < 0) throw new InputError(`the text 'sysctls' has the line '${line}', which is not KEY = VALUE, or is cut; take it again`);
    values.set(keyOf(line.slice(0, at).trim()), line.slice(at + 1).trim());
  }
  return { value: (...words) => values.get(words.join('/')) };
}

/** `net.ipv4.conf.eth0/5.rp_filter` is of the interface `eth0.5`: the tool swaps dots and slashes. */
function keyOf(key: string): string {
  return key.replace(/[./]/g, (sign) => (sign === '.' ? '/' : '.'));
}
