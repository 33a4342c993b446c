// SSH to the host of a lab. The server runs in the host's network with this machine's files; whoever logs in finds himself among the host's files.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { must, sleep, which } from '../lab/exec';
import type { Lab } from '../lab/lab';

const SFTP = '/usr/lib/openssh/sftp-server';

/** Pairs of keys by their names, in a folder that is made; returns it. */
export function makeKeys(dir: string, names: readonly string[]): string {
  fs.mkdirSync(dir, { mode: 0o700 });
  for (const name of names) must('making a key', ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', path.join(dir, name)]);
  return dir;
}

/** `dir` has the keys `host` and `user`; who has the latter is root, and begins in the folder of root. */
export function startSshServer(lab: Lab, dir: string, address: string, port: number): void {
  const holder = (lab as unknown as { readonly holder: { readonly pid: number } }).holder.pid;
  const own = path.join(dir, lab.id);
  fs.mkdirSync(own);
  const [enter, file, log] = ['enter', 'sshd_config', 'sshd.log'].map((name) => path.join(own, name));
  const environment = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DOCKER_HOST=unix:///lab/docker.sock';
  const shell = `env ${environment} sh -c 'cd /root && eval "$1"' sh "$SSH_ORIGINAL_COMMAND"`;
  fs.writeFileSync(enter, `#!/bin/sh\nexec nsenter --mount=/proc/${holder}/ns/mnt -- ${shell}\n`, { mode: 0o755 });
  const hasSftp = fs.existsSync(SFTP);
  if (hasSftp) lab.copyIn(SFTP);
  const config = [
    `Port ${port}`,
    `ListenAddress ${address}`,
    `HostKey ${path.join(dir, 'host')}`,
    `AuthorizedKeysFile ${path.join(dir, 'user.pub')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin yes',
    'PidFile none',
    'MaxStartups 100',
    'MaxSessions 100',
    ...(hasSftp ? [`Subsystem sftp /lab/${path.basename(SFTP)}`] : []),
    `ForceCommand ${enter}`,
  ];
  fs.writeFileSync(file, `${config.join('\n')}\n`);
  fs.mkdirSync('/run/sshd', { recursive: true });
  lab.backgroundIn({ host: true }, [which('sshd')!, '-D', '-e', '-f', file], log);
  const text = () => (fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '');
  for (const until = Date.now() + 15_000; !text().includes('Server listening'); sleep(50)) {
    if (Date.now() > until) throw new Error(`sshd did not start: ${text()}`);
  }
}

/** Puts `ssh` and `scp` into a folder for PATH that know the key of the user and those of the hosts, as the files of a person's home would say. */
export function clientPrograms(dir: string, hosts: readonly string[]): string {
  const bin = path.join(dir, 'bin');
  fs.mkdirSync(bin);
  const key = fs.readFileSync(path.join(dir, 'host.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  const [config, known] = ['config', 'known_hosts'].map((name) => path.join(dir, name));
  fs.writeFileSync(known, hosts.map((host) => `${host} ${key}\n`).join(''));
  fs.writeFileSync(
    config,
    `IdentityFile ${path.join(dir, 'user')}\nUserKnownHostsFile ${known}\nStrictHostKeyChecking yes\nBatchMode yes\n`,
  );
  for (const name of ['ssh', 'scp']) {
    const through = name === 'scp' ? ` -S ${path.join(bin, 'ssh')}` : '';
    fs.writeFileSync(path.join(bin, name), `#!/bin/sh\nexec ${which(name)} -F ${config}${through} "$@"\n`, { mode: 0o755 });
  }
  return bin;
}
