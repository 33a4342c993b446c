/**
 * What popular public images without a profile need of a container, as far as a program can lack it and still synthesize. Read in their Dockerfiles and
 * entry points, or in what their projects say; none of it was run with the images themselves.
 */
export interface ImageNeeds {
  /** For readers. */
  readonly title: string;
  /** Names with their registry, without tag and digest. */
  readonly images: RegExp;
  /** Tags, if it is not every one. */
  readonly tags?: RegExp;
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
  /** MiB that it uses with the settings of the image. */
  readonly memory?: number;
  /** Why it cannot work in any container of Bulkhead, and what can be done instead. */
  readonly refused?: string;
  readonly source: string;
}

const S6 = 'its supervisor makes the folders of its services in /run, and executes files there';
/** Servers of SSH lock each new connection into an empty folder, and supervisors signal services of other users. */
const SSHD = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_KILL', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_CHROOT'];
const NET_BIND = ['CAP_NET_BIND_SERVICE'];

export const IMAGE_NEEDS: readonly ImageNeeds[] = [
  // Supervisors that must be the first process.
  {
    title: 'images of LinuxServer.io',
    images: /^(docker\.io|lscr\.io|ghcr\.io)\/linuxserver\/[^/]+$/,
    isFirst: true,
    writableRoot: S6,
    source: 'https://github.com/just-containers/s6-overlay',
  },
  {
    title: 'home-assistant/home-assistant',
    images: /\/(home-assistant|homeassistant)\/home-assistant$/,
    isFirst: true,
    root: 'its supervisor starts it as root',
    writableRoot: S6,
    source: 'https://github.com/home-assistant/docker-base',
  },
  {
    title: 'paperless-ngx/paperless-ngx',
    images: /\/(paperless-ngx|paperlessngx)\/paperless-ngx$/,
    isFirst: true,
    writableRoot: S6,
    memory: 512,
    source: 'https://github.com/paperless-ngx/paperless-ngx',
  },
  {
    title: 'jc21/nginx-proxy-manager',
    images: /\/jc21\/nginx-proxy-manager$/,
    isFirst: true,
    root: 'its supervisor prepares folders as root',
    writableRoot: S6,
    source: 'https://github.com/NginxProxyManager/nginx-proxy-manager',
  },
  // Servers of SSH.
  {
    title: 'gitea/gitea, forgejo/forgejo, without rootless in the tag',
    images: /\/(gitea\/gitea|forgejo\/forgejo)$/,
    root: 'its supervisor and its SSH server stay root; the variant with rootless in its tag has another user',
    capabilities: SSHD,
    writableRoot: 'its entry point rewrites /etc/passwd, and its supervisor writes beside the files of its services',
    source: 'https://github.com/go-gitea/gitea/tree/main/docker/root',
  },
  {
    title: 'gitlab/gitlab-ce, gitlab/gitlab-ee',
    images: /\/gitlab\/gitlab-[ce]e$/,
    root: 'its supervisor stays root',
    capabilities: SSHD,
    writableRoot: 'its entry point configures all of its services',
    memory: 4096,
    source: 'https://docs.gitlab.com/install/docker/',
  },
  // Program files with a capability.
  {
    title: 'coturn/coturn',
    images: /\/coturn\/coturn$/,
    fileCapabilities: NET_BIND,
    source: 'https://github.com/coturn/coturn/tree/master/docker/coturn',
  },
  { title: 'coredns/coredns', images: /\/coredns\/coredns$/, fileCapabilities: NET_BIND, source: 'https://github.com/coredns/coredns' },
  {
    title: 'adguard/adguardhome',
    images: /\/adguard\/adguardhome$/,
    fileCapabilities: NET_BIND,
    source: 'https://github.com/AdguardTeam/AdGuardHome',
  },
  {
    title: 'caddy, without its profile',
    images: /^docker\.io\/library\/caddy$/,
    fileCapabilities: NET_BIND,
    source: 'https://github.com/caddyserver/caddy-docker',
  },
  // Networks.
  {
    title: 'qmcgaw/gluetun',
    images: /\/(qmcgaw|qdm12)\/gluetun$/,
    root: 'it makes interfaces, routes and firewall rules',
    capabilities: ['CAP_NET_ADMIN', 'CAP_CHOWN', 'CAP_DAC_OVERRIDE'],
    writableRoot: 'it writes /etc/resolv.conf, which the engine makes read-only with the root file system',
    source: 'https://github.com/qdm12/gluetun',
  },
  // Entry points that write the settings of their programs.
  {
    title: 'confluentinc/cp-kafka, cp-server, cp-zookeeper',
    images: /\/confluentinc\/cp-(kafka|server|zookeeper)$/,
    writes: ['/etc/kafka', '/var/log/kafka'],
    memory: 768,
    source: 'https://github.com/confluentinc/kafka-images',
  },
  {
    title: 'mysql',
    images: /^docker\.io\/library\/mysql$/,
    writes: ['/var/lib/mysql', '/var/run/mysqld'],
    memory: 512,
    source: 'https://github.com/docker-library/mysql',
  },
  {
    title: 'mongo',
    images: /^docker\.io\/library\/mongo$/,
    writes: ['/data/db'],
    memory: 512,
    source: 'https://github.com/docker-library/mongo',
  },
  {
    title: 'rabbitmq',
    images: /^docker\.io\/library\/rabbitmq$/,
    writes: ['/var/lib/rabbitmq'],
    source: 'https://github.com/docker-library/rabbitmq',
  },
  {
    title: 'clickhouse/clickhouse-server',
    images: /\/clickhouse\/clickhouse-server$/,
    writes: ['/var/lib/clickhouse', '/var/log/clickhouse-server'],
    memory: 1024,
    source: 'https://github.com/ClickHouse/ClickHouse/tree/master/docker/server',
  },
  // Programs that control the engine, or the host.
  {
    title: 'containrrr/watchtower',
    images: /\/(containrrr|nickfedor)\/watchtower$/,
    refused: 'it replaces containers by calls of the engine that no socket proxy passes; change the image in the program, and apply',
    source: 'https://github.com/containrrr/watchtower',
  },
  {
    title: 'nginxproxy/acme-companion',
    images: /\/(nginxproxy|nginx-proxy)\/acme-companion$/,
    refused:
      'it runs commands in other containers by calls of the engine that no socket proxy passes; use ImageProfile.traefik() or ImageProfile.caddy(), which get their certificates themselves',
    source: 'https://github.com/nginx-proxy/acme-companion',
  },
  {
    title: 'mcuadros/ofelia',
    images: /\/mcuadros\/ofelia$/,
    refused:
      'it runs commands in other containers by calls of the engine that no socket proxy passes; run the job in a container of its own',
    source: 'https://github.com/mcuadros/ofelia',
  },
  {
    title: 'crazymax/fail2ban',
    images: /\/crazymax\/fail2ban$/,
    refused:
      "it changes the firewall of the host, for which it needs the host's network and NET_ADMIN; run it on the host, or limit sources and rates with publish()",
    source: 'https://github.com/crazy-max/docker-fail2ban',
  },
  {
    title: 'docker, with dind in the tag',
    images: /^docker\.io\/library\/docker$/,
    tags: /dind/,
    refused: 'an engine in a container needs a privileged one; run the jobs on another machine, and connect their runner to the server',
    source: 'https://github.com/docker-library/docker',
  },
];

/** What an image needs, by its name with its registry, and by its tag. */
export function needsOf(name: string, tag: string): readonly ImageNeeds[] {
  return IMAGE_NEEDS.filter(({ images, tags }) => images.test(name) && (tags === undefined || tags.test(tag)));
}
