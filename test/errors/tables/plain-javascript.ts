import {
  BridgeSegment,
  Cidr,
  ConnectionRate,
  ContainerImage,
  ContainerNetwork,
  ContainerUser,
  DataVolume,
  HardenedDaemon,
  HealthCheck,
  Peer,
  Port,
  Reachability,
  SecretFile,
  VolumeMount,
} from '../../../src';
import { HOST_ADDRESS, LAN_PROPS, newDaemon, type Program } from '../../support/programs';
import { type Entry, program, told, value } from '../entry';
import { container } from './containers';

const HTTP = Port.tcp(8080);
const OUTSIDE = [Peer.cidr('198.51.100.0/24')];
const loose = (given: unknown) => given as never;

function pair(p: Program) {
  const segment = p.segment('Front');
  return { web: p.container('Web', segment), db: p.container('Db', segment) };
}

/** A flow to something that is no peer. */
function flowTo(says: string, follow: string, bad: (p: Program) => unknown, mended: (p: Program) => unknown): Entry {
  return program('NotAPeer', told('app/Web', ["'destination'", says], follow), (p, isMended) => {
    const { web } = pair(p);
    web.connections.allowTo(loose((isMended ? mended : bad)(p)), HTTP);
    return (s) => s.names('docker_container').includes('app-web');
  });
}

/** A publication of Web with properties that are refused. */
function publication(code: Entry['code'], says: string[], follow: string, bad: object, mended: object): Entry {
  return program(code, told('app/Web', says, follow), (p, isMended) => {
    const options = { hostAddress: HOST_ADDRESS, sources: OUTSIDE, ...(isMended ? mended : bad) };
    pair(p).web.publish(HTTP, options);
    return (s) => s.container('app-web').ports[0].external === 8080;
  });
}

function peers(): Entry[] {
  const outside = Peer.cidr('198.51.100.0/24');
  return [
    flowTo('got "198.51.100.0/24"', "write Peer.cidr('198.51.100.0/24')", () => '198.51.100.0/24', () => outside), // prettier-ignore
    flowTo('got "198.51.100.1"', "write Peer.address('198.51.100.1')", () => '198.51.100.1', () => Peer.address('198.51.100.1')), // prettier-ignore
    flowTo('an object of class Cidr', "write Peer.cidr('198.51.100.0/24')", () => Cidr.parse('198.51.100.0/24'), () => outside), // prettier-ignore
    flowTo('an object of class HardenedDaemon', 'write Peer.host() for the host', (p) => p.daemon, () => Peer.host()), // prettier-ignore
    flowTo('got "db"', 'pass the construct itself, not its name', () => 'db', (p) => p.container('Cache', p.segment('Back'))), // prettier-ignore
    program('NotAPeer', told('app/Edge', ['a question takes workloads', 'got "app/Db"'], 'pass the construct itself'), (p, isMended) => {
      const { web, db } = pair(p);
      const isOpen = Reachability.of(p.daemon).canReach(web, isMended ? db : loose('app/Db'), HTTP);
      return () => !isOpen;
    }),
    value(
      'NotText',
      told(undefined, "'block' must be a string", 'an object of class Cidr'),
      (isMended) => Peer.cidr(isMended ? '198.51.100.0/24' : loose(Cidr.parse('198.51.100.0/24'))).peerText === '198.51.100.0/24',
    ),
    value(
      'CidrHasHostBits',
      told(undefined, "'192.168.1.5/24' has host bits set", "or '192.168.1.5/32' for that address alone"),
      (isMended) => Peer.cidr(isMended ? '192.168.1.5/32' : '192.168.1.5/24').peerText === '192.168.1.5/32',
    ),
  ];
}

function ports(): Entry[] {
  const inner = Port.tcp(80);
  return [
    program('PortOutOfRange', told('app/Web', 'got "8080:80"', 'write Port.tcp(8080), and the port of the container as targetPort: Port.tcp(80)'), (p, isMended) => {
      pair(p).web.publish(isMended ? HTTP : loose('8080:80'), { targetPort: inner, hostAddress: HOST_ADDRESS, sources: OUTSIDE });
      return (s) => s.container('app-web').ports[0].internal === 80;
    }), // prettier-ignore
    value('PortOutOfRange', told(undefined, 'got "8080:80"', 'targetPort: Port.tcp(80)'), (isMended) => Port.tcp(isMended ? 8080 : loose('8080:80')).first === 8080), // prettier-ignore
    value('PortOutOfRange', told(undefined, 'got "8000-8010"', 'write Port.udpRange(8000, 8010)'), (isMended) => (isMended ? Port.udpRange(8000, 8010) : Port.udp(loose('8000-8010'))).last === 8010), // prettier-ignore
    publication('PropertyShape', ["'targetPort' must be a Port", 'got 80'], 'write Port.tcp(80) or Port.udp(80)', { targetPort: 80 }, { targetPort: inner }), // prettier-ignore
    publication('PropertyShape', ["'sources' must be a list"], 'write a list with it: [ … ]', { sources: OUTSIDE[0] }, {}), // prettier-ignore
    publication('PropertyShape', ["'rate' must be a ConnectionRate", 'got 50'], 'write ConnectionRate.perSecond(50)', { rate: 50 }, { rate: ConnectionRate.perSecond(50) }), // prettier-ignore
    value('PropertyMissing', told(undefined, 'got 100', 'pass { burst: 100 }'), (isMended) => ConnectionRate.perSecond(50, isMended ? { burst: 100 } : loose(100)).text.includes("100")), // prettier-ignore
  ];
}

