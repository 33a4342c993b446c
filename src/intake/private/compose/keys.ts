/* What the Compose Specification names, sorted by whether it decides which packets arrive. Source: https://github.com/compose-spec/compose-spec */

import { listOf, namedValues } from './merge';
import type { Tree, TreeMap } from './yaml-tree';

export interface Keys {
  /** They decide, and the model takes them into account. */
  readonly read: readonly string[];
  /** They say nothing about packets between containers, hosts and networks. */
  readonly other: readonly string[];
  /** They may decide, in a way that the model does not have: each use is named with the answer. */
  readonly open: Readonly<Record<string, Open>>;
}

interface Open {
  /** What a service or network with it does, after its name. */
  readonly sentence: string;
  /** @param holder the map that has the key */
  when(value: Tree, holder: TreeMap): boolean;
}

export const TOP: Keys = {
  read: ['name', 'services', 'networks', 'include'],
  other: ['version', 'volumes', 'secrets', 'configs', 'models'],
  open: { jobs: { when: isSet, sentence: 'starts containers that are not in the answers' } },
};

export const SERVICE: Keys = {
  read: ['container_name', 'deploy', 'extends', 'network_mode', 'networks', 'ports', 'profiles', 'provider', 'scale'],
  other: [
    'annotations', 'attach', 'blkio_config', 'build', 'cgroup', 'cgroup_parent', 'command', 'configs', 'cpu_count', 'cpu_percent', 'cpu_period',
    'cpu_quota', 'cpu_rt_period', 'cpu_rt_runtime', 'cpu_shares', 'cpus', 'cpuset', 'cap_drop', 'credential_spec', 'depends_on', 'develop', 'device_cgroup_rules',
    'devices', 'dns', 'dns_opt', 'dns_search', 'domainname', 'entrypoint', 'env_file', 'environment', 'expose', 'extra_hosts', 'gpus', 'group_add',
    'healthcheck', 'hostname', 'image', 'init', 'ipc', 'isolation', 'label_file', 'labels', 'logging', 'mac_address', 'mem_limit', 'mem_reservation',
    'mem_swappiness', 'memswap_limit', 'models', 'oom_kill_disable', 'oom_score_adj', 'pids_limit', 'platform', 'post_start', 'pre_start', 'pre_stop',
    'pull_policy', 'pull_refresh_after', 'read_only', 'restart', 'runtime', 'secrets', 'security_opt', 'shm_size', 'stdin_open', 'stop_grace_period',
    'stop_signal', 'storage_opt', 'tmpfs', 'tty', 'ulimits', 'umask', 'user', 'userns_mode', 'uts', 'volumes', 'volumes_from', 'working_dir',
  ], // prettier-ignore
  open: {
    cap_add: {
      when: (value) => listOf(value).some((each) => /^(CAP_)?(ALL|NET_ADMIN|NET_RAW|SYS_ADMIN)$/i.test(String(each))),
      sentence: 'can send from addresses that it does not have; the answers are about senders with their own address',
    },
    external_links: { when: isSet, sentence: 'links a container outside of the file; the answers have no such container' },
    links: {
      when: (value, service) => isSet(value) && service.network_mode === 'bridge',
      sentence: 'links containers on the default bridge, which opens ports where communication between containers is off',
    },
    pid: { when: isSet, sentence: 'shares processes, and a process can enter the network of another' },
    privileged: { when: (value) => value === true || value === 'true', sentence: 'can change the rules of the host' },
    sysctls: {
      when: (value) => Object.keys(namedValues(value)).some((name) => name.startsWith('net.')),
      sentence: 'has settings of the kernel for its network; forwarding by a container is not in the answers',
    },
    use_api_socket: {
      when: (value) => value === true || value === 'true',
      sentence: 'has the socket of the engine, and can change the host',
    },
  },
};

export const NETWORK: Keys = {
  read: ['driver', 'driver_opts', 'enable_ipv4', 'enable_ipv6', 'external', 'internal', 'ipam', 'name'],
  other: ['attachable', 'labels'],
  open: {},
};

/** A network of a service. */
export const MEMBERSHIP: Keys = {
  read: ['gw_priority', 'ipv4_address', 'ipv6_address'],
  other: ['aliases', 'interface_name', 'mac_address', 'priority'],
  open: {
    driver_opts: { when: isSet, sentence: 'has options for one endpoint, which are not modelled' },
    link_local_ips: { when: isSet, sentence: 'has further addresses, which are not modelled' },
  },
};

export const IPAM: Keys = { read: ['config'], other: ['driver', 'options'], open: {} };
export const SUBNET: Keys = { read: ['gateway', 'subnet'], other: ['aux_addresses', 'ip_range'], open: {} };

function isSet(value: Tree): boolean {
  return value !== null && value !== '' && (!Array.isArray(value) || value.length > 0);
}
