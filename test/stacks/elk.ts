// Logs: Elasticsearch, Logstash and Kibana. Their images write beside their programs.
import { image, LAN, type PublicStack } from './stack';
import {
  BridgeSegment,
  ContainerUser,
  DataVolume,
  HardenedContainer,
  type HardenedContainerProps,
  HealthCheck,
  Port,
  VolumeMount,
} from '../../src';

const HTTP = Port.tcp(9200);

export const elk: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Elastic', { daemon });
    const shared = {
      segment,
      user: ContainerUser.of(1000, 0),
      writableRootReason: 'the image writes its keystore and its settings beside its program',
      limits: { memoryMebibytes: 1024, cpuMillis: 2000 },
    } satisfies Partial<HardenedContainerProps>;
    const jvm = '-Xms512m -Xmx512m';
    const asksPort = (port: Port, path: string) =>
      HealthCheck.shell(`curl --silent --fail http://127.0.0.1:${port.first}${path} || exit 1`, {
        intervalSeconds: 10,
        startPeriodSeconds: 60,
      });

    const es = new HardenedContainer(stack, 'Es', {
      ...shared,
      image: image('elasticsearch:7.17.28'),
      aliases: ['elasticsearch'],
      environment: { 'discovery.type': 'single-node', 'bootstrap.memory_lock': 'true', 'cluster.routing.allocation.disk.threshold_enabled': 'false', ES_JAVA_OPTS: jvm }, // prettier-ignore
      volumes: [VolumeMount.volume(new DataVolume(stack, 'Data', { daemon }), '/usr/share/elasticsearch/data')],
      limits: { ...shared.limits, ulimits: [{ limitName: 'nofile', soft: 65_535, hard: 65_535 }, { limitName: 'memlock', soft: -1, hard: -1 }] }, // prettier-ignore
      healthCheck: asksPort(HTTP, '/_cluster/health'),
      defaultPort: HTTP,
    });
    const api = Port.tcp(9600);
    const logstash = new HardenedContainer(stack, 'Logstash', {
      ...shared,
      image: image('logstash:7.17.28'),
      command: ['logstash', '-f', '/usr/share/logstash/pipeline/nginx.conf'],
      environment: { LS_JAVA_OPTS: jvm, 'xpack.monitoring.enabled': 'false' },
      volumes: [
        VolumeMount.hostPath('/srv/elk/pipeline', '/usr/share/logstash/pipeline'),
        VolumeMount.hostPath('/srv/elk/log', '/var/log/nginx'),
      ],
      healthCheck: asksPort(api, '/'),
    });
    const kibanaPort = Port.tcp(5601);
    const kibana = new HardenedContainer(stack, 'Kibana', {
      ...shared,
      image: image('kibana:7.17.28'),
      healthCheck: asksPort(kibanaPort, '/api/status'),
    });

    for (const one of [logstash, kibana]) {
      one.startAfter(es, { healthy: true });
      one.connections.allowTo(es);
    }
    es.publish(HTTP, LAN);
    for (const port of [Port.tcp(5000), Port.udp(5000), Port.tcp(5044), api]) logstash.publish(port, LAN);
    kibana.publish(kibanaPort, LAN);
  },
};
