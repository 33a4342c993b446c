/**
 * What popular public images without a profile need of a container, as far as a program can lack it and still synthesize. Read in their Dockerfiles and
 * entry points, or in what their projects say; none of it was run with the images themselves.
 */
export interface ImageNeeds {
  /** Names with their registry, without tag and digest. */
  readonly images: RegExp;
  /** Its first process must be its own: beside an init process of the engine it ends. */
  readonly isFirst?: true;
  /** Why it cannot start as another user than root. */
  readonly root?: string;
  /** Capabilities that its processes of root use. */
  readonly capabilities?: readonly string[];
  /** Those that the file of its program is marked with: without them the kernel does not execute it. */
  readonly fileCapabilities?: readonly string[];
  /** What it writes in all of its file system. */
  readonly writableRoot?: string;
  /** Folders that it writes to. */
  readonly writes?: readonly string[];
  /** MiB below which the kernel ends it. */
  readonly memory?: number;
  /** Why it cannot work in any container of Bulkhead, and what can be done instead. */
  readonly refused?: string;
  readonly source: string;
}

const S6 = 'its supervisor makes the folders of its services in /run, and executes files there';
const SSHD = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_CHROOT'];
const NET_BIND = ['CAP_NET_BIND_SERVICE'];

const hub = (...names: string[]) => new RegExp(`^docker\\.io/(${names.join('|')})$`);
const any = (...names: string[]) => new RegExp(`/(${names.join('|')})$`);

export const IMAGE_NEEDS: readonly ImageNeeds[] = [
  // Supervisors that must be the first process.
  {
    images: /^(docker\.io|lscr\.io|ghcr\.io)\/linuxserver\//,
    isFirst: true,
    writableRoot: S6,
    source: 'https://github.com/just-containers/s6-overlay',
  },
  {
    images: any('home-assistant/home-assistant', 'homeassistant/home-assistant', '[a-z0-9_]+-homeassistant'),
    isFirst: true,
    root: 'its supervisor starts it as root',
    writableRoot: S6,
    source: 'https://github.com/home-assistant/docker-base',
  },
  {
    images: any('paperless-ngx/paperless-ngx', 'paperlessngx/paperless-ngx'),
    isFirst: true,
    writableRoot: S6,
    memory: 512,
    source: 'https://github.com/paperless-ngx/paperless-ngx',
  },
  {
    images: hub('jc21/nginx-proxy-manager', 'plexinc/pms-docker', 'jlesage/[a-z0-9-]+'),
    isFirst: true,
    root: 'its supervisor prepares folders as root',
    writableRoot: S6,
    source: 'https://github.com/just-containers/s6-overlay',
  },
  // Servers of SSH lock each new connection into an empty folder before it is known.
  {
    images: any('gitea/gitea', 'forgejo/forgejo'),
    root: 'its supervisor and its SSH server stay root; the images with rootless in their tag or name do not',
    capabilities: SSHD,
    writableRoot: 'its entry point rewrites /etc/passwd, and its supervisor writes beside the files of its services',
    source: 'https://github.com/go-gitea/gitea/tree/main/docker/root',
  },
  { images: hub('atmoz/sftp'), root: 'its SSH server stays root', capabilities: SSHD, writableRoot: 'its entry point makes users', source: 'https://github.com/atmoz/sftp' }, // prettier-ignore
  {
    images: hub('gitlab/gitlab-[ce]e'),
    root: 'its supervisor stays root',
    capabilities: SSHD,
    writableRoot: 'its entry point configures all of its services',
    memory: 4096,
    source: 'https://docs.gitlab.com/install/docker/',
  },
  // Program files with a capability.
  { images: any('coturn/coturn'), fileCapabilities: NET_BIND, source: 'https://github.com/coturn/coturn/tree/master/docker/coturn' },
  { images: any('coredns/coredns'), fileCapabilities: NET_BIND, source: 'https://github.com/coredns/coredns' },
  { images: any('adguard/adguardhome'), fileCapabilities: NET_BIND, source: 'https://github.com/AdguardTeam/AdGuardHome' },
  { images: hub('library/caddy'), fileCapabilities: NET_BIND, source: 'https://github.com/caddyserver/caddy-docker' },
  // Networks.
  {
    images: any('qmcgaw/gluetun', 'qdm12/gluetun'),
    root: 'it makes interfaces, routes and firewall rules',
    capabilities: ['CAP_NET_ADMIN', 'CAP_CHOWN', 'CAP_DAC_OVERRIDE'],
    writableRoot: 'it writes /etc/resolv.conf, which the engine makes read-only with the root file system',
    source: 'https://github.com/qdm12/gluetun',
  },
  // Entry points that write the settings of their programs.
  {
    images: hub('confluentinc/cp-(kafka|server|zookeeper)'),
    writes: ['/etc/kafka', '/var/log/kafka'],
    memory: 768,
    source: 'https://github.com/confluentinc/kafka-images',
  },
  {
    images: hub('library/mysql'),
    writes: ['/var/lib/mysql', '/var/run/mysqld'],
    memory: 512,
    source: 'https://github.com/docker-library/mysql',
  },
  { images: hub('library/mongo'), writes: ['/data/db', '/data/configdb'], memory: 512, source: 'https://github.com/docker-library/mongo' },
  { images: hub('library/rabbitmq'), writes: ['/var/lib/rabbitmq'], source: 'https://github.com/docker-library/rabbitmq' },
  {
    images: any('clickhouse/clickhouse-server'),
    writes: ['/var/lib/clickhouse', '/var/log/clickhouse-server'],
    memory: 1024,
    source: 'https://github.com/ClickHouse/ClickHouse/tree/master/docker/server',
  },
  // Programs that control the engine, or the host.
  {
    images: any('containrrr/watchtower', 'nickfedor/watchtower', 'diun/watchtower'),
    refused: 'it replaces containers by calls of the engine that no socket proxy passes; change the image in the program, and apply',
    source: 'https://github.com/containrrr/watchtower',
  },
  {
    images: any('nginxproxy/acme-companion', 'nginx-proxy/acme-companion', 'jrcs/letsencrypt-nginx-proxy-companion'),
    refused:
      'it runs commands in other containers by calls of the engine that no socket proxy passes; use ImageProfile.traefik() or ImageProfile.caddy(), which get their certificates themselves',
    source: 'https://github.com/nginx-proxy/acme-companion',
  },
  {
    images: any(
      'nginxproxy/nginx-proxy',
      'nginx-proxy/nginx-proxy',
      'jwilder/nginx-proxy',
      'nginxproxy/docker-gen',
      'jwilder/docker-gen',
      'mcuadros/ofelia',
    ),
    refused:
      'it needs the socket of the engine as a file, or calls that change other containers, which no socket proxy passes; use ImageProfile.traefik() with a SocketProxy, or a reverse proxy with a config file',
    source: 'https://github.com/nginx-proxy/nginx-proxy',
  },
  {
    images: any('crazymax/fail2ban', 'lukechilds/fail2ban'),
    refused:
      "it changes the firewall of the host, for which it needs the host's network and NET_ADMIN; run it on the host, or limit sources and rates with publish()",
    source: 'https://github.com/crazy-max/docker-fail2ban',
  },
  {
    images: hub('library/docker', 'docker'),
    refused: 'an engine in a container needs a privileged one; build and run the jobs on another machine, and connect the runner to it',
    source: 'https://github.com/docker-library/docker',
  },
];

/** What an image needs, by its name with its registry. */
export function needsOf(name: string): readonly ImageNeeds[] {
  return IMAGE_NEEDS.filter(({ images }) => images.test(name));
}
