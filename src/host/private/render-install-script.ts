import { assemble } from './assemble';
import type { HostFile, HostInput } from './host-input';
import { guardParts } from './programs';
import { renderHostFiles } from './render-host-files';

/** One POSIX script that installs everything on an existing host; it checks first, and changes only what differs. */
export function renderInstallScript(input: HostInput): string {
  return assemble('install.sh', {
    ...guardParts(input),
    // Checked to be digits and dots.
    'generated/engine.sh': `engine_minimum=${input.engine.minimum}\nengine_below=${input.engine.below}\nsecrets=${input.secrets ? 'yes' : ''}\nconfig=${input.config.length > 0 ? 'yes' : ''}\n`,
    'generated/files.sh': `all_files() {\n${renderHostFiles(input).map(body).join('')}}\n`,
  });
}

/** No line of base64 can end the here-document: `END_OF_BODY` has characters that base64 does not have. */
function body(file: HostFile): string {
  const text = Buffer.from(file.content, 'utf8').toString('base64');
  const wrapped = text.match(/.{1,76}/g) ?? [];
  return `  put ${file.path} ${file.mode.slice(1)} <<'END_OF_BODY'\n${wrapped.map((line) => `${line}\n`).join('')}END_OF_BODY\n`;
}