function placement(): Entry[] {
  const none = ContainerNetwork.none({ reason: 'it only reads a volume' });
  const host = ContainerNetwork.host({ reason: 'it watches the interfaces of the host' });
  const agent = (says: string, follow: string, bad: (p: Program) => object, mended: (p: Program) => object) =>
    program('NetworkChoice', told('app/Web', says, follow), (p, isMended) => {
      p.container('Web', undefined as never, (isMended ? mended : bad)(p));
      return (s) => s.names('docker_container').includes('app-web');
    });
  const scope = (says: string, bad: (p: Program) => unknown) =>
    program('PropertyMissing', told(undefined, 'new Class(scope, id, { … })', says), (p, isMended) => {
      if (isMended) newDaemon(p.stack, {}, 'Two');
      else bad(p);
      return () => p.stack.node.tryFindChild('Two') !== undefined;
    });
  const Daemon = HardenedDaemon as new (...args: unknown[]) => unknown;
  return [
    scope('its scope is a stack or another construct, got "Two"', () => new Daemon('Two', {})),
    scope("its id is a string, such as 'Web', got an object of class Object", (p) => new Daemon(p.stack, {})),
    agent("neither 'segment' nor 'network' is set", 'add network: ContainerNetwork.none({ reason })', ({ daemon }) => ({ daemon }), ({ daemon }) => ({ daemon, network: none })), // prettier-ignore
    agent('got "host"', 'write ContainerNetwork.host({ reason })', ({ daemon }) => ({ daemon, network: 'host' }), ({ daemon }) => ({ daemon, network: host })), // prettier-ignore
    agent('an object of class BridgeSegment', "for a segment use 'segment'", (p) => ({ network: p.segment('Front') }), (p) => ({ segment: p.segment('Front') })), // prettier-ignore
    program('BlockOverlap', told('app/Two', '10.20.0.5, an address of the host', "such as Cidr.parse('10.120.0.0/16')"), (p, isMended) => {
      const daemon = newDaemon(p.stack, { hostAddress: '10.20.0.5', addressPool: Cidr.parse(isMended ? '10.120.0.0/16' : '10.20.0.0/16') }, 'Two'); // prettier-ignore
      p.segment('Front', { daemon });
      return (s) => s.network('app-front').ipam_config[0].subnet === '10.120.0.0/24';
    }),
    program(
      'AddressNotOurs',
      told('app/Web', "'ipv4Address' 192.168.1.10 belongs to the host", "choose from '192.168.1.192'"),
      (p, isMended) => {
        const daemon = newDaemon(p.stack, { hostAddress: '192.168.1.10' }, 'Two');
        p.container('Web', p.lan('Lan', { ...LAN_PROPS, daemon }), { ipv4Address: isMended ? '192.168.1.192' : '192.168.1.10' });
        return (s) => JSON.stringify(s.container('app-web')).includes('192.168.1.192');
      },
    ),
    program(
      'PropertyShape',
      told('app/Lan', "'dhcpRange' must be an object with first, last", 'got an object of class Cidr'),
      (p, isMended) => {
        p.lan('Lan', { dhcpRange: isMended ? { first: '192.168.1.100', last: '192.168.1.150' } : loose(Cidr.parse('192.168.1.128/26')) });
        return (s) => s.names('docker_network').includes('app-lan');
      },
    ),
    program('PropertyShape', told('app/Front', 'got "10.20.9.0/24"', "write Cidr.parse('10.20.9.0/24')"), (p, isMended) => {
      new BridgeSegment(p.stack, 'Front', { daemon: p.daemon, ipv4Block: isMended ? Cidr.parse('10.20.9.0/24') : loose('10.20.9.0/24') });
      return (s) => s.network('app-front').ipam_config[0].subnet === '10.20.9.0/24';
    }),
  ];
}

