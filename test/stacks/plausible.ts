// Analytics: Plausible, its database, and ClickHouse for events, which wants many files.
import { image, PUBLIC, type PublicStack } from './stack';
import {
  BridgeSegment,
  ConfigFile,
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

export const plausible: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Plausible', { daemon });
    const key = new SecretFile(stack, 'SecretKeyBase', { daemon });
    const password = new SecretFile(stack, 'DbPassword', { daemon });
    const url = new SecretFile(stack, 'DatabaseUrl', { daemon });
    const postgres = ImageProfile.postgres({ major: 16, builtOn: ImageBase.ALPINE });
    const db = new HardenedContainer(stack, 'Db', {
      segment,
      image: image('postgres:16-alpine'),
      profile: postgres,
      environment: { POSTGRES_PASSWORD_FILE: password.filePath },
      secrets: { files: [password] },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'DbData', { daemon }), postgres.dataPath)],
    });
    const config = (name: string, text: string) => ConfigFile.fromText(`/etc/clickhouse-server/config.d/${name}`, text);
    const events = new HardenedContainer(stack, 'EventsDb', {
      segment,
      image: image('clickhouse/clickhouse-server:24.12-alpine'),
      user: ContainerUser.of(101),
      volumes: [
        VolumeMount.volume(new DataVolume(stack, 'EventData', { daemon }), '/var/lib/clickhouse'),
        VolumeMount.volume(new DataVolume(stack, 'EventLogs', { daemon }), '/var/log/clickhouse-server'),
      ],
      configFiles: { files: [config('ipv4-only.xml', '<clickhouse><listen_host>0.0.0.0</listen_host></clickhouse>\n')] },
      environment: { CLICKHOUSE_SKIP_USER_SETUP: '1' },
      limits: { memoryMebibytes: 2048, cpuMillis: 2000, ulimits: [{ limitName: 'nofile', soft: 262_144, hard: 262_144 }] },
      healthCheck: HealthCheck.shell('wget --no-verbose --tries=1 -O - http://127.0.0.1:8123/ping || exit 1', { startPeriodSeconds: 60 }),
      defaultPort: Port.tcp(8123),
    });
    const web = new HardenedContainer(stack, 'Web', {
      segment,
      image: image('ghcr.io/plausible/community-edition:v3.0.1'),
      user: ContainerUser.of(999),
      command: ['sh', '-c', '/entrypoint.sh db createdb && /entrypoint.sh db migrate && /entrypoint.sh run'],
      environment: {
        BASE_URL: 'https://stats.example.com',
        CONFIG_DIR: '/run/secrets',
        CLICKHOUSE_DATABASE_URL: `http://${events.dnsName}:8123/plausible_events_db`,
        HTTP_PORT: '80',
        HTTPS_PORT: '443',
        TMPDIR: '/var/lib/plausible/tmp',
      },
      secrets: { files: [key, url] },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'PlausibleData', { daemon }), '/var/lib/plausible')],
      limits: { memoryMebibytes: 1024, ulimits: [{ limitName: 'nofile', soft: 65_535, hard: 65_535 }] },
      healthCheck: HealthCheck.shell('wget -q -O /dev/null http://127.0.0.1:80/api/health || exit 1', { startPeriodSeconds: 60 }),
    });
    for (const one of [db, events]) {
      web.startAfter(one, { healthy: true });
      web.connections.allowTo(one);
    }
    for (const port of [80, 443]) web.publish(Port.tcp(port), PUBLIC);
  },
};
