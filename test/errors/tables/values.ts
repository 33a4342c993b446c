import {
  BridgeSegment,
  Cidr,
  ConnectionRate,
  ContainerNetwork,
  DaemonConnection,
  EngineVersion,
  HardenedDaemon,
  HealthCheck,
  LogDriver,
  MacvlanSegment,
  Peer,
  Port,
  RestartPolicy,
} from '../../../src';
import { HOST_ADDRESS, LAN_PROPS, newDaemon, type Program } from '../../support/programs';
import { type Entry, program, told, value } from '../entry';

const HTTPS = Port.tcp(443);
const named = (containerName: unknown) => ({ containerName: containerName as string });

/** A container with a property that TypeScript would refuse, as plain JavaScript passes it, or with the one that is meant. */
function misspelt(given: object, [says, follow]: [string, string], meant: object, check: (container: any) => boolean): Entry {
  return program('UnknownProperty', told('app/Web', says, follow), (p, isMended) => {
    p.container('Web', p.segment('Front'), isMended ? meant : given);
    return (s) => check(s.container('app-web'));
  });
}

const wrongShape = (props: object, says: string[], follow: string, mended: object, check: (container: any) => boolean): Entry =>
  program('PropertyShape', told('app/Web', says, follow), (p, isMended) => {
    p.container('Web', p.segment('Front'), isMended ? mended : props);
    return (s) => check(s.container('app-web'));
  });

/** A LAN segment without a property, and with it. */
function withoutOf(name: keyof typeof LAN_PROPS, follow: string): Entry {
  return program('PropertyMissing', told('app/Lan', `'${name}' is required`, follow), (p, isMended) => {
    const { [name]: _left, ...rest } = LAN_PROPS;
    new MacvlanSegment(p.stack, 'Lan', { daemon: p.daemon, ...(isMended ? LAN_PROPS : (rest as typeof LAN_PROPS)) });
    return (s) => s.network('app-lan').driver === 'macvlan';
  });
}

const web = (p: Program) => p.container('Web', p.segment('Front'));

