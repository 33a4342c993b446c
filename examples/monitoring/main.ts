/**
 * Monitoring of a host: node exporter reads its counters, Prometheus stores them, and Grafana shows them to the LAN.
 *
 * Three flows exist: the LAN → Grafana on 3000, Grafana → Prometheus, Prometheus → node exporter. Everything else is closed.
 */
import { App, TerraformStack } from 'cdktf';
import {
  BridgeSegment,
  Cidr,
  ConfigFile,
  ContainerImage,
  ContainerUser,
  DataVolume,
  EngineVersion,
  HardenedContainer,
  HardenedDaemon,
  HealthCheck,
  ImageProfile,
  Peer,
  Port,
  SecretFile,
  VolumeMount,
} from 'cdktf-docker-bulkhead';

const app = new App();
const stack = new TerraformStack(app, 'monitoring');
const image = (name: string) =>
  ContainerImage.fromRegistry(name, { tagReason: 'an example; write name@sha256:… for the image that you tried' });

const hostAddress = '192.0.2.10';
const daemon = new HardenedDaemon(stack, 'Host', {
  engine: EngineVersion.V28,
  hostAddress,
  addressPool: Cidr.parse('10.20.0.0/16'),
  auditRules: true,
});
const segment = new BridgeSegment(stack, 'Metrics', { daemon });

// It is on a network of its own, so collectors of network counters would read those of the container.
const collectors = ['cpu', 'diskstats', 'hwmon', 'loadavg', 'meminfo', 'stat', 'vmstat'];
const counters = { proc: '/host/proc', sys: '/host/sys' };
const reason = 'node exporter reads the counters of the host';
const nodePort = Port.tcp(9100);
const node = new HardenedContainer(stack, 'Node', {
  segment,
  image: image('prom/node-exporter:v1.9.1'),
  user: ContainerUser.of(10_900), // of no other container, and of no user of the host
  command: [
    `--path.procfs=${counters.proc}`,
    `--path.sysfs=${counters.sys}`,
    '--collector.disable-defaults',
    ...collectors.map((name) => `--collector.${name}`),
  ],
  volumes: [VolumeMount.procOfHost(counters.proc, { reason }), VolumeMount.sysOfHost(counters.sys, { reason })],
  healthCheck: HealthCheck.command(['wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${nodePort.first}/`]),
  defaultPort: nodePort,
});

const prometheusImage = ImageProfile.prometheus();
const settings = ConfigFile.fromFile('/etc/prometheus/prometheus.yml', 'prometheus.yml', {
  values: { node: `${node.dnsName}:${nodePort.first}` },
});
const prometheus = new HardenedContainer(stack, 'Prometheus', {
  segment,
  image: image('prom/prometheus:v3.5.0'),
  profile: prometheusImage,
  command: [`--config.file=${settings.path}`, `--storage.tsdb.path=${prometheusImage.dataPath}`, '--storage.tsdb.retention.time=30d'],
  configFiles: { files: [settings] },
  volumes: [VolumeMount.volume(new DataVolume(stack, 'PrometheusData', { daemon }), prometheusImage.dataPath)],
});

// `bulkhead-secret put grafana-admin` puts the password on the host; the program contains only its name.
const password = new SecretFile(stack, 'GrafanaAdmin', { daemon, secretName: 'grafana-admin' });
const grafanaImage = ImageProfile.grafana();
const grafana = new HardenedContainer(stack, 'Grafana', {
  segment,
  image: image('grafana/grafana:12.1.0'),
  profile: grafanaImage,
  environment: {
    GF_SECURITY_ADMIN_PASSWORD__FILE: password.filePath,
    GF_USERS_ALLOW_SIGN_UP: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false', // it reaches nothing outside
  },
  secrets: { files: [password] },
  configFiles: {
    files: [
      ConfigFile.fromFile('/etc/grafana/provisioning/datasources/prometheus.yml', 'datasources.yml', {
        values: { prometheus: `${prometheus.dnsName}:9090` },
      }),
    ],
  },
  volumes: [VolumeMount.volume(new DataVolume(stack, 'GrafanaData', { daemon }), grafanaImage.dataPath)],
});
grafana.startAfter(prometheus, { healthy: true });

grafana.publish(Port.tcp(3000), { hostAddress, sources: [Peer.cidr('192.0.2.0/24')] });
grafana.connections.allowTo(prometheus);
prometheus.connections.allowTo(node);

app.synth();
