// Where a container is, what it mounts, and what it is called.
import { type Bad, type Draw, type Made, REASON } from './draw';
import { ContainerNetwork, ContainerUser, FileChange, FileOwner, VolumeMount } from '../../../src';

export function drawNetwork(draw: Draw): void {
  const { random, facts } = draw;
  facts.network = random.pick(['segment', 'segment', 'segment', 'segment', 'segment', 'segment', 'host', 'none']);
  const { network } = facts;
  if (network === 'segment') {
    draw.props.set('segment', ({ segment }) => segment);
    return;
  }
  const reason = draw.value([REASON], [['why', 'ReasonTooShort']]);
  draw.props.set('daemon', ({ daemon }) => daemon);
  draw.props.set('network', () => ContainerNetwork[network]({ reason }));
  if (random.chance(0.05)) {
    draw.props.set('segment', ({ segment }) => segment);
    draw.refuse('NetworkChoice', 'segment');
  }
}

const LABEL_OF_63 = 'h'.repeat(63);

export function drawNames(draw: Draw): void {
  const { facts, number, random } = draw;
  const n = `c${number}`;
  // A group adds a number to it, and is a DNS label.
  const isGroup = facts.replicas > 0;
  draw.one('containerName', {
    good: isGroup ? [n, `${n}-x`, `A${n}`] : [n, `${n}_x.y-z`, `N${n}`, `${n}-${'n'.repeat(62 - n.length)}`, `${n}.`],
    bad: isGroup ? ['x', '-x1', 'a_b', '', 'a.b'].map((name): Bad => [name, 'ReplicaValue']) : [['x', 'ContainerNameTooShort'], ['', 'ContainerNameTooShort'], ['-xx', 'ContainerName'], ['a/b', 'ContainerName'], ['n'.repeat(64), 'ContainerName'], ['né', 'ContainerName'], [5, 'NotText']], // prettier-ignore
    told: (name) => (facts.name = name),
  });
  const inside = facts.network === 'segment';
  draw.one('hostname', {
    often: 0.2,
    good: ['mail.example.test', 'h', LABEL_OF_63, `H-${number}.a`],
    bad: ['a_b', '', '-x', `${LABEL_OF_63}h`, 'a..b', 'localhost', 'host.docker.internal', 'metadata.google.internal', `${LABEL_OF_63}.a`, '10.0.0.1'].map((name): Bad => [name, 'HostName']), // prettier-ignore
    told: (name) => (facts.hostname = name),
  });
  if (facts.network === 'host' && draw.props.has('hostname')) draw.refuse('HostNetworkRefused', 'hostname');
  draw.one('aliases', {
    often: 0.2,
    good: [[], [`db${number}`], [`auth${number}.example.test`, `www${number}`], [`UP${number}`], [`d${number}`, `d${number}`]],
    bad: [[['a b'], 'AliasName', 'a b'], [['localhost'], 'AliasName', 'localhost'], [['10.0.0.1'], 'AliasName', '10.0.0.1'], [['a_b'], 'AliasName', 'a_b'], [[''], 'AliasName', 'aliases'], [['x'.repeat(64)], 'AliasName', 'x'], ['db', 'PropertyShape', 'aliases']], // prettier-ignore
    told: (aliases) => (facts.aliases = aliases),
  });
  if (!inside && draw.props.has('aliases')) draw.refuse(facts.network === 'host' ? 'HostNetworkRefused' : 'NoNetworkRefused', 'aliases');
  drawResolving(draw);
  if (inside && !isGroup && random.chance(0.05)) {
    draw.props.set('ipv4Address', () => draw.value(['10.20.1.1'], []));
    draw.refuse('AddressOutsideBlock', '10.20.1.1');
  }
}

