// A broker of messages, which tells its clients by which name to come back: one inside, and one on the LAN.
import { HOST, image, LAN, type PublicStack } from './stack';
import { BridgeSegment, ContainerUser, DataVolume, HardenedContainer, HealthCheck, Port, VolumeMount } from '../../src';

export const kafka: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Messages', { daemon });
    // The entry points of these images write their settings.
    const tmpfsMebibytes = { '/tmp': 64, '/etc/kafka': 8, '/var/log/kafka': 64 };
    const zookeeper = new HardenedContainer(stack, 'Zookeeper', {
      segment,
      image: image('confluentinc/cp-zookeeper:7.9.0'),
      user: ContainerUser.of(1000),
      tmpfsMebibytes,
      limits: { memoryMebibytes: 1024 },
      environment: { ZOOKEEPER_CLIENT_PORT: '2181', ZOOKEEPER_TICK_TIME: '2000' },
      volumes: ['data', 'log'].map((name) =>
        VolumeMount.volume(new DataVolume(stack, `Zookeeper-${name}`, { daemon }), `/var/lib/zookeeper/${name}`),
      ),
      healthCheck: HealthCheck.shell('echo srvr | nc localhost 2181 || exit 1', { startPeriodSeconds: 60 }),
      defaultPort: Port.tcp(2181),
    });
    const name = 'kafka1';
    const broker = new HardenedContainer(stack, 'Kafka', {
      segment,
      containerName: name,
      image: image('confluentinc/cp-kafka:7.9.0'),
      user: ContainerUser.of(1000),
      tmpfsMebibytes,
      limits: { memoryMebibytes: 1024 },
      environment: {
        KAFKA_BROKER_ID: '1',
        KAFKA_ZOOKEEPER_CONNECT: `${zookeeper.dnsName}:2181`,
        KAFKA_LISTENERS: 'INSIDE://0.0.0.0:9092,OUTSIDE://0.0.0.0:29092',
        KAFKA_ADVERTISED_LISTENERS: `INSIDE://${name}:9092,OUTSIDE://${HOST}:29092`,
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT',
        KAFKA_INTER_BROKER_LISTENER_NAME: 'INSIDE',
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'Data', { daemon }), '/var/lib/kafka/data')],
      healthCheck: HealthCheck.shell('kafka-topics --bootstrap-server localhost:9092 --list || exit 1', { startPeriodSeconds: 60 }),
      defaultPort: Port.tcp(9092),
    });
    const ui = new HardenedContainer(stack, 'Ui', {
      segment,
      image: image('provectuslabs/kafka-ui:v0.7.2'),
      user: ContainerUser.of(100),
      environment: { KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS: `${broker.dnsName}:9092`, KAFKA_CLUSTERS_0_NAME: 'local' },
      limits: { memoryMebibytes: 512 },
      healthCheck: HealthCheck.shell('wget -q -O /dev/null http://127.0.0.1:8080/actuator/health', { startPeriodSeconds: 60 }),
      defaultPort: Port.tcp(8080),
    });
    broker.startAfter(zookeeper, { healthy: true });
    broker.connections.allowTo(zookeeper);
    ui.startAfter(broker, { healthy: true });
    ui.connections.allowTo(broker);
    broker.publish(Port.tcp(29_092), LAN);
    ui.publish(Port.tcp(8080), LAN);
  },
};
