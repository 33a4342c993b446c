// A forge of code: a server with SSH, its database, and a runner, which executes jobs in its own container.
import { image, PUBLIC, LAN, type PublicStack, RESOLVER } from './stack';
import {
  BridgeSegment,
  Capability,
  ContainerUser,
  DataVolume,
  HardenedContainer,
  HealthCheck,
  ImageBase,
  ImageProfile,
  Peer,
  Port,
  SecretFile,
  Suppressions,
  VolumeMount,
} from '../../src';

export const forge: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Forge', { daemon });
    const password = new SecretFile(stack, 'DbPassword', { daemon });
    const postgres = ImageProfile.postgres({ major: 17, builtOn: ImageBase.ALPINE });
    const db = new HardenedContainer(stack, 'Db', {
      segment,
      image: image('postgres:17-alpine'),
      profile: postgres,
      environment: { POSTGRES_USER: 'forgejo', POSTGRES_DB: 'forgejo', POSTGRES_PASSWORD_FILE: password.filePath },
      secrets: { files: [password] },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'DbData', { daemon }), postgres.dataPath)],
    });
    const server = new HardenedContainer(stack, 'Server', {
      segment,
      image: image('codeberg.org/forgejo/forgejo:13'),
      user: ContainerUser.root({ reason: 'its supervisor and sshd stay root' }),
      capabilities: [
        ...[Capability.CHOWN, Capability.DAC_OVERRIDE, Capability.FOWNER, Capability.KILL, Capability.SETGID, Capability.SETUID],
        Capability.of('SYS_CHROOT', { reason: 'sshd locks each new connection into an empty folder' }),
      ],
      writableRootReason: 'its entry point rewrites /etc/passwd, and its supervisor writes beside the services',
      environment: {
        USER_UID: '1000',
        USER_GID: '1000',
        FORGEJO__database__DB_TYPE: 'postgres',
        FORGEJO__database__HOST: `${db.dnsName}:5432`,
        FORGEJO__database__NAME: 'forgejo',
        FORGEJO__database__USER: 'forgejo',
        FORGEJO__database__PASSWD__FILE: password.filePath,
        FORGEJO__server__SSH_PORT: '2222',
      },
      secrets: { files: [password] },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'Data', { daemon }), '/data')],
      limits: { memoryMebibytes: 1024 },
      healthCheck: HealthCheck.shell('curl -fs http://127.0.0.1:3000/api/healthz || exit 1', { startPeriodSeconds: 60 }),
      defaultPort: Port.tcp(3000),
    });
    const runner = new HardenedContainer(stack, 'Runner', {
      segment,
      image: image('code.forgejo.org/forgejo/runner:11'),
      user: ContainerUser.of(1001),
      command: ['forgejo-runner', 'daemon', '--config', '/data/config.yml'],
      // Jobs run in this container: an engine for them would need a privileged one.
      environment: { FORGEJO_INSTANCE_URL: `http://${server.dnsName}:3000` },
      healthCheck: HealthCheck.none({ reason: 'it asks the server for jobs, and answers nobody' }),
      volumes: [VolumeMount.volume(new DataVolume(stack, 'RunnerData', { daemon }), '/data')],
    });
    server.startAfter(db, { healthy: true });
    runner.startAfter(server, { healthy: true });
    server.connections.allowTo(db);
    runner.connections.allowTo(server);
    runner.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
    runner.connections.allowDnsTo(RESOLVER);
    Suppressions.of(server).add({ ruleId: 'BH-P04', reason: 'everybody may push by SSH, with a key' });
    server.publish(Port.tcp(2222), { ...PUBLIC, targetPort: Port.tcp(22) });
    server.publish(Port.tcp(3000), LAN);
  },
};
