import type { Row } from './judge';

const EST = '-m conntrack --ctstate RELATED,ESTABLISHED';
const WEB = [[8080, 80]] as const;
const TLS = [[80, 80], [443, 443]] as const; // prettier-ignore
const NOTHING: readonly string[] = [];

/** Hosts on which nothing is wrong, or nothing that rules tell. */
export const CLEAN: readonly Row[] = [
  ['Docker alone', {}, NOTHING],
  ['a published port', { published: WEB }, NOTHING],
  ['several published ports', { published: [[80, 80], [443, 8443], [53, 53, 'udp']] }, NOTHING],
  ['without docker-proxy', { published: WEB, withoutProxy: true }, NOTHING],
  ['two networks', { published: WEB, second: true }, NOTHING],
  ['published on one address', { published: [[443, 8443, 'tcp', '192.0.2.10']] }, NOTHING],
  ['IPv6 as well', { published: WEB, ipv6: {} }, { '26.1': NOTHING, '28.5': NOTHING, '29.0': NOTHING }],
  ['the container port in DOCKER-USER', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 -j DROP'] }, NOTHING],
  ['the original port, one way', { published: WEB, user: ['-i eth0 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP'] }, NOTHING],
  ['some sources', { published: WEB, user: [`${EST} -j RETURN`, '-i eth0 -s 192.0.2.0/24 -j RETURN', '-i eth0 -j DROP'] }, NOTHING],
  ['all but one source', { published: WEB, user: [`-i eth0 ${EST} -j RETURN`, '-i eth0 ! -s 192.0.2.20/32 -j DROP'] }, NOTHING],
  ['one port let in, the rest dropped', { published: TLS, user: [`${EST} -j RETURN`, '-i eth0 -p tcp -m tcp --dport 443 -j RETURN', '-i eth0 -j DROP'] }, NOTHING],
  ['a list of sources', { published: WEB, user: ['-s 198.51.100.0/24 -j DROP'] }, NOTHING],
  ['an own chain', { published: WEB, user: ['-i eth0 -j FILTERS'], chains: { FILTERS: [`${EST} -j RETURN`, '-s 10.0.0.0/8 -j RETURN', '-p tcp -m multiport --dports 80,443 -j RETURN', '-j DROP'] } }, NOTHING],
  ['an egress list', { published: [[443, 8443]], user: [`${EST} -j RETURN`, '-i br-app -o eth0 -p tcp -m tcp --dport 443 -j RETURN', '-i br-app -o eth0 -j DROP'] }, NOTHING],
  ['mail may not leave', { published: WEB, user: ['-i br-app -o eth0 -p tcp -m tcp --dport 25 -j DROP'] }, NOTHING],
  ['metadata is closed', { published: WEB, user: ['-d 169.254.169.254/32 -j DROP'] }, NOTHING],
  ['invalid packets', { published: WEB, user: ['-m conntrack --ctstate INVALID -j DROP'], input: ['-m conntrack --ctstate INVALID -j DROP'] }, NOTHING],
  ['odd flags', { published: WEB, user: ['-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP'] }, NOTHING],
  ['the host port in raw', { published: WEB, raw: ['-i eth0 -p tcp -m tcp --dport 8080 -j DROP'] }, NOTHING],
  ['the host port in mangle PREROUTING', { published: WEB, mangle: ['-i eth0 -p tcp -m tcp --dport 8080 -j DROP'] }, NOTHING],
  ['a host port of the host itself', { published: WEB, input: ['-p tcp -m tcp --dport 80 -j DROP', '-p tcp -m tcp --dport 3306 -j DROP'] }, NOTHING],
  ['ufw', { published: TLS, inputPolicy: 'DROP', input: ['-j ufw-before-input', '-j ufw-after-input'], forward: ['-j ufw-before-forward'], forwardLast: ['-j ufw-reject-forward'], chains: { 'ufw-before-input': ['-i lo -j ACCEPT', `${EST} -j ACCEPT`, '-m conntrack --ctstate INVALID -j DROP', '-p icmp -m icmp --icmp-type 8 -j ACCEPT', '-p udp -m udp --sport 67 --dport 68 -j ACCEPT', '-j ufw-not-local', '-j ufw-user-input'], 'ufw-not-local': ['-m addrtype --dst-type LOCAL -j RETURN', '-m addrtype --dst-type MULTICAST -j RETURN', '-m addrtype --dst-type BROADCAST -j RETURN', '-m limit --limit 3/min --limit-burst 10 -j ufw-logging-deny', '-j DROP'], 'ufw-logging-deny': ['-m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW BLOCK] "'], 'ufw-user-input': ['-p tcp -m tcp --dport 22 -j ACCEPT', '-p tcp -m tcp --dport 80 -j ACCEPT', '-p tcp -m tcp --dport 443 -j ACCEPT'], 'ufw-after-input': ['-p udp -m udp --dport 137 -j ufw-skip-to-policy-input', '-m addrtype --dst-type BROADCAST -j ufw-skip-to-policy-input'], 'ufw-skip-to-policy-input': ['-j DROP'], 'ufw-before-forward': [`${EST} -j ACCEPT`, '-m conntrack --ctstate INVALID -j DROP', '-j ufw-user-forward'], 'ufw-user-forward': [], 'ufw-reject-forward': ['-j REJECT --reject-with icmp-port-unreachable'] } }, NOTHING],
  ['fail2ban for ssh', { published: TLS, input: ['-p tcp -m multiport --dports 22 -j f2b-sshd'], chains: { 'f2b-sshd': ['-s 198.51.100.9/32 -j REJECT --reject-with icmp-port-unreachable', '-j RETURN'] } }, NOTHING],
  ['fail2ban for everything', { published: TLS, input: ['-p tcp -j f2b-recidive'], chains: { 'f2b-recidive': ['-s 198.51.100.9/32 -j REJECT --reject-with icmp-port-unreachable', '-j RETURN'] } }, NOTHING],
  ['fail2ban in DOCKER-USER', { published: TLS, user: ['-p tcp -m multiport --dports 80,443 -j f2b-web'], chains: { 'f2b-web': ['-s 198.51.100.9/32 -j REJECT --reject-with icmp-port-unreachable', '-j RETURN'] } }, NOTHING],
  ['ufw-docker', { published: TLS, user: ['-j ufw-user-forward', '-s 10.0.0.0/8 -j RETURN', '-s 172.16.0.0/12 -j RETURN', '-s 192.168.0.0/16 -j RETURN', '-p udp -m udp --sport 53 --dport 1024:65535 -j RETURN', '-d 192.168.0.0/16 -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ufw-docker-logging-deny', '-d 10.0.0.0/8 -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ufw-docker-logging-deny', '-d 172.16.0.0/12 -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ufw-docker-logging-deny', '-d 172.16.0.0/12 -p udp -m udp --dport 0:32767 -j ufw-docker-logging-deny'], chains: { 'ufw-user-forward': ['-d 172.18.0.2/32 -p tcp -m tcp --dport 443 -j ACCEPT'], 'ufw-docker-logging-deny': ['-m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW DOCKER BLOCK] "', '-j DROP'] } }, NOTHING],
  ['firewalld', { published: TLS, input: [`${EST} -j ACCEPT`, '-i lo -j ACCEPT', '-j INPUT_ZONES', '-m conntrack --ctstate INVALID -j DROP', '-j REJECT --reject-with icmp-host-prohibited'], chains: { INPUT_ZONES: ['-i docker0 -g IN_docker', '-i br-app -g IN_docker', '-i eth0 -g IN_public', '-g IN_public'], IN_docker: ['-j ACCEPT'], IN_public: ['-p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT', '-p icmp -j ACCEPT'] } }, NOTHING],
  ['CentOS', { published: TLS, input: [`${EST} -j ACCEPT`, '-p icmp -j ACCEPT', '-i lo -j ACCEPT', '-p tcp -m conntrack --ctstate NEW -m tcp --dport 22 -j ACCEPT', '-j REJECT --reject-with icmp-host-prohibited'], forwardLast: ['-j REJECT --reject-with icmp-host-prohibited'] }, NOTHING],
  ['an internal network that INPUT closes', { internal: true, inputPolicy: 'DROP', input: [`${EST} -j ACCEPT`, '-p tcp -m tcp --dport 22 -j ACCEPT'] }, NOTHING],
  ['an internal network that a rule closes', { internal: true, input: ['-i br-int -j REJECT --reject-with icmp-port-unreachable'] }, NOTHING],
  ['guests of another program', { published: WEB, user: ['-i lxdbr0 -o eth0 -j ACCEPT', `-i eth0 -o lxdbr0 ${EST} -j ACCEPT`], postrouting: ['-s 10.17.0.0/24 ! -d 10.17.0.0/24 -j MASQUERADE'] }, NOTHING],
  ['libvirt', { published: WEB, forwardLast: ['-d 192.168.122.0/24 -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-s 192.168.122.0/24 -i virbr0 -j ACCEPT', '-o virbr0 -j REJECT --reject-with icmp-port-unreachable', '-i virbr0 -j REJECT --reject-with icmp-port-unreachable'] }, NOTHING],
  ['a VPN that is masqueraded', { published: WEB, postrouting: ['-s 10.8.0.0/24 -o eth0 -j MASQUERADE'], forward: ['-i wg0 -j ACCEPT', `-o wg0 ${EST} -j ACCEPT`] }, { '28.5': NOTHING, '29.0': NOTHING }],
  ['what leaves is masqueraded', { published: WEB, postrouting: ['-o eth0 -j MASQUERADE'] }, NOTHING],
  ['a rate of connections by source', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 -m conntrack --ctstate NEW -m hashlimit --hashlimit-above 50/sec --hashlimit-mode srcip --hashlimit-name web -j DROP'] }, NOTHING],
  ['a number of connections', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 --tcp-flags FIN,SYN,RST,ACK SYN -m connlimit --connlimit-above 20 --connlimit-mask 32 --connlimit-saddr -j REJECT --reject-with tcp-reset'] }, NOTHING],
  ['a log with a limit, then the drop', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 -m limit --limit 5/min -j LOG --log-prefix "DROPPED "', '-i eth0 -p tcp -m tcp --dport 80 -j DROP'] }, NOTHING],
  ['both families are closed', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 -j DROP'], ipv6: { user: ['-i eth0 -p tcp -m tcp --dport 80 -j DROP'] } }, { '26.1': NOTHING, '28.5': NOTHING, '29.0': NOTHING }],
  ['a drop for udp beside a port of tcp', { published: WEB, user: ['-p udp -m udp --sport 53 --dport 1024:65535 -j RETURN'] }, NOTHING],
  ['published on loopback, and closed before', { published: [[9000, 90, 'tcp', '127.0.0.1']], raw: ['-d 127.0.0.0/8 ! -i lo -j DROP'] }, NOTHING],
]; // prettier-ignore
