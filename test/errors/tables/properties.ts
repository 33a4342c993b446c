import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { container } from './containers';
import {
  BridgeSegment,
  Capability,
  ContainerUser,
  Device,
  EnvironmentFile,
  HardenedContainer,
  ImageProfile,
  LogDriver,
  VolumeMount,
} from '../../../src';
import { IMAGE, newDaemon } from '../../support/programs';
import { type Entry, program, told, value } from '../entry';

/** A file with one line. */
function envFile(line: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'env-'));
  fs.writeFileSync(path.join(folder, 'app.env'), `${line}\n`);
  return path.join(folder, 'app.env');
}

const WHY = { reason: 'it needs what the device does' };

/** What containers have besides their networks, files and users. */
export const PROPERTIES: readonly Entry[] = [
  container(
    'LabelName',
    ["'my label' is not a name of a label"],
    "signs of ASCII other than '=', without blanks",
    { labels: { 'my label': 'x' } },
    { labels: { 'my-label': 'x' } },
    ({ labels }) => labels[0].label === 'my-label',
  ),
  container(
    'LabelName',
    ["'com.docker.compose.project' is reserved"],
    "a prefix of your own, such as 'com.example.project'",
    { labels: { 'com.docker.compose.project': 'shop' } },
    { labels: { 'com.example.project': 'shop' } },
    ({ labels }) => labels[0].value === 'shop',
  ),
  container(
    'SecretInLabel',
    ["'labels.app.token' looks like a secret, by its name"],
    "notSecretReasons: { 'app.token': '…' }",
    { labels: { 'app.token': 'header' } },
    { labels: { 'app.token': 'header' }, notSecretReasons: { 'app.token': 'it only names a header' } },
    ({ labels }) => labels[0].value === 'header',
  ),
  container('SecretInLabel', ["'labels.app.token'"], 'remove it', { labels: { 'app.token': 'abc' } }, {}),
  value(
    'EnvironmentFileLine',
    told(undefined, "is 'HOME' without '='", 'write HOME=VALUE'),
    (isMended) => EnvironmentFile.read(envFile(isMended ? 'HOME=/srv' : 'HOME')).HOME === '/srv',
  ),
  value('EnvironmentFileLine', told(undefined, "sets 'A' for the second time", 'remove one of the lines'), (isMended) =>
    Boolean(EnvironmentFile.read(envFile(isMended ? 'A=1' : 'A=1\nA=2')).A),
  ),
  value(
    'EnvironmentFileMissing',
    told(undefined, "cannot read '", 'the path of a text file in UTF-8'),
    (isMended) => EnvironmentFile.read(isMended ? envFile('A=1') : '/nowhere/app.env').A === '1',
  ),
  container(
    'AliasName',
    ["'aliases' contains 'localhost', which is a name of the container itself"],
    'use another name',
    { aliases: ['localhost'] },
    { aliases: ['web'] },
  ),
  container(
    'HostName',
    ["got 'my_host'"],
    'a DNS name of at most 63',
    { hostname: 'my_host' },
    { hostname: 'my-host' },
    ({ hostname }) => hostname === 'my-host',
  ),
  program('HostName', told('app/Web', ["'app-db' is a name of 'app/Db'"], 'use another host name'), (p, isMended) => {
    const front = p.segment('Front');
    p.container('Db', front);
    p.container('Web', front, { hostname: isMended ? 'web' : 'app-db' });
    return (s) => s.container('app-web').hostname === 'web';
  }),
  container(
    'UserNumber',
    ["'extraGroups' contains 0, the group of root"],
    'remove it',
    { extraGroups: [0, 44] },
    { extraGroups: [44] },
    ({ group_add: groups }) => groups.join() === '44',
  ),
  container(
    'SharedMemory',
    ["'limits.sharedMemoryMebibytes' is 512, more than the 256 MiB"],
    "raise 'limits.memoryMebibytes'",
    { limits: { sharedMemoryMebibytes: 512 } },
    { limits: { sharedMemoryMebibytes: 512, memoryMebibytes: 1024 } },
    ({ shm_size: size }) => size === 512,
  ),
  container(
    'TimeZone',
    ["'europe/berlin' is not the name of a time zone"],
    "use a name such as 'Europe/Berlin'",
    { timeZone: 'europe/berlin' },
    { timeZone: 'Europe/Berlin' },
    ({ env }) => env[0] === 'TZ=Europe/Berlin',
  ),
  container(
    'InertCapability',
    ['CAP_NET_BIND_SERVICE', '65534:65534', "'operation not permitted' at the start"],
    "set 'fileCapabilities' of an ImageProfile.of() and pass that as 'profile'",
    { user: ContainerUser.of(65_534), capabilities: [Capability.NET_BIND_SERVICE] },
    { profile: ImageProfile.of({ imageName: 'coturn', user: ContainerUser.of(65_534), fileCapabilities: [Capability.NET_BIND_SERVICE] }) },
    ({ user, capabilities }) => user === '65534:65534' && capabilities.add.join() === 'CAP_NET_BIND_SERVICE',
  ),
  value(
    'SensitiveHostPath',
    told(undefined, "'/dev/dri/renderD128' is in '/dev'", "for a device use 'devices' with Device.of()"),
    (isMended) =>
      (isMended
        ? Device.of('/dev/dri/renderD128', { reason: 'it encodes video on the graphics processor' }).path
        : VolumeMount.hostPath('/dev/dri/renderD128', '/dev/dri/renderD128').source) === '/dev/dri/renderD128',
  ),
  value(
    'SensitiveHostPath',
    told(undefined, "'/etc/localtime' belongs to the host", 'mount it read-only'),
    (isMended) => VolumeMount.hostPath('/etc/localtime', '/etc/localtime', { readOnly: isMended }).readOnly,
  ),
  value(
    'LogOption',
    told(undefined, "'address' is 'logs.example.com'", "such as 'tcp+tls://logs.example.com:6514'"),
    (isMended) => LogDriver.syslog(isMended ? 'tcp+tls://logs.example.com:6514' : 'logs.example.com').driver === 'syslog',
  ),
  container(
    'LogOption',
    ['the syslog server 10.20.0.9 is in the address pool'],
    'use a server outside',
    { logDriver: LogDriver.syslog('udp://10.20.0.9:514') },
    { logDriver: LogDriver.syslog('udp://192.0.2.20:514') },
    ({ log_opts: options }) => options['syslog-address'] === 'udp://192.0.2.20:514',
  ),
  container(
    'LogLimit',
    ["'limits.logMebibytes' is 5", "'journald' writes no file of that size"],
    'use LogDriver.jsonFile() or LogDriver.local()',
    { logDriver: LogDriver.journald(), limits: { logMebibytes: 5 } },
    { logDriver: LogDriver.local(), limits: { logMebibytes: 5 } },
    ({ log_opts: options }) => options['max-size'] === '5m',
  ),
  value(
    'DeviceRefused',
    told(undefined, "the device '/dev/sda' is refused", 'remove it'),
    (isMended) => isMended || Device.of('/dev/sda', WHY),
  ),
  value(
    'DeviceRefused',
    told(undefined, "'/dev/char/10:200' is not one that Bulkhead knows", 'use the name of the device itself'),
    (isMended) => Device.of(isMended ? '/dev/net/tun' : '/dev/char/10:200', WHY).path === '/dev/net/tun',
  ),
  value(
    'DevicePermissions',
    told(undefined, "got 'wr'", "in this order, such as 'rw'"),
    (isMended) => Device.of('/dev/net/tun', { ...WHY, permissions: isMended ? 'rw' : 'wr' }).permissions === 'rw',
  ),
  program(
    'ContainerRuntime',
    told('app/Web', "'runtime' is 'runsc', which the daemon does not know", "runtimes: { runsc: '/usr/local/bin/runsc' }"),
    (p, isMended) => {
      const daemon = isMended ? newDaemon(p.stack, { runtimes: { runsc: '/usr/local/bin/runsc' } }, 'Other') : p.daemon;
      new HardenedContainer(p.stack, 'Web', { segment: new BridgeSegment(p.stack, 'Front', { daemon }), image: IMAGE, runtime: 'runsc' });
      return (s) => s.container('app-web').runtime === 'runsc';
    },
  ),
  container(
    'ContainerRuntime',
    ["'runtime' is 'nvidia'"],
    "add Device.allGpus({ reason }) to 'devices' instead",
    { runtime: 'nvidia' },
    { devices: [Device.allGpus(WHY)] },
    ({ gpus }) => gpus === 'all',
  ),
];
