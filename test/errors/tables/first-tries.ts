import {
  Capability,
  Cidr,
  ConfigFile,
  ContainerImage,
  ContainerUser,
  DataVolume,
  EngineVersion,
  HealthCheck,
  Peer,
  Port,
  SocketAccess,
  SocketProxy,
  Suppressions,
  VolumeMount,
} from '../../../src';
import { HOST_ADDRESS, IMAGE, newDaemon } from '../../support/programs';
import { type Entry, program, told, value } from '../entry';
import { container } from './containers';

const reason = 'the entry point makes its folders';
const HTTPS = Port.tcp(443);
const limits = (name: string, amount: unknown) => ({ limits: { [name]: amount } });

/** What Compose and Terraform write with a unit, and the number that the message names. */
function amounts(): Entry[] {
  return [
    container('MemoryLimit', ["'limits.memoryMebibytes'", 'got "512m"'], 'write 512, the number of mebibytes', limits('memoryMebibytes', '512m'), limits('memoryMebibytes', 512), ({ memory }) => memory === 512), // prettier-ignore
    container('MemoryLimit', ['got "1.5 GiB"'], 'write 1536, the number of mebibytes', limits('memoryMebibytes', '1.5 GiB'), limits('memoryMebibytes', 1536), ({ memory }) => memory === 1536), // prettier-ignore
    container('MemoryLimit', ['got "512"'], 'write 512, the number of mebibytes', limits('memoryMebibytes', '512'), limits('memoryMebibytes', 512), ({ memory }) => memory === 512), // prettier-ignore
    container('MemoryLimit', ['got "much"'], 'write the number of mebibytes, without a unit', limits('memoryMebibytes', 'much'), limits('memoryMebibytes', 512), ({ memory }) => memory === 512), // prettier-ignore
    container('CpuLimit', ["'limits.cpuMillis'", 'got 1.5'], 'write 1500 for 1.5 processors', limits('cpuMillis', 1.5), limits('cpuMillis', 1500), (r) => r.cpu_quota === 150_000), // prettier-ignore
    container('StopTimeout', ['got "1m30s"'], 'write 90, the number of seconds', { stopTimeoutSeconds: '1m30s' }, { stopTimeoutSeconds: 90 }, (r) => r.destroy_grace_seconds === 90), // prettier-ignore
    container('UnknownProperty', ["'memory'", "did you mean 'limits.memoryMebibytes'"], 'Write limits: { memoryMebibytes: 512 } instead of "512m"', { memory: '512m' }, limits('memoryMebibytes', 512), ({ memory }) => memory === 512), // prettier-ignore
    container('UnknownProperty', ["'cpus'"], 'Write limits: { cpuMillis: 500 } instead of 0.5', { cpus: 0.5 }, limits('cpuMillis', 500), (r) => r.cpu_quota === 50_000), // prettier-ignore
    container('UnknownProperty', ["'mem_limit'"], 'Rename it, and write a number', { mem_limit: 'much' }, limits('memoryMebibytes', 512), ({ memory }) => memory === 512), // prettier-ignore
    value('HealthCheckValue', told(undefined, ["'intervalSeconds'", 'got "30s"'], 'write 30, the number of seconds'), (isMended) => {
      return HealthCheck.command(['/healthy'], { intervalSeconds: (isMended ? 30 : '30s') as number }).intervalSeconds === 30;
    }),
  ];
}

