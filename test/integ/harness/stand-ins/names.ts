// Resolvers, with Debian's dnsmasq and unbound, and what stands before services.
import type { StandIn } from './stand-in';

/** `dig` of these images, for the words that health checks give it. */
const DIG = `
server=127.0.0.1 port=53 name=
while [ $# -gt 0 ]; do case $1 in @*) server=\${1#@} ;; -p) port=$2; shift ;; +*) ;; *) name=$1 ;; esac; shift; done
nslookup -type=a "$name" "$server:$port" | grep -q '^Address: *[0-9.]*$'`;

export const NAMES: readonly StandIn[] = [
  {
    names: ['visibilityspots/cloudflared:2025.2.0'],
    part: 'dnsmasq',
    users: ['1000'],
    says: ['USER 1000', 'EXPOSE 5054/udp'],
    programs: { 'usr/bin/dig': DIG },
    entry: `exec dnsmasq -k --user= --no-resolv --no-hosts --pid-file= --address=/#/203.0.113.99 --port="$PORT"`,
  },
  {
    names: ['pihole/pihole:2024.07.0'],
    part: 'dnsmasq',
    users: ['999', '33'],
    folders: [['etc/pihole', '0:0'], ['etc/dnsmasq.d', '0:0'], ['var/log/pihole', '999:999'], ['run/lighttpd', '33:33']], // prettier-ignore
    says: ['EXPOSE 53 53/udp 67/udp 80', "HEALTHCHECK CMD dig +short +norecurse +retry=0 @127.0.0.1 pi.hole || exit 1"], // prettier-ignore
    programs: { 'usr/bin/dig': DIG },
    // The supervisor is the first process, and stays root.
    entry: `
[ $$ = 1 ] || fail "the supervisor is not the first process"
printf '#!/bin/sh\\nexit 0\\n' >/run/supervised && chmod 755 /run/supervised && /run/supervised || fail "nothing runs from /run"
secret WEBPASSWORD_FILE
writes /etc/pihole /etc/dnsmasq.d
echo "server=$PIHOLE_DNS_" >/etc/dnsmasq.d/01-pihole.conf
echo "address=/pi.hole/127.0.0.1" >>/etc/dnsmasq.d/01-pihole.conf
chown -R 999:0 /etc/pihole || fail "chown"
chmod 664 /etc/pihole/.stand-in || fail "chmod"
name=\${PIHOLE_DNS_%%#*} port=\${PIHOLE_DNS_##*#}
waits "$name" "$port"
address=$(nslookup -type=a "$name" 127.0.0.11 | awk '/^Name/ { named = 1 } named && /^Address/ { print $2; exit }')
su u999 -s /bin/sh -c "exec dnsmasq -k --user= --no-resolv --no-hosts --pid-file= --server=$address#$port --address=/pi.hole/127.0.0.1" &
su u33 -s /bin/sh -c '. /helpers.sh; listens 80; stays' &
nslookup -type=a example.com 127.0.0.1 >/dev/null || sleep 1
stays`,
  },
  {
    names: ['traefik/whoami:v1.10'],
    says: ['EXPOSE 80'],
    entry: `listens "$2"; stays`,
  },
  {
    names: ['traefik:v3.6.1'],
    says: ['EXPOSE 80'],
    programs: {
      'usr/local/bin/traefik': '[ "$*" = "healthcheck --ping" ] && exec timeout 3 wget -q -O /dev/null http://127.0.0.1:8080/ping',
    },
    // It asks for the containers, takes those that say so by a label, and reaches them at the port of another one.
    entry: `
for w; do case $w in
  --providers.docker.endpoint=*) engine=\${w#*=tcp://} ;;
  --certificatesresolvers.acme.acme.storage=*) storage=\${w#*=} ;;
esac; done
umask 077; echo '{}' >"$storage" || fail "no writing of $storage"
# As 3.6.1 and later do: those before asked for 1.24, which engine 29 refuses.
until api=$(timeout 3 wget -q -O - "http://$engine/version" | sed -n 's/.*"ApiVersion":"\\([0-9.]*\\)".*/\\1/p') && [ -n "$api" ]; do sleep 1; done
until timeout 3 wget -q -O /tmp/containers "http://$engine/v$api/containers/json"; do sleep 1; done
grep -q traefik.enable /tmp/containers || fail "no container with a label"
sed 's/},{/}\\n{/g' /tmp/containers | grep '"traefik.enable":"true"' >/tmp/services
while read -r line; do
  name=$(echo "$line" | sed 's/.*"Names":\\["\\/\\([^"]*\\)".*/\\1/')
  port=$(echo "$line" | sed 's/.*loadbalancer.server.port":"\\([0-9]*\\)".*/\\1/')
  waits "$name" "$port"
done </tmp/services
! timeout 3 wget -q -O /tmp/info "http://$engine/v$api/info" || fail "the proxy passes more than it should"
listens 80 443 8080
stays`,
  },
];
