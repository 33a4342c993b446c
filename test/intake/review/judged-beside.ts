import { clean, mistake, type Judged } from './judged';
import { B, EST, HTTP, PG, TLS, W } from './judged-ports';
import { APP, D0, DB } from './saved-host';
import { ufwOf } from './ufw';

const TS = {
  'ts-input': [
    '-s 100.101.102.103/32 -i lo -j ACCEPT',
    '-s 100.115.92.0/23 ! -i tailscale0 -j RETURN',
    '-s 100.64.0.0/10 ! -i tailscale0 -j DROP',
    '-i tailscale0 -j ACCEPT',
    '-p udp -m udp --dport 41641 -j ACCEPT',
  ],
  'ts-forward': [
    '-i tailscale0 -j MARK --set-xmark 0x40000/0xff0000',
    '-m mark --mark 0x40000/0xff0000 -j ACCEPT',
    '-s 100.64.0.0/10 -o tailscale0 -j DROP',
    '-o tailscale0 -j ACCEPT',
  ],
};
const ts = {
  input: ['-j ts-input'],
  pre: ['-j ts-forward'],
  chains: TS,
  natPost: ['-j ts-postrouting'],
  natChains: { 'ts-postrouting': ['-m mark --mark 0x40000/0xff0000 -j MASQUERADE'] },
};
const fwd7 = (deny: string[]) => ({
  input: [
    `${EST} -j ACCEPT`,
    '-i lo -j ACCEPT',
    '-j INPUT_direct',
    '-j INPUT_ZONES',
    '-m conntrack --ctstate INVALID -j DROP',
    '-j REJECT --reject-with icmp-host-prohibited',
  ],
  post: [
    `${EST} -j ACCEPT`,
    '-i lo -j ACCEPT',
    '-j FORWARD_direct',
    '-j FORWARD_IN_ZONES',
    '-j FORWARD_OUT_ZONES',
    '-m conntrack --ctstate INVALID -j DROP',
    '-j REJECT --reject-with icmp-host-prohibited',
  ],
  chains: {
    INPUT_direct: [],
    INPUT_ZONES: ['-i docker0 -j IN_docker', '-i eth0 -g IN_public', '-g IN_public'],
    FORWARD_direct: [],
    FORWARD_IN_ZONES: ['-i eth0 -g FWDI_public', '-g FWDI_public'],
    FORWARD_OUT_ZONES: ['-o eth0 -g FWDO_public', '-g FWDO_public'],
    FWDI_public: ['-p icmp -j ACCEPT'],
    FWDO_public: [],
    IN_docker: ['-j ACCEPT'],
    IN_public: ['-j IN_public_log', '-j IN_public_deny', '-j IN_public_allow', '-p icmp -j ACCEPT'],
    IN_public_log: [],
    IN_public_deny: deny,
    IN_public_allow: [
      '-p tcp -m tcp --dport 22 -m conntrack --ctstate NEW,UNTRACKED -j ACCEPT',
      '-p tcp -m tcp --dport 80 -m conntrack --ctstate NEW,UNTRACKED -j ACCEPT',
    ],
  },
});