/** Texts in the place of objects, and the calls that the message names. */
function calls(): Entry[] {
  const user = (given: unknown, follow: string, mended: object, text: string) =>
    container('UserNumber', ["'user' must be made by ContainerUser", `got ${JSON.stringify(given)}`], follow, { user: given }, mended, (r) => r.user === text); // prettier-ignore
  const root = { user: ContainerUser.rootAtStart({ reason }), capabilities: [Capability.SETUID, Capability.SETGID] };
  const image = (given: string, follow: string, mended: ContainerImage) =>
    container('NotAnImage', [`got "${given}"`], follow, { image: given }, { image: mended });
  return [
    program(
      'UnknownEngineVersion',
      told('app/Two', '\'engine\' must be an EngineVersion, got "28"', "EngineVersion.of('28')"),
      (p, isMended) => {
        const daemon = newDaemon(p.stack, { engine: isMended ? EngineVersion.of('28') : ('28' as never) }, 'Two');
        p.segment('Front', { daemon });
        return (s) => s.names('docker_network').length === 1;
      },
    ),
    user('root', "ContainerUser.rootAtStart({ reason }), with Capability.SETUID and Capability.SETGID in 'capabilities'", root, '0:0'),
    user('0:0', 'ContainerUser.root({ reason })', { user: ContainerUser.root({ reason }) }, '0:0'),
    user('1000:1001', 'write ContainerUser.of(1000, 1001)', { user: ContainerUser.of(1000, 1001) }, '1000:1001'),
    user(1000, 'write ContainerUser.of(1000)', { user: ContainerUser.of(1000) }, '1000:1000'),
    container('InertCapability', ['CAP_CHOWN', '10001:10001'], "with Capability.SETUID and Capability.SETGID in 'capabilities'", { capabilities: [Capability.CHOWN] }, { ...root, capabilities: [Capability.CHOWN, ...root.capabilities] }, ({ capabilities }) => capabilities.add.length === 3), // prettier-ignore
    image('nginx:1.27', "ContainerImage.fromRegistry('nginx:1.27', { tagReason: 'why a tag is enough' })", ContainerImage.fromRegistry('nginx:1.27', { tagReason: 'why a tag is enough' })), // prettier-ignore
    image(IMAGE.text, `write ContainerImage.fromId('${IMAGE.text}')`, IMAGE),
    value(
      'ImageReference',
      told(undefined, 'is the id of an image on a host', `write ContainerImage.fromId('${IMAGE.text}')`),
      (isMended) => (isMended ? ContainerImage.fromId(IMAGE.text) : ContainerImage.fromRegistry(IMAGE.text)).isSameAs(IMAGE),
    ),
    value(
      'ImageReference',
      told(undefined, "'https://registry.example/app:1'", "'registry/name:tag' with a tagReason, and without 'https://'"),
      (isMended) => // prettier-ignore
      ContainerImage.fromRegistry(`${isMended ? '' : 'https://'}registry.example/app:1`, { tagReason: 'why a tag is enough' }).pulled, // prettier-ignore
    ),
    value(
      'ImageWithoutDigest',
      told(undefined, "'nginx:1.27'", "{ tagReason: 'why a tag is enough' }"),
      (isMended) => ContainerImage.fromRegistry('nginx:1.27', isMended ? { tagReason: 'why a tag is enough' } : {}).pulled,
    ),
    value(
      'RootUser',
      told(undefined, "'uid' is 0", 'ContainerUser.root({ reason })'),
      (isMended) => (isMended ? ContainerUser.root({ reason }) : ContainerUser.of(0)).text === '0:0',
    ),
  ];
}

const A = VolumeMount.hostPath('/srv/a', '/a');
const B = VolumeMount.hostPath('/srv/data', '/data');

/** A list whose second entry is wrong. */
function entries(): Entry[] {
  return [
    container('PropertyShape', ["'volumes[1]'", 'got "/srv/data:/data"'], "VolumeMount.hostPath('/srv/data', '/data')", { volumes: [A, '/srv/data:/data'] }, { volumes: [A, B] }, ({ mounts }) => mounts.length > 1), // prettier-ignore
    container('PropertyShape', ["'volumes[1]' is an object of another class"], "VolumeMount.hostPath('/srv/data', '/data')", { volumes: [A, {}] }, { volumes: [A, B] }, ({ mounts }) => mounts.length > 1), // prettier-ignore
    container('UnknownProperty', ["'limits.ulimits[1].hrd'"], "did you mean 'limits.ulimits[1].hard'", limits('ulimits', [{ limitName: 'nofile', soft: 8, hard: 9 }, { limitName: 'core', soft: 0, hrd: 0 }]), limits('ulimits', [{ limitName: 'core', soft: 0, hard: 0 }]), ({ ulimit }) => ulimit.some(({ name }: any) => name === 'core')), // prettier-ignore
    container('NotText', ["'command[1]'", 'got 8080'], 'must be a string', { command: ['--port', 8080] }, { command: ['--port', '8080'] }, ({ command }) => command[1] === '8080'), // prettier-ignore
    program(
      'SourceNotOutside',
      told('app/Web', ["'sources[1]'", 'got "172.31.0.0/16"'], "write Peer.cidr('172.31.0.0/16')"),
      (p, isMended) => {
        const second = isMended ? Peer.cidr('172.31.0.0/16') : ('172.31.0.0/16' as never);
        const web = p.container('Web', p.segment('Front'));
        web.publish(HTTPS, { hostAddress: HOST_ADDRESS, sources: [Peer.cidr('198.51.100.0/24'), second] });
        return (s) => s.container('app-web').ports[0].external === 443;
      },
    ),
  ];
}

/** Addresses by name, and pools that are too small. */
function addresses(): Entry[] {
  return [
    program(
      'AddressSyntax',
      told('app/Two', "got the name 'host.example.com'", "write its address, such as '192.0.2.10'"),
      (p, isMended) => {
        const daemon = newDaemon(p.stack, { hostAddress: isMended ? '192.0.2.20' : 'host.example.com' }, 'Two');
        p.segment('Front', { daemon });
        return (s) => s.names('docker_network').length === 1;
      },
    ),
    program('AddressSyntax', told('app/Web', "got the name 'localhost'", "such as '127.0.0.1'"), (p, isMended) => {
      p.container('Web', p.segment('Front')).publish(HTTPS, { hostAddress: isMended ? '127.0.0.1' : 'localhost' });
      return (s) => s.container('app-web').ports[0].ip === '127.0.0.1';
    }),
    program('PoolExhausted', told('app/C', "no /24 is free in '10.30.0.0/24' for 'app/C'", 'with prefixLength: 25'), (p, isMended) => {
      const daemon = newDaemon(p.stack, { addressPool: Cidr.parse('10.30.0.0/24') }, 'Small');
      ['B', 'C'].forEach((id) => p.segment(id, { daemon, ...(isMended && { prefixLength: 25 }) }));
      return (s) => s.network('app-c').ipam_config[0].subnet === '10.30.0.128/25';
    }),
    program('PoolExhausted', told('app/C', "for 'app/C'", 'an explicit block outside the pool'), (p, isMended) => {
      const daemon = newDaemon(p.stack, { addressPool: Cidr.parse('10.30.0.0/24') }, 'Small');
      p.segment('B', { daemon });
      p.segment('C', { daemon, ...(isMended && { ipv4Block: Cidr.parse('10.31.0.0/24') }) });
      return (s) => s.network('app-c').ipam_config[0].subnet === '10.31.0.0/24';
    }),
  ];
}

