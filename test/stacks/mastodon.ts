// A social network: a web server, a server of streams and a worker of one image, which migrate the database before they start.
import { image, PUBLIC, type PublicStack, RESOLVER } from './stack';
import {
  BridgeSegment,
  ContainerUser,
  DataVolume,
  HardenedContainer,
  type HardenedContainerProps,
  HealthCheck,
  ImageBase,
  ImageProfile,
  Peer,
  Port,
  RestartPolicy,
  SecretFile,
  VolumeMount,
  WorkloadGroup,
} from '../../src';

const DOMAIN = 'social.example.com';

export const mastodon: PublicStack = {
  program: ({ stack, daemon }) => {
    const front = new BridgeSegment(stack, 'Front', { daemon });
    const back = new BridgeSegment(stack, 'Back', { daemon });
    const settings = new SecretFile(stack, 'EnvProduction', { daemon });
    const postgres = ImageProfile.postgres({ major: 14, builtOn: ImageBase.ALPINE });
    const redisImage = ImageProfile.redis({ builtOn: ImageBase.ALPINE });
    const db = new HardenedContainer(stack, 'Db', {
      segment: back,
      image: image('postgres:14-alpine'),
      profile: postgres,
      environment: { POSTGRES_HOST_AUTH_METHOD: 'trust', POSTGRES_USER: 'mastodon' },
      volumes: [VolumeMount.hostDirectory('/srv/mastodon/postgres14', postgres.dataPath, { mode: '0700' })],
      limits: { sharedMemoryMebibytes: 256, memoryMebibytes: 1024 },
    });
    const redis = new HardenedContainer(stack, 'Redis', {
      segment: back,
      image: image('redis:7-alpine'),
      profile: redisImage,
      volumes: [VolumeMount.hostDirectory('/srv/mastodon/redis', redisImage.dataPath)],
    });
    const system = new DataVolume(stack, 'System', { daemon });
    const one = (id: string, name: string, command: string[], more: Partial<HardenedContainerProps>) => {
      const made = new HardenedContainer(stack, id, {
        segment: front,
        image: image(`ghcr.io/mastodon/${name}:v4.5`),
        user: ContainerUser.of(991),
        environment: { LOCAL_DOMAIN: DOMAIN, DB_HOST: db.dnsName, DB_USER: 'mastodon', REDIS_HOST: redis.dnsName },
        entrypoint: ['/bin/sh', '-c', `set -a; . ${settings.filePath}; exec "$0" "$@"`],
        command,
        secrets: { files: [settings] },
        limits: { memoryMebibytes: 1024, cpuMillis: 2000 },
        ...more,
      });
      made.connections.allowTo(db);
      made.connections.allowTo(redis);
      return made;
    };
    const files = [VolumeMount.volume(system, '/mastodon/public/system')];
    const migrate = one('Migrate', 'mastodon', ['bundle', 'exec', 'rails', 'db:prepare'], {
      restartPolicy: RestartPolicy.NO,
      healthCheck: HealthCheck.none({ reason: 'a task that ends' }),
    });
    const web = one('Web', 'mastodon', ['bundle', 'exec', 'puma', '-C', 'config/puma.rb'], {
      volumes: files,
      healthCheck: HealthCheck.shell("curl -s --noproxy localhost localhost:3000/health | grep -q 'OK' || exit 1", {
        startPeriodSeconds: 60,
      }),
    });
    const streaming = one('Streaming', 'mastodon-streaming', ['node', './streaming/index.js'], {
      healthCheck: HealthCheck.shell("curl -s --noproxy localhost localhost:4000/api/v1/streaming/health | grep -q 'OK' || exit 1"),
    });
    const sidekiq = one('Sidekiq', 'mastodon', ['bundle', 'exec', 'sidekiq'], {
      volumes: files,
      healthCheck: HealthCheck.shell("ps aux | grep '[s]idekiq 8' || false", { startPeriodSeconds: 60 }),
    });
    for (const each of [db, redis]) migrate.startAfter(each, { healthy: true });
    for (const each of [web, streaming, sidekiq]) each.startAfter(migrate, { completed: true });

    const nginx = ImageProfile.nginx();
    const proxy = new HardenedContainer(stack, 'Proxy', {
      segment: front,
      image: image('nginx:1.29-alpine'),
      profile: nginx,
      aliases: [DOMAIN],
      volumes: [
        VolumeMount.hostPath('/srv/mastodon/nginx', '/etc/nginx/conf.d'),
        VolumeMount.volume(system, '/system', { readOnly: true }),
      ],
    });
    proxy.connections.allowTo(web, Port.tcp(3000));
    proxy.connections.allowTo(streaming, Port.tcp(4000));
    for (const port of [80, 443]) proxy.publish(Port.tcp(port), PUBLIC);
    const federating = new WorkloadGroup(stack, 'Federating', { members: [web, sidekiq] });
    federating.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
    for (const each of [web, sidekiq]) each.connections.allowDnsTo(RESOLVER);
    sidekiq.connections.allowTo(Peer.anyIpv4(), Port.tcp(587));
  },
};
