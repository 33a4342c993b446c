// What the documentation of each property promises, compared with a container that runs. Nothing here asks the library.
import { sets } from './capability-sets';
import type { Container, Seen } from './combinations-look';
import type { Facts } from '../../support/combinations';

type Found = [what: string, wanted: unknown, seen: unknown];

const MEBIBYTE = 1_048_576;
/** Less is raised before somebody looks inside. */
export const ENOUGH_CPU = 200;
/** A page is the smallest unit in which the kernel keeps a limit of memory. */
const PAGE = 4096;

/** Everything that is not as it was declared. */
export function differences({ combination: { facts }, name }: Container, seen: Seen, isOld: boolean): string[] {
  if (seen.inside.has('error')) return [`cannot be looked at: ${seen.inside.get('error')} ${JSON.stringify(seen.inspect.State)}`];
  const found = [
    ...ofProcess(facts, seen),
    ...ofLimits(facts, seen),
    ...ofFiles(facts, seen),
    ...ofNames(facts, seen, name),
    ...ofEngine(facts, seen, isOld),
    ...ofNetwork(facts, seen),
  ];
  return found
    .filter(([, wanted, got]) => canonical(wanted) !== canonical(got))
    .map(([what, wanted, got]) => `${what}: wanted ${canonical(wanted)}, got ${canonical(got)}`);
}

function canonical(value: unknown): string {
  if (value === undefined) return 'nothing';
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ).slice(0, 500);
}

const field = (text: string, key: string) => new RegExp(`^${key}:\\s*(.*?)\\s*$`, 'm').exec(text)?.[1].replace(/\s+/g, ' ');
const decoded = (text: string) => Buffer.from(text, 'base64').toString('utf8').split('\0').slice(0, -1);
const lines = (text = '') => text.split('\n').filter(Boolean);

function ofProcess(facts: Facts, { inside }: Seen): Found[] {
  const { uid, gid } = facts.user;
  const each = ['status', 'self'].flatMap((section): Found[] => {
    const text = inside.get(section)!;
    const groups = (field(text, 'Groups') ?? '').split(' ').filter(Boolean).map(Number).filter((group) => group !== gid); // prettier-ignore
    const [{ permitted, effective, bounding, ambient }] = sets(text);
    const wanted = facts.capabilities.map((capability) => capability);
    const sorted = (names: readonly string[]) => names.map((capability) => capability.replace(/^CAP_/, '')).sort();
    return [
      [`${section}: user`, Array(4).fill(uid).join(' '), field(text, 'Uid')],
      [`${section}: group`, Array(4).fill(gid).join(' '), field(text, 'Gid')],
      [`${section}: further groups`, facts.groups.filter((group) => group !== gid).sort((a, b) => a - b), groups.sort((a, b) => a - b)],
      [`${section}: no new privileges`, '1', field(text, 'NoNewPrivs')],
      [`${section}: seccomp`, '2', field(text, 'Seccomp')],
      [`${section}: effective`, wanted, sorted(effective)],
      [`${section}: permitted`, wanted, sorted(permitted)],
      [`${section}: bounding`, wanted, sorted(bounding)],
      [`${section}: ambient`, [], sorted(ambient)],
    ];
  });
  const all = new Map(lines(inside.get('words')).map((line) => [line.split(' ')[1], decoded(line.split(' ')[0])]));
  const first = all.get('1') ?? [];
  const hasInit = facts.init ?? facts.user.mode !== 'start';
  const isInit = /docker-init$/.test(first[0] ?? '') && first[1] === '--';
  const program = isInit ? first.slice(2) : first;
  const runs = facts.words === undefined || [...all.values()].some((words) => JSON.stringify(words) === JSON.stringify(facts.words));
  // Of the words of a program that turned into another one only a part is left.
  return [
    ...each,
    ['init', hasInit, isInit],
    ['words of the first process', facts.words ?? program, program],
    ['the program runs', true, runs],
    ['working directory', facts.workingDirectory ?? '/', inside.get('cwd')!.trim()],
    ['variables', variables(facts), variablesSeen(inside.get('environ')!)],
  ];
}