function contents(): Entry[] {
  const check = (bad: unknown, says: string, follow: string) =>
    container('PropertyShape', ["'healthCheck' is a list"], follow, { healthCheck: bad }, { healthCheck: HealthCheck.command(['curl', says]) }, (r) => r.healthcheck.test[2] === says); // prettier-ignore
  const secret = (p: Program) => new SecretFile(p.stack, 'Password', { daemon: p.daemon, secretName: 'db-password' });
  const variables = (code: Entry['code'], says: string, follow: string, bad: (file: SecretFile) => object, mended: (file: SecretFile) => object) =>
    program(code, told('app/Db', says, follow), (p, isMended) => {
      const file = secret(p);
      p.container('Db', p.segment('Back'), { environment: (isMended ? mended : bad)(file) as never, secrets: { files: [file] } });
      return (s) => JSON.stringify(s.container('app-db').env).includes('_FILE=/run/secrets/db-password');
    }); // prettier-ignore
  return [
    check(['CMD', 'curl', '-f'], '-f', "write HealthCheck.command(['curl', '-f'])"),
    value('HealthCheckValue', told(undefined, 'got "curl -f"', "write HealthCheck.command(['curl', '-f'])"), (isMended) => HealthCheck.command(isMended ? ['curl', '-f'] : loose('curl -f')).test[2] === '-f'), // prettier-ignore
    container('PropertyShape', ['got "npm start"'], "write ['npm', 'start']", { command: 'npm start' }, { command: ['npm', 'start'] }, ({ command }) => command[1] === 'start'), // prettier-ignore
    container('UnknownProperty', ["'readOnly'"], "Write writableRootReason: 'why'", { readOnly: false }, { writableRootReason: 'it writes beside its program' }, (r) => r.read_only === false), // prettier-ignore
    container('UnknownProperty', ["'readOnly'"], 'Leave it out: the root file system is read-only', { readOnly: true }, {}, (r) => r.read_only === true), // prettier-ignore
    container('NotText', ["'environment.PORT' must be a string, got 8080"], "write '8080'", { environment: { PORT: 8080 } }, { environment: { PORT: '8080' } }, ({ env }) => env[0] === 'PORT=8080'), // prettier-ignore
    container('NotText', ["'environment.PORT'", 'got undefined'], 'give it a default, or leave the name out', { environment: { PORT: undefined } }, { environment: {} }), // prettier-ignore
    variables('NotText', 'an object of class SecretFile', "write its 'filePath'", (file) => ({ DB_PASSWORD: file }), ({ filePath }) => ({ DB_PASSWORD_FILE: filePath })), // prettier-ignore
    variables('SecretInEnvironment', "'environment.DB_PASSWORD' is the path of a file", 'rename the variable to DB_PASSWORD_FILE', ({ filePath }) => ({ DB_PASSWORD: filePath }), ({ filePath }) => ({ DB_PASSWORD_FILE: filePath })), // prettier-ignore
    variables('SecretInEnvironment', 'looks like a secret, by its name', 'and set GITEA__database__PASSWD__FILE to', () => ({ GITEA__database__PASSWD: 'hunter2' }), ({ filePath }) => ({ GITEA__database__PASSWD__FILE: filePath })), // prettier-ignore
    program('PropertyShape', told(undefined, 'takes a DataVolume, got "data"', 'new DataVolume(scope, id, { daemon })'), (p, isMended) => {
      const volume = isMended ? new DataVolume(p.stack, 'Data', { daemon: p.daemon }) : loose('data');
      p.container('Db', p.segment('Back'), { volumes: [VolumeMount.volume(volume, '/data')] });
      return (s) => s.container('app-db').mounts.some(({ target }: any) => target === '/data');
    }), // prettier-ignore
    value('UserNumber', told(undefined, 'the name "postgres"', "'docker run --rm --entrypoint id IMAGE -u postgres' prints the number"), (isMended) => ContainerUser.of(isMended ? 999 : loose('postgres')).text === '999:999'), // prettier-ignore
    value('ImageReference', told(undefined, "'Nginx:1.27' is not an image reference", 'and its name in lower case'), (isMended) => ContainerImage.fromRegistry(isMended ? 'nginx:1.27' : 'Nginx:1.27', { tagReason: 'why a tag is enough' }).pulled), // prettier-ignore
    value('PropertyMissing', told(undefined, 'got "a test host"', 'pass { tagReason: "a test host" }'), (isMended) => ContainerImage.fromRegistry('nginx:1.27', isMended ? { tagReason: 'a test host' } : loose('a test host')).pulled), // prettier-ignore
  ];
}

/** What plain JavaScript lets through: values of other types, in places where the names of Docker are similar. */
export const PLAIN_JAVASCRIPT: readonly Entry[] = [...peers(), ...ports(), ...placement(), ...contents()];
