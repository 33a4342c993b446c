import { HARDENED, logOptions } from './hardened-defaults';

/** Networks also get it as an option: an option that the engine adds itself would replace them on every plan. */
export const HOST_BINDING_OPTION = 'com.docker.network.bridge.host_binding_ipv4';

/** Settings of bridge networks that are created by hand. */
export const BRIDGE_OPTIONS: Readonly<Record<string, string>> = { [HOST_BINDING_OPTION]: '127.0.0.1' };

/** How verify.sh looks at a control of the benchmark: a function of the script with its words, and the text that it prints for a PASS. */
export interface SettingLook {
  /** Omitted if each key of the control has a few good values: then the script checks for those. */
  readonly command?: string;
  readonly what?: string;
}

/** A key of daemon.json: Bulkhead's value, the affected hosts, and the checks of it. */
export interface EngineSetting {
  /** First release that implements the key; if omitted, every release that we know. An engine does not start with a key that it does not know. */
  readonly since?: string;
  /** What a HardenedDaemon writes; undefined if the key must be absent, or the program sets it. */
  readonly ours?: unknown;
  /** Whether the program sets it, by a property of HardenedDaemon. */
  readonly isTold?: boolean;
  /** The engine's default if the key is absent. */
  readonly usual?: string | boolean;
  /** Controls of the benchmark, with the look of verify.sh. */
  readonly controls?: Readonly<Record<string, SettingLook>>;
  /** The key whose controls are about this one, too. */
  readonly beside?: string;
  /** The name by which the model of the engine's rules reads it: the rules depend on it, and so does the proof. */
  readonly fact?: string;
  /** Continues the description of the key in the list of the benchmark's controls. */
  readonly note?: string;
  /** Why the control is left to others. */
  readonly left?: string;
}

const { logDriver, logMebibytes, ulimit } = HARDENED;

const ALL = {
  // Bulkhead does not use the default bridge, but containers that are attached to it by hand start closed, too.
  icc: { ours: false, usual: true, controls: { '2.2': { command: 'icc' } } },
  ip: { ours: '127.0.0.1', usual: '0.0.0.0' },
  iptables: {
    ours: true,
    usual: true,
    fact: 'iptables',
    controls: { '2.4': { what: 'the engine makes firewall rules' } },
  },
  // Before 27 it needs the experimental mode; Bulkhead's rules close IPv6 on every version.
  ip6tables: { ours: true, usual: true, since: '27.0', fact: 'ip6tables', beside: 'iptables' },
  // docker-proxy accepts connections on INPUT, past the sources that a publication allows.
  'userland-proxy': {
    ours: false,
    usual: true,
    fact: 'userlandProxy',
    controls: { '2.17': { what: 'docker-proxy is off' } },
  },
  // If the command line also sets it, the engine does not start; Bulkhead's rules are for this value.
  'firewall-backend': { ours: 'iptables', usual: 'iptables', since: '29.0', beside: 'iptables' },
  'ip-forward': { usual: true, fact: 'ipForward', beside: 'iptables' },
  'ip-forward-no-drop': { usual: false, since: '28.0', fact: 'ipForwardNoDrop', beside: 'iptables' },
  'allow-direct-routing': { usual: false, since: '28.2', fact: 'allowDirectRouting', beside: 'iptables' },
  // Networks that are made by hand.
  'default-network-opts': { ours: { bridge: BRIDGE_OPTIONS }, since: '24.0' },
  'no-new-privileges': {
    ours: true,
    usual: false,
    controls: { '2.15': { what: 'no process gains privileges by default' } },
  },
  'live-restore': {
    ours: true,
    isTold: true,
    usual: false,
    controls: { '2.16': { command: 'live_restore' } },
    note: '; false on a node of a swarm, which refuses it',
  },
  'log-level': { ours: 'info', usual: 'info', controls: { '2.3': { what: 'the engine logs on the level info' } } },
  debug: { usual: false, beside: 'log-level' },
  'log-driver': {
    ours: logDriver,
    usual: 'json-file',
    controls: { '2.14': { command: 'remote_logs' } },
    left: 'the site decides where logs are sent; files have a size limit on the host',
  },
  'log-opts': { ours: logOptions(logMebibytes), isTold: true, beside: 'log-driver' },
  'default-ulimits': {
    ours: { [ulimit.name]: { Name: ulimit.name, Soft: ulimit.soft, Hard: ulimit.hard } },
    controls: { '2.9': { command: 'default_limits', what: 'default limits of processes are set' } },
    note: ` with ${ulimit.name} ${ulimit.soft}, at most ${ulimit.hard}`,
  },
  'insecure-registries': { controls: { '2.5': { command: 'registries' } }, note: '; mirrors by https:// only' },
  'registry-mirrors': { isTold: true, beside: 'insecure-registries' },
  // Otherwise containers are in the host's namespace if the kernel has only control groups of version 1.
  'default-cgroupns-mode': { ours: 'private' },
  labels: { isTold: true },
  runtimes: { isTold: true },
  hosts: {
    controls: { '2.8': { command: 'tcp_listener' } },
    note: ': Terraform comes by the socket or by SSH, and plain TCP is refused',
  },
  tlsverify: { usual: false, beside: 'hosts' },
  'storage-driver': {
    controls: { '2.6': { command: 'driver aufs' }, '2.7': { command: 'driver devicemapper' } },
    note: ': the engine takes overlay2',
  },
  'storage-opts': { controls: { '2.12': { command: 'image_size', what: 'the size of images is that of the driver' } } },
  'userns-remap': {
    usual: '',
    controls: { '2.10': { command: 'security_option name=userns', what: 'user namespaces are remapped' } },
    left: 'no property sets it: with it the engine refuses privileged containers and namespaces of the host',
  },
  'cgroup-parent': {
    usual: '',
    controls: { '2.11': { what: 'the cgroup of containers is that of the engine' } },
  },
  'authorization-plugins': {
    controls: { '2.13': { command: 'authorization' } },
    left: 'an authorization plugin is a separate program, which the operator must choose and run',
  },
  'seccomp-profile': { controls: { '2.18': { command: 'seccomp' } }, note: ': the filter of the engine applies' },
  experimental: { usual: false, controls: { '2.19': { command: 'experimental' } } },
} as const satisfies Record<string, EngineSetting>;

