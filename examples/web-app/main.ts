/**
 * A web application: nginx with TLS in front, the application behind it, PostgreSQL and Redis behind that.
 *
 * Five flows exist: every client → nginx on 443, nginx → application, application → PostgreSQL, application → Redis, application → mail server. Everything
 * else is closed.
 */
import { App, TerraformStack } from 'cdktf';
import {
  Cidr,
  ConfigFile,
  ConnectionRate,
  ContainerImage,
  ContainerUser,
  DataVolume,
  EngineVersion,
  FileChange,
  HardenedContainer,
  HardenedDaemon,
  HealthCheck,
  ImageBase,
  ImageProfile,
  Peer,
  Port,
  SecretFile,
  Suppressions,
  ThreeTierNetwork,
  VolumeMount,
} from 'cdktf-docker-bulkhead';

const app = new App();
const stack = new TerraformStack(app, 'web-app');
const image = (name: string) =>
  ContainerImage.fromRegistry(name, { tagReason: 'an example; write name@sha256:… for the image that you tried' });

const hostAddress = '192.0.2.10';
const daemon = new HardenedDaemon(stack, 'Host', {
  engine: EngineVersion.V28,
  hostAddress,
  addressPool: Cidr.parse('10.20.0.0/16'),
  auditRules: true,
});
const tiers = new ThreeTierNetwork(stack, 'Tiers', { daemon });

// `bulkhead-secret put NAME` puts the values on the host; the program contains only the names.
const password = new SecretFile(stack, 'DbPassword', { daemon, secretName: 'db-password' });
const sessionKey = new SecretFile(stack, 'SessionKey', { daemon, secretName: 'session-key' });

const postgres = ImageProfile.postgres({ major: 17, builtOn: ImageBase.DEBIAN });
const db = new HardenedContainer(stack, 'Db', {
  segment: tiers.data,
  image: image('postgres:17'),
  profile: postgres,
  environment: { POSTGRES_USER: 'shop', POSTGRES_DB: 'shop', POSTGRES_PASSWORD_FILE: password.filePath },
  secrets: { files: [password] },
  volumes: [VolumeMount.volume(new DataVolume(stack, 'DbData', { daemon }), postgres.dataPath)],
});

const redis = ImageProfile.redis({ builtOn: ImageBase.DEBIAN });
const cache = new HardenedContainer(stack, 'Cache', {
  segment: tiers.data,
  image: image('redis:7'),
  profile: redis,
  tmpfsMebibytes: { [redis.dataPath]: 64 }, // cached data may be lost
});

const api = new HardenedContainer(stack, 'Api', {
  segment: tiers.app,
  image: image('registry.example.com/shop/api:3.2'),
  user: ContainerUser.of(10_001),
  environment: {
    DB_HOST: db.dnsName,
    DB_PASSWORD_FILE: password.filePath,
    REDIS_HOST: cache.dnsName,
    SESSION_KEY_FILE: sessionKey.filePath,
    SMTP_HOST: 'mail.example.com',
  },
  hostEntries: { 'mail.example.com': '198.51.100.25' },
  secrets: { files: [password, sessionKey], onChange: FileChange.restart() },
  healthCheck: HealthCheck.command(['wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8080/health']),
  defaultPort: Port.tcp(8080),
});
api.startAfter(db, { healthy: true });
api.startAfter(cache, { healthy: true });

const web = new HardenedContainer(stack, 'Web', {
  segment: tiers.dmz,
  image: image('nginx:1.29'),
  profile: ImageProfile.nginx({ port: 8080 }),
  configFiles: { files: [ConfigFile.fromFile('/etc/nginx/conf.d/shop.conf', 'shop.conf', { values: { api: `${api.dnsName}:8080` } })] },
  volumes: [VolumeMount.hostPath('/srv/shop/tls', '/etc/nginx/tls')], // cert.pem and key.pem, which group 101 may read
});
web.startAfter(api, { healthy: true });

web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress, sources: [Peer.anyIpv4()], rate: ConnectionRate.perSecond(50) });
web.connections.allowTo(api);
api.connections.allowTo(db);
api.connections.allowTo(cache);
api.connections.allowTo(Peer.address('198.51.100.25'), Port.tcp(587));
Suppressions.of(web).add({ ruleId: 'BH-P02', reason: 'it is the public entry point of the host' });

app.synth();
