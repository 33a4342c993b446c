// Images of the examples that no other stack has.
import type { StandIn } from './stand-in';

export const EXAMPLES: readonly StandIn[] = [
  {
    names: ['nginxinc/nginx-unprivileged:1.27'],
    users: ['101'],
    says: ['USER 101', 'EXPOSE 8080', 'STOPSIGNAL SIGQUIT'],
    // Its settings name /tmp for everything that it writes.
    entry: `
writes /tmp
listens 8080
stays`,
  },
  {
    names: ['hashicorp/http-echo:1.0'],
    says: ['EXPOSE 5678'],
    entry: `
case $1 in -text=?*) ;; *) fail "-text is missing" ;; esac
listens 5678
stays`,
  },
  {
    names: ['registry.example.com/shop/api:3.2'],
    says: ['EXPOSE 8080'],
    entry: `
secret DB_PASSWORD_FILE SESSION_KEY_FILE
waits "$DB_HOST" 5432
waits "$REDIS_HOST" 6379
grep -q "$SMTP_HOST" /etc/hosts || fail "no address of $SMTP_HOST"
writes /tmp
listens 8080
stays`,
  },
  { names: ['registry.example.com/blog:5'], entry: 'listens 8080; stays' },
  { names: ['registry.example.com/wiki:2'], entry: 'listens 3000; stays' },
  { names: ['registry.example.com/tickets:4'], entry: 'listens 8080; stays' },
  {
    names: ['nextcloud:33-apache'],
    users: ['33'],
    folders: [['var/www/html', '33:33'], ['run/apache2', '0:0']], // prettier-ignore
    says: ['VOLUME /var/www/html', 'WORKDIR /var/www/html', 'EXPOSE 80', 'STOPSIGNAL SIGWINCH'],
    // As another user than root it copies its program without owners.
    entry: `
secret MYSQL_PASSWORD_FILE NEXTCLOUD_ADMIN_PASSWORD_FILE
waits "$MYSQL_HOST" 3306
writes /var/www/html/config /var/www/html/data /run/apache2 /run/lock /tmp
listens 80
trap 'exit 0' WINCH
stays`,
  },
  {
    names: ['adguard/adguardhome:v0.107.65'],
    part: 'dnsmasq',
    folders: ['conf', 'work'].map((folder) => [`opt/adguardhome/${folder}`, '0:0'] as const),
    says: ['EXPOSE 53/tcp 53/udp 80 3000', 'WORKDIR /opt/adguardhome/work'],
    entry: `
writes /opt/adguardhome/conf /opt/adguardhome/work/data
exec dnsmasq -k --user= --no-resolv --no-hosts --pid-file= --address=/#/203.0.113.99`,
  },
];
