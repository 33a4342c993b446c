// What collects and shows metrics: Debian's Prometheus, node exporter, Alertmanager and Pushgateway; Grafana and Caddy by a shell.
import type { StandIn } from './stand-in';

const REAL = (program: string) => `exec ${program} "$@"`;

export const METRICS: readonly StandIn[] = [
  {
    names: ['prom/prometheus:v3.5.0'],
    part: 'prometheus',
    folders: [['prometheus', '65534:65534', '775'], ['etc/prometheus', '65534:65534']], // prettier-ignore
    says: ['USER nobody', 'VOLUME /prometheus', 'WORKDIR /prometheus', 'EXPOSE 9090'],
    entry: REAL('prometheus'),
  },
  {
    names: ['prom/node-exporter:v1.9.1'],
    part: 'node-exporter',
    says: ['USER nobody', 'EXPOSE 9100'],
    entry: REAL('prometheus-node-exporter'),
  },
  {
    names: ['prom/alertmanager:v0.28.1'],
    part: 'alertmanager',
    folders: [['alertmanager', '65534:65534', '775'], ['etc/alertmanager', '65534:65534']], // prettier-ignore
    says: ['USER nobody', 'VOLUME /alertmanager', 'WORKDIR /alertmanager', 'EXPOSE 9093'],
    entry: REAL('prometheus-alertmanager'),
  },
  {
    names: ['prom/pushgateway:v1.11.1'],
    part: 'pushgateway',
    folders: [['pushgateway', '65534:65534']],
    says: ['USER nobody', 'WORKDIR /pushgateway', 'EXPOSE 9091'],
    entry: REAL('prometheus-pushgateway'),
  },
  {
    names: ['grafana/grafana:12.1.0'],
    users: ['472:0'],
    folders: ['var/lib/grafana', 'var/log/grafana', 'etc/grafana/provisioning/datasources'].map((folder) => [folder, '472:0'] as const),
    says: ['USER 472', 'EXPOSE 3000'],
    entry: `
secret GF_SECURITY_ADMIN_PASSWORD__FILE
writes /var/lib/grafana/plugins /tmp
waits_url "$(sed -n 's/.*url: "\\([^"]*\\)".*/\\1/p' /etc/grafana/provisioning/datasources/*.yml)"
listens 3000
stays`,
  },
  {
    names: ['caddy:2.10'],
    folders: [['config/caddy', '0:0', '1777'], ['data/caddy', '0:0', '1777'], ['etc/caddy', '0:0']], // prettier-ignore
    says: ['EXPOSE 80 443 443/udp 2019', 'WORKDIR /srv', 'ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data'],
    entry: `
writes /data/caddy /config/caddy
awk '$1 == "reverse_proxy" { print $2 }' /etc/caddy/Caddyfile >/tmp/peers
while read -r peer; do waits "\${peer%:*}" "\${peer#*:}"; done </tmp/peers
listens 2019 $(sed -n 's/^:\\([0-9]*\\) {/\\1/p' /etc/caddy/Caddyfile)
stays`,
  },
];