function drawResolving(draw: Draw): void {
  const { facts, random } = draw;
  draw.one('hostEntries', {
    often: 0.2,
    good: [{ 'a.example.test': '192.0.2.20' }, { A: '203.0.113.7', b: '203.0.113.8' }, {}] as Record<string, string>[],
    bad: [
      [{ 'a b': '192.0.2.20' }, 'HostEntryName', 'a b'],
      [{ localhost: '192.0.2.20' }, 'HostEntryName', 'localhost'],
      [{ a: '192.0.2.20', A: '192.0.2.21' }, 'HostEntryName', 'twice'],
      [{ a: '192.0.2.300' }, 'AddressSyntax', '192.0.2.300'],
      [{ a: 'fd00::1' }, 'HostEntryAddress', 'fd00::1'],
      [{ a: '10.20.0.9' }, 'HostEntryAddress', '10.20.0.9'],
    ],
    told: (hosts) => (facts.hosts = hosts),
  });
  draw.one('dns.searchDomains', {
    often: 0.15,
    good: [['example.test'], ['.'], ['a.test', 'b.test']],
    bad: [[['a b'], 'SearchDomain', 'a b'], [['a.test', 'A.test'], 'SearchDomain', 'a.test'], [['.', 'a.test'], 'SearchDomain', '.'], [[''], 'SearchDomain', 'searchDomains']], // prettier-ignore
    told: (search) => (facts.search = search),
  });
  draw.one('dns.options', {
    often: 0.15,
    good: [['ndots:0'], ['ndots:15', 'timeout:30', 'attempts:5', 'rotate'], ['use-vc'], []],
    bad: ['ndots:16', 'timeout:0', 'ndots', 'fast', 'ndots:1:2', ''].map((option): Bad => [[option], 'ResolverOption', option]),
    told: (options) => (facts.options = options),
  });
  const code = 'NoNetworkRefused';
  if (facts.network === 'none') {
    if (['dns.searchDomains', 'dns.options'].some((property) => draw.props.has(property))) draw.refuse(code, 'dns');
    if (draw.props.has('hostEntries')) draw.refuse(code, 'hostEntries');
  } else if (random.chance(0.04)) {
    draw.props.set('dns.servers', () => ['192.0.2.53x']);
    draw.refuse('AddressSyntax', '192.0.2.53x');
  }
}

const clean = (target: string) => target.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
const TARGETS = ['/srv/own', '/var/lib/app/', '/store//deep', '/a b', '/é'];
const BAD_TARGETS: Bad[] = ['rel', '', '/', '/a:b', '/a,b', '/a/../b', '/./a', '//', '/proc', '/proc/x', '/dev', '/.bulkhead-guard/x'].map((target): Bad => [target, 'MountTarget']); // prettier-ignore

export function drawMemory(draw: Draw): void {
  type Sizes = Readonly<Record<string, number>>;
  draw.one<Sizes>('tmpfsMebibytes', {
    often: 0.35,
    good: [{}, { '/tmp': 1 }, { '/tmp': 16, '/run': 8, '/run/app': 4 }, { '/var/cache/app': 65_536 }, { '/mem/': 5, '/tmp': 64 }, { '/dev/shm': 9 }, { '/mem//deep': 3 }, { '/dev/mine': 2 }], // prettier-ignore
    bad: [
      ...[0, -1, 65_537, 1.5, '64', null].map((size): Bad => [{ '/tmp': size }, 'TmpfsSize', JSON.stringify(size)]),
      ...BAD_TARGETS.map(([target]): Bad => [{ [target as string]: 1 }, 'MountTarget', target as string]),
      [{ '/a b': 1 }, 'MountTarget', '/a b'],
      [{ '/etc/hosts': 1 }, 'MountTarget', '/etc/hosts'],
      [{ '/tmp': 1, '/tmp/': 1 }, 'MountTarget', '/tmp'],
      [['/tmp'], 'PropertyShape', 'tmpfsMebibytes'],
    ],
    told: (sizes, facts) => (facts.tmpfs = Object.fromEntries(Object.entries(sizes).map(([target, size]) => [clean(target), size]))),
  });
  const memory = Object.keys(draw.facts.tmpfs);
  const [some = '/none'] = draw.random.some(memory, 1);
  if (draw.random.chance(0.25)) {
    const reasons = draw.value<Readonly<Record<string, unknown>>>(memory.length > 0 ? [{ [some]: REASON }, { [`${some}/`]: REASON }] : [{}], [[{ '/not/there': REASON }, 'TmpfsReasonUnused', '/not/there'], [{ [some]: 'short' }, 'ReasonTooShort', 'short'], [{ run: REASON }, 'MountTarget', 'run']], (given, facts) => (facts.executable = Object.keys(given).map(clean))); // prettier-ignore
    draw.props.set('executableTmpfsReasons', () => reasons);
  }
  draw.one('writableRootReason', { often: 0.2, good: [REASON, 'ten chars!'], bad: [['too short', 'ReasonTooShort'], ['  padded    ', 'ReasonTooShort', 'padded'], ['', 'ReasonTooShort'], [true, 'NotText', 'true']], told: (_, facts) => (facts.readOnlyRoot = false) }); // prettier-ignore
}

