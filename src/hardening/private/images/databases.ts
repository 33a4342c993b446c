import { type ImageFacts, NOT_RUN } from './image-facts';

/** Major versions of PostgreSQL whose Dockerfiles were read. */
export const POSTGRES_MAJORS = { first: 14, last: 18 } as const;

const POSTGRES = 'https://github.com/docker-library/postgres/blob/6edb0a8c4def40c371514b34aef9037ec82d9110';

export function postgresFacts(major: number, isAlpine: boolean): ImageFacts {
  // From 18 on, the data is in a folder with the number of the version, and the volume is the folder above.
  const dataPath = major < 18 ? '/var/lib/postgresql/data' : '/var/lib/postgresql';
  const folder = `${major}/${isAlpine ? 'alpine3.23' : 'trixie'}`;
  const number = isAlpine ? 70 : 999;
  return {
    image: 'postgres',
    variant: `${major}, ${isAlpine ? 'Alpine' : 'Debian'}`,
    versions: `${major}`,
    major,
    tagWords: { alpine: isAlpine },
    uid: number,
    gid: number,
    imageUser: '',
    volumes: [dataPath],
    ports: ['5432/tcp'],
    dataPath,
    tmpfs: { '/tmp': 64, '/run/postgresql': 16 },
    // While the image makes the database, its server has a socket and no port: a check by the socket would be healthy too early.
    health: { test: ['CMD', 'pg_isready', '-q', '-h', '127.0.0.1'], startPeriodSeconds: 60 },
    fileVariables: ['POSTGRES_PASSWORD_FILE', 'POSTGRES_USER_FILE', 'POSTGRES_DB_FILE', 'POSTGRES_INITDB_ARGS_FILE'],
    stopSignal: 'SIGINT',
    stopSeconds: 90,
    memoryMebibytes: 512,
    notes: [
      'The entry point can start as this user, and then does not change owners.',
      ...(major < 18
        ? []
        : [`The database itself is in ${dataPath}/${major}/docker; a volume at ${dataPath}/data makes the image end with an error.`]),
    ],
    sources: [`${POSTGRES}/${folder}/Dockerfile`, `${POSTGRES}/${folder}/docker-entrypoint.sh`],
    run: isAlpine || major > 17 ? NOT_RUN : "Debian's package 15, with the user and the paths of the image",
  };
}

const MARIADB = 'https://github.com/MariaDB/mariadb-docker/blob/1b6429ba3544e134715c15f8c56cc6f665f827c9';

export const MARIADB_FACTS: ImageFacts = {
  image: 'mariadb',
  variant: 'Ubuntu',
  versions: '10.6, 10.11, 11.4, 11.8, 12.2, 12.3, 13.0',
  tagWords: { ubi: false },
  uid: 999,
  gid: 999,
  imageUser: '',
  volumes: ['/var/lib/mysql'],
  ports: ['3306/tcp'],
  dataPath: '/var/lib/mysql',
  tmpfs: { '/tmp': 64, '/run/mysqld': 16 },
  health: { test: ['CMD', 'healthcheck.sh', '--connect', '--innodb_initialized'], startPeriodSeconds: 60 },
  fileVariables: [
    ...['ROOT_HOST', 'DATABASE', 'USER', 'PASSWORD', 'ROOT_PASSWORD'].flatMap((name) => [`MARIADB_${name}_FILE`, `MYSQL_${name}_FILE`]),
    ...['PASSWORD_HASH', 'ROOT_PASSWORD_HASH', 'REPLICATION_USER', 'REPLICATION_PASSWORD', 'REPLICATION_PASSWORD_HASH'].map(
      (name) => `MARIADB_${name}_FILE`,
    ),
    ...['MASTER_HOST', 'MASTER_PORT', 'USER_HOST'].map((name) => `MARIADB_${name}_FILE`),
  ],
  stopSeconds: 60,
  memoryMebibytes: 512,
  notes: [
    'The Dockerfile does not set the number of its user, which gets the first free one, 999; every user can write to the folder of the socket, so the number matters only for the volume.',
    'For data from an older image, `healthcheck.sh` needs `MARIADB_AUTO_UPGRADE=1`, which creates its database user.',
  ],
  sources: [`${MARIADB}/11.8/Dockerfile`, `${MARIADB}/11.8/docker-entrypoint.sh`, `${MARIADB}/11.8/healthcheck.sh`],
  run: "Debian's package 10.11, and a different check instead of `healthcheck.sh`",
};

const REDIS = 'https://github.com/redis/docker-library-redis/blob/e5650da99bb377b2ed4f9f1ef993ff24729b1c16';
const VALKEY = 'https://github.com/valkey-io/valkey-container/blob/ae6141ea5d62c775b8bdb9be7396b951da435673';

/** Redis and its fork have the same image, except for names. */
export function keyValueFacts(image: 'redis' | 'valkey', isAlpine: boolean): ImageFacts {
  const folder = `${image === 'redis' ? `${REDIS}/7.4` : `${VALKEY}/8.0`}/${isAlpine ? 'alpine' : 'debian'}`;
  return {
    image,
    variant: isAlpine ? 'Alpine' : 'Debian',
    versions: image === 'redis' ? '6.2, 7.0, 7.2, 7.4' : '7.2, 8.0',
    tagWords: { alpine: isAlpine },
    uid: 999,
    gid: isAlpine ? 1000 : 999,
    imageUser: '',
    volumes: ['/data'],
    ports: ['6379/tcp'],
    dataPath: '/data',
    tmpfs: { '/tmp': 64 },
    // A server with a password answers NOAUTH, and the client returns success for any answer, so the check compares the answer. A server that still
    // loads is not ready.
    health: { test: ['CMD-SHELL', `${image}-cli ping | grep -Eq 'PONG|NOAUTH'`] },
    notes: [
      'The image turns the protected mode off: without a password, every workload with a flow to it can read and write all data.',
      'No variable takes a password; mount a configuration file with `requirepass`, and name it in `command`.',
    ],
    sources: [`${folder}/Dockerfile`, `${folder}/docker-entrypoint.sh`],
    run: image === 'redis' && !isAlpine ? "Debian's package 7.0, with the user and the paths of the image" : NOT_RUN,
  };
}
