// WireGuard servers, with Debian's wireguard-go, wg and iptables: the kernel of the lab has no WireGuard.
import type { StandIn } from './stand-in';

/** What `wg-quick up` does for a server: an interface, its peers, its addresses, and the lines of the file that say what to do afterwards. */
const WG_QUICK = `
[ "$1" = up ] || fail "wg-quick $1"
case $2 in */*) file=$2 ;; *) file=/etc/wireguard/$2.conf ;; esac
[ -r "$file" ] || fail "no $file"
name=\${file##*/}; name=\${name%.conf}
mkdir -p /run/wireguard && wireguard-go -f "$name" &
n=0
until wg show "$name" >/dev/null 2>&1; do n=$((n + 1)); [ $n -lt 100 ] || fail "no $name"; sleep 0.1; done
umask 077
sed '/^\\(Address\\|PostUp\\|PostDown\\) *=/d' "$file" >/run/$name.setconf && wg setconf "$name" /run/$name.setconf || fail "wg setconf"
sed -n 's/^Address *= *//p' "$file" | while read -r address; do ip address add "$address" dev "$name" || exit 1; done || fail "no address"
ip link set "$name" up || fail "$name is down"
sed -n 's/^PostUp *= *//p' "$file" >/run/$name.up
sh -e /run/$name.up || fail "PostUp"`;

export const VPN: readonly StandIn[] = [
  {
    names: ['registry.example.com/wireguard:1'],
    part: 'wireguard',
    programs: { 'usr/bin/iptables': 'exec iptables-nft "$@"', 'usr/bin/wg-quick': WG_QUICK },
    entry: 'exec "$@"',
  },
  {
    names: ['weejewel/wg-easy:7'],
    part: 'wireguard',
    folders: [['app', '0:0']],
    says: ['EXPOSE 51820/udp 51821', 'WORKDIR /app'],
    programs: {
      'usr/bin/iptables': 'exec iptables-legacy "$@"',
      'usr/bin/wg-quick': WG_QUICK,
      'usr/bin/dumb-init': 'exec "$@"',
      'usr/local/bin/node': `
[ "$*" = server.js ] || fail "node $*"
[ -n "$PASSWORD" ] && [ -n "$WG_HOST" ] && [ -n "$WG_POST_UP" ] || fail "no settings"
writes /etc/wireguard
umask 077
cd /etc/wireguard
[ -s server ] || printf '[Interface]\\nPrivateKey = %s\\nListenPort = 51820\\n' "$(wg genkey)" >server
sed "s|^ListenPort.*|&\\nAddress = 10.8.0.1/24\\nPostUp = $WG_POST_UP|" server >wg0.conf || fail "no wg0.conf"
wg-quick up wg0 || exit 1
listens 51821
stays`,
    },
    entry: 'fail "the image has no entry point"',
  },
];
