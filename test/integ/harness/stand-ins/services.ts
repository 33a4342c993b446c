// Chat and calls, messages, a forge of code, and programs behind a VPN.
import type { StandIn } from './stand-in';

/** Synapse reads where its database is from its settings, and takes what it finds as another user. The file of the relay's program has a capability. */
const CHAT: readonly StandIn[] = [
  {
    names: ['matrixdotorg/synapse:v1.136.0'],
    users: ['991'],
    says: ['EXPOSE 8008/tcp 8009/tcp 8448/tcp', 'VOLUME /data'],
    entry: `
if is_root; then owned 991:991 /data; again 991 "$@"; fi
[ -r "$SYNAPSE_CONFIG_PATH" ] || fail "no settings"
setting() { sed -n "s/^ *$1: *//p" "$SYNAPSE_CONFIG_PATH"; }
for name in passfile macaroon_secret_key_path registration_shared_secret_path turn_shared_secret_path; do file=$(setting $name); secret file; done
writes "$(setting media_store_path)" /tmp
[ -s "$(setting signing_key_path)" ] || echo key >"$(setting signing_key_path)" || fail "no key"
waits "$(setting host)" 5432
listens 8008
stays`,
  },
  {
    names: ['coturn/coturn:4.7'],
    users: ['65534'],
    folders: [['var/lib/coturn', '65534:65534']],
    says: ['USER 65534:65534', 'EXPOSE 3478 3478/udp', 'VOLUME /var/lib/coturn'],
    marked: ['opt/turnserver/busybox'],
    entry: `
[ "$1" = -c ] || fail "no settings"
file=$2
secret file
writes /var/lib/coturn
exec /opt/turnserver/busybox nc -ll -p 3478 -e /usr/bin/answer`,
  },
];

/** They write their settings from their variables, and complain of a folder that is read-only. */
const kafkaLike = (image: string, folders: readonly string[], program: string): StandIn => ({
  names: [image],
  users: ['1000'],
  folders: [['etc/kafka', '1000:1000', '775'], ['var/log/kafka', '1000:1000', '775'], ...folders.map((folder) => [folder, '1000:1000', '775'] as const)], // prettier-ignore
  says: ['USER 1000', ...folders.map((folder) => `VOLUME /${folder}`)],
  programs: { 'usr/bin/kafka-topics': 'exec timeout 3 /usr/bin/nc -z 127.0.0.1 9092' },
  entry: `
writes /etc/kafka /var/log/kafka ${folders.map((folder) => `/${folder}`).join(' ')}
${program}
stays`,
});

const BROKERS: readonly StandIn[] = [
  kafkaLike('confluentinc/cp-zookeeper:7.9.0', ['var/lib/zookeeper/data', 'var/lib/zookeeper/log'], 'listens "$ZOOKEEPER_CLIENT_PORT"'),
  kafkaLike(
    'confluentinc/cp-kafka:7.9.0',
    ['var/lib/kafka/data'],
    `
waits "\${KAFKA_ZOOKEEPER_CONNECT%:*}" "\${KAFKA_ZOOKEEPER_CONNECT#*:}"
listens 9092 29092
# As a client that comes back by the name that it was told.
inside=\${KAFKA_ADVERTISED_LISTENERS%%,*}
waits_url "$inside"`,
  ),
  {
    names: ['provectuslabs/kafka-ui:v0.7.2'],
    users: ['100'],
    says: ['USER 100', 'EXPOSE 8080'],
    entry: `
writes /tmp
waits_url "kafka://$KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS"
listens 8080
stays`,
  },
];

/** A supervisor of root, a server that drops it, and one of SSH that locks each connection into an empty folder. */
const FORGE: readonly StandIn[] = [
  {
    names: ['codeberg.org/forgejo/forgejo:13'],
    users: ['1000'],
    says: ['EXPOSE 22 3000', 'VOLUME /data'],
    programs: { 'usr/bin/sshd-session': `chroot / /bin/echo SSH-2.0-stand-in || fail "no lock"` },
    entry: `
is_root || fail "the supervisor is not root"
sed -i "s/^u1000:/git:/" /etc/passwd || fail "no user"
mkdir -p /etc/s6/forgejo/supervise || fail "no supervision"
secret FORGEJO__database__PASSWD__FILE
for d in gitea git ssh; do owned 1000:1000 /data/$d; done
chmod 700 /data/git || fail "chmod"
waits "\${FORGEJO__database__HOST%:*}" "\${FORGEJO__database__HOST#*:}"
nc -ll -p 22 -e /usr/bin/sshd-session &
su git -s /bin/sh -c '. /helpers.sh; writes /data/git; listens 3000; stays' &
child=$!
trap 'kill $child || say "no signal for the server"; exit 0' TERM
wait`,
  },
  {
    names: ['code.forgejo.org/forgejo/runner:11'],
    users: ['1001'],
    says: ['USER 1001', 'VOLUME /data'],
    entry: `
writes /data
waits_url "$FORGEJO_INSTANCE_URL"
stays`,
  },
];

/** Images of one maker: a supervisor that is the first process, and executes files in /run. */
const supervised = (image: string, folder: string, port: number): StandIn => ({
  names: [image],
  users: ['911'],
  folders: [['config', '911:911']],
  says: [`EXPOSE ${port}`, 'VOLUME /config'],
  entry: `
[ $$ = 1 ] || fail "the supervisor can only run as the first process"
printf '#!/bin/sh\\nexit 0\\n' >/run/supervised && chmod 755 /run/supervised && /run/supervised || fail "nothing runs from /run"
sed -i "s/^u911:x:911:911:/u911:x:$PUID:$PGID:/" /etc/passwd || fail "no user"
owned "$PUID:$PGID" /config
su u911 -s /bin/sh -c '. /helpers.sh; writes /config /${folder}; listens ${port}; stays' &
child=$!
trap 'kill $child; exit 0' TERM
wait`,
});

const BEHIND_VPN: readonly StandIn[] = [
  {
    names: ['qmcgaw/gluetun:v3.40'],
    part: 'wireguard',
    folders: [['gluetun', '0:0']],
    says: ['EXPOSE 8000/tcp 8388/udp'],
    programs: {
      'usr/bin/iptables': 'exec iptables-nft "$@"',
      'gluetun-entrypoint': '[ "$1" = healthcheck ] && exec test -s /tmp/gluetun/ip',
    },
    entry: `
secret WIREGUARD_PRIVATE_KEY_SECRETFILE
writes /gluetun
echo 'nameserver 127.0.0.1' >/etc/resolv.conf || fail "no resolver"
iptables -A INPUT -p tcp --dport 9 -j DROP || fail "no firewall"
mkdir -p /run/wireguard && wireguard-go -f tun0 &
n=0
until ip link set tun0 up 2>/dev/null; do n=$((n + 1)); [ $n -lt 100 ] || fail "no tunnel"; sleep 0.1; done
mkdir -p /tmp/gluetun && chmod 755 /tmp/gluetun && chown 1000:1000 /tmp/gluetun || fail "chown"
echo 203.0.113.7 >/tmp/gluetun/ip || fail "no address"
stays`,
  },
  supervised('lscr.io/linuxserver/qbittorrent:5.1.0', 'downloads', 8080),
  supervised('lscr.io/linuxserver/sonarr:4.0.14', 'tv', 8989),
];

export const SERVICES: readonly StandIn[] = [...CHAT, ...BROKERS, ...FORGE, ...BEHIND_VPN];
