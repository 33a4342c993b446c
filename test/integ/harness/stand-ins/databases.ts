// Databases and caches, with Debian's real programs under the users and paths of the public images.
import type { StandIn } from './stand-in';

/**
 * As root it gives its folder to its user and starts again as that; as another user it takes what it finds. It makes the database of the variables, with the
 * password of the file.
 */
function postgres(names: readonly string[], uid: number): StandIn {
  return {
    names,
    part: 'postgres',
    users: [`${uid}`],
    folders: [
      ['var/lib/postgresql/data', `${uid}:${uid}`, '1777'],
      ['run/postgresql', `${uid}:${uid}`, '3777'],
      ['docker-entrypoint-initdb.d', '0:0'],
    ],
    says: ['ENV PGDATA=/var/lib/postgresql/data', 'VOLUME /var/lib/postgresql/data', 'EXPOSE 5432', 'STOPSIGNAL SIGINT'],
    command: ['postgres'],
    entry: `
if is_root; then owned ${uid}:${uid} "$PGDATA" /run/postgresql; again ${uid} "$@"; fi
mkdir -p "$PGDATA" && chmod 700 "$PGDATA" || fail "no data in $PGDATA"
mkdir -p /var/run/postgresql; chmod 3775 /var/run/postgresql || :
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  secret POSTGRES_PASSWORD_FILE
  initdb -U "\${POSTGRES_USER:-postgres}" --auth=scram-sha-256 --pwfile="$POSTGRES_PASSWORD_FILE" -E UTF8 --locale=C.UTF-8 --no-sync $POSTGRES_INITDB_ARGS || exit 1
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  # As the public image does: a server without the network makes the database.
  pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p 5432" -w start || exit 1
  db=\${POSTGRES_DB:-\${POSTGRES_USER:-postgres}}
  [ "$db" = postgres ] || PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE") psql -h /var/run/postgresql -U "\${POSTGRES_USER:-postgres}" -d postgres -c "create database \\"$db\\"" || exit 1
  pg_ctl -D "$PGDATA" -m fast -w stop || exit 1
fi
# Shared memory as a database with much of it has it.
exec "$@" -c listen_addresses='*' -c shared_buffers=64MB -c dynamic_shared_memory_type=posix`,
  };
}

/** As root it gives what is in its folder to its user and starts again as that. */
function redis(names: readonly string[], gid: number, server: string): StandIn {
  return {
    names,
    part: 'redis',
    users: [`999:${gid}`],
    folders: [['data', `999:${gid}`]],
    says: ['VOLUME /data', 'WORKDIR /data', 'EXPOSE 6379'],
    command: [server],
    programs: { 'usr/local/bin/valkey-server': 'exec redis-server "$@"', 'usr/local/bin/valkey-cli': 'exec redis-cli "$@"' },
    entry: `
case $1 in -*) set -- ${server} "$@" ;; esac
if is_root; then owned 999:${gid} /data; again 999 "$@"; fi
umask 077
exec "$@" --protected-mode no`,
  };
}

const mariadb: StandIn = {
  names: ['mariadb:10.11', 'mariadb:11.4'],
  part: 'mariadb',
  users: ['999'],
  folders: [
    ['var/lib/mysql', '999:999'],
    ['run/mysqld', '999:999', '777'],
  ],
  says: ['VOLUME /var/lib/mysql', 'EXPOSE 3306'],
  command: ['mariadbd'],
  programs: {
    'usr/local/bin/healthcheck.sh': `exec mariadb --socket=/run/mysqld/mysqld.sock -u"$MARIADB_USER$MYSQL_USER" -p"$(cat "$MARIADB_PASSWORD_FILE$MYSQL_PASSWORD_FILE")" -e 'select 1'`,
  },
  entry: `
if is_root; then owned 999:999 /var/lib/mysql /run/mysqld; again 999 "$@"; fi
if [ ! -d /var/lib/mysql/mysql ]; then
  user=$MARIADB_USER$MYSQL_USER db=$MARIADB_DATABASE$MYSQL_DATABASE
  [ -z "$MARIADB_ROOT_PASSWORD_FILE" ] || secret MARIADB_ROOT_PASSWORD_FILE
  file=$MARIADB_PASSWORD_FILE$MYSQL_PASSWORD_FILE
  secret file
  mariadb-install-db --datadir=/var/lib/mysql --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve >/dev/null || exit 1
  # A line each.
  printf "delete from mysql.global_priv where User='';\\nflush privileges;\\ncreate database %s;\\ncreate user '%s'@'%%' identified by '%s';\\ngrant all on %s.* to '%s'@'%%';\\n" "$db" "$user" "$(cat "$file")" "$db" "$user" >/tmp/init.sql
  set -- "$@" --init-file=/tmp/init.sql
fi
exec "$@" --datadir=/var/lib/mysql --socket=/run/mysqld/mysqld.sock --bind-address='*'`,
};

const memcached: StandIn = {
  names: ['memcached:1.6-alpine'],
  part: 'memcached',
  users: ['11211'],
  says: ['USER 11211', 'EXPOSE 11211'],
  command: ['memcached'],
  entry: `exec "$@"`,
};

export const DATABASES: readonly StandIn[] = [
  postgres(['postgres:16-alpine', 'postgres:17-alpine'], 70),
  postgres(['ghcr.io/immich-app/postgres:14-vectorchord0.4.3-pgvectors0.2.0', 'postgres:17'], 999),
  redis(['redis:7-alpine'], 1000, 'redis-server'),
  redis(['redis:7'], 999, 'redis-server'),
  redis(['valkey/valkey:8-bookworm'], 999, 'valkey-server'),
  mariadb,
  memcached,
];