/** Hosts with a VPN, kube-proxy, firewalld or libvirt, and plain ones. */
export const BESIDE: readonly Judged[] = [
  clean('tailscale', 'Tailscale and Docker as they are', { engine: '28.5.2', published: [HTTP], ...ts }, [], { allow: /BH-F(12|18)/ }),
  clean('tailscale-26', 'the same on 26: accepts before Docker step over unpublished', { engine: '26.1.5', published: [HTTP], ...ts }, [], { allow: /BH-F(12|18)/ }),
  mistake('tailscale-user', 'a drop of tailscale0 in DOCKER-USER stands behind ts-forward', { engine: '28.5.2', published: [PG], ...ts, user: ['-i tailscale0 -p tcp -m tcp --dport 5432 -j DROP'] }, [/BH-F06.*tailscale0/]),
  mistake('tailscale-only', 'only tailscale0 may: ufw allow in on tailscale0, published to all', { published: [PG], ...ufwOf({ in: ['-p tcp -m tcp --dport 22 -j ACCEPT', '-i tailscale0 -p tcp -m tcp --dport 5432 -j ACCEPT'] }) }, [/BH-F01.*5432/]),
  clean('wg-gateway', 'wireguard to the outside on 28', { engine: '28.5.2', published: [HTTP], pre: ['-i wg0 -o eth0 -j ACCEPT', `-i eth0 -o wg0 ${EST} -j ACCEPT`], natPost: ['-s 10.8.0.0/24 -o eth0 -j MASQUERADE'] }, [/BH-F12/]),
  mistake('wg-first-26', 'wg0 accepted first: passes the drop in DOCKER-USER', { engine: '26.1.5', published: [PG], pre: ['-i wg0 -j ACCEPT', '-o wg0 -j ACCEPT'], user: ['-i wg0 -p tcp -m tcp --dport 5432 -j DROP'] }, [/BH-F(06|12)/]),
  clean('kube', 'kube-proxy beside Docker', { engine: '26.1.5', published: [HTTP], pre: ['-m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL', '-m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD', '-m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES', '-m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES'],
  input: ['-m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL', '-m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS', '-m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES', '-j KUBE-FIREWALL'],
  chains: { 'KUBE-EXTERNAL-SERVICES': [], 'KUBE-FIREWALL': ['! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP'], 'KUBE-FORWARD': ['-m conntrack --ctstate INVALID -j DROP', '-m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT', '-m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'], 'KUBE-KUBELET-CANARY': [], 'KUBE-NODEPORTS': [], 'KUBE-PROXY-CANARY': [], 'KUBE-PROXY-FIREWALL': [], 'KUBE-SERVICES': ['-d 10.96.0.50/32 -p tcp -m comment --comment "shop/web has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable'] } }),
  mistake('firewalld-rich', 'a rich rule drops 3306 in the zone public', { engine: '20.10.24', published: [{ port: 3306, to: '172.18.0.3', inner: 3306, bridge: B }], ...fwd7(['-p tcp -m tcp --dport 3306 -j DROP']) }, [/BH-F01.*3306/]),
  clean('firewalld', 'firewalld with iptables, 80 allowed and published', { engine: '20.10.24', published: [HTTP], ...fwd7([]) }),
  mistake('firewalld-closed', '3306 is not among the services of the zone; published, open', { engine: '26.1.5', published: [{ port: 3306, to: '172.18.0.3', inner: 3306, bridge: B }], ...fwd7([]) }, [/BH-F01.*3306/], [], { silent: 'what closes everything that nobody opened is a policy' }),
  clean('libvirt', 'libvirt beside Docker', { published: [HTTP], input: ['-j LIBVIRT_INP'], pre: ['-j LIBVIRT_FWX', '-j LIBVIRT_FWI', '-j LIBVIRT_FWO'], output: ['-j LIBVIRT_OUT'], chains: { LIBVIRT_FWI: ['-d 192.168.122.0/24 -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-o virbr0 -j REJECT --reject-with icmp-port-unreachable'], LIBVIRT_FWO: ['-s 192.168.122.0/24 -i virbr0 -j ACCEPT', '-i virbr0 -j REJECT --reject-with icmp-port-unreachable'], LIBVIRT_FWX: ['-i virbr0 -o virbr0 -j ACCEPT'], LIBVIRT_INP: ['-i virbr0 -p udp -m udp --dport 53 -j ACCEPT', '-i virbr0 -p tcp -m tcp --dport 53 -j ACCEPT', '-i virbr0 -p udp -m udp --dport 67 -j ACCEPT'], LIBVIRT_OUT: ['-o virbr0 -p udp -m udp --dport 68 -j ACCEPT'] }, natPost: ['-s 192.168.122.0/24 -d 224.0.0.0/24 -j RETURN', '-s 192.168.122.0/24 ! -d 192.168.122.0/24 -j MASQUERADE'] }, [], { allow: /BH-F1[28].*(192\.168\.122|virbr0)/ }),
  clean('lxd', 'lxd accepts to and from the outside', { engine: '26.1.5', published: [HTTP], user: ['-i lxdbr0 -o eth0 -j ACCEPT', `-i eth0 -o lxdbr0 ${EST} -j ACCEPT`] }, [/BH-F12/]),
  clean('nopub', 'Docker without publications', {}),
  ...(['20.10.24', '26.1.5', '27.5.1', '28.0.4', '28.5.2', '29.1.0'] as const).flatMap((engine) => [
    clean(`plain-${engine}`, 'a plain engine', { engine, published: [HTTP, TLS, PG], networks: [D0, APP, DB] }),
    clean(`counters-${engine}`, 'a plain engine, with counters', { engine, published: [W], counters: true }),
  ]),
  clean('no-proxy', 'userland-proxy false', { noProxy: true, published: [HTTP] }),
  clean('no-icc', 'icc false', { networks: [D0, { ...APP, noIcc: true }], published: [HTTP] }),
  clean('one-address', 'published on one address', { published: [{ ...HTTP, at: '192.0.2.10' }] }),
  clean('many', '60 publications', { published: Array.from({ length: 60 }, (_, i) => ({ port: 20000 + i, to: `172.18.1.${i + 2}`, inner: 8000 + (i % 7), bridge: B })) }),
  clean('mail', 'a mail server', { published: [25, 143, 465, 587, 993].map((p) => ({ port: p, to: '172.18.0.9', inner: p, bridge: B })), input: ['-p tcp -m tcp --dport 22 -j ACCEPT'] }),
  clean('invalid', 'INVALID dropped first', { published: [HTTP], user: ['-m conntrack --ctstate INVALID -j DROP'] }),
  clean('tcpmss', 'clamp of MSS', { published: [HTTP], mangle: { FORWARD: ['-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu'] } }),
  clean('egress', 'an egress list of a network', { published: [TLS], user: [`${EST} -j RETURN`, `-d 10.0.0.53/32 -i ${B} -p udp -m udp --dport 53 -j RETURN`, `-i ${B} -o eth0 -p tcp -m tcp --dport 443 -j RETURN`, `-i ${B} -o eth0 -j DROP`] }),
  clean('metadata', 'metadata of the cloud closed for containers', { published: [HTTP], user: ['-d 169.254.169.254/32 -j DROP'] }),
  clean('two-returns', 'RETURN twice', { published: [HTTP], userReturn: true, afterReturn: ['-j RETURN'] }),
  clean('no-input-22', 'INPUT of the host only', { published: [HTTP], inputPolicy: 'DROP', input: ['-i lo -j ACCEPT', `${EST} -j ACCEPT`, '-p tcp -m tcp --dport 22 -j ACCEPT', '-p tcp -m tcp --dport 80 -j ACCEPT', '-p icmp -j ACCEPT'] }),
  clean('user-any-iface', 'drop by interface that is not lo or a bridge', { published: [PG], user: [`${EST} -j RETURN`, '-i docker0 -j RETURN', '-i br-+ -j RETURN', '-j DROP'] }),
  clean('policy-reject-user-port', 'two publications of the same container port, one closed by address', { published: [{ port: 8081, to: '172.18.0.2', inner: 80, bridge: B }, { port: 8082, to: '172.18.0.3', inner: 80, bridge: B }], user: [`-d 172.18.0.3/32 ! -i ${B} -p tcp -m tcp --dport 80 -j DROP`] }),
  mistake('two-same-port', 'a drop of port 80 in DOCKER-USER closes both, meant one host port 8082', { published: [{ port: 8081, to: '172.18.0.2', inner: 80, bridge: B }, { port: 8082, to: '172.18.0.3', inner: 8082, bridge: B }], user: ['-i eth0 -p tcp -m tcp --dport 8081 -j DROP'] }, [/BH-F02.*8081/]),
  mistake('https-input-and-user', 'INPUT drop of 443 and DOCKER-USER drop of the right port: closed, nothing to say', { published: [{ port: 8443, to: '172.18.0.2', inner: 443, bridge: B }], input: ['-i eth0 -p tcp -m tcp --dport 8443 -j DROP'], user: ['-i eth0 -p tcp -m tcp --dport 443 -j DROP'] }, [], [/stays open: a packet from [0-9.]+ to tcp\/8443/]),
  mistake('nat-return', 'a RETURN in nat PREROUTING for one sender: the port goes to docker-proxy', { published: [W], natPre: ['-s 198.51.100.0/24 -p tcp -m tcp --dport 8080 -j RETURN'] }, []),
]; // prettier-ignore
