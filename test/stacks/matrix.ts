// Chat: Synapse with a database behind a web server of its own, and a relay for calls, which needs a range of UDP ports.
import { HOST, image, PUBLIC, type PublicStack, RESOLVER } from './stack';
import {
  BridgeSegment,
  Capability,
  ConfigFile,
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

const DOMAIN = 'matrix.example.com';

export const matrix: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Matrix', { daemon });
    const password = new SecretFile(stack, 'DbPassword', { daemon });
    const keys = ['MacaroonKey', 'RegistrationSecret', 'TurnSecret'].map((id) => new SecretFile(stack, id, { daemon }));
    const [macaroon, registration, shared] = keys;
    const passfile = new SecretFile(stack, 'Pgpass', { daemon });
    const turn = new SecretFile(stack, 'TurnserverConf', { daemon });

    const postgres = ImageProfile.postgres({ major: 16, builtOn: ImageBase.ALPINE });
    const database = new HardenedContainer(stack, 'Postgres', {
      segment,
      image: image('postgres:16-alpine'),
      profile: postgres,
      environment: {
        POSTGRES_USER: 'synapse',
        POSTGRES_PASSWORD_FILE: password.filePath,
        POSTGRES_INITDB_ARGS: '--encoding=UTF8 --lc-collate=C --lc-ctype=C',
      },
      secrets: { files: [password] },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'Database', { daemon }), postgres.dataPath)],
    });
    const settings = ConfigFile.fromText(
      '/etc/synapse/homeserver.yaml',
      [
        `server_name: ${DOMAIN}`,
        'signing_key_path: /data/signing.key',
        'media_store_path: /data/media_store',
        'listeners: [{ port: 8008, type: http, x_forwarded: true, resources: [{ names: [client, federation] }] }]',
        'database:',
        '  name: psycopg2',
        '  args:',
        `    host: ${database.dnsName}`,
        '    user: synapse',
        '    dbname: synapse',
        `    passfile: ${passfile.filePath}`,
        `macaroon_secret_key_path: ${macaroon.filePath}`,
        `registration_shared_secret_path: ${registration.filePath}`,
        `turn_shared_secret_path: ${shared.filePath}`,
        `turn_uris: ['turn:${DOMAIN}?transport=udp', 'turn:${DOMAIN}?transport=tcp']`,
        '',
      ].join('\n'),
    );
    const synapse = new HardenedContainer(stack, 'Synapse', {
      segment,
      image: image('matrixdotorg/synapse:v1.136.0'),
      user: ContainerUser.of(991),
      environment: { SYNAPSE_CONFIG_PATH: settings.path },
      configFiles: { files: [settings] },
      secrets: { files: [passfile, ...keys] },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'SynapseData', { daemon }), '/data')],
      limits: { memoryMebibytes: 1024, cpuMillis: 2000 },
      healthCheck: HealthCheck.shell('curl -fSs http://localhost:8008/health || exit 1', { startPeriodSeconds: 60 }),
      defaultPort: Port.tcp(8008),
    });
    synapse.startAfter(database, { healthy: true });

    // The file of the program has this capability, and the kernel does not execute it in a container without.
    const turnserver = ImageProfile.of({
      imageName: 'coturn',
      user: ContainerUser.of(65_534),
      fileCapabilities: [Capability.NET_BIND_SERVICE],
    });
    const coturn = new HardenedContainer(stack, 'Coturn', {
      segment: new BridgeSegment(stack, 'Calls', { daemon }),
      image: image('coturn/coturn:4.7'),
      profile: turnserver,
      command: ['-c', turn.filePath, '--log-file=stdout', `--external-ip=${HOST}`, '--min-port=49160', '--max-port=49200'],
      secrets: { files: [turn] },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'TurnData', { daemon }), '/var/lib/coturn')],
      healthCheck: HealthCheck.none({ reason: 'the image has no program that asks the relay' }),
    });

    const web = new HardenedContainer(stack, 'Web', {
      segment,
      image: image('nginx:1.29-alpine'),
      profile: ImageProfile.nginx(),
      aliases: [DOMAIN],
      volumes: [VolumeMount.hostPath('/srv/matrix/nginx', '/etc/nginx/conf.d'), VolumeMount.hostPath('/srv/matrix/certs', '/certs')],
    });
    web.startAfter(synapse, { healthy: true });

    for (const port of [80, 443]) web.publish(Port.tcp(port), PUBLIC);
    web.connections.allowTo(synapse);
    synapse.connections.allowTo(database);
    synapse.connections.allowTo(Peer.anyIpv4(), Port.tcp(443)); // other servers, which tell this port at their .well-known address
    synapse.connections.allowDnsTo(RESOLVER);
    for (const protocol of [Port.tcp, Port.udp]) coturn.publish(protocol(3478), PUBLIC);
    coturn.publish(Port.udpRange(49_160, 49_200), PUBLIC);
    coturn.connections.allowTo(Peer.anyIpv4(), Port.udpRange(1024, 65_535)); // peers of a call
  },
};