type MakeMount = (made: Made) => VolumeMount;

export function drawMounts(draw: Draw): void {
  const { random, facts } = draw;
  const mounts: MakeMount[] = [];
  // A volume that several containers write needs an owner of the program's choosing.
  const kinds = facts.replicas > 0 ? [drawHostPath] : [drawVolume, drawHostPath, drawHostDirectory];
  for (const draws of random.some(kinds, random.pick([0, 0, 0, 1, 1, 2, 3]))) {
    const target = random.chance(0.03) ? random.pick(['/tmp', '/tmp/']) : draw.value(random.some(TARGETS, 1).map((each) => `${each}`), BAD_TARGETS); // prettier-ignore
    mounts.push(draws(draw, target));
  }
  if (mounts.length > 0 || random.chance(0.05)) draw.props.set('volumes', (made) => mounts.map((make) => make(made)));
  if (random.chance(0.12)) drawSecrets(draw);
  const mounted = facts.mounts.map(({ target }) => target);
  const ofProfile = Object.entries(facts.tmpfsOfProfile).filter(([target]) => !mounted.includes(target));
  facts.tmpfs = { ...Object.fromEntries(ofProfile), ...facts.tmpfs };
  const targets = [...Object.keys(facts.tmpfs), ...facts.mounts.map(({ target }) => target)];
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined) draw.refuse('MountTarget', twice);
  // A mount takes the place of what the profile has in memory there.
  const unused = facts.executable.find((target) => !Object.hasOwn(facts.tmpfs, target));
  if (unused !== undefined) draw.refuse('TmpfsReasonUnused', unused);
}

const MODES: Bad[] = ['0777', '4755', '75', 'rwx', '0702', ''].map((mode): Bad => [mode, 'FolderMode']);

/** Whether a user may write a folder by its owner and mode. */
function writes(uid: number, gid: number, owner: readonly [number, number], mode: string): boolean {
  const digits = [...mode.slice(-3)].map(Number);
  const digit = uid === owner[0] ? digits[0] : gid === owner[1] ? digits[1] : digits[2];
  return (digit & 3) === 3;
}

function drawVolume(draw: Draw, target: string): MakeMount {
  const { random, facts } = draw;
  const { uid, gid } = facts.user;
  const readOnly = random.pick([undefined, undefined, false, true]);
  const owner = random.pick<readonly [number, number] | 'image' | undefined>([
    undefined,
    undefined,
    [uid, gid],
    [4242, gid],
    'image',
    [0, 0],
  ]);
  const mode = random.chance(0.4) ? draw.value(['0750', '700', '0770', '0755'], MODES) : undefined;
  const isAsked = !readOnly && uid !== 0;
  if (mode !== undefined && (owner === 'image' || (owner === undefined && !isAsked))) draw.refuse('VolumeOwner', 'mode');
  const set = typeof owner === 'object' ? owner : owner === undefined && isAsked ? ([uid, gid] as const) : undefined;
  if (typeof owner === 'object' && isAsked && !writes(uid, gid, owner, mode ?? '0755')) facts.warned.push('BH-C35');
  facts.mounts.push({ target: clean(target), readOnly: readOnly ?? false, owner: (set ?? [0, 0]).join(':'), mode: (mode ?? '0755').replace(/^0/, '') }); // prettier-ignore
  const made = owner === 'image' ? () => FileOwner.fromImage() : owner && (() => FileOwner.of(...owner));
  return ({ volume }) => VolumeMount.volume(volume({ owner: made?.(), mode }), target, { readOnly });
}

