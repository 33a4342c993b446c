// Documents: Paperless with a database, a broker and two converters, and a nightly copy of the database.
import { image, LAN, type PublicStack } from './stack';
import {
  BridgeSegment,
  Capability,
  ContainerUser,
  DataVolume,
  HardenedContainer,
  HealthCheck,
  ImageBase,
  ImageProfile,
  Port,
  SecretFile,
  VolumeMount,
} from '../../src';

export const paperless: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Paperless', { daemon });
    const timeZone = 'Europe/Berlin';
    const password = new SecretFile(stack, 'DbPassword', { daemon });
    const key = new SecretFile(stack, 'SecretKey', { daemon });
    const postgres = ImageProfile.postgres({ major: 18, builtOn: ImageBase.DEBIAN });
    const redis = ImageProfile.redis({ builtOn: ImageBase.DEBIAN });
    const broker = new HardenedContainer(stack, 'Broker', {
      segment,
      image: image('redis:8'),
      profile: redis,
      volumes: [VolumeMount.volume(new DataVolume(stack, 'RedisData', { daemon }), redis.dataPath)],
    });
    const database = new HardenedContainer(stack, 'Db', {
      segment,
      image: image('postgres:18'),
      profile: postgres,
      environment: { POSTGRES_DB: 'paperless', POSTGRES_USER: 'paperless', POSTGRES_PASSWORD_FILE: password.filePath },
      secrets: { files: [password] },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'Database', { daemon }), postgres.dataPath)],
    });
    const gotenberg = new HardenedContainer(stack, 'Gotenberg', {
      segment,
      image: image('gotenberg/gotenberg:8.25'),
      user: ContainerUser.of(1001),
      command: ['gotenberg', '--chromium-disable-javascript=true', '--chromium-allow-list=file:///tmp/.*'],
      limits: { memoryMebibytes: 1024 },
      healthCheck: HealthCheck.shell('curl -sf http://127.0.0.1:3000/health || exit 1'),
      defaultPort: Port.tcp(3000),
    });
    const tika = new HardenedContainer(stack, 'Tika', {
      segment,
      image: image('apache/tika:3.2.3.0'),
      user: ContainerUser.of(35_002),
      limits: { memoryMebibytes: 1024 },
      healthCheck: HealthCheck.none({ reason: 'the image has no program that asks it' }),
      defaultPort: Port.tcp(9998),
    });
    const folder = (name: string) => VolumeMount.hostDirectory(`/srv/paperless/${name}`, `/usr/src/paperless/${name}`);
    const web = new HardenedContainer(stack, 'Webserver', {
      segment,
      image: image('ghcr.io/paperless-ngx/paperless-ngx:2.20'),
      user: ContainerUser.root({ reason: 'its supervisor stays root; the services drop it' }),
      capabilities: [Capability.CHOWN, Capability.DAC_OVERRIDE, Capability.FOWNER, Capability.KILL, Capability.SETGID, Capability.SETUID],
      init: false, // its supervisor must be the first process
      writableRootReason: 'its supervisor makes and executes files in /run',
      timeZone,
      environment: {
        PAPERLESS_REDIS: `redis://${broker.dnsName}:6379`,
        PAPERLESS_DBHOST: database.dnsName,
        PAPERLESS_DBPASS_FILE: password.filePath,
        PAPERLESS_SECRET_KEY_FILE: key.filePath,
        PAPERLESS_TIKA_ENABLED: '1',
        PAPERLESS_TIKA_GOTENBERG_ENDPOINT: `http://${gotenberg.dnsName}:3000`,
        PAPERLESS_TIKA_ENDPOINT: `http://${tika.dnsName}:9998`,
        PAPERLESS_URL: 'https://paperless.example.com',
      },
      secrets: { files: [password, key] },
      volumes: ['data', 'media', 'export', 'consume'].map(folder),
      limits: { memoryMebibytes: 2048, cpuMillis: 2000 },
      healthCheck: HealthCheck.command(['curl', '-fs', '-S', '-L', '--max-time', '2', 'http://localhost:8000'], {
        startPeriodSeconds: 120,
      }),
    });
    const backup = new HardenedContainer(stack, 'Backup', {
      segment,
      image: image('prodrigestivill/postgres-backup-local:18'),
      user: ContainerUser.of(999),
      timeZone,
      environment: {
        POSTGRES_HOST: database.dnsName,
        POSTGRES_DB: 'paperless',
        POSTGRES_USER: 'paperless',
        POSTGRES_PASSWORD_FILE: password.filePath,
        SCHEDULE: '@daily',
      },
      secrets: { files: [password] },
      volumes: [VolumeMount.hostDirectory('/srv/paperless/backups', '/backups')],
      healthCheck: HealthCheck.shell('curl -f http://localhost:8080/ || exit 1'),
    });
    for (const one of [database, broker]) web.startAfter(one, { healthy: true });
    for (const one of [gotenberg, tika]) web.startAfter(one);
    for (const one of [database, broker, gotenberg, tika]) web.connections.allowTo(one);
    backup.startAfter(database, { healthy: true });
    backup.connections.allowTo(database);
    web.publish(Port.tcp(8000), LAN);
  },
};