/** Mounts as Compose files of proxies and of monitoring have them. */
function mountsOfCompose(): Entry[] {
  const FILE = 'test/errors/entry.ts';
  const counters = (says: string, follow: string, bad: string, mended: VolumeMount) =>
    program('SensitiveHostPath', told(undefined, says, follow), (p, isMended) => {
      const volumes = [isMended ? mended : VolumeMount.hostPath(bad, '/host/x')];
      p.container('Node', p.segment('Monitor'), { user: ContainerUser.of(10_900), volumes });
      return (s) => s.container().mounts.some(({ source }: any) => source === mended.source);
    });
  const why = { reason: 'node exporter reads the counters of the host' };
  return [
    program(
      'MountTarget',
      told(undefined, `got './${FILE}'`, `files: [ConfigFile.fromFile('/etc/caddy/Caddyfile', './${FILE}')]`),
      (p, isMended) => {
        const given = isMended
          ? { configFiles: { files: [ConfigFile.fromFile('/etc/caddy/Caddyfile', `./${FILE}`)] } }
          : { volumes: [VolumeMount.hostPath(`./${FILE}`, '/etc/caddy/Caddyfile')] };
        p.container('Web', p.segment('Front'), given);
        return (s) => s.container().mounts.some(({ target }: any) => target === '/etc/caddy/Caddyfile');
      },
    ),
    program(
      'MountTarget',
      told(undefined, "got 'pgdata'", "VolumeMount.volume(new DataVolume(this, 'pgdata', { daemon }), '/data')"),
      (p, isMended) => {
        const volume = () => VolumeMount.volume(new DataVolume(p.stack, 'pgdata', { daemon: p.daemon }), '/data');
        p.container('Db', p.segment('Back'), { volumes: [isMended ? volume() : VolumeMount.hostPath('pgdata', '/data')] });
        return (s) => s.container('app-db').mounts.some(({ target }: any) => target === '/data');
      },
    ),
    value(
      'MountTarget',
      told(undefined, "got './conf'", "mount it from there, such as '/srv/conf'"),
      (isMended) => VolumeMount.hostPath(isMended ? '/srv/conf' : './conf', '/etc/caddy').source === '/srv/conf',
    ),
    value(
      'MountTarget',
      told(undefined, "got './data'", "such as '/srv/data'"),
      (isMended) => VolumeMount.hostDirectory(isMended ? '/srv/data' : './data', '/data').source === '/srv/data',
    ),
    counters("'/' gives control over the host", "mount a directory below it, such as '/srv/data'", '/', VolumeMount.hostPath('/srv/data', '/host/x')), // prettier-ignore
    counters("'/' gives control", "VolumeMount.procOfHost('/host/proc', { reason })", '/', VolumeMount.procOfHost('/host/proc', why)),
    counters("'/sys' gives control", "VolumeMount.sysOfHost('/host/sys', { reason })", '/sys', VolumeMount.sysOfHost('/host/sys', why)),
    program(
      'SensitiveHostPath',
      told(undefined, "'/var/lib/docker' gives control", 'SocketAccess.containerList(), SocketAccess.stats())'),
      (p, isMended) => {
        // prettier-ignore
        const volumes = isMended ? [] : [VolumeMount.hostPath('/var/lib/docker', '/var/lib/docker')];
        const meter = p.container('Meter', p.segment('Monitor'), { volumes });
        new SocketProxy(p.stack, 'Socket', { segment: p.segment('Engine'), image: IMAGE }).allow(meter, SocketAccess.containerList(), SocketAccess.stats()); // prettier-ignore
        return (s) => s.names('docker_container').includes('app-meter');
      },
    ),
  ];
}

/** What people who came from Compose and Terraform tried first. */
export const FIRST_TRIES: readonly Entry[] = [
  ...amounts(),
  ...calls(),
  ...entries(),
  ...addresses(),
  ...mountsOfCompose(),
  program('RuleId', told('app/Web', "'BH-C999', which is not a rule of Bulkhead", "such as 'BH-C22'"), (p, isMended) => {
    const web = p.container('Web', p.segment('Front'));
    Suppressions.of(web).add({ ruleId: isMended ? 'BH-C22' : 'BH-C999', reason: 'the image answers no health check' });
    return (s) => s.names('docker_container').length === 1;
  }),
];