export const GIVEN = '/srv/given';

function drawHostPath(draw: Draw, target: string): MakeMount {
  const { random, facts } = draw;
  const readOnly = random.pick([undefined, true, false]);
  const sources: Bad[] = [
    ...['/etc', '/', '/root', '/var/lib/docker', '/proc', '/dev', '/boot'].map((source): Bad => [source, 'SensitiveHostPath']),
    ...['srv', '', '/srv/../etc', '/srv/./x', '/srv/a:b'].map((source): Bad => [source, 'MountTarget']),
    ...['/var/run/docker.sock', '/run/docker.sock'].map((source): Bad => [source, 'EngineSocketMounted']),
  ];
  const source = draw.value([GIVEN, `${GIVEN}/`, `/srv//given`], sources);
  facts.mounts.push({ target: clean(target), readOnly: readOnly ?? true });
  return () => VolumeMount.hostPath(source, target, { readOnly });
}

function drawHostDirectory(draw: Draw, target: string): MakeMount {
  const { random, facts, number } = draw;
  const { uid, gid } = facts.user;
  const readOnly = random.pick([undefined, true, false]);
  const source = draw.value(
    [`/srv/made/c${number}`],
    [
      ['/srv/a b', 'HostDirectory'],
      ['/etc/x', 'SensitiveHostPath'],
      ['/srv/é', 'HostDirectory'],
    ],
  );
  const owner = random.pick<readonly [number, number] | undefined>([undefined, undefined, [uid, gid], [4242, gid]]);
  const mode = random.chance(0.5) ? draw.value(['0750', '700', '0770'], MODES) : undefined;
  const isImage = random.chance(0.03);
  if (isImage) draw.refuse('UserNumber', 'owner');
  const [ownerUid, ownerGid] = owner ?? [uid, gid];
  if (!readOnly && uid !== 0 && !writes(uid, gid, [ownerUid, ownerGid], mode ?? '0750')) draw.refuse('HostDirectory', source);
  facts.mounts.push({ target: clean(target), readOnly: readOnly ?? false, owner: `${ownerUid}:${ownerGid}`, mode: (mode ?? '0750').replace(/^0/, '') }); // prettier-ignore
  const made = () => (isImage ? FileOwner.fromImage() : owner && FileOwner.of(...owner));
  return () => VolumeMount.hostDirectory(source, target, { readOnly, mode, owner: made() });
}

function drawSecrets(draw: Draw): void {
  const { random, facts } = draw;
  const folder = random.chance(0.4) ? draw.value(['/keys', '/run/keys/'], [['keys', 'MountTarget'], ['/', 'MountTarget'], ['/a:b', 'MountTarget'], ['/proc/keys', 'MountTarget']]) : undefined; // prettier-ignore
  const owner = random.pick<readonly [number, number] | undefined>([undefined, undefined, [999, 998]]);
  const files = draw.value(
    [1],
    [
      [0, 'SecretValue', 'files'],
      [2, 'SecretValue', 'twice'],
    ],
  );
  const signal = random.chance(0.3)
    ? draw.value(
        ['HUP', 'USR1'],
        [
          ['TERM', 'SecretValue'],
          ['SIGHUP', 'SecretValue'],
        ],
      )
    : undefined;
  const { uid, gid } = facts.user;
  const place = clean(folder ?? '/run/secrets');
  facts.secretFolder = { folder: place, owner: (owner ?? [uid, gid]).join(':') };
  facts.mounts.push({ target: place, readOnly: true, owner: (owner ?? [uid, gid]).join(':'), mode: '500' });
  draw.props.set('secrets', ({ secret }) => ({
    files: Array.from({ length: files }, secret),
    ...(folder !== undefined && { folder }),
    ...(owner && { owner: ContainerUser.of(...owner) }),
    ...(signal !== undefined && { onChange: FileChange.signal(signal) }),
  }));
}
