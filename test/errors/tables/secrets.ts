import { TerraformStack } from 'cdktf';
import { ContainerUser, FileChange, SecretFile, VolumeMount } from '../../../src';
import { newDaemon, type Program, synth } from '../../support/programs';
import { Unguarded } from '../../support/unguarded';
import { type Entry, program, told, value, whole } from '../entry';

const mounted = ({ mounts }: any) => mounts.map(({ source }: any) => source);

const secretOf = (p: Program, secretName: string) => new SecretFile(p.stack, 'Secret', { daemon: p.daemon, secretName });

/** How a container reads secrets, and as the message says. */
function secretsOf(says: string, follow: string, bad: (db: SecretFile) => object, mended: (db: SecretFile) => object | undefined): Entry[] {
  return [
    program('SecretValue', told('app/Web', says, follow), (p, isMended) => {
      const secrets = (isMended ? mended : bad)(secretOf(p, 'db'));
      p.container('Web', p.segment('Front'), { secrets } as object);
      return (s) => secrets === undefined || mounted(s.container('app-web')).includes('/run/bulkhead-secrets/app-web');
    }),
  ];
}

/** Secrets, and what looks like one. */
export const SECRETS: readonly Entry[] = [
  program(
    'SecretInEnvironment',
    told(
      'app/Web',
      "'environment.DB_PASSWORD' looks like a secret, by its name",
      "add secrets: { files: [new SecretFile(scope, id, { daemon, secretName: 'db-password' })] }, and set DB_PASSWORD_FILE to '/run/secrets/db-password'",
    ),
    (p, isMended) => {
      const bad = { environment: { DB_PASSWORD: 'hunter2' } };
      const good = { environment: { DB_PASSWORD_FILE: '/run/secrets/db-password' } };
      p.container('Web', p.segment('Front'), isMended ? { ...good, secrets: { files: [secretOf(p, 'db-password')] } } : bad);
      return (s) => mounted(s.container('app-web')).includes('/run/bulkhead-secrets/app-web');
    },
  ),
  whole(
    'SecretInEnvironment',
    told(
      'app/Web',
      "'environment.DB_PASSWORD'",
      "VolumeMount.hostPath('/srv/secrets/db-password', '/run/secrets/db-password') to 'volumes'",
    ),
    (isMended) => {
      const p = new Unguarded();
      const volumes = [VolumeMount.hostPath('/srv/secrets/db-password', '/run/secrets/db-password')];
      const name = `DB_PASSWORD${isMended ? '_FILE' : ''}`;
      const given = isMended ? '/run/secrets/db-password' : 'hunter2';
      p.container('Web', p.segment('Front'), { environment: { [name]: given }, ...(isMended && { volumes }) });
      return JSON.stringify(synth(p.stack)).includes('/srv/secrets/db-password');
    },
  ),
  whole(
    'SecretNeedsHost',
    told('app/Password', "only the API of the engine of 'app/Edge'", "VolumeMount.hostPath('/srv/secrets/db', '/run/secrets/db')"),
    (isMended) => {
      const p = new Unguarded();
      if (!isMended) new SecretFile(p.stack, 'Password', { daemon: p.daemon, secretName: 'db' });
      p.container('Web', p.segment('Front'), { volumes: [VolumeMount.hostPath('/srv/secrets/db', '/run/secrets/db')] });
      return JSON.stringify(synth(p.stack)).includes('/run/secrets/db');
    },
  ),
  program('SecretNeedsHost', told('other/Password', "'other/Edge'", 'use a HardenedDaemon'), (p, isMended) => {
    const other = new Unguarded({}, new TerraformStack(p.app, 'other'));
    const [stack, daemon] = isMended ? [p.stack, p.daemon] : [other.stack, other.daemon];
    new SecretFile(stack, 'Password', { daemon, secretName: 'db' });
    return () => p.topology().secrets?.join() === 'db';
  }),
  program('SecretValue', told('app/Password', "got '../shadow'", '1 to 64 letters, digits, _, . or -'), (p, isMended) => {
    const { secretName } = new SecretFile(p.stack, 'Password', { daemon: p.daemon, secretName: isMended ? 'shadow' : '../shadow' });
    return () => p.topology().secrets?.join() === secretName;
  }),
  ...secretsOf(
    "'secrets.files' is empty",
    "remove 'secrets'",
    () => ({ files: [] }),
    () => undefined,
  ),
  ...secretsOf(
    "holds 'db' twice",
    'remove one of them',
    (db) => ({ files: [db, db] }),
    (db) => ({ files: [db] }),
  ),
  ...secretsOf(
    'something else than a SecretFile',
    'new SecretFile(…)',
    () => ({ files: [{}] }),
    (db) => ({ files: [db] }),
  ),
  ...secretsOf("'secrets.owner' must be made by ContainerUser", 'ContainerUser.of(999)', (db) => ({ files: [db], owner: {} }), (db) => ({ files: [db], owner: ContainerUser.of(999) })), // prettier-ignore
  ...secretsOf("'secrets.onChange' must be made by FileChange", 'FileChange.restart()', (db) => ({ files: [db], onChange: {} }), (db) => ({ files: [db], onChange: FileChange.restart() })), // prettier-ignore
  value('SecretValue', told(undefined, "got 'TERM'", 'use FileChange.restart()'), (isMended) =>
    isMended ? FileChange.restart() : FileChange.signal('TERM'),
  ),
  program(
    'VolumeElsewhere',
    told('app/Web', "the secret 'db' is on 'app/Other'", 'use a SecretFile of the daemon of the container'),
    (p, isMended) => {
      const daemon = isMended ? p.daemon : newDaemon(p.stack, {}, 'Other');
      const db = new SecretFile(p.stack, 'Db', { daemon, secretName: 'db' });
      p.container('Web', p.segment('Front'), { secrets: { files: [db] } });
      return (s) => mounted(s.container('app-web')).includes('/run/bulkhead-secrets/app-web');
    },
  ),
  program(
    'DuplicateName',
    told('app/Two', "the secret name 'db' is already used by 'app/One'", 'give one of them another name'),
    (p, isMended) => {
      new SecretFile(p.stack, 'One', { daemon: p.daemon, secretName: 'db' });
      new SecretFile(p.stack, 'Two', { daemon: p.daemon, secretName: isMended ? 'db-2' : 'db' });
      return () => p.topology().secrets?.length === 2;
    },
  ),
  program('MountTarget', told('app/Web', "two mounts have the target '/keys'", 'give each mount a different path'), (p, isMended) => {
    const volumes = [VolumeMount.hostPath('/srv/keys', isMended ? '/data' : '/keys')];
    p.container('Web', p.segment('Front'), { volumes, secrets: { files: [secretOf(p, 'db')], folder: '/keys' } });
    return (s) => mounted(s.container('app-web')).length === 3;
  }),
];
