import type { Row } from './judge';

const EST = '-m conntrack --ctstate RELATED,ESTABLISHED';
const UFW = {
  'ufw-before-input': [`${EST} -j ACCEPT`, '-i lo -j ACCEPT'],
  'ufw-user-input': ['-p tcp -m tcp --dport 22 -j ACCEPT'],
};
const WEB = [[8080, 80]] as const;

/** Rules for published ports that do not do what they are for. */
export const PUBLISHED: readonly Row[] = [
  ['drop of the host port in INPUT', { published: WEB, input: ['-p tcp -m tcp --dport 8080 -j DROP'] }, ['InputNeverSees']],
  ['reject of the host port in INPUT', { published: WEB, input: ['-p tcp -m tcp --dport 8080 -j REJECT --reject-with icmp-port-unreachable'] }, ['InputNeverSees']],
  ['several ports in INPUT', { published: WEB, input: ['-p tcp -m multiport --dports 8080,9090 -j DROP'] }, ['InputNeverSees']],
  ['from one interface in INPUT', { published: WEB, input: ['-i eth0 -p tcp -m tcp --dport 8080 -j DROP'] }, ['InputNeverSees']],
  ['all but one source in INPUT', { published: WEB, input: ['! -s 192.0.2.20/32 -p tcp -m tcp --dport 8080 -j DROP'] }, ['InputNeverSees']],
  ['one source banned in INPUT', { published: WEB, input: ['-s 198.51.100.9/32 -j DROP'] }, ['InputNeverSees']],
  ['ufw deny', { published: WEB, inputPolicy: 'DROP', input: ['-j ufw-before-input', '-j ufw-user-input'], chains: { ...UFW, 'ufw-user-input': ['-p tcp -m tcp --dport 8080 -j DROP'] } }, ['InputNeverSees']],
  ['ufw allow from some', { published: WEB, inputPolicy: 'DROP', input: ['-j ufw-before-input', '-j ufw-user-input'], chains: { ...UFW, 'ufw-user-input': ['-s 10.8.0.0/24 -p tcp -m tcp --dport 8080 -j ACCEPT'] } }, ['InputNeverSees']],
  ['accept from some in INPUT, drop after', { published: WEB, input: ['-s 10.8.0.0/24 -p tcp -m tcp --dport 8080 -j ACCEPT', '-p tcp -m tcp --dport 8080 -j DROP'] }, ['InputNeverSees']],
  ['fail2ban for a port that a container publishes', { published: [[443, 443]], input: ['-p tcp -m multiport --dports 80,443 -j f2b-nginx'], chains: { 'f2b-nginx': ['-s 198.51.100.9/32 -j REJECT --reject-with icmp-port-unreachable', '-j RETURN'] } }, ['InputNeverSees']],
  ['a rate in INPUT', { published: WEB, input: ['-p tcp -m tcp --dport 8080 -m hashlimit --hashlimit-above 20/sec --hashlimit-mode srcip --hashlimit-name web -j DROP'] }, ['InputNeverSees']],
  ['the host port of udp in INPUT', { published: [[53, 5353, 'udp']], input: ['-p udp -m udp --dport 53 -j DROP'] }, ['InputNeverSees']],
  ['the host port in DOCKER-USER', { published: WEB, user: ['-p tcp -m tcp --dport 8080 -j DROP'] }, ['HostPortAfterTranslation']],
  ['the host port by multiport', { published: WEB, user: ['-p tcp -m multiport --dports 8080,8443 -j DROP'] }, ['HostPortAfterTranslation']],
  ['the host port in FORWARD', { published: WEB, forward: ['-i eth0 -p tcp -m tcp --dport 8080 -j DROP'] }, ['HostPortAfterTranslation']],
  ['the host port for all but one source', { published: WEB, user: ['-i eth0 ! -s 192.0.2.20/32 -p tcp -m tcp --dport 8080 -j DROP'] }, ['HostPortAfterTranslation']],
  ['the host port as what is let in', { published: WEB, user: [`${EST} -j RETURN`, '-i eth0 -p tcp -m tcp --dport 8080 -j RETURN', '-i eth0 -j DROP'] }, ['HostPortAfterTranslation']],
  ['all ports but that of the host', { published: WEB, user: [`${EST} -j RETURN`, '-i eth0 -p tcp -m multiport ! --dports 8080 -j DROP'] }, ['HostPortAfterTranslation']],
  ['the container port in raw', { published: WEB, raw: ['-i eth0 -p tcp -m tcp --dport 80 -j DROP'] }, ['ContainerPortBeforeTranslation']],
  ['the container port in mangle PREROUTING', { published: WEB, mangle: ['-i eth0 -p tcp -m tcp --dport 80 -j DROP'] }, ['ContainerPortBeforeTranslation']],
  ['the address of the host in DOCKER-USER', { published: WEB, user: ['-i eth0 -d 192.0.2.10/32 -p tcp -m tcp --dport 80 -j DROP'] }, ['AddressAfterTranslation']],
  ['nothing jumps to DOCKER-USER', { published: WEB, withoutJump: true, user: [`${EST} -j RETURN`, '-i eth0 -j DROP'] }, ['ChainNeverCalled']],
  ['nothing jumps to an own chain', { published: WEB, chains: { BLOCKED: ['-p tcp -m tcp --dport 80 -j DROP'] } }, ['ChainNeverCalled']],
  ['an own chain hangs in INPUT', { published: WEB, input: ['-j BLOCKED'], chains: { BLOCKED: ['-p tcp -m tcp --dport 8080 -j DROP'] } }, ['InputNeverSees']],
  ['a jump that is for another port', { published: WEB, user: ['-p tcp -m tcp --dport 8080 -j BLOCKED'], chains: { BLOCKED: ['-s 198.51.100.0/24 -j DROP'] } }, ['HostPortAfterTranslation']],
  ['appended behind RETURN', { published: WEB, appended: ['-i eth0 -p tcp -m tcp --dport 80 -j DROP'] }, { '20.10': ['RuleBehindVerdict'], '26.1': ['RuleBehindVerdict'], '28.5': [], '29.0': [] }],
  ['a list appended behind RETURN', { published: WEB, appended: ['-s 198.51.100.0/24 -j DROP'] }, { '20.10': ['RuleBehindVerdict'], '26.1': ['RuleBehindVerdict'], '28.5': [], '29.0': [] }],
  ['behind a RETURN of its own', { published: WEB, user: ['-i eth0 -j RETURN', '-i eth0 -p tcp -m tcp --dport 80 -j DROP'] }, ['RuleBehindVerdict']],
  ['appended in FORWARD', { published: WEB, forwardLast: ['-i eth0 -o br-app -p tcp -m tcp --dport 80 -j DROP'] }, ['RuleBehindVerdict']],
  ['a drop inserted before what lets in', { published: WEB, user: [`${EST} -j RETURN`, '-i eth0 -j DROP', '-i eth0 -s 192.0.2.0/24 -j RETURN'] }, ['RuleBehindVerdict']],
  ['docker0 where the container is on br-app', { published: WEB, user: ['-o docker0 -p tcp -m tcp --dport 80 -j DROP'] }, ['OtherInterface']],
  ['in by docker0', { published: WEB, user: ['-i docker0 -p tcp -m tcp --dport 80 -j DROP'] }, ['OtherInterface']],
  ['the other protocol', { published: [[53, 53], [53, 53, 'udp']], user: ['-i eth0 -p tcp -m tcp --dport 53 -j DROP'] }, ['OtherProtocolOpen']],
  ['the port of the sender', { published: WEB, user: ['-i eth0 -p tcp -m tcp --sport 8080 -j DROP'] }, ['RuleNeverMeets']],
]; // prettier-ignore

