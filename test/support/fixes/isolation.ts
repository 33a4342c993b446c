import { Service } from '@cdktf/provider-docker/lib/service';
import {
  accept,
  addClean,
  addEngine,
  addNetwork,
  NODE,
  container,
  type FixPair,
  joined,
  OVERLAY_OPTIONS,
  program,
  service,
  task,
} from './pair';

const PROFILE = JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names: ['read', 'write'], action: 'SCMP_ACT_ALLOW' }] });
const FILTERED = 'no-new-privileges:true';
const bind = (hostPath: string, containerPath = '/data') => ({ volumes: [{ hostPath, containerPath }] });
const NO_VOLUMES = { volumes: undefined };
const options = (...texts: string[]) => ({ securityOpts: [FILTERED, ...texts] });

/** Walls between a container and its host. */
export const ISOLATION: readonly FixPair[] = [
  container(
    'BH-C01',
    ["remove 'privileged'", 'add the capability or device that is needed'],
    { privileged: true },
    { privileged: undefined, user: '0:0', capabilities: { drop: ['ALL'], add: ['CAP_NET_BIND_SERVICE'] } },
    { thereafter: ['BH-C17'] },
  ),
  container(
    'BH-C01',
    ["remove 'privileged'", 'add the capability or device that is needed'],
    { privileged: true },
    { privileged: undefined, devices: [{ hostPath: '/dev/ttyUSB0', containerPath: '/dev/ttyUSB0', permissions: 'rw' }] },
    { thereafter: ['BH-C23'] },
  ),
  container(
    'BH-C02',
    ["remove the host's network", "join a separate network with 'networks_advanced'", 'publish the ports that are needed'],
    { networkMode: 'host' },
    { ports: [{ internal: 8443, external: 8443, ip: '192.0.2.10' }] },
    {},
    (raw, isFixed) => (isFixed ? joined(raw) : {}),
  ),
  service('BH-C02', ["remove the host's network", "join a separate network with 'networks_advanced'"], {}, {}, {}, (raw, isFixed) => {
    const own = raw.network('Front', { driver: 'overlay', options: OVERLAY_OPTIONS });
    return { taskSpec: task({}, { networksAdvanced: [{ name: isFixed ? own.id : 'host' }] }) };
  }),
  container('BH-C03', ["remove 'pid_mode'"], { pidMode: 'host' }, { pidMode: undefined }),
  container('BH-C04', ["set 'ipc_mode' to 'private'"], { ipcMode: 'host' }, { ipcMode: 'private' }),
  container('BH-C05', ["remove 'userns_mode'"], { usernsMode: 'host' }, { usernsMode: undefined }),
  container('BH-C06', ['remove the mount'], bind('/var/run/docker.sock'), NO_VOLUMES),
  container('BH-C06', ['remove the mount'], bind('/run'), NO_VOLUMES, { beside: ['BH-C07'] }),
  program(
    'BH-C06',
    [
      'remove the mount',
      'if a program must watch containers, give it network access to a SocketProxy, or to another proxy that passes only read requests, and suppress this finding only at that other proxy with that reason',
    ],
    (raw, isFixed) => {
      const socket = bind('/var/run/docker.sock', '/var/run/docker.sock');
      if (!isFixed) return void addClean(raw, 'Watcher', socket);
      const networks = { networkMode: undefined, networksAdvanced: [{ name: addNetwork(raw, 'Watch', { internal: true }).id }] };
      addClean(raw, 'Watcher', { ...networks, env: ['DOCKER_HOST=tcp://proxy:2375'] });
      accept(addClean(raw, 'Proxy', { ...networks, ...socket }), 'BH-C06');
    },
    { accepts: true },
  ),
  container('BH-C07', ["mount a separate directory instead, such as '/srv/data'"], bind('/etc/shop'), bind('/srv/data')),
  container('BH-C07', ['put the file into the image'], bind('/etc/shop/web.conf', '/web.conf'), NO_VOLUMES),
  container('BH-C07', ["'upload' works only where the root file system is writable"], bind('/etc/shop/web.conf', '/web.conf'), {
    ...NO_VOLUMES,
    upload: [{ file: '/web.conf', content: 'port = 8443' }],
  }),
  ...(['configs', 'secrets'] as const).map((kind) => {
    const mounts = [{ type: 'bind', source: '/etc/shop/web.conf', target: '/web.conf' }];
    const handed =
      kind === 'configs'
        ? { configs: [{ configId: 'k3f9', configName: 'web', fileName: '/web.conf' }] }
        : { secrets: [{ secretId: 'k3f9', secretName: 'web', fileName: '/web.conf' }] };
    const change = { taskSpec: task(handed) };
    return service('BH-C07', ['a service takes it as a config or secret'], { taskSpec: task({ mounts }) }, change);
  }),
  ...[undefined, { propagation: 'rprivate' }].map((bindOptions) => {
    const mount = { type: 'bind', source: '/srv/data', target: '/data' };
    return container(
      'BH-C08',
      [bindOptions ? "set it to 'rprivate'" : "remove 'propagation'"],
      { mounts: [{ ...mount, bindOptions: { propagation: 'rshared' } }] },
      { mounts: [{ ...mount, ...(bindOptions && { bindOptions }) }] },
    );
  }),
  container(
    'BH-C09',
    ["set 'security_opts' to ['no-new-privileges:true'] in addition to its other entries"],
    { securityOpts: ['label=level:s0:c1,c2'] },
    { securityOpts: ['label=level:s0:c1,c2', FILTERED] },
  ),
  container(
    'BH-C09',
    ["set 'security_opts' to ['no-new-privileges:true'] in addition to its other entries", 'remove an entry that sets it to false'],
    { securityOpts: ['no-new-privileges:false'] },
    { securityOpts: [FILTERED] },
  ),
  ...['seccomp=unconfined', 'systempaths=unconfined', 'writable-cgroups=true'].map((option) =>
    container(
      'BH-C10',
      ['remove the option, so that the default profile and masked paths of the engine apply'],
      options(option),
      options(),
    ),
  ),
  container('BH-C10', ['name a profile that blocks system calls'], options('seccomp=unconfined'), options(`seccomp=${PROFILE}`)),
  container('BH-C11', ['remove the option'], options('apparmor=unconfined'), options()),
  container('BH-C11', ['remove the option'], options('label=disable'), options()),
  container(
    'BH-C11',
    ['name a profile or a type that confines the container'],
    options('apparmor=unconfined'),
    options('apparmor=docker-default'),
  ),
  container(
    'BH-C11',
    ['name a profile or a type that confines the container'],
    options('label=disable'),
    options('label=type:container_t'),
  ),
  container(
    'BH-C12',
    ["set 'drop' in 'capabilities' to ['ALL']", "'add' to the capabilities that the program needs"],
    { user: '0:0', capabilities: { drop: ['CAP_NET_RAW'] } },
    { capabilities: { drop: ['ALL'], add: ['CAP_CHOWN'] } },
    { beside: ['BH-C17'] },
  ),
  container(
    'BH-C13',
    ["remove it from 'add' in 'capabilities'", 'run the program that needs it on the host'],
    { user: '0:0', capabilities: { drop: ['ALL'], add: ['CAP_NET_ADMIN', 'CAP_CHOWN'] } },
    { capabilities: { drop: ['ALL'], add: ['CAP_CHOWN'] } },
    { beside: ['BH-C17'] },
  ),
  program(
    'BH-C13',
    ["remove it from 'add' in 'capabilities'", 'in a separate container, and suppress this finding for that capability with the reason'],
    (raw, isFixed) => {
      const routing = { user: '0:0', capabilities: { drop: ['ALL'], add: ['CAP_NET_ADMIN'] } };
      addClean(raw, 'Web', isFixed ? {} : routing);
      if (isFixed) accept(addClean(raw, 'Router', routing), 'BH-C13', 'NET_ADMIN');
    },
    { accepts: true, beside: ['BH-C17'], thereafter: ['BH-C17'] },
  ),
  container(
    'BH-C14',
    ["set 'drop' in 'capabilities' to ['ALL']"],
    { capabilities: undefined },
    { capabilities: { drop: ['ALL'] } },
    { beside: ['BH-C12'] },
  ),
  container(
    'BH-C14',
    ["['CAP_NET_RAW']"],
    { capabilities: undefined },
    { capabilities: { drop: ['CAP_NET_RAW'] } },
    { beside: ['BH-C12'] },
  ),
  container(
    'BH-C14',
    ["set 'drop' in 'capabilities' to ['ALL']", "remove NET_RAW from 'add'"],
    { user: '0:0', capabilities: { drop: ['ALL'], add: ['CAP_NET_RAW'] } },
    { capabilities: { drop: ['ALL'] } },
    { beside: ['BH-C17'] },
  ),
  container(
    'BH-C33',
    ['remove it from the added capabilities'],
    { capabilities: { drop: ['ALL'], add: ['CAP_CHOWN'] } },
    { capabilities: { drop: ['ALL'] } },
  ),
  program('BH-C33', ["set 'user' to '0:0'", '(of a service BH-S01)'], (raw, isFixed) => {
    addEngine(raw, NODE);
    const taskSpec = task({ capAdd: ['CAP_CHOWN'], ...(isFixed && { user: '0:0' }) });
    const web = new Service(raw.stack, 'Web', { name: 'web', taskSpec });
    if (isFixed) accept(web, 'BH-S01');
  }),
  program('BH-C33', ["set 'user' to '0:0'", 'suppress BH-C17 with the reason'], (raw, isFixed) => {
    const web = addClean(raw, 'Web', { capabilities: { drop: ['ALL'], add: ['CAP_CHOWN'] }, ...(isFixed && { user: '0:0' }) });
    if (isFixed) accept(web, 'BH-C17');
  }),
  container(
    'BH-C23',
    ['remove the device'],
    { devices: [{ hostPath: '/dev/sda', containerPath: '/dev/sda', permissions: 'r' }] },
    { devices: undefined },
  ),
  program(
    'BH-C23',
    ['if the container needs it, suppress this finding for that device only, with the reason'],
    (raw, isFixed) => {
      const [hostPath, containerPath, permissions] = ['/dev/ttyUSB0', '/dev/ttyUSB0', 'rw'];
      const web = addClean(raw, 'Web', { devices: [{ hostPath, containerPath, permissions }] });
      if (isFixed) accept(web, 'BH-C23', hostPath);
    },
    { accepts: true },
  ),
  container('BH-C24', ["remove 'cgroup_parent'"], { cgroupParent: '/other' }, { cgroupParent: undefined }, { thereafter: ['BH-C28'] }),
  container(
    'BH-C24',
    ['if that group limits the container, suppress this finding with that reason'],
    { cgroupParent: 'limits.slice' },
    {},
    { accepts: true },
  ),
  container('BH-C25', ["remove 'cgroupns_mode'"], { cgroupnsMode: 'host' }, { cgroupnsMode: undefined }),
  container('BH-C25', ["set it to 'private'"], { cgroupnsMode: 'host' }, { cgroupnsMode: 'private' }),
  container(
    'BH-C26',
    ['mount the secret as a file, remove the variable, and set a variable with the same name and the suffix _FILE to the path'],
    { env: ['DB_PASSWORD=correct horse'] },
    { env: ['DB_PASSWORD_FILE=/secrets/db'], volumes: [{ hostPath: '/srv/secrets/db', containerPath: '/secrets/db', readOnly: true }] },
  ),
  container(
    'BH-C26',
    ['if the variable or label is not a secret, suppress this finding for it'],
    { env: ['TOKEN_COUNT=12'] },
    {},
    { accepts: true },
  ),
  container(
    'BH-C36',
    ["mount the file at the path of the variable, a HardenedContainer with 'secrets'"],
    { env: ['DB_PASSWORD_FILE=/run/secrets/db'] },
    { volumes: [{ hostPath: '/srv/secrets', containerPath: '/run/secrets', readOnly: true }] },
  ),
  container(
    'BH-C36',
    ['correct the path'],
    { env: ['DB_PASSWORD_FILE=/run/secrets/db'], volumes: [{ hostPath: '/srv/secrets', containerPath: '/secrets', readOnly: true }] },
    { env: ['DB_PASSWORD_FILE=/secrets/db'] },
  ),
  container(
    'BH-C36',
    ['if the file is a part of the image and holds nothing secret, suppress this finding for the variable'],
    { env: ['TOKEN_FILE=/usr/share/tokens'] },
    {},
    { accepts: true },
  ),
  ...[
    { bad: { command: ['/serve', '--password=correct-horse'] }, good: { command: ['/serve', '--password-file=/secrets/db'] } },
    { bad: { entrypoint: ['sh', '-c', 'DB_PASSWORD=horse /serve'] }, good: { entrypoint: ['/serve', '--password-file', '/secrets/db'] } },
    {
      bad: { healthcheck: { test: ['CMD', '/check', '--token', 'correct-horse'] } },
      good: { healthcheck: { test: ['CMD', '/check', '--token-file', '/secrets/db'] } },
    },
  ].map(({ bad, good }) =>
    container('BH-C37', ['mount the secret as a file, and let the program read it from there'], bad, {
      ...good,
      volumes: [{ hostPath: '/srv/secrets', containerPath: '/secrets', readOnly: true }],
    }),
  ),
  container(
    'BH-C37',
    ['if the value is not a secret, suppress this finding for it'],
    { command: ['/serve', '--token=red'] },
    {},
    { accepts: true },
  ),
];
