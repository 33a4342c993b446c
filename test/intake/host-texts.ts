import * as fs from 'node:fs';
import * as path from 'node:path';
import { HOST_TEXTS, type HostTexts } from '../../src/intake/private/host/host-texts';

/** Texts of a host of the lab, as its tools printed them, reduced to the fields that are read. */
export function textsOf(host: string): HostTexts {
  const folder = path.join(__dirname, 'texts', host);
  const files = HOST_TEXTS.map((name) => [name, path.join(folder, `${name}.txt`)] as const).filter(([, file]) => fs.existsSync(file));
  return Object.fromEntries(files.map(([name, file]) => [name, fs.readFileSync(file, 'utf8')]));
}