/** `PATH`, `HOME`, `HOSTNAME` and `TERM` are the engine's. */
function variables({ environment }: Facts): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`).sort(); // prettier-ignore
}

function variablesSeen(text: string): string[] {
  return decoded(text).filter((line) => !/^(PATH|HOME|HOSTNAME|TERM)=/.test(line)).sort(); // prettier-ignore
}

/** Limits as /proc names them. */
export const LIMITS: Readonly<Record<string, string>> = { nofile: 'Max open files', nproc: 'Max processes', memlock: 'Max locked memory', core: 'Max core file size', stack: 'Max stack size', fsize: 'Max file size', cpu: 'Max cpu time', data: 'Max data size', locks: 'Max file locks', msgqueue: 'Max msgqueue size', nice: 'Max nice priority', rss: 'Max resident set', rtprio: 'Max realtime priority', rttime: 'Max realtime timeout', sigpending: 'Max pending signals' }; // prettier-ignore

function ofLimits(facts: Facts, { inside, inspect }: Seen): Found[] {
  const bytes = facts.memory * MEBIBYTE;
  const [memory] = lines(inside.get('memory'));
  const [swap] = lines(inside.get('swap'));
  const cpu = lines(inside.get('cpu')).join(' ').split(' ').map(Number);
  const limits = Object.entries(facts.ulimits).map(([name, [soft, hard]]): Found => {
    const line = lines(inside.get('limits')).find((each) => each.startsWith(LIMITS[name])) ?? '';
    return [`limit ${name}`, [soft, hard].map(String), line.slice(LIMITS[name].length).trim().split(/\s+/).slice(0, 2)];
  });
  const { HostConfig } = inspect;
  return [
    ...limits,
    ['memory inside', bytes - (bytes % PAGE), Number(memory)],
    ...(swap === undefined || swap === '0' ? [] : [['memory with swap inside', bytes, Number(swap)] as Found]),
    ['memory and swap', [bytes, bytes], [HostConfig.Memory, HostConfig.MemorySwap]],
    ['processor time', facts.cpuMillis * 100, HostConfig.CpuQuota],
    ...(facts.cpuMillis < ENOUGH_CPU
      ? []
      : [['processor time inside, in thousandths', facts.cpuMillis, (cpu[0] * 1000) / cpu[1]] as Found]),
    ['sysctls', facts.sysctls, Object.fromEntries(lines(inside.get('sysctls')).map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1).replace(/\t/g, ' ')]))], // prettier-ignore
    [
      'forwarding',
      facts.network === 'segment' ? '0' : undefined,
      facts.network === 'segment' ? HostConfig.Sysctls?.['net.ipv4.ip_forward'] : undefined,
    ],
  ];
}

interface Mount {
  readonly options: string[];
  readonly type: string;
  readonly inner: string[];
}

/** By target; the last one counts. Blanks and other signs are octal numbers there. */
function mountsOf(text: string): Map<string, Mount> {
  return new Map(
    lines(text).map((line): [string, Mount] => {
      const [before, after] = line.split(' - ');
      const words = before.split(' ');
      const target = words[4].replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
      return [target, { options: words[5].split(','), type: after.split(' ')[0], inner: after.split(' ')[2].split(',') }];
    }),
  );
}

function ofFiles(facts: Facts, { inside }: Seen): Found[] {
  const mounts = mountsOf(inside.get('mounts')!);
  const stats = lines(inside.get('stats'));
  const stat = (target: string) => stats.find((line) => line.endsWith(` ${target}`) && !line.startsWith('written'))?.split(' ').slice(0, 2).join(' '); // prettier-ignore
  const wrote = (target: string) => stats.includes(`written ${target}`);
  const has = (target: string, ...options: string[]) => options.filter((option) => mounts.get(target)?.options.includes(option));
  const memory = Object.entries(facts.tmpfs).flatMap(([target, size]): Found[] => [
    [`${target} in memory`, 'tmpfs', mounts.get(target)?.type],
    [`size of ${target}`, [`size=${size * 1024}k`], mounts.get(target)?.inner.filter((option) => option.startsWith('size='))],
    [`options of ${target}`, ['nosuid', 'nodev', ...(facts.executable.includes(target) ? [] : ['noexec'])], has(target, 'nosuid', 'nodev', 'noexec')], // prettier-ignore
    [`${target} can be written`, true, wrote(target)],
  ]);
  const others = facts.mounts.flatMap(({ target, readOnly, owner, mode }): Found[] => [
    [`${target} is mounted`, [readOnly ? 'ro' : 'rw'], has(target, 'ro', 'rw')],
    ...(owner === undefined ? [] : [[`owner and mode of ${target}`, `${owner} ${mode}`, stat(target)] as Found]),
    [`${target} can be written`, canWrite(facts, { target, readOnly, owner, mode }), wrote(target)],
  ]);
  const root = mounts.get('/')!;
  const shared = Object.hasOwn(facts.tmpfs, '/dev/shm') ? facts.tmpfs['/dev/shm'] : facts.sharedMemory;
  const isGiven = facts.mounts.some(({ owner }) => owner === undefined);
  return [
    ...memory,
    ...others,
    ['root file system', [facts.readOnlyRoot ? 'ro' : 'rw'], root.options.filter((option) => ['ro', 'rw'].includes(option))],
    ['root can be written', !facts.readOnlyRoot && facts.user.uid === 0, inside.get('root')!.trim() === 'written'],
    ['shared memory', [`size=${shared * 1024}k`], mounts.get('/dev/shm')?.inner.filter((option) => option.startsWith('size='))],
    ['what the host has there', isGiven ? 'given' : undefined, isGiven ? inside.get('given')!.trim() : undefined],
    ['devices', device(facts), lines(inside.get('devices')).filter((line) => line.startsWith('/dev/kvm'))],
  ];
}

/** The device belongs to root alone. */
function device({ devices, user }: Facts): string[] {
  const permissions = user.uid === 0 ? (devices['/dev/kvm'] ?? '') : '';
  return ['r', 'w'].filter((way) => permissions.includes(way)).map((way) => `/dev/kvm ${way}`);
}

function canWrite({ user, capabilities, groups }: Facts, { readOnly, owner, mode }: Facts['mounts'][number]): boolean {
  if (readOnly) return false;
  // A directory of the host that everybody may write.
  if (owner === undefined || mode === undefined || capabilities.includes('DAC_OVERRIDE')) return true;
  const [ownerUid, ownerGid] = owner.split(':').map(Number);
  const digit = user.uid === ownerUid ? 0 : user.gid === ownerGid || groups.includes(ownerGid) ? 1 : 2;
  return (Number(mode.slice(-3)[digit]) & 3) === 3;
}

function ofNames(facts: Facts, { inside }: Seen, name: string): Found[] {
  const entries = lines(inside.get('hosts')).flatMap((line) => line.split(/\s+/).slice(1).map((each): [string, string] => [each, line.split(/\s+/)[0]])); // prettier-ignore
  const hosts = Object.entries(facts.hosts).map(([host, address]): Found => {
    const found = entries.filter(([each]) => each === host).map(([, at]) => at);
    return [
      `${host} in the hosts file`,
      address === 'gateway' ? true : [address],
      address === 'gateway' ? /^10\.20\./.test(found[0] ?? '') : found,
    ];
  });
  const resolv = lines(inside.get('resolv'));
  const words = (key: string) => resolv.filter((line) => line.startsWith(`${key} `)).flatMap((line) => line.split(' ').slice(1));
  const search = facts.search === undefined || facts.search.join() === '.' ? undefined : [...facts.search].sort();
  return [
    ...hosts,
    ...(facts.network === 'host' ? [] : [['host name', facts.hostname ?? name.slice(0, 63), inside.get('hostname')!.trim()] as Found]),
    ...(facts.network === 'segment' ? [['resolver', ['127.0.0.11'], words('nameserver')] as Found] : []),
    ...(search === undefined ? [] : [['search domains', search, words('search').sort()] as Found]),
    ...(facts.search?.join() === '.' ? [['no search domains', [], words('search').filter((word) => word !== '.')] as Found] : []),
    ...(facts.options?.length ? [['options of the resolver', [...facts.options].sort(), words('options').filter((word) => facts.options!.includes(word)).sort()] as Found] : []), // prettier-ignore
  ];
}

function ofEngine(facts: Facts, { inspect: { Config, HostConfig, State, RestartCount } }: Seen, isOld: boolean): Found[] {
  const second = 1_000_000_000;
  const { health } = facts;
  const labels = Object.fromEntries(Object.entries(Config.Labels ?? {}).filter(([name]) => !name.startsWith('bulkhead.')));
  const times = ({ interval, timeout, start, retries }: NonNullable<Facts['health']>) => [
    interval * second,
    timeout * second,
    start * second,
    retries,
  ];
  return [
    ['runs', [true, 0], [State.Running, RestartCount]],
    ['labels', facts.labels, labels],
    ['health check', health?.test, Config.Healthcheck?.Test],
    ...(health && health.test[0] !== 'NONE' ? [['times of the health check', times(health), [Config.Healthcheck?.Interval, Config.Healthcheck?.Timeout, Config.Healthcheck?.StartPeriod ?? 0, Config.Healthcheck?.Retries]] as Found] : []), // prettier-ignore
    ...(health && health.test[0] !== 'NONE' && health.interval === 1 && health.start === 0 && facts.cpuMillis >= ENOUGH_CPU && facts.memory >= 64 ? [['health', health.passes ? 'healthy' : 'unhealthy', State.Health?.Status] as Found] : []), // prettier-ignore
    ['restart policy', facts.restart, [HostConfig.RestartPolicy.Name || 'no', HostConfig.RestartPolicy.MaximumRetryCount]],
    ['stop', [facts.stopSignal, facts.stopTimeout], [Config.StopSignal || undefined, Config.StopTimeout]],
    ['log', [facts.log.driver, facts.log.options], [HostConfig.LogConfig.Type, HostConfig.LogConfig.Config ?? {}]],
    [
      'devices',
      Object.entries(facts.devices).sort(),
      (HostConfig.Devices ?? []).map((each: any) => [each.PathOnHost, each.CgroupPermissions]).sort(),
    ],
    ['terminal', [facts.tty, facts.stdin], [Config.Tty, Config.OpenStdin]],
    ['runtime', facts.runtime, HostConfig.Runtime],
    [
      'privileged, and name spaces of the host',
      [false, '', 'private', ''],
      [HostConfig.Privileged, HostConfig.PidMode, HostConfig.IpcMode, HostConfig.UsernsMode],
    ],
    ['user', `${facts.user.uid}:${facts.user.gid}`, Config.User],
    ...(isOld ? [] : []),
  ];
}

function ofNetwork(facts: Facts, { inspect: { HostConfig, NetworkSettings, Name }, inside }: Seen): Found[] {
  const networks = Object.entries<any>(NetworkSettings.Networks);
  const ports = Object.entries<any[]>(HostConfig.PortBindings ?? {}).flatMap(([inner, bindings]) =>
    bindings.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort === '0' ? '' : HostPort} ${inner}`),
  );
  const wanted = facts.ports.map(({ ip, external = '', internal, protocol }) => `${ip}:${external} ${internal}/${protocol}`);
  // A network of its own for what leaves the host.
  const home = networks.find(([name]) => !name.endsWith('-gw'));
  const has = (alias: string) => (home?.[1].Aliases ?? []).includes(alias);
  return [
    ['network', facts.network === 'segment', networks.some(([name]) => name.startsWith('app-'))],
    ...(facts.network === 'segment' ? [] : [['network', facts.network, HostConfig.NetworkMode] as Found]),
    ...(facts.network === 'none' ? [['interfaces', ['lo'], lines(inside.get('interfaces')).filter((name) => !/^(tunl|gre|erspan|sit|ip6|ip_vti|bonding)/.test(name))] as Found] : []), // prettier-ignore
    ['ports', wanted.sort(), ports.sort()],
    ['aliases', true, facts.aliases.every(has) || `${Name}: ${JSON.stringify(home?.[1].Aliases)}`],
    // Without one it asks itself, where nothing answers.
    [
      'resolvers asked',
      facts.network === 'segment' && facts.resolvers.length === 0 ? ['127.0.0.1'] : facts.resolvers,
      HostConfig.Dns ?? [],
    ],
  ];
}
