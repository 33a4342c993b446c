// Applications: a shell that prepares files, drops root, reads secrets, waits for its services by their names and listens, as the entry points of the public
// images do.
import type { StandIn } from './stand-in';

const IMMICH: readonly StandIn[] = [
  {
    names: ['ghcr.io/immich-app/immich-server:release'],
    folders: [['data', '0:0']],
    says: ['EXPOSE 2283', 'WORKDIR /usr/src/app'],
    programs: { 'usr/local/bin/immich-healthcheck': 'exec timeout 3 wget -q -O /dev/null http://127.0.0.1:2283/api/server/ping' },
    entry: `
secret DB_PASSWORD_FILE
for d in upload library thumbs encoded-video profile backups; do writes /data/$d; done
waits "$DB_HOSTNAME" 5432
waits "$REDIS_HOSTNAME" 6379
waits_url "$IMMICH_MACHINE_LEARNING_URL"
listens 2283
stays`,
  },
  {
    names: ['ghcr.io/immich-app/immich-machine-learning:release'],
    folders: [
      ['cache', '0:0'],
      ['usr/src', '0:0'],
    ],
    says: ['EXPOSE 3003', 'WORKDIR /usr/src', 'ENV MPLCONFIGDIR=/tmp'],
    programs: { 'usr/local/bin/python3': '[ "$1" = healthcheck.py ] && exec timeout 3 wget -q -O /dev/null http://127.0.0.1:3003/ping' },
    entry: `
writes /cache/clip /cache/facial-recognition /tmp
listens 3003
stays`,
  },
];

/** The server and the worker are one image; it keeps its mode in shared memory, and its health check asks for that. */
const AUTHENTIK: StandIn = {
  names: ['ghcr.io/goauthentik/server:2025.2.4'],
  users: ['1000'],
  folders: [['media', '1000:1000'], ['certs', '1000:1000'], ['templates', '1000:1000'], ['blueprints', '1000:1000']], // prettier-ignore
  says: ['USER 1000', 'ENV TMPDIR=/dev/shm/', 'EXPOSE 9000 9443'],
  programs: {
    'usr/local/bin/ak': `
[ "$1" = healthcheck ] || exec /entry.sh "$@"
case $(cat "$TMPDIR/authentik-mode") in
  server) exec timeout 3 wget -q -O /dev/null http://127.0.0.1:9000/-/health/ready/ ;;
  worker) [ $(($(date +%s) - $(stat -c %Y "$TMPDIR/authentik-worker"))) -le 30 ] ;;
esac`,
  },
  entry: `
secret AUTHENTIK_POSTGRESQL__PASSWORD AUTHENTIK_SECRET_KEY
waits "$AUTHENTIK_POSTGRESQL__HOST" 5432
waits "$AUTHENTIK_REDIS__HOST" 6379
echo "$1" >"$TMPDIR/authentik-mode" || fail "no writing in $TMPDIR"
writes /media/public
case $1 in
  server) listens 9000 9443; stays ;;
  worker)
    if is_root; then owned 1000:1000 /media /certs; fi
    writes /certs /tmp
    trap 'exit 0' TERM
    while :; do touch "$TMPDIR/authentik-worker"; sleep 5 & wait $!; done ;;
esac`,
};

export const APPS: readonly StandIn[] = [...IMMICH, AUTHENTIK];
