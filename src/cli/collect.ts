import { spawnSync } from 'node:child_process';
import { collectScript } from '../host/private/programs';
import { InputError } from '../intake/input-error';
import { readArchive } from '../intake/private/host/archive';

/** The largest archive that is taken: a host of thousands of containers tells some tens of megabytes. */
const MOST = 1024 ** 3;
/** Only root reads the rules. The login shell may be any: it only starts this one. */
const AS_ROOT = `sh -c 'if [ "$(id -u)" = 0 ]; then exec sh -s; else exec sudo -n sh -s; fi'`;
const BY_HAND = "or run it there: bulkhead collect | ssh HOST 'cat >collect.sh', then as root: sh collect.sh >host.txt";

export { collectScript };

/**
 * What a host tells over SSH, and what it does not.
 * @param host as `ssh` takes it, of its configuration or `USER@HOST`
 * @throws InputError
 */
export function collectOver(host: string): { readonly archive: string; readonly lacks: readonly string[] } {
  if (!/^[A-Za-z0-9_[:][^\s]*$/.test(host)) throw new InputError(`'${host}' is not a host for ssh; write HOST or USER@HOST`);
  const { error, status, stdout } = spawnSync('ssh', ['-T', '--', host, AS_ROOT], {
    input: collectScript(),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: MOST,
    env: process.env,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new InputError(`ssh is not on this machine; install it, ${BY_HAND}`);
  }
  if (error !== undefined) throw new InputError(`ssh to ${host} failed: ${error.message}`);
  if (status === 255) throw new InputError(`ssh does not reach ${host}; try 'ssh ${host} true' first`);
  if (status !== 0) {
    throw new InputError(`the program on ${host} ended with exit code ${status}; the lines above have the reason. Log in as root, or as a user with the right to run sudo without a password, ${BY_HAND}`); // prettier-ignore
  }
  const { lacks } = readArchive(stdout);
  return { archive: stdout, lacks: lacks.map(({ of, why }) => `${of}: ${why}`) };
}
