import * as fs from 'fs';
import * as path from 'path';
import { compareText } from '../firewall/private/blocks';

/** A file as it is on a host. Root owns it. */
interface FileOnHost {
  /** Absolute. */
  readonly path: string;
  /** Such as `0600`. */
  readonly mode: string;
  readonly content: string;
}

/**
 * Writes every file as it will be on a host below `host/`, so that a comparison of two synths shows which line changed, and `host-files.txt` with
 * modes and owners beside it. Files of an earlier synth go.
 *
 * Every user who can read the folder can read the copies, whatever their modes on the host: none of them contains a secret.
 */
export function writeHostFolder(folder: string, files: readonly FileOnHost[]): void {
  const root = path.join(folder, 'host');
  fs.rmSync(root, { recursive: true, force: true });
  for (const { path: place, mode, content } of files) {
    const target = path.join(root, place);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, content, { mode: mode.includes('7') ? 0o755 : 0o644 });
  }
  const lines = [...files].sort((a, b) => compareText(a.path, b.path)).map(({ path: place, mode }) => `${mode} root:root ${place}\n`);
  fs.writeFileSync(
    path.join(folder, 'host-files.txt'),
    ['# mode, owner and path of each file below host/ as it is on the host\n', ...lines].join(''),
  );
}
