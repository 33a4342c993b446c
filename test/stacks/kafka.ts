// Messages: three names for one broker.
import { HOST, image, LAN, type PublicStack } from './stack';
import { BridgeSegment, ContainerUser, DataVolume, HardenedContainer, HealthCheck, Port, VolumeMount } from '../../src';

export const kafka: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Kafka', { daemon });
    const zookeeper = new HardenedContainer(stack, 'Zookeeper', {
      segment,
      image: image('confluentinc/cp-zookeeper:7.9.0'),
      user: ContainerUser.of(1000),
      environment: { ZOOKEEPER_CLIENT_PORT: '2181', ZOOKEEPER_TICK_TIME: '2000' },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'ZkData', { daemon }), '/var/lib/zookeeper/data'), VolumeMount.volume(new DataVolume(stack, 'ZkLog', { daemon }), '/var/lib/zookeeper/log')],
      healthCheck: HealthCheck.shell('echo ruok | nc localhost 2181 || exit 1'),
      defaultPort: Port.tcp(2181),
    });
    const kafka = new HardenedContainer(stack, 'Kafka1', {
      segment,
      image: image('confluentinc/cp-kafka:7.9.0'),
      user: ContainerUser.of(1000),
      environment: {
        KAFKA_BROKER_ID: '1',
        KAFKA_ZOOKEEPER_CONNECT: `${zookeeper.dnsName}:2181`,
        KAFKA_LISTENERS: 'INSIDE://0.0.0.0:9092,OUTSIDE://0.0.0.0:29092',
        KAFKA_ADVERTISED_LISTENERS: `INSIDE://kafka1:9092,OUTSIDE://${HOST}:29092`,
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT',
        KAFKA_INTER_BROKER_LISTENER_NAME: 'INSIDE',
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      },
      volumes: [VolumeMount.volume(new DataVolume(stack, 'Data', { daemon }), '/var/lib/kafka/data')],
      healthCheck: HealthCheck.shell('kafka-topics --bootstrap-server localhost:9092 --list || exit 1'),
      defaultPort: Port.tcp(9092),
    });
    const ui = new HardenedContainer(stack, 'Ui', {
      segment,
      image: image('provectuslabs/kafka-ui:v0.7.2'),
      environment: { KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS: `${HOST}:29092`, KAFKA_CLUSTERS_0_NAME: 'local' },
      defaultPort: Port.tcp(8080),
    });
    kafka.startAfter(zookeeper, { healthy: true });
    kafka.connections.allowTo(zookeeper);
    ui.connections.allowTo(kafka);
    kafka.publish(Port.tcp(29_092), LAN);
    ui.publish(Port.tcp(8080), LAN);
  },
};
