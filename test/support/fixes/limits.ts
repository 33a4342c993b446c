import { Volume } from '@cdktf/provider-docker/lib/volume';
import type { TerraformResource } from 'cdktf';
import { CONFIG_SECRETS } from './config-files';
import { hardened } from './networks';
import { accept, addClean, addEngine, container, ENGINE, type FixPair, ours, program } from './pair';
import { UNWRITABLE } from './volumes';

const MEMORY_ONLY = { '/tmp': 'rw,noexec,nosuid,nodev,size=64m' };
const CPUS = { cpus: '0.5', cpuPeriod: undefined, cpuQuota: undefined };
const QUOTA = { cpuPeriod: 100_000, cpuQuota: 50_000 };
const JSON_FILE = { logDriver: 'json-file' };
const PROFILE = JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [] });
const profile = (text: string) => ({ securityOpts: ['no-new-privileges:true', `seccomp=${text}`] });
const SSHD = { command: ['/usr/sbin/sshd', '-D'], ports: [{ internal: 22, external: 2222, ip: '127.0.0.1' }] };

/** What a container may use, and how it runs. */
export const LIMITS: readonly FixPair[] = [
  container(
    'BH-C15',
    ["set 'read_only' to true", "use a volume or a 'tmpfs' for the directories that the program writes to"],
    { readOnly: false },
    { readOnly: true, volumes: [{ volumeName: 'web-cache', containerPath: '/var/cache' }] },
  ),
  container(
    'BH-C15',
    ["set 'read_only' to true", "use a volume or a 'tmpfs' for the directories that the program writes to"],
    { readOnly: undefined },
    { readOnly: true, tmpfs: MEMORY_ONLY },
  ),
  container(
    'BH-C16',
    ["write 'rw,noexec,nosuid,nodev,size=64m' as options of the path in 'tmpfs'"],
    { tmpfs: { '/tmp': 'rw,exec' } },
    { tmpfs: MEMORY_ONLY },
  ),
  container(
    'BH-C16',
    ["set 'size_bytes' in 'tmpfs_options' of the mount"],
    { mounts: [{ type: 'tmpfs', target: '/tmp' }] },
    { mounts: [{ type: 'tmpfs', target: '/tmp', tmpfsOptions: { sizeBytes: 64 * 2 ** 20 } }] },
  ),
  ...[undefined, 'root'].map((user) =>
    container(
      'BH-C17',
      ["set 'user' to a user and group without privileges on the host, such as '10001:10001'"],
      { user },
      { user: '10001:10001' },
    ),
  ),
  container(
    'BH-C18',
    ["set 'memory' to what the container needs, in MiB", "'memory_swap' to the same"],
    { memory: undefined, memorySwap: undefined },
    { memory: 256, memorySwap: 256 },
  ),
  container(
    'BH-C19',
    ["set 'cpu_period' to 100000", "'cpu_quota' to the microseconds of processor time in each, such as 50000"],
    { cpuPeriod: undefined, cpuQuota: undefined },
    QUOTA,
  ),
  container(
    'BH-C19',
    ["set 'cpu_shares' to a weight other than 1024"],
    { cpuPeriod: undefined, cpuQuota: undefined, cpuShares: 1024 },
    { cpuShares: 512 },
  ),
  container('BH-C20', ["use 'cpu_period' and 'cpu_quota' instead of 'cpus'"], CPUS, { cpus: undefined, ...QUOTA }),
  container('BH-C20', ["require version '>= 3.7.0' of the provider"], CPUS, {}, {}, ({ stack }, isFixed) => {
    if (isFixed) stack.addOverride('terraform.required_providers.docker.version', '>= 3.7.0');
  }),
  ...[{ restart: 'always' }, { restart: 'on-failure', maxRetryCount: 50 }].map((bad) =>
    container('BH-C21', ["set 'restart' to 'on-failure'", "'max_retry_count' to 5 or less"], bad, {
      restart: 'on-failure',
      maxRetryCount: 5,
    }),
  ),
  ...[undefined, { test: ['NONE'] }].map((healthcheck) =>
    container(
      'BH-C22',
      ["add a 'healthcheck' ('healthCheck' of a HardenedContainer) with a command that queries the program"],
      { healthcheck },
      { healthcheck: { test: ['CMD', 'wget', '-qO-', 'http://127.0.0.1:8080/health'] } },
    ),
  ),
  // A check that is new brings the trap of edits to it.
  container(
    'BH-C22',
    ["add a 'healthcheck' ('healthCheck' of a HardenedContainer) with a command that queries the program"],
    { healthcheck: undefined, labels: undefined },
    { healthcheck: { test: ['CMD', '/healthy'] } },
    { thereafter: ['BH-T09'] },
  ),
  container('BH-C22', ['if the image has one, suppress this finding with that reason'], { healthcheck: undefined }, {}, { accepts: true }),
  container('BH-C27', ["set the profile itself: 'seccomp=' followed by its JSON"], profile('/etc/docker/profile.json'), profile(PROFILE)),
  // Terraform reads that file, so nobody sees at synth what the profile lets through.
  container(
    'BH-C27',
    ['such as "seccomp=${file(\'profile.json\')}"'],
    profile('/etc/docker/profile.json'),
    profile("${file('profile.json')}"),
    { thereafter: ['BH-X03'] },
  ),
  container(
    'BH-C28',
    ["set 'cgroup_parent' to a slice of systemd whose unit has TasksMax", 'suppress BH-C24 with that reason'],
    { cgroupParent: undefined },
    { cgroupParent: 'shop.slice' },
  ),
  ours(
    'BH-C28',
    [
      "set 'cgroup_parent' to a slice of systemd whose unit has TasksMax",
      'suppress BH-C24 with that reason',
      "on a HardenedContainer, use its Terraform resource: (container.node.findChild('Resource') as TerraformResource).addOverride('cgroup_parent', 'shop.slice')",
    ],
    (isFixed) => {
      const host = hardened();
      const web = host.container('Web', host.segment('Front'));
      ['BH-C22', 'BH-C30'].forEach((ruleId) => accept(web, ruleId));
      if (isFixed) {
        (web.node.findChild('Resource') as TerraformResource).addOverride('cgroup_parent', 'shop.slice');
        accept(web, 'BH-C24');
      }
      return host.stack;
    },
  ),
  program('BH-C29', ["set 'read_only' where a container only reads"], (raw, isFixed) => {
    const volumeName = new Volume(raw.stack, 'Data', { name: 'data' }).name;
    addClean(raw, 'Writer', { volumes: [{ volumeName, containerPath: '/data' }] });
    addClean(raw, 'Reader', { volumes: [{ volumeName, containerPath: '/data', ...(isFixed && { readOnly: true }) }] });
  }),
  program('BH-C29', ['give each writer a volume of its own'], (raw, isFixed) => {
    addClean(raw, 'One', { volumes: [{ volumeName: 'data', containerPath: '/data' }] });
    addClean(raw, 'Two', { volumes: [{ volumeName: isFixed ? 'data-of-two' : 'data', containerPath: '/data' }] });
  }),
  program('BH-C29', ["list volumes instead of using 'from_container'"], (raw, isFixed) => {
    const data = { volumeName: 'data', containerPath: '/data' };
    addClean(raw, 'One', { volumes: [{ ...data, readOnly: true }] });
    addClean(raw, 'Two', { volumes: [isFixed ? data : { fromContainer: 'one' }] });
  }),
  container('BH-C30', ["set 'log_driver' to a driver that sends logs to another machine, such as 'fluentd'"], JSON_FILE, {
    logDriver: 'fluentd',
  }),
  container(
    'BH-C30',
    ["set 'log_driver' to a driver that sends logs to another machine", "'syslog' with a remote 'syslog-address' in 'log_opts'"],
    { logDriver: 'syslog' },
    { logDriver: 'syslog', logOpts: { 'syslog-address': 'tcp+tls://logs.example.com:6514' } },
  ),
  container(
    'BH-C30',
    ["if the logs stay on the host, set 'max-size' in 'log_opts' and suppress the remaining finding"],
    JSON_FILE,
    { logOpts: { 'max-size': '10m' } },
    { accepts: true },
  ),
  container('BH-C31', ["add a 'ulimit' such as nofile"], { ulimit: undefined }, { ulimit: [{ name: 'nofile', soft: 1024, hard: 4096 }] }),
  program(
    'BH-C31',
    ["set 'default-ulimits' in the daemon.json of the engine"],
    (raw, isFixed) => {
      addEngine(raw, { ...ENGINE, ...(!isFixed && { 'default-ulimits': undefined }) });
      addClean(raw, 'Web', { ulimit: undefined });
    },
    { beside: ['BH-D07'] },
  ),
  ...UNWRITABLE,
  ...CONFIG_SECRETS,
  container('BH-C32', ['remove it and its port 22', "use 'docker exec' on the host"], SSHD, { command: ['/web'], ports: undefined }),
];
