import { hardened } from './networks';
import { accept, type FixPair, ours } from './pair';
import { ConfigFile, SecretFile, Suppressions } from '../../../src';

/** A container whose config file has a password in it, or the path of one. */
function configured(isFixed: boolean, accepts = false) {
  const host = hardened();
  const password = new SecretFile(host.stack, 'Password', { daemon: host.daemon, secretName: 'db' });
  const line = isFixed && !accepts ? `password_file: ${password.filePath}` : 'password: correct-horse';
  const web = host.container('Web', host.segment('Front'), {
    configFiles: { files: [ConfigFile.fromText('/etc/app/app.yml', `${line}\n`)] },
    secrets: { files: [password] },
  });
  ['BH-C22', 'BH-C28', 'BH-C30'].forEach((ruleId) => accept(web, ruleId));
  if (isFixed && accepts) {
    Suppressions.of(web).add({ ruleId: 'BH-C40', reason: 'it is the word of an example', detail: '/etc/app/app.yml password' });
  }
  return host.stack;
}

export const CONFIG_SECRETS: readonly FixPair[] = [
  ours('BH-C40', ['let the program read the secret from a SecretFile, and name its path in the config file'], (isFixed) =>
    configured(isFixed),
  ),
  {
    ...ours('BH-C40', ['if the value is not a secret, suppress this finding for it'], (isFixed) => configured(isFixed, true)),
    accepts: true,
  },
];
