// The demo against an engine that is there already: deployed only where the guard is in force, so that nothing ever stands open.
import * as fs from 'fs';
import * as http from 'http';
import * as path from 'path';
import { BIN, cdktf, EXAMPLE, hostFolder, must, ROOT, say, synthExample } from './demo-example';
import { stampPath } from '../src/host/private/host-input';

export async function deployTo(dockerHost: string): Promise<void> {
  if (!dockerHost.startsWith('unix://')) {
    throw new Error(
      `DOCKER_HOST is '${dockerHost}'; the demo deploys through a unix socket. For SSH or TLS write a program with DaemonConnection.ssh() or .tls()`,
    );
  }
  const socketPath = dockerHost.slice('unix://'.length);
  const version = JSON.parse((await request(socketPath, 'GET', '/version')).body) as { Version: string };
  const env = { SHOP_ENGINE: /^\d+\.\d+(\.\d+)?/.exec(version.Version)?.[0] ?? version.Version };
  say(`engine ${version.Version} at ${dockerHost}`);
  const outdir = path.join(EXAMPLE, 'cdktf.out');
  synthExample(outdir, env);
  const files = hostFolder(outdir);
  say("building the example's images on the engine");
  must('building the images', [path.join(BIN, 'tsx'), 'build-images.ts'], env);
  const { daemon } = JSON.parse(fs.readFileSync(path.join(files, 'topology.json'), 'utf8')) as { daemon: { id: string } };
  if (!(await hasStamp(socketPath, stampPath(daemon.id)))) {
    say('the guard is not in force on that host, so nothing was deployed. Run this there, as root, and start the demo again:');
    say(`  sh ${path.relative(ROOT, path.join(files, 'install.sh'))} --check    # what it would change`);
    say(`  sh ${path.relative(ROOT, path.join(files, 'install.sh'))}`);
    return;
  }
  say('the guard is in force; cdktf deploy');
  cdktf('deploy', env);
  say(
    'declared flows: 192.0.2.20 -> web on 443 (set SHOP_HOST_ADDRESS and SHOP_CUSTOMERS for your network), web -> api on 8080, api -> db on 5432',
  );
  say(`remove it with: cd ${path.relative(ROOT, EXAMPLE)} && npx cdktf destroy`);
}

/** A container that mounts the stamp can be created only where the stamp is; it is never started. */
async function hasStamp(socketPath: string, stamp: string): Promise<boolean> {
  const mount = { Type: 'bind', Source: stamp, Target: '/stamp', ReadOnly: true };
  const body = JSON.stringify({ Image: 'three-tier-web:1', HostConfig: { Mounts: [mount], NetworkMode: 'none' } });
  const created = await request(socketPath, 'POST', '/containers/create', body);
  if (created.status !== 201) {
    if (created.body.includes('bind source path does not exist')) {
      return false;
    }
    throw new Error(`asking for the stamp: ${created.body}`);
  }
  await request(socketPath, 'DELETE', `/containers/${(JSON.parse(created.body) as { Id: string }).Id}`);
  return true;
}

function request(socketPath: string, method: string, url: string, body?: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = http.request({ socketPath, method, path: url, headers: { 'Content-Type': 'application/json' } }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    call.on('error', (error) => reject(new Error(`${method} ${url} at ${socketPath}: ${error.message}`)));
    call.end(body);
  });
}