/** What gets through, or does not, because of a rule for something else. */
export const PASSAGE: readonly Row[] = [
  ['a drop before answers', { published: WEB, user: ['-i eth0 -j DROP'] }, ['AnswersDropped']],
  ['all but one network, before answers', { published: WEB, user: ['-i eth0 ! -s 192.0.2.0/24 -j DROP'] }, ['AnswersDropped']],
  ['a drop without an interface', { published: WEB, user: ['-s 203.0.113.0/24 -j RETURN', '-j DROP'] }, ['AnswersDropped']],
  ['the original port both ways', { published: WEB, user: ['-i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j DROP'] }, ['AnswersDropped']],
  ['high ports', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 1024:65535 -j DROP'] }, ['AnswersDropped']],
  ['nothing leaves, not even answers', { published: WEB, user: ['-i br-app -o eth0 -j DROP'] }, ['AnswersDropped']],
  ['an accept of what comes in', { published: WEB, user: ['-i eth0 -j ACCEPT'] }, { '20.10': ['AcceptSkipsDocker'], '26.1': ['AcceptSkipsDocker'], '28.5': [], '29.0': [] }],
  ['an accept of a private network', { published: WEB, user: ['-s 10.0.0.0/8 -i eth0 -j ACCEPT'] }, { '20.10': ['AcceptSkipsDocker'], '26.1': ['AcceptSkipsDocker'], '28.5': [], '29.0': [] }],
  ['an accept between networks', { published: WEB, second: true, user: [`${EST} -j ACCEPT`, '-i br-app -o br-db -j ACCEPT'] }, { '20.10': ['AcceptSkipsDocker'], '26.1': ['AcceptSkipsDocker'], '28.5': ['AcceptAcrossBridges'], '29.0': ['AcceptAcrossBridges'] }],
  ['an accept between networks without answers', { second: true, user: ['-i br-app -o br-db -j ACCEPT'] }, { '20.10': ['AcceptAcrossBridges'], '26.1': ['AcceptAcrossBridges'], '28.5': ['AcceptAcrossBridges'], '29.0': ['AcceptAcrossBridges'] }],
  ['FORWARD lets everything by', { published: WEB, forwarding: 'before' }, { '20.10': ['ForwardPolicyAccept'], '26.1': ['ForwardPolicyAccept'], '28.5': [], '29.0': [] }],
  ['published on loopback', { published: [[9000, 90, 'tcp', '127.0.0.1']] }, { '20.10': ['LoopbackPublication'], '26.1': ['LoopbackPublication'], '28.5': [], '29.0': [] }],
  ['an internal network', { internal: true }, ['InternalReachesHost']],
  ['an internal network, one port closed', { internal: true, input: ['-i br-int -p tcp -m tcp --dport 22 -j DROP'] }, ['InternalReachesHost']],
  ['an internal network that is let out', { internal: true, inputPolicy: 'DROP', user: [`${EST} -j ACCEPT`, '-i br-int -j ACCEPT'], postrouting: ['-s 172.30.0.0/24 -o eth0 -j MASQUERADE'] }, ['InternalReachesOutside']],
  ['a masquerade of everything', { published: WEB, postrouting: ['-j MASQUERADE'] }, ['SourceHidden']],
  ['a masquerade into the bridge', { published: WEB, postrouting: ['-o br-app -j MASQUERADE'] }, ['SourceHidden']],
  ['IPv6 is left open', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 -j DROP'], ipv6: {} }, { '26.1': ['OtherFamilyOpen'], '28.5': ['OtherFamilyOpen'], '29.0': ['OtherFamilyOpen'] }],
  ['IPv4 is left open', { published: WEB, ipv6: { user: ['-i eth0 -p tcp -m tcp --dport 80 -j DROP'] } }, { '26.1': ['OtherFamilyOpen'], '28.5': ['OtherFamilyOpen'], '29.0': ['OtherFamilyOpen'] }],
  ['docker-proxy on IPv6', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 -j DROP'], bareIpv6: {} }, ['OtherFamilyOpen']],
]; // prettier-ignore

/** Logs, rates, and texts that are not all there is. */
export const COUNTING: readonly Row[] = [
  ['a log that says dropped', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 -m limit --limit 5/min -j LOG --log-prefix "DROPPED "'] }, ['LogOnly']],
  ['a log without a limit', { published: WEB, user: ['-i eth0 -j LOG --log-prefix "seen "'] }, ['LogWithoutLimit']],
  ['a limit of packets that stops nothing', { published: WEB, user: ['-p tcp -m tcp --dport 80 -m limit --limit 50/sec -j RETURN'] }, ['RateCountsPackets', 'RateWithoutEffect']],
  ['a limit that all share', { published: WEB, user: [`${EST} -j RETURN`, '-p tcp -m tcp --dport 80 -m conntrack --ctstate NEW -m limit --limit 50/sec -j RETURN', '-p tcp -m tcp --dport 80 -j DROP'] }, ['RateSharedByAll']],
  ['a rate of packets by source', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 -m hashlimit --hashlimit-above 50/sec --hashlimit-mode srcip --hashlimit-name web -j DROP'] }, ['RateCountsPackets']],
  ['a rate by destination', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 -m conntrack --ctstate NEW -m hashlimit --hashlimit-above 50/sec --hashlimit-mode dstip --hashlimit-name web -j DROP'] }, ['RateSharedByAll']],
  ['the wrong way round', { published: WEB, user: ['-i eth0 -p tcp -m tcp --dport 80 -m conntrack --ctstate NEW -m limit --limit 50/sec -j DROP'] }, ['RateWithoutEffect']],
  ['a match that nobody knows', { published: WEB, user: ['-i eth0 -m u32 --u32 "0x0=0x0" -j DROP'] }, ['NotUnderstood']],
]; // prettier-ignore
