// Metrics: Prometheus, which asks everybody, Alertmanager, Grafana and a gateway for results of tasks, behind Caddy. Exporters of the host, which look at all of
// it, run on the host; Prometheus asks them there.
import { image, LAN, type PublicStack } from './stack';
import {
  BridgeSegment,
  ConfigFile,
  ContainerUser,
  DataVolume,
  HardenedContainer,
  HealthCheck,
  ImageProfile,
  Peer,
  Port,
  SecretFile,
  VolumeMount,
} from '../../src';

export const dockprom: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Monitoring', { daemon });
    const user = ContainerUser.of(65_534);
    const volume = (id: string) => new DataVolume(stack, id, { daemon });
    const answers = (port: number) => HealthCheck.command(['wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${port}/-/healthy`], { startPeriodSeconds: 30 }); // prettier-ignore

    const alertmanagerPort = 9093;
    const alertmanagerData = '/alertmanager';
    const alertmanagerSettings = ConfigFile.fromText(
      '/etc/alertmanager/alertmanager.yml',
      'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n',
    );
    const alertmanager = new HardenedContainer(stack, 'Alertmanager', {
      segment,
      image: image('prom/alertmanager:v0.28.1'),
      user,
      command: [
        `--config.file=${alertmanagerSettings.path}`,
        `--storage.path=${alertmanagerData}`,
        '--cluster.listen-address=', // alone
      ],
      configFiles: { files: [alertmanagerSettings] },
      volumes: [VolumeMount.volume(volume('AlertmanagerData'), alertmanagerData)],
      healthCheck: answers(alertmanagerPort),
      defaultPort: Port.tcp(alertmanagerPort),
    });
    const pushgatewayPort = 9091;
    const pushgateway = new HardenedContainer(stack, 'Pushgateway', {
      segment,
      image: image('prom/pushgateway:v1.11.1'),
      user,
      healthCheck: answers(pushgatewayPort),
      defaultPort: Port.tcp(pushgatewayPort),
    });

    const prometheusImage = ImageProfile.prometheus();
    const hostExporter = Port.tcp(9100);
    const settings = ConfigFile.fromText(
      '/etc/prometheus/prometheus.yml',
      `global: { scrape_interval: 5s }
alerting: { alertmanagers: [{ static_configs: [{ targets: ["{{ alertmanager }}"] }] }] }
scrape_configs:
  - { job_name: gateway, honor_labels: true, static_configs: [{ targets: ["{{ pushgateway }}"] }] }
  - { job_name: host, static_configs: [{ targets: ["host.docker.internal:{{ exporter }}"] }] }
`,
      {
        values: {
          alertmanager: `${alertmanager.dnsName}:${alertmanagerPort}`,
          pushgateway: `${pushgateway.dnsName}:${pushgatewayPort}`,
          exporter: `${hostExporter.first}`,
        },
      },
    );
    const prometheus = new HardenedContainer(stack, 'Prometheus', {
      segment,
      image: image('prom/prometheus:v3.5.0'),
      profile: prometheusImage,
      command: [`--config.file=${settings.path}`, `--storage.tsdb.path=${prometheusImage.dataPath}`, '--web.enable-lifecycle'],
      configFiles: { files: [settings] },
      volumes: [VolumeMount.volume(volume('PrometheusData'), prometheusImage.dataPath)],
    });
    const grafanaImage = ImageProfile.grafana();
    const password = new SecretFile(stack, 'GrafanaAdmin', { daemon });
    const sources = ConfigFile.fromText(
      '/etc/grafana/provisioning/datasources/prometheus.yml',
      'apiVersion: 1\ndatasources: [{ name: Prometheus, type: prometheus, url: "http://{{ prometheus }}:9090" }]\n',
      { values: { prometheus: prometheus.dnsName } },
    );
    const grafana = new HardenedContainer(stack, 'Grafana', {
      segment,
      image: image('grafana/grafana:12.1.0'),
      profile: grafanaImage,
      environment: { GF_SECURITY_ADMIN_PASSWORD__FILE: password.filePath, GF_USERS_ALLOW_SIGN_UP: 'false' },
      secrets: { files: [password] },
      configFiles: { files: [sources] },
      volumes: [VolumeMount.volume(volume('GrafanaData'), grafanaImage.dataPath)],
    });

    const published = { 3000: grafana, 9090: prometheus, [alertmanagerPort]: alertmanager, [pushgatewayPort]: pushgateway };
    const caddyfile = ConfigFile.fromText(
      '/etc/caddy/Caddyfile',
      Object.entries(published)
        .map(([port, container]) => `:${port} {\n  reverse_proxy ${container.dnsName}:${port}\n}\n`)
        .join(''),
    );
    const caddyImage = ImageProfile.caddy();
    const caddy = new HardenedContainer(stack, 'Caddy', {
      segment,
      image: image('caddy:2.10'),
      profile: caddyImage,
      configFiles: { files: [caddyfile] },
      volumes: [VolumeMount.volume(volume('CaddyData'), caddyImage.dataPath)],
    });

    for (const [port, container] of Object.entries(published)) {
      caddy.publish(Port.tcp(Number(port)), LAN);
      caddy.connections.allowTo(container);
    }
    prometheus.startAfter(alertmanager, { healthy: true });
    grafana.startAfter(prometheus, { healthy: true });
    for (const peer of [alertmanager, pushgateway]) prometheus.connections.allowTo(peer);
    grafana.connections.allowTo(prometheus);
    prometheus.connections.allowTo(Peer.host(), hostExporter);
  },
};
