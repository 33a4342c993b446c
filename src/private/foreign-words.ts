/**
 * Names of properties that Compose, `docker run` and the resource of the provider have for a container, where a container here has another name for it, a
 * method, or nothing: a program that is written by hand or moved from Compose would have no effect. By the name without `_`, in small letters.
 */
export const FOREIGN_WORDS: Readonly<Record<string, string>> = byPlainName({
  // Limits.
  mem_limit: 'limits.memoryMebibytes',
  memory: 'limits.memoryMebibytes',
  memory_mb: 'limits.memoryMebibytes',
  cpus: 'limits.cpuMillis',
  cpu_count: 'limits.cpuMillis',
  cpu_percent: 'limits.cpuMillis',
  cpu_quota: 'limits.cpuMillis',
  cpu_period: 'limits.cpuMillis',
  shm_size: 'limits.sharedMemoryMebibytes',
  ulimit: 'limits.ulimits',
  ulimits: 'limits.ulimits',
  // Another name.
  name: 'containerName',
  env: 'environment',
  group_add: 'extraGroups',
  extra_hosts: 'hostEntries',
  host: 'hostEntries',
  working_dir: 'workingDirectory',
  read_only: 'writableRootReason',
  restart: 'restartPolicy',
  max_retry_count: 'restartPolicy',
  tmpfs: 'tmpfsMebibytes',
  mounts: 'volumes',
  cap_add: 'capabilities',
  healthcheck: 'healthCheck',
  stop_grace_period: 'stopTimeoutSeconds',
  stop_timeout: 'stopTimeoutSeconds',
  destroy_grace_seconds: 'stopTimeoutSeconds',
  logging: 'logDriver',
  log_opts: 'logDriver',
  configs: 'configFiles',
  upload: 'configFiles',
  gpus: 'devices',
  tty: 'terminal',
  stdin_open: 'terminal',
  dns_search: 'dns.searchDomains',
  dns_opt: 'dns.options',
  dns_opts: 'dns.options',
  networks: 'segment',
  networks_advanced: 'segment',
});

const NOT_SET = 'leave it out: Bulkhead leaves it at the default of the engine';
const PIDS =
  "leave it out: the provider has no attribute for it. A slice of systemd with TasksMax limits the processes: (container.node.findChild('Resource') as TerraformResource).addOverride('cgroup_parent', 'shop.slice')";
const OWN_NAMESPACE = 'leave it out: a container has its own namespace';

/** The same for words without a property, with what to do instead. */
export const FOREIGN_SENTENCES: Readonly<Record<string, string>> = byPlainName({
  expose: 'leave it out: connections.allowTo(other, Port.tcp(8080)) opens a port, and defaultPort names the usual one',
  publish_all_ports: 'publish each port with container.publish(Port.tcp(443), { … })',
  depends_on: 'use container.startAfter(other), with { healthy: true } to wait for its health check',
  links: 'use container.connections.allowTo(other, Port.tcp(5432)) and other.dnsName',
  external_links: 'use container.connections.allowTo(other, Port.tcp(5432)) and other.dnsName',
  network_mode: "use 'segment', or 'network' with ContainerNetwork.host(), ContainerNetwork.none() or ContainerNetwork.container(other)",
  env_file: "use environment: EnvironmentFile.read('app.env')",
  cap_drop: "leave it out: a container has no capabilities except those in 'capabilities'",
  security_opt: 'leave it out: Bulkhead sets no-new-privileges, and keeps the profiles for seccomp and AppArmor that the engine has',
  security_opts: 'leave it out: Bulkhead sets no-new-privileges, and keeps the profiles for seccomp and AppArmor that the engine has',
  pids: PIDS,
  pids_limit: PIDS,
  build: "build the image before, and pass it as 'image'",
  cgroup: 'leave it out: a container has its own cgroup namespace',
  cgroupns_mode: 'leave it out: a container has its own cgroup namespace',
  cgroup_parent: 'leave it out: Bulkhead does not move containers to another cgroup',
  domainname: "write the whole name in 'hostname'",
  mac_address: 'leave it out: the engine chooses it',
  memory_swap: 'leave it out: Bulkhead gives a container no swap beyond its memory',
  memswap_limit: 'leave it out: Bulkhead gives a container no swap beyond its memory',
  storage_opt: 'leave it out: the root file system is read-only; use a DataVolume for data',
  storage_opts: 'leave it out: the root file system is read-only; use a DataVolume for data',
  volumes_from: "mount the same DataVolume in both with 'volumes'",
  replicas: 'use a ReplicaGroup',
  scale: 'use a ReplicaGroup',
  deploy: "use 'limits' for its resources, a ReplicaGroup for its replicas, and a HardenedService in a swarm",
  must_run:
    'use restartPolicy: RestartPolicy.NO for a container that ends, and container.startAfter(other, { completed: true }) to wait for it',
  wait: 'use container.startAfter(other, { healthy: true })',
  wait_timeout: 'use container.startAfter(other, { healthy: true })',
  rm: 'leave it out: Terraform removes the container',
  remove_volumes: 'leave it out: a DataVolume has its own life',
  ...Object.fromEntries(
    'attach logs annotations blkio_config cpuset cpu_shares cpu_rt_period cpu_rt_runtime credential_spec device_cgroup_rules isolation mem_reservation mem_swappiness memory_reservation oom_kill_disable oom_score_adj platform'
      .split(' ')
      .map((name) => [name, NOT_SET]),
  ),
  ...Object.fromEntries('ipc ipc_mode pid pid_mode uts userns userns_mode'.split(' ').map((name) => [name, OWN_NAMESPACE])),
  container_read_refresh_timeout_milliseconds: NOT_SET,
  start: 'leave it out: Terraform starts the container',
  develop: 'leave it out: Terraform replaces a container whose image changes',
  label_file: "use 'labels'",
  pull_policy: 'leave it out: Terraform pulls an image that is not there, and a digest names one image only',
  post_start: 'use a second container and container.startAfter(other, { completed: true })',
  pre_stop: "use 'stopSignal' and 'stopTimeoutSeconds'",
  profiles: 'use an if of the language around the construct',
  extends: 'use a function or a class of the language',
});

function byPlainName(names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([name, text]) => [plainName(name), text]));
}

/** `mem_limit`, `memLimit` and `mem-limit` are one name. */
export function plainName(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}
