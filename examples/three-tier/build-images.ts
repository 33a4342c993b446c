/**
 * Builds the three images of the example on the engine that DOCKER_HOST names (a unix socket), without a registry and without the docker command:
 * each is Debian's static busybox, its applets, and a folder of this example. Writes images.json.
 */
import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as http from 'http';
import * as os from 'os';
import * as path from 'path';

const COMMANDS: Readonly<Record<string, string[]>> = {
  web: ['httpd', '-f', '-p', '8443', '-h', '/srv'],
  api: ['httpd', '-f', '-p', '8080', '-h', '/srv'],
  db: ['nc', '-ll', '-p', '5432', '-e', '/bin/cat', '/srv/orders'],
};

function busybox(): string {
  const found = ['/bin/busybox', '/usr/bin/busybox'].find((file) => fs.existsSync(file));
  if (found === undefined) {
    throw new Error('busybox is missing; install it: apt-get install busybox-static');
  }
  return found;
}

/** A root file system as a tar archive. Times and owners are fixed, so that the same files give the same archive. */
function rootFileSystem(name: string): Buffer {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'three-tier-'));
  try {
    // A temporary directory is its maker's alone; the root of a container is not.
    fs.chmodSync(root, 0o755);
    for (const dir of ['bin', 'etc', 'tmp', 'srv']) {
      fs.mkdirSync(path.join(root, dir));
    }
    fs.copyFileSync(busybox(), path.join(root, 'bin/busybox'));
    fs.chmodSync(path.join(root, 'bin/busybox'), 0o755);
    for (const applet of ['sh', 'httpd', 'nc', 'wget', 'cat', 'echo', 'sed', 'sleep', 'ping', 'nslookup']) {
      fs.symlinkSync('busybox', path.join(root, 'bin', applet));
    }
    fs.writeFileSync(path.join(root, 'etc/passwd'), 'app:x:10001:10001:app:/:/bin/sh\n');
    fs.writeFileSync(path.join(root, 'etc/group'), 'app:x:10001:\n');
    fs.cpSync(path.join(__dirname, 'images', name), root, { recursive: true });
    return execFileSync('tar', ['-C', root, '--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '-cf', '-', '.'], {
      maxBuffer: 1 << 26,
    });
  } finally {
    fs.rmSync(root, { recursive: true });
  }
}

function request(socketPath: string, method: string, url: string, body?: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = http.request(
      { socketPath, method, path: url, headers: body && { 'Content-Type': 'application/x-tar', 'Content-Length': body.length } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if ((answer.statusCode ?? 500) >= 300) {
            reject(new Error(`${method} ${url}: ${answer.statusCode} ${text}`));
          } else {
            resolve(text);
          }
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

async function build(socketPath: string, name: string): Promise<string> {
  const changes = [`CMD ${JSON.stringify(COMMANDS[name])}`, 'ENV PATH=/bin']
    .map((change) => `changes=${encodeURIComponent(change)}`)
    .join('&');
  await request(socketPath, 'POST', `/images/create?fromSrc=-&repo=three-tier-${name}&tag=1&${changes}`, rootFileSystem(name));
  const inspected = JSON.parse(await request(socketPath, 'GET', `/images/three-tier-${name}:1/json`)) as { Id: string };
  return inspected.Id;
}

async function main(): Promise<void> {
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  if (!host.startsWith('unix://')) {
    throw new Error(`DOCKER_HOST is ${host}; run this on the host of the engine, where its socket is`);
  }
  const ids: Record<string, string> = {};
  for (const name of Object.keys(COMMANDS)) {
    ids[name] = await build(host.slice('unix://'.length), name);
  }
  fs.writeFileSync(path.join(__dirname, 'images.json'), `${JSON.stringify(ids, null, 2)}\n`);
  console.log(ids);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