/** A variable in the environment of an engine that changes its rules; it must not be set. */
export interface EngineVariable {
  readonly since: string;
  /** First release that no longer reads it. */
  readonly until?: string;
  readonly fact: string;
}

const VARIABLES = {
  DOCKER_INSECURE_NO_IPTABLES_RAW: { since: '28.0.2', fact: 'withoutRawRules' },
  DOCKER_IPTABLES_SCTP_CHECKSUM: { since: '28.0', until: '29.0', fact: 'sctpChecksum' },
} as const satisfies Record<string, EngineVariable>;

export const ENGINE_VARIABLES: Readonly<Record<keyof typeof VARIABLES, EngineVariable>> = VARIABLES;

export type SettingKey = keyof typeof ALL;

/** The keys of daemon.json that Bulkhead uses. Constructs, the file itself, rules, the proof and verify.sh read them here. */
export const ENGINE_SETTINGS: Readonly<Record<SettingKey, EngineSetting>> = ALL;

export const SETTING_KEYS = Object.keys(ALL) as SettingKey[];

/** Those that the program says. */
export type ToldKey = { [K in SettingKey]: (typeof ALL)[K] extends { isTold: true } ? K : never }[SettingKey];

/** The settings on which the model of the engine's rules depends, by their names there. */
export type SettingFact = Extract<(typeof ALL)[SettingKey], { fact: string }>['fact'] | (typeof VARIABLES)[keyof typeof VARIABLES]['fact'];

/** The values of a HardenedDaemon for those on an engine; if an engine does not know a key, it does not have the function. */
export function settingFacts(knows: (key: SettingKey) => boolean): Readonly<Record<SettingFact, boolean>> {
  const facts = SETTING_KEYS.flatMap((key): [string, boolean][] => {
    const { fact, ours, usual } = ENGINE_SETTINGS[key];
    return fact === undefined ? [] : [[fact, knows(key) && (ours ?? usual) === true]];
  });
  const unset = Object.values(ENGINE_VARIABLES).map(({ fact }): [string, boolean] => [fact, false]);
  return Object.fromEntries([...facts, ...unset]) as Record<SettingFact, boolean>;
}

/** Values of a key that are as good as Bulkhead's, as the script reads them; the empty one means that the key is absent. */
export function allowedTexts(key: SettingKey): string[] {
  const { ours, usual } = ENGINE_SETTINGS[key];
  const wanted = String(ours ?? usual);
  return [...new Set([...(wanted === String(usual) ? [''] : []), wanted])];
}

/** Controls about a key: those of the key, or those of the key that it accompanies. */
export function controlsOf(key: SettingKey): string[] {
  const { controls, beside } = ENGINE_SETTINGS[key];
  return Object.keys(controls ?? ENGINE_SETTINGS[beside as SettingKey]?.controls ?? {});
}

/** Keys that the control is about. */
export function keysOf(control: string): SettingKey[] {
  return SETTING_KEYS.filter((key) => controlsOf(key).includes(control));
}

/** Controls about settings, with the look at each. */
export const SETTING_LOOKS: Readonly<Record<string, SettingLook>> = Object.assign(
  {},
  ...SETTING_KEYS.map((key) => ENGINE_SETTINGS[key].controls ?? {}),
) as Record<string, SettingLook>;

/** Settings about networks and access that `bulkhead collect` prints of a host. Their values contain no password and no token; those of other settings can. */
export const SHOWN_SETTINGS: readonly string[] = [
  'bip',
  'bip6',
  'bridge',
  'fixed-cidr',
  'fixed-cidr-v6',
  'default-gateway',
  'default-gateway-v6',
  'default-address-pools',
  'default-network-opts',
  'icc',
  'ip',
  'ip-forward',
  'ip-forward-no-drop',
  'ip-masq',
  'iptables',
  'ip6tables',
  'ipv6',
  'firewall-backend',
  'allow-direct-routing',
  'bridge-accept-fwmark',
  'userland-proxy',
  'live-restore',
  'hosts',
  'tls',
  'tlsverify',
  'dns',
  'dns-search',
  'mtu',
  'no-new-privileges',
  'userns-remap',
  'selinux-enabled',
  'experimental',
  'features',
  'host-gateway-ip',
  'host-gateway-ips',
  'swarm-default-advertise-addr',
];
