import { type ImageFacts, NOT_RUN } from './image-facts';

const NEXTCLOUD = 'https://github.com/nextcloud/docker/blob/4de1eed65a44c61ecce601ef1d27abd2059b52e6';
const PHP = 'https://github.com/docker-library/php/blob/445bf414f1d5866f7aef715f1203eae043710070';

const NEXTCLOUD_COMMON = {
  image: 'nextcloud',
  versions: '32, 33, 34',
  imageUser: '',
  volumes: ['/var/www/html'],
  dataPath: '/var/www/html',
  fileVariables: [
    ...['NEXTCLOUD_ADMIN_PASSWORD', 'NEXTCLOUD_ADMIN_USER', 'REDIS_HOST_PASSWORD'],
    ...['MYSQL', 'POSTGRES'].flatMap((kind) => [`${kind}_PASSWORD`, `${kind}_USER`]),
    ...['MYSQL_DATABASE', 'POSTGRES_DB'],
  ].map((name) => `${name}_FILE`),
  stopSeconds: 60,
  memoryMebibytes: 1024,
  run: NOT_RUN,
} as const;

const NEXTCLOUD_NOTES = [
  'The entry point supports a user other than root: it then copies the application without changing owners.',
  'With `REDIS_HOST` the entry point writes into `/usr/local/etc/php/conf.d`, which only root may do, and ends: do not set it, and configure Redis in the settings of Nextcloud.',
  '`/cron.sh` of the image needs root, and this profile does not start it.',
];

/** @param variant as tags write it: nothing for Apache on Debian */
export function nextcloudFacts(variant: 'apache' | 'fpm' | 'fpm-alpine'): ImageFacts {
  if (variant === 'apache') {
    return {
      ...NEXTCLOUD_COMMON,
      variant: 'Apache',
      tagWords: { fpm: false },
      uid: 33,
      gid: 33,
      ports: ['80/tcp'],
      tmpfs: { '/tmp': 256, '/run/apache2': 16, '/run/lock': 16 },
      health: { test: ['CMD', 'curl', '-fsS', '-o', '/dev/null', 'http://127.0.0.1/status.php'], startPeriodSeconds: 300 },
      stopSignal: 'SIGWINCH',
      notes: [...NEXTCLOUD_NOTES, 'The user is `www-data`, which has the number 33 in every release of Debian.'],
      sources: [
        `${NEXTCLOUD}/34/apache/Dockerfile`,
        `${NEXTCLOUD}/34/apache/entrypoint.sh`,
        `${PHP}/8.5/trixie/apache/Dockerfile`,
        `${PHP}/8.5/trixie/apache/apache2-foreground`,
      ],
    };
  }
  const isAlpine = variant === 'fpm-alpine';
  const number = isAlpine ? 82 : 33;
  return {
    ...NEXTCLOUD_COMMON,
    variant: isAlpine ? 'FPM, Alpine' : 'FPM, Debian',
    tagWords: { fpm: true, alpine: isAlpine },
    uid: number,
    gid: number,
    ports: ['9000/tcp'],
    tmpfs: { '/tmp': 256 },
    stopSignal: 'SIGQUIT',
    notes: [...NEXTCLOUD_NOTES, 'No program in the image can query FastCGI, so the profile has no health check.'],
    sources: [
      `${NEXTCLOUD}/34/${variant}/Dockerfile`,
      `${NEXTCLOUD}/34/${variant}/entrypoint.sh`,
      `${PHP}/8.5/${isAlpine ? 'alpine3.24' : 'trixie'}/fpm/Dockerfile`,
    ],
  };
}

const KEYCLOAK = 'https://github.com/keycloak/keycloak/blob';

/** One request by the shell, since the image has no program for it. */
const KEYCLOAK_READY =
  'exec 3<>/dev/tcp/127.0.0.1/9000 && printf \'HEAD /health/ready HTTP/1.0\\r\\n\\r\\n\' >&3 && read -r _ code _ <&3 && [ "$code" = 200 ]';

/** @param isBuilt whether the image has run `kc.sh build` */
export function keycloakFacts(isBuilt: boolean): ImageFacts {
  return {
    image: 'keycloak',
    variant: isBuilt ? 'built' : 'as published',
    versions: '22 (its Dockerfile), 26 (its page on health checks)',
    uid: 1000,
    gid: 0,
    imageUser: '1000',
    volumes: [],
    ports: ['8080/tcp', '8443/tcp'],
    tmpfs: isBuilt ? { '/tmp': 64, '/opt/keycloak/data': 64 } : { '/tmp': 64 },
    ...(!isBuilt && {
      writableRoot: 'Keycloak builds itself in its own folders when it starts; an image that is already built needs no writable root',
      environment: { KC_HEALTH_ENABLED: 'true' },
    }),
    health: { test: ['CMD', 'bash', '-c', KEYCLOAK_READY], startPeriodSeconds: 180 },
    stopSeconds: 60,
    memoryMebibytes: 1536,
    notes: [
      'The group is 0, as in the image; no process is root.',
      'Set the `command`: `start` with its options, or `start --optimized` for a built image.',
      isBuilt
        ? 'Build it with `--health-enabled=true`: the health check queries port 9000 over HTTP, which exists from 25 on.'
        : 'The health check queries port 9000 over HTTP, which exists from 25 on; with TLS set `http-management-scheme` to `http`.',
      'No variable takes the path of a file with a password; mount `/opt/keycloak/conf/keycloak.conf`, or use a keystore.',
      'The user and the folders of versions after 22 were not compared.',
    ],
    sources: [
      `${KEYCLOAK}/0463815bc93acbe22cf0b347af7cbd11e5a56d65/quarkus/container/Dockerfile`,
      `${KEYCLOAK}/54a6a36ac20a008b131d9b7bda4bcb5e0e03f66e/quarkus/container/ubi-null.sh`,
      `${KEYCLOAK}/00ee7505fa5f7a56d29e2a3d2f0e992d354a3e82/docs/guides/observability/health.adoc`,
    ],
    run: NOT_RUN,
  };
}