/** Properties, texts and numbers. */
export const VALUES: readonly Entry[] = [
  misspelt({ memory: 512 }, ["unknown property 'memory'", "did you mean 'limits.memoryMebibytes'"], { limits: { memoryMebibytes: 512 } }, ({ memory }) => memory === 512), // prettier-ignore
  misspelt({ memoryMebibytes: 512 }, ["'memoryMebibytes'", "'limits.memoryMebibytes'"], { limits: { memoryMebibytes: 512 } }, ({ memory }) => memory === 512), // prettier-ignore
  misspelt({ limits: { memory: 512 } }, ["'limits.memory'", "'limits.memoryMebibytes'"], { limits: { memoryMebibytes: 512 } }, ({ memory }) => memory === 512), // prettier-ignore
  misspelt({ enviroment: { A: 'b' } }, ["'enviroment'", "'environment'"], { environment: { A: 'b' } }, ({ env }) => env[0] === 'A=b'),
  misspelt({ restart: 'no' }, ["'restart'", "'restartPolicy'"], { restartPolicy: RestartPolicy.NO }, ({ restart }) => restart === 'no'),
  program('UnknownProperty', told('app/Web', "'ports'", 'container.publish(Port.tcp(8080), { targetPort: Port.tcp(80)'), (p, isMended) => {
    const container = p.container('Web', p.segment('Front'), isMended ? {} : ({ ports: ['8080:80'] } as object));
    container.publish(Port.tcp(8080), { targetPort: Port.tcp(80), hostAddress: '192.0.2.10', sources: [Peer.anyIpv4()] });
    return (s) => s.container('app-web').ports[0].external === 8080 && s.container('app-web').ports[0].internal === 80;
  }),
  program('UnknownProperty', told('app/Web', "'publish'", 'publish() is a method: container.publish(Port.tcp(443)'), (p, isMended) => {
    const container = p.container('Web', p.segment('Front'), isMended ? {} : ({ publish: [443] } as object));
    container.publish(HTTPS, { hostAddress: '192.0.2.10', sources: [Peer.anyIpv4()] });
    return (s) => s.container('app-web').ports[0].external === 443;
  }),
  program('UnknownProperty', told('app/Web', "'depends_on'", 'container.startAfter(other)'), (p, isMended) => {
    const db = p.container('Db', p.segment('Back'));
    const container = p.container('Web', p.segment('Front'), isMended ? {} : ({ depends_on: ['db'] } as object));
    container.startAfter(db);
    return (s) => s.container('app-web').depends_on.length > 0;
  }),
  misspelt({ mem_limit: '512m' }, ["'mem_limit'", "'limits.memoryMebibytes'"], { limits: { memoryMebibytes: 512 } }, ({ memory }) => memory === 512), // prettier-ignore
  misspelt({ limits: { memoryMb: 512 } }, ["'limits.memoryMb'", "'limits.memoryMebibytes'"], { limits: { memoryMebibytes: 512 } }, ({ memory }) => memory === 512), // prettier-ignore
  misspelt({ limits: { pids: 100 } }, ["'limits.pids'", 'leave it out'], { limits: {} }, ({ memory }) => memory > 0),
  misspelt({ limits: { foo: 1 } }, ["'limits.foo'", 'do not pass it on'], { limits: {} }, ({ memory }) => memory > 0),
  misspelt({ cap_add: ['CHOWN'] }, ["'cap_add'", "'capabilities'"], { capabilities: [] }, ({ memory }) => memory > 0), // prettier-ignore
  misspelt({ logging: {} }, ["'logging'", "'logDriver'"], { logDriver: LogDriver.local() }, ({ log_driver: driver }) => driver === 'local'),
  program('UnknownProperty', told('app/Web', "unknown property 'hostAdress'", "did you mean 'hostAddress'"), (p, isMended) => {
    const sources = [Peer.anyIpv4()];
    web(p).publish(HTTPS, isMended ? { hostAddress: HOST_ADDRESS, sources } : ({ hostAdress: HOST_ADDRESS, sources } as object));
    return (s) => s.container('app-web').ports[0].ip === HOST_ADDRESS;
  }),
  program('UnknownProperty', told('app/Two', "unknown property 'hostAdress'", "did you mean 'hostAddress'"), (p, isMended) => {
    const rest = { engine: EngineVersion.V28, addressPool: Cidr.parse('10.30.0.0/16') };
    const props = isMended ? { ...rest, hostAddress: '192.0.2.20' } : { ...rest, hostAdress: '192.0.2.20' };
    const daemon = new HardenedDaemon(p.stack, 'Two', props as never);
    p.segment('Front', { daemon });
    return (s) => s.names('docker_network').length === 1;
  }),
  value('UnknownProperty', told(undefined, "unknown property 'intervalSecond'", "did you mean 'intervalSeconds'"), (isMended) => {
    const options = isMended ? { intervalSeconds: 5 } : ({ intervalSecond: 5 } as object);
    return HealthCheck.command(['/healthy'], options).intervalSeconds === 5;
  }),
  value('UnknownProperty', told(undefined, "unknown property 'interval'", "did you mean 'intervalSeconds'"), (isMended) => {
    const options = isMended ? { intervalSeconds: 5 } : ({ interval: 5 } as object);
    return HealthCheck.command(['/healthy'], options).intervalSeconds === 5;
  }),
  value('UnknownProperty', told(undefined, "unknown property 'brust'", "did you mean 'burst'"), (isMended) =>
    ConnectionRate.perSecond(5, isMended ? { burst: 9 } : ({ brust: 9 } as object)).text.includes('9'),
  ),
  program('PropertyShape', told('app/Two', ["'dualStack'", 'got "yes"'], 'must be true or false'), (p, isMended) => {
    const daemon = newDaemon(p.stack, { dualStack: (isMended ? true : 'yes') as boolean }, 'Two');
    p.segment('Front', { daemon });
    return (s) => s.network('app-front').ipv6 === true;
  }),
  withoutOf('ipRange', "the part of the LAN for containers, such as Cidr.parse('192.168.1.192/27')"),
  withoutOf('ipv4Gateway', "such as '192.168.1.1'"),
  withoutOf('reason', 'set it to a sentence that says why'),
  withoutOf('parent', "such as 'eth0' or 'eth0.20'"),
  program('PropertyMissing', told('app/Front', "'daemon' is required", 'such as a HardenedDaemon'), (p, isMended) => {
    new BridgeSegment(p.stack, 'Front', (isMended ? { daemon: p.daemon } : {}) as never);
    return (s) => s.names('docker_network').length === 1;
  }),
  value('PropertyMissing', told(undefined, "'reason' is required", 'set it to a sentence that says why'), (isMended) => {
    return ContainerNetwork.none((isMended ? { reason: 'it only reads a volume' } : {}) as never).mode === 'none';
  }),
  value(
    'PropertyMissing',
    told(undefined, "'certificateDirectory' is required", 'set it to the folder of ca.pem, cert.pem and key.pem'),
    (isMended) => {
      const options = { host: 'docker.example', certificateDirectory: '/etc/docker/tls' };
      return DaemonConnection.tls((isMended ? options : { host: options.host }) as never).url === 'tcp://docker.example:2376';
    },
  ),
  wrongShape(
    { environment: { A_TOKEN: 'x' }, notSecretReasons: ['A_TOKEN'] },
    ["'notSecretReasons'", 'got a list'],
    'an object that maps each name to a string',
    { environment: { A_TOKEN: 'x' }, notSecretReasons: { A_TOKEN: 'it only names a colour' } },
    ({ env }) => env[0] === 'A_TOKEN=x',
  ),
  wrongShape({ environment: ['A=b'] }, ["'environment'"], 'maps each name to a string', { environment: { A: 'b' } }, ({ env }) => env[0] === 'A=b'), // prettier-ignore
  wrongShape({ aliases: 'www' }, ["'aliases'", 'got "www"'], 'a list, each entry a string', { aliases: ['www'] }, ({ networks_advanced: [first] }) => first.aliases[0] === 'www'), // prettier-ignore
  wrongShape({ defaultPort: 443 }, ["'defaultPort'", 'got 443'], 'a Port, such as Port.tcp(443)', { defaultPort: HTTPS }, () => true),
  program('PropertyShape', told('app/Front', ["'ipv4Block'", 'got "10.20.5.0/24"'], "Cidr.parse('10.20.0.0/16')"), (p, isMended) => {
    p.segment('Front', { ipv4Block: (isMended ? Cidr.parse('10.20.5.0/24') : '10.20.5.0/24') as Cidr });
    return (s) => s.network('app-front').ipam_config[0].subnet === '10.20.5.0/24';
  }),
  program('NotText', told('app/Web', 'got 80', "'containerName' must be a string"), (p, isMended) => {
    p.container('Web', p.segment('Front'), named(isMended ? 'web' : 80));
    return (s) => s.container('web') !== undefined;
  }),
  program('ControlCharacter', told('app/Web', 'we\\nb', 'remove it'), (p, isMended) => {
    p.container('Web', p.segment('Front'), named(isMended ? 'web' : 'we\nb'));
    return (s) => s.container('web') !== undefined;
  }),
  program('TemplateMark', told('app/Web', ['${name}', 'which Terraform would evaluate'], 'write the value itself'), (p, isMended) => {
    p.container('Web', p.segment('Front'), named(isMended ? 'web' : '${name}'));
    return (s) => s.container('web') !== undefined;
  }),
  program('ReasonTooShort', told('app/Web', "got 'cache'", 'must say why in at least 10 characters'), (p, isMended) => {
    const writableRootReason = isMended ? 'the program writes its cache beside its code' : 'cache';
    p.container('Web', p.segment('Front'), { writableRootReason });
    return (s) => s.container('app-web').read_only !== true;
  }),
  program('DescriptionLength', told('app/Web', 'got 81', '1 to 80 characters'), (p, isMended) => {
    web(p).connections.allowTo(Peer.address('203.0.113.7'), HTTPS, { description: 'x'.repeat(isMended ? 80 : 81) });
    return () => p.topology().egress[0].origin.length === 80;
  }),
  value('PortOutOfRange', told(undefined, 'got 70000', 'a whole number from 1 to 65535'), (isMended) => Port.tcp(isMended ? 7000 : 70000).first === 7000), // prettier-ignore
  program('PortOutOfRange', told('app/Web', "'port' must be made by Port, got the number 443", 'write Port.tcp(443)'), (p, isMended) => {
    web(p).publish((isMended ? HTTPS : 443) as Port);
    return (s) => s.container('app-web').ports[0].external === 443;
  }),
  program('PortOutOfRange', told('app/Web', '\'port\' must be made by Port, got "443"', 'write Port.tcp(443)'), (p, isMended) => {
    web(p).publish((isMended ? HTTPS : '443') as Port);
    return (s) => s.container('app-web').ports[0].external === 443;
  }),
  program('PropertyShape', told('app/Web', ["'targetPort'", 'got 8443'], 'a Port, such as Port.tcp('), (p, isMended) => {
    web(p).publish(HTTPS, { targetPort: (isMended ? Port.tcp(8443) : 8443) as Port });
    return (s) => s.container('app-web').ports[0].internal === 8443;
  }),
  value('PortRangeReversed', told(undefined, 'got 90–80', 'write 80–90'), (isMended) => Port.tcpRange(...((isMended ? [80, 90] : [90, 80]) as [number, number])).size === 11), // prettier-ignore
  value('RateOutOfRange', told(undefined, 'got 0.5', 'a whole number from 1 to 10000'), (isMended) => ConnectionRate.perSecond(isMended ? 1 : 0.5).text.startsWith('1/second')), // prettier-ignore
];
