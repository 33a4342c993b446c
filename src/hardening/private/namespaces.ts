/** A namespace that a container can share with the host: its names in Docker and Terraform, and the consequences. */
export interface NamespaceFacts {
  /** Name of the setting, in camel case, as a caller of the constructs may spell it. */
  readonly property: string;
  /** Attribute of `docker_container`; the provider has none for host names. */
  readonly attribute?: string;
  /** Control of the benchmark. */
  readonly control: string;
  /** Why no container gets that of the host. */
  readonly refusal: string;
  /**
   * How verify.sh checks a container: a field of the engine's configuration beside the kernel; if the kernel cannot tell, a template of `docker
   * inspect`.
   */
  readonly look: { readonly what: string } & ({ readonly field: string } | { readonly template: string; readonly says: string });
  /** Whether an engine with `userns-remap` refuses a container that shares it with the host. */
  readonly isRefusedRemapped?: boolean;
}

/** By their names under /proc/PID/ns. */
const ALL = {
  net: {
    property: 'networkMode',
    attribute: 'network_mode',
    control: '5.10',
    refusal:
      "a container has its own network namespace; place it in a segment, or give the reason for the host's network: network: ContainerNetwork.host({ reason: 'why' })",
    look: { what: 'no container is in the network of the host', field: 'NetworkMode' },
    isRefusedRemapped: true,
  },
  pid: {
    property: 'pidMode',
    attribute: 'pid_mode',
    control: '5.16',
    refusal: 'a container does not share the process namespace of the host',
    look: { what: 'no container sees the processes of the host', field: 'PidMode' },
    isRefusedRemapped: true,
  },
  ipc: {
    property: 'ipcMode',
    attribute: 'ipc_mode',
    control: '5.17',
    refusal: 'a container does not share the IPC namespace of the host',
    look: { what: 'no container shares memory with the host', field: 'IpcMode' },
  },
  user: {
    property: 'usernsMode',
    attribute: 'userns_mode',
    control: '5.31',
    refusal: 'a container does not opt out of the user namespace of the engine',
    look: { what: 'no container asks for the user namespace of the host', template: 'eq .HostConfig.UsernsMode "host"', says: 'does' },
  },
  uts: {
    property: 'utsMode',
    control: '5.21',
    refusal: 'a container does not share the UTS namespace (host name) of the host',
    look: { what: 'no container has the host name of the host', field: 'UTSMode' },
  },
  cgroup: {
    property: 'cgroupnsMode',
    attribute: 'cgroupns_mode',
    control: '5.25',
    refusal: 'a container does not share the cgroup namespace of the host',
    look: {
      what: 'containers are in the cgroup of the engine',
      template: 'or .HostConfig.CgroupParent (eq .HostConfig.CgroupnsMode "host")',
      says: 'is elsewhere',
    },
  },
} as const satisfies Record<string, NamespaceFacts>;

export type NamespaceName = keyof typeof ALL;

export const NAMESPACES: Readonly<Record<NamespaceName, NamespaceFacts>> = ALL;

/** Attributes of `docker_container` for namespaces of the host. */
export const NAMESPACE_ATTRIBUTES: readonly string[] = Object.values(NAMESPACES).flatMap(({ attribute }) => attribute ?? []);
