import { gunzipSync } from 'node:zlib';
import type { Program } from './programs';
import { renderUserData } from '../../src/daemon/private/render-user-data';

/** A file of a program's host, as its user data bring it. */
export function hostFile(program: Program, path: string): string {
  const userData = JSON.parse((program.daemon as any).rendered(renderUserData).replace('#cloud-config\n', ''));
  const { content, encoding } = userData.write_files.find((file: { path: string }) => file.path === path);
  const bytes = Buffer.from(content, 'base64');
  return (encoding === 'b64' ? bytes : gunzipSync(bytes)).toString('utf8');
}
