import { Secret } from '@cdktf/provider-docker/lib/secret';
import { Service } from '@cdktf/provider-docker/lib/service';
import { accept, addEngine, type FixPair, IMAGE, NODE, program, service, task } from './pair';

type Spec = Parameters<typeof task>[0];
type Rest = Parameters<typeof task>[1];

/** A service of which one thing is wrong. */
function hardening(follows: readonly string[], bad: Spec, change: Spec, rest: Rest = {}, restChange: Rest = {}): FixPair {
  return service('BH-S01', follows, { taskSpec: task(bad, rest) }, { taskSpec: task(change, restChange) });
}

const LIMITS = { limits: { memoryBytes: 128 * 2 ** 20, nanoCpus: 500_000_000 } };
const CAPABILITIES = ["set 'cap_drop' to ['ALL']", "'cap_add' to the capabilities that the program needs"];
const READ_ONLY = "'read_only' to true";
const USER = "'user' to an unprivileged user such as '10001:10001'";
const SIZE = "'size_bytes' in 'tmpfs_options'";
const MEMORY = "'memory_bytes' and 'nano_cpus' in 'limits' of 'resources'";
const tmpfs = (tmpfsOptions?: object) => ({ mounts: [{ type: 'tmpfs', target: '/tmp', ...(tmpfsOptions && { tmpfsOptions }) }] });
const label = (disable?: boolean) => ({ privileges: { seLinuxContext: { ...(disable && { disable }), type: 'container_t' } } });
const PRIVILEGES = "set 'no-new-privileges' to true in the daemon.json of every node";
const HANDED = [
  "create the secret with 'docker secret create'",
  "pass its id with 'secrets'",
  'set a variable with the same name and the suffix _FILE to the path',
];
const HAND_IN = {
  env: { DB_PASSWORD_FILE: '/run/secrets/db' },
  secrets: [{ secretId: 'x2k9', secretName: 'db', fileName: '/run/secrets/db' }],
};

/** Services of a swarm. */
export const SERVICES: readonly FixPair[] = [
  service(
    'BH-S01',
    CAPABILITIES,
    { taskSpec: task({ capAdd: ['CAP_SYS_ADMIN', 'CAP_CHOWN'] }) },
    { taskSpec: task({ capAdd: ['CAP_CHOWN'] }) },
    { beside: ['BH-C33'] },
  ),
  hardening(CAPABILITIES, { capDrop: undefined }, { capDrop: ['ALL'] }),
  hardening([READ_ONLY], { readOnly: undefined }, { readOnly: true }),
  hardening([USER], { user: 'root' }, { user: '10001:10001' }),
  hardening([USER], { user: undefined }, { user: '10001:10001' }),
  hardening([SIZE], tmpfs(), tmpfs({ sizeBytes: 64 * 2 ** 20 })),
  hardening([MEMORY], {}, {}, { resources: undefined }, { resources: LIMITS }),
  service('BH-S01', [...CAPABILITIES, READ_ONLY, USER, MEMORY], { taskSpec: { containerSpec: { image: IMAGE } } }, { taskSpec: task() }),
  program(
    'BH-S02',
    [PRIVILEGES],
    (raw, isFixed) => {
      addEngine(raw, { ...NODE, 'no-new-privileges': isFixed });
      new Service(raw.stack, 'Web', { name: 'web', taskSpec: task() });
    },
    { beside: ['BH-D12'] },
  ),
  program(
    'BH-S02',
    ['if Bulkhead does not write that file, suppress this finding with that reason'],
    ({ stack }, isFixed) => {
      const web = new Service(stack, 'Web', { name: 'web', taskSpec: task() });
      if (isFixed) accept(web, 'BH-S02');
    },
    { accepts: true },
  ),
  service('BH-S03', ["remove 'disable' from 'se_linux_context'"], { taskSpec: task(label(true)) }, { taskSpec: task(label()) }),
  service('BH-S04', HANDED, { taskSpec: task({ env: { DB_PASSWORD: 'correct horse' } }) }, { taskSpec: task(HAND_IN) }),
  service(
    'BH-S04',
    ['if the variable or label is not a secret, suppress this finding for it'],
    { taskSpec: task({ env: { TOKEN_COUNT: '12' } }) },
    {},
    { accepts: true },
  ),
  program(
    'BH-S04',
    HANDED.slice(0, 2),
    ({ stack }, isFixed) => {
      const secret = isFixed ? undefined : new Secret(stack, 'Db', { name: 'db', data: 'Y29ycmVjdCBob3JzZQ==' });
      const secrets = [{ ...HAND_IN.secrets[0], ...(secret && { secretId: secret.id }) }];
      new Service(stack, 'Web', { name: 'web', taskSpec: task({ ...HAND_IN, secrets }) });
    },
    { engine: NODE },
  ),
];
