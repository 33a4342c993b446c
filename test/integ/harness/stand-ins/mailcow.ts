// The images of mailcow: their entry points run as root, wait for the database, the cache and names, write settings and owners, and start a supervisor of
// root whose services are other users. Debian's unbound is real.
import type { StandIn } from './stand-in';

/** What the entry points of those with a database begin with. */
const BEGIN = `
is_root || fail "not root"
[ -n "$DBPASS" ] || fail "no password in DBPASS"
waits "$DBHOST" 3306
waits "$REDISHOST" 6379
`;
/** Names outside, by the resolver inside. */
const RESOLVES = `until nslookup -type=a mailcow.email >/dev/null 2>&1; do sleep 1; done; say "names resolve"\n`;
/** A service as another user, and the supervisor that stays. */
const under = (uid: number, ports: readonly number[]) => `su u${uid} -s /bin/sh -c '. /helpers.sh; listens ${ports.join(' ')}; stays' &\n`;

const mailcow = (name: string, users: readonly string[], folders: NonNullable<StandIn['folders']>, entry: string, more: Partial<StandIn> = {}): StandIn => ({ names: [`mailcow/${name}`], users, folders, entry, ...more }); // prettier-ignore

/** The entry points have other names there; what is given as the entry point is that of the stand-in. */
const at = (file: string) => ({ programs: { [file]: 'exec /entry.sh "$@"' } });
const ENTRY = at('docker-entrypoint.sh');

export const MAILCOW: readonly StandIn[] = [
  mailcow('unbound:1.23', ['101'], [['etc/unbound', '0:0'], ['etc/unbound/conf.d', '0:0']], `
is_root || fail "not root"
chown root:g101 /etc/unbound && chmod 770 /etc/unbound || fail "owners"
forward=$(awk '$1 == "nameserver" { print $2; exit }' /etc/resolv.conf)
cat >/etc/unbound/unbound.conf <<END
server:
  interface: 0.0.0.0
  access-control: 0.0.0.0/0 allow
  username: u101
  chroot: ""
  directory: /etc/unbound
  pidfile: ""
  module-config: iterator
  do-not-query-localhost: no
forward-zone:
  name: "."
  forward-addr: $forward
END
unbound -d -c /etc/unbound/unbound.conf &
stays`, { part: 'unbound', programs: { ...ENTRY.programs, 'healthcheck.sh': 'nslookup -type=a example.com 127.0.0.1 >/dev/null' } }), // prettier-ignore
  mailcow('clamd:1.66', ['700'], [['var/lib/clamav', '0:0']], `
is_root || fail "not root"
${RESOLVES}owned 700:700 /var/lib/clamav
${under(700, [3310])}stays`, at('clamd.sh')), // prettier-ignore
  mailcow('rspamd:1.98', ['101:82'], [['var/lib/rspamd', '0:0'], ['etc/rspamd/custom', '0:0']], `
if is_root; then
  waits "$REDISHOST" 6379
  writes /etc/rspamd/custom
  owned 101:82 /var/lib/rspamd /etc/rspamd/custom
  ${RESOLVES}  again 101
fi
writes /var/lib/rspamd /etc/rspamd/custom
listens 11334 9900
stays`, ENTRY), // prettier-ignore
  mailcow('phpfpm:1.91', ['82'], [], `${BEGIN}
${RESOLVES}writes /web /etc/sogo
chown -R 82:82 /web || fail "owners"
${under(82, [9001, 9002])}stays`, ENTRY), // prettier-ignore
  mailcow('sogo:1.129', ['999'], [], `${BEGIN}
writes /etc/sogo /sogo_web
chown 999:999 /etc/sogo /sogo_web || fail "owners"
${under(999, [20000])}stays`, ENTRY), // prettier-ignore
  mailcow('dovecot:1.31', ['5000', '401', '97'], [['var/vmail', '0:0'], ['templates', '0:0']], `${BEGIN}
${RESOLVES}[ "$(ulimit -n)" -ge 20000 ] || fail "too few files"
[ -t 1 ] || fail "no terminal"
mkdir -p /etc/dovecot/sql /etc/dovecot/auth /var/vmail/_garbage /var/vmail/sieve /var/volatile || fail "folders"
owned 5000:5000 /var/vmail /var/vmail_index /var/volatile
echo key >/mail_crypt/ecprivkey.pem && chown 401 /mail_crypt/ecprivkey.pem || fail "key"
writes /etc/sogo
chmod g+rw /dev/console && chown root:5 /dev/console || fail "console"
mkdir -p /var/empty && chroot / /bin/true || fail "no chroot"
${under(97, [143, 993, 110, 995, 4190, 24, 12345])}
# The supervisor ends a service of another user, and starts it again.
su u5000 -s /bin/sh -c 'echo mail >/var/vmail/sieve/global && exec sleep 100000' & sleep 1; kill $! || fail "no signal to another user"
stays`, ENTRY), // prettier-ignore
  mailcow('postfix:1.77', ['100', '101'], [['opt/postfix/conf', '0:0']], `${BEGIN}
${RESOLVES}writes /opt/postfix/conf
mkdir -p /var/spool/postfix/private && owned 101:101 /var/spool/postfix/private
echo key >/var/lib/zeyple/.stand-in && chown 100 /var/lib/zeyple/.stand-in || fail "owners"
waits rspamd 9900
waits dovecot 24
${under(101, [25, 465, 587, 588, 590])}stays`, ENTRY), // prettier-ignore
  mailcow('acme:1.91', [], [], `
[ "$1" = -g ] && shift 2; ${BEGIN}
${RESOLVES}writes /var/lib/acme
stays`, at('sbin/tini')), // prettier-ignore
];

/** nginx with the settings of the program that mounts them. */
export const WEB: readonly StandIn[] = [
  {
    names: ['nginx:1.29-alpine', 'nginx:1.29'],
    part: 'nginx',
    users: ['101'],
    folders: [['etc/nginx/conf.d', '0:0'], ['var/cache/nginx', '0:0'], ['usr/share/nginx/html', '0:0']], // prettier-ignore
    says: ['EXPOSE 80', 'STOPSIGNAL SIGQUIT'],
    command: ['nginx', '-g', 'daemon off;'],
    programs: {},
    entry: `
[ -w /etc/nginx/conf.d ] || say "can not modify /etc/nginx/conf.d"
cat >/tmp/nginx.conf <<'END'
user u101;
worker_processes 1;
pid /run/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path /var/cache/nginx/client_temp; proxy_temp_path /var/cache/nginx/proxy_temp; fastcgi_temp_path /var/cache/nginx/fastcgi_temp;
  uwsgi_temp_path /var/cache/nginx/uwsgi_temp; scgi_temp_path /var/cache/nginx/scgi_temp;
  include /etc/nginx/conf.d/*.conf;
}
END
shift
exec nginx -e stderr -c /tmp/nginx.conf "$@"`,
  },
];
