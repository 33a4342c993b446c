import { gunzipSync } from 'node:zlib';

export interface HostFile {
  readonly path: string;
  readonly mode: string;
  readonly content: string;
}

/** What cloud-init would make of user data: the archive that `bootcmd` unpacks, or the plain files of the compressed form. */
export function filesOfUserData(text: string): HostFile[] {
  const { bootcmd, write_files } = JSON.parse(text.slice(text.indexOf('\n') + 1));
  if (write_files) {
    return write_files.map(({ path, permissions: mode, content, encoding }: Record<string, string>) => ({
      path,
      mode,
      content: encoding === 'b64' ? Buffer.from(content, 'base64').toString('utf8') : content,
    }));
  }
  const unpack = /^echo ([A-Za-z0-9+/=]+)\|base64 -d\|tar xzmC \/$/.exec(bootcmd[0].at(-1))!;
  return untar(gunzipSync(Buffer.from(unpack[1], 'base64')));
}

function untar(bytes: Buffer): HostFile[] {
  const files: HostFile[] = [];
  for (let at = 0; bytes[at] !== 0;) {
    const field = (offset: number, size: number) =>
      bytes
        .subarray(at + offset, at + offset + size)
        .toString('latin1')
        .replace(/\0.*$/s, '');
    const size = parseInt(field(124, 12), 8);
    const body = bytes.subarray(at + 512, at + 512 + size);
    const prefix = field(345, 155);
    files.push({
      path: `/${prefix === '' ? '' : `${prefix}/`}${field(0, 100)}`,
      mode: field(100, 8).slice(-4),
      content: body.toString('utf8'),
    });
    at += 512 * (1 + Math.ceil(size / 512));
  }
  return files;
}
