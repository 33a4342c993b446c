// Photos: a server, a service that recognizes what is on them, a database and a cache.
import { image, LAN, type PublicStack, RESOLVER } from './stack';
import {
  BridgeSegment,
  ContainerUser,
  DataVolume,
  HardenedContainer,
  HealthCheck,
  ImageBase,
  ImageProfile,
  Peer,
  Port,
  SecretFile,
  VolumeMount,
} from '../../src';

const user = ContainerUser.of(1000);

export const immich: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Immich', { daemon });
    const password = new SecretFile(stack, 'DbPassword', { daemon });
    const postgres = ImageProfile.postgres({ major: 14, builtOn: ImageBase.DEBIAN });

    const redis = new HardenedContainer(stack, 'Redis', {
      segment,
      image: image('valkey/valkey:8-bookworm'),
      profile: ImageProfile.valkey({ builtOn: ImageBase.DEBIAN }),
      tmpfsMebibytes: { '/data': 64 }, // queues that may be lost
    });
    const database = new HardenedContainer(stack, 'Database', {
      segment,
      image: image('ghcr.io/immich-app/postgres:14-vectorchord0.4.3-pgvectors0.2.0'),
      profile: postgres,
      environment: {
        POSTGRES_PASSWORD_FILE: password.filePath,
        POSTGRES_USER: 'postgres',
        POSTGRES_DB: 'immich',
        POSTGRES_INITDB_ARGS: '--data-checksums',
      },
      secrets: { files: [password] },
      volumes: [VolumeMount.hostDirectory('/srv/immich/postgres', postgres.dataPath, { mode: '0700' })],
      limits: { memoryMebibytes: 1024, sharedMemoryMebibytes: 128 },
    });
    const learning = new HardenedContainer(stack, 'Learning', {
      segment,
      image: image('ghcr.io/immich-app/immich-machine-learning:release'),
      user,
      volumes: [VolumeMount.volume(new DataVolume(stack, 'Models', { daemon }), '/cache')],
      limits: { memoryMebibytes: 2048, cpuMillis: 2000 },
      healthCheck: HealthCheck.command(['python3', 'healthcheck.py'], { startPeriodSeconds: 60 }),
      defaultPort: Port.tcp(3003),
    });
    const server = new HardenedContainer(stack, 'Server', {
      segment,
      image: image('ghcr.io/immich-app/immich-server:release'),
      user,
      environment: {
        DB_HOSTNAME: database.dnsName,
        DB_PASSWORD_FILE: password.filePath,
        REDIS_HOSTNAME: redis.dnsName,
        IMMICH_MACHINE_LEARNING_URL: `http://${learning.dnsName}:3003`,
      },
      timeZone: 'Europe/Berlin',
      secrets: { files: [password] },
      volumes: [VolumeMount.hostDirectory('/srv/immich/library', '/data', { mode: '0700' })],
      limits: { memoryMebibytes: 2048, cpuMillis: 2000 },
      healthCheck: HealthCheck.command(['immich-healthcheck'], { startPeriodSeconds: 60 }),
    });
    server.startAfter(database, { healthy: true });
    server.startAfter(redis, { healthy: true });

    server.publish(Port.tcp(2283), LAN);
    for (const peer of [redis, database, learning]) server.connections.allowTo(peer);
    for (const one of [server, learning]) {
      one.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
      one.connections.allowDnsTo(RESOLVER);
    }
  },
};
