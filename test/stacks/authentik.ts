// Single sign-on: a server and a worker that share a database, a cache and folders of the host.
import { image, LAN, type PublicStack, RESOLVER } from './stack';
import {
  BridgeSegment,
  DataVolume,
  ContainerUser,
  HardenedContainer,
  type HardenedContainerProps,
  ImageBase,
  HealthCheck,
  ImageProfile,
  Peer,
  Port,
  SecretFile,
  VolumeMount,
  WorkloadGroup,
} from '../../src';

export const authentik: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Authentik', { daemon });
    const password = new SecretFile(stack, 'PgPassword', { daemon });
    const key = new SecretFile(stack, 'SecretKey', { daemon });
    const postgres = ImageProfile.postgres({ major: 16, builtOn: ImageBase.ALPINE });
    const redisImage = ImageProfile.redis({ builtOn: ImageBase.ALPINE });

    const postgresql = new HardenedContainer(stack, 'Postgresql', {
      segment,
      image: image('postgres:16-alpine'),
      profile: postgres,
      environment: { POSTGRES_PASSWORD_FILE: password.filePath, POSTGRES_USER: 'authentik', POSTGRES_DB: 'authentik' },
      secrets: { files: [password] },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'Database', { daemon }), postgres.dataPath)],
    });
    const redis = new HardenedContainer(stack, 'Redis', {
      segment,
      image: image('redis:7-alpine'),
      profile: redisImage,
      command: ['--save', '60', '1', '--loglevel', 'warning'],
      volumes: [VolumeMount.volume(new DataVolume(stack, 'RedisData', { daemon }), redisImage.dataPath)],
    });

    // authentik reads `file://` itself; both containers share folders of the host.
    const folder = (name: string) => VolumeMount.hostDirectory(`/srv/authentik/${name}`, `/${name}`);
    const shared = {
      segment,
      image: image('ghcr.io/goauthentik/server:2025.2.4'),
      user: ContainerUser.of(1000),
      environment: {
        AUTHENTIK_SECRET_KEY: `file://${key.filePath}`,
        AUTHENTIK_POSTGRESQL__PASSWORD: `file://${password.filePath}`,
        AUTHENTIK_POSTGRESQL__HOST: postgresql.dnsName,
        AUTHENTIK_POSTGRESQL__USER: 'authentik',
        AUTHENTIK_POSTGRESQL__NAME: 'authentik',
        AUTHENTIK_REDIS__HOST: redis.dnsName,
      },
      secrets: { files: [password, key] },
      tmpfsMebibytes: { '/tmp': 256 },
      limits: { memoryMebibytes: 1024, cpuMillis: 2000 },
      healthCheck: HealthCheck.command(['ak', 'healthcheck'], { startPeriodSeconds: 60 }),
    } satisfies HardenedContainerProps;
    const server = new HardenedContainer(stack, 'Server', {
      ...shared,
      command: ['server'],
      volumes: [folder('media'), folder('templates')],
    });
    const worker = new HardenedContainer(stack, 'Worker', {
      ...shared,
      command: ['worker'],
      volumes: [folder('media'), folder('templates'), folder('certs')],
      limits: { ...shared.limits, ulimits: [{ limitName: 'nofile', soft: 10_240, hard: 10_240 }] },
    });
    for (const one of [server, worker]) {
      one.startAfter(postgresql, { healthy: true });
      one.startAfter(redis, { healthy: true });
    }

    server.publish(Port.tcp(9000), LAN);
    server.publish(Port.tcp(9443), LAN);
    const both = new WorkloadGroup(stack, 'Both', { members: [server, worker] });
    both.connections.allowTo(postgresql);
    both.connections.allowTo(redis);
    both.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
    both.connections.allowDnsTo(RESOLVER);
  },
};
