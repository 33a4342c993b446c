/**
 * The main job, from one command: the three-tier example on a real engine, every declared flow shown by a packet and everything else shown to be shut.
 *
 * With DOCKER_HOST set it deploys there, if the guard is in force on that host. As root on Linux it uses the embedded lab: an engine in network
 * namespaces of its own. Otherwise it synthesizes and says where the files are.
 */
import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { deployTo } from './demo-docker-host';
import { EXAMPLE, hostFolder, say, synthExample } from './demo-example';
import { runInLab } from './demo-lab';

async function main(): Promise<void> {
  const dockerHost = process.env.DOCKER_HOST;
  if (dockerHost !== undefined && dockerHost !== '') {
    await deployTo(dockerHost);
    return;
  }
  if (os.platform() === 'linux' && process.getuid?.() === 0 && canMakeNamespaces()) {
    await runInLab(process.argv.includes('--engine') ? process.argv[process.argv.indexOf('--engine') + 1] : undefined);
    return;
  }
  say('no DOCKER_HOST, and no root on Linux for the embedded lab: synthesizing only');
  synthExample(path.join(EXAMPLE, 'cdktf.out'), {});
  const folder = hostFolder(path.join(EXAMPLE, 'cdktf.out'));
  say(`Terraform JSON  ${path.relative(process.cwd(), path.join(folder, '../../cdk.tf.json'))}`);
  say(`user data       ${path.relative(process.cwd(), path.join(folder, 'user-data'))}`);
  say(`install script  ${path.relative(process.cwd(), path.join(folder, 'install.sh'))}`);
  say('to see it run: set DOCKER_HOST, or run this as root on Linux');
}

function canMakeNamespaces(): boolean {
  return fs.existsSync('/proc/self/ns/net') && spawnSync('unshare', ['--net', 'true']).status === 0;
}

main().catch((error: Error) => {
  console.error(`demo: ${error.message}`);
  process.exit(1);
});
