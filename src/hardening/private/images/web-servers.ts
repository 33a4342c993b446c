import { type ImageFacts, NOT_RUN } from './image-facts';

const NGINX = 'https://github.com/nginx/docker-nginx/blob/0d7f4380c735af5009aa364e27fafecd958fd4fa';

export function nginxFacts(port: number): ImageFacts {
  return {
    image: 'nginx',
    variant: 'Debian, Alpine',
    versions: '1.29, 1.30',
    tagWords: { slim: false },
    uid: 101,
    gid: 101,
    imageUser: '',
    volumes: [],
    ports: ['80/tcp'],
    tmpfs: { '/tmp': 64, '/run': 16, '/var/cache/nginx': 64 },
    // Any answer is accepted: the content at / is not known here.
    health: { test: ['CMD', 'curl', '-s', '-o', '/dev/null', `http://127.0.0.1:${port}/`] },
    stopSignal: 'SIGQUIT',
    notes: [
      'The image starts as root, and its first process stays root. As user 101, nginx ignores the line `user`; the engine lets it listen on ports below 1024.',
      'The entry point cannot change `/etc/nginx/conf.d`, prints this and continues. For templates, list `/etc/nginx/conf.d` in `tmpfsMebibytes`.',
      'The variant `alpine-slim` has no `curl`, so it needs its own `healthCheck`.',
    ],
    sources: [
      `${NGINX}/stable/debian/Dockerfile`,
      `${NGINX}/stable/alpine-slim/Dockerfile`,
      `${NGINX}/stable/alpine/Dockerfile`,
      `${NGINX}/entrypoint/docker-entrypoint.sh`,
    ],
    run: "Debian's package 1.22, with the paths of the image",
  };
}

const TRAEFIK = 'https://github.com/traefik/traefik-library-image/blob/697393828fd83340553fe3edd13e961a9c3b971a';

export const TRAEFIK_FACTS: ImageFacts = {
  image: 'traefik',
  versions: '2.11, 3.0 to 3.7',
  uid: 10001,
  gid: 10001,
  imageUser: '',
  volumes: [],
  ports: ['80/tcp'],
  tmpfs: { '/tmp': 64 },
  health: { test: ['CMD', 'traefik', 'healthcheck', '--ping'] },
  notes: [
    'The image has no separate user, and needs none.',
    'The health check queries the entry point `traefik`; enable it with `--ping=true`.',
    'Store certificates on a volume, at the path in the settings of Traefik; Bulkhead refuses the socket of the engine.',
  ],
  sources: [`${TRAEFIK}/v3.7/alpine/Dockerfile`, `${TRAEFIK}/v3.7/alpine/entrypoint.sh`, `${TRAEFIK}/v2.11/alpine/Dockerfile`],
  run: NOT_RUN,
};

const CADDY = 'https://github.com/caddyserver/caddy-docker/blob/62d1326421cc6d6245f5178d3c277b0e69fb8fb6';

export const CADDY_FACTS: ImageFacts = {
  image: 'caddy',
  versions: '2.11',
  uid: 10001,
  gid: 10001,
  imageUser: '',
  volumes: [],
  ports: ['80/tcp', '443/tcp', '443/udp', '2019/tcp'],
  dataPath: '/data',
  tmpfs: { '/tmp': 64, '/config': 16 },
  fileCapabilities: ['NET_BIND_SERVICE'],
  health: { test: ['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:2019/config/'] },
  notes: [
    'The image has no separate user, and needs none.',
    'Its program file has the capability NET_BIND_SERVICE. The kernel refuses to execute it in a container without this capability, so the container may have it; its processes hold no capability.',
    'The health check queries the admin API on loopback; with `admin off`, set your own health check.',
  ],
  sources: [
    `${CADDY}/2.11/alpine/Dockerfile`,
    'https://github.com/caddyserver/caddy/blob/0cf03d32f7d99cf160d5375e8a40fbe3d910d515/admin.go',
  ],
  run: "Debian's package 2.6, marked as in the image",
};
