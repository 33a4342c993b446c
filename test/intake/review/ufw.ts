import type { SavedHost } from './saved-host';

/** ufw's chains as `ufw enable` writes them; user lists are what `ufw allow/deny` adds. */
export function ufwOf(
  o: { in?: string[]; fwd?: string[]; after?: string[]; policy?: string; fwdPolicy?: string; docker?: string[] } = {},
): Partial<SavedHost> {
  const p = 'ufw';
  const log = (m: string) => `-m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW ${m}] "`;
  return {
    inputPolicy: o.policy ?? 'DROP',
    forwardPolicy: o.fwdPolicy ?? 'DROP',
    input: ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track'].map((x) => `-j ${p}-${x}-input`),
    post: ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track'].map((x) => `-j ${p}-${x}-forward`),
    output: ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track'].map((x) => `-j ${p}-${x}-output`),
    chains: {
      'ufw-after-forward': [],
      'ufw-after-input': [
        '-p udp -m udp --dport 137 -j ufw-skip-to-policy-input',
        '-p udp -m udp --dport 138 -j ufw-skip-to-policy-input',
        '-p tcp -m tcp --dport 139 -j ufw-skip-to-policy-input',
        '-p tcp -m tcp --dport 445 -j ufw-skip-to-policy-input',
        '-p udp -m udp --dport 67 -j ufw-skip-to-policy-input',
        '-p udp -m udp --dport 68 -j ufw-skip-to-policy-input',
        '-m addrtype --dst-type BROADCAST -j ufw-skip-to-policy-input',
      ],
      'ufw-after-logging-forward': [log('BLOCK')],
      'ufw-after-logging-input': [log('BLOCK')],
      'ufw-after-logging-output': [],
      'ufw-after-output': [],
      'ufw-before-forward': [
        '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        '-p icmp -m icmp --icmp-type 3 -j ACCEPT',
        '-p icmp -m icmp --icmp-type 11 -j ACCEPT',
        '-p icmp -m icmp --icmp-type 12 -j ACCEPT',
        '-p icmp -m icmp --icmp-type 8 -j ACCEPT',
        '-j ufw-user-forward',
      ],
      'ufw-before-input': [
        '-i lo -j ACCEPT',
        '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        '-m conntrack --ctstate INVALID -j ufw-logging-deny',
        '-m conntrack --ctstate INVALID -j DROP',
        '-p icmp -m icmp --icmp-type 3 -j ACCEPT',
        '-p icmp -m icmp --icmp-type 11 -j ACCEPT',
        '-p icmp -m icmp --icmp-type 12 -j ACCEPT',
        '-p icmp -m icmp --icmp-type 8 -j ACCEPT',
        '-p udp -m udp --sport 67 --dport 68 -j ACCEPT',
        '-j ufw-not-local',
        '-d 224.0.0.251/32 -p udp -m udp --dport 5353 -j ACCEPT',
        '-d 239.255.255.250/32 -p udp -m udp --dport 1900 -j ACCEPT',
        '-j ufw-user-input',
      ],
      'ufw-before-logging-forward': [],
      'ufw-before-logging-input': [],
      'ufw-before-logging-output': [],
      'ufw-before-output': ['-o lo -j ACCEPT', '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-j ufw-user-output'],
      'ufw-logging-allow': [log('ALLOW')],
      'ufw-logging-deny': ['-m conntrack --ctstate INVALID -m limit --limit 3/min --limit-burst 10 -j RETURN', log('BLOCK')],
      'ufw-not-local': [
        '-m addrtype --dst-type LOCAL -j RETURN',
        '-m addrtype --dst-type MULTICAST -j RETURN',
        '-m addrtype --dst-type BROADCAST -j RETURN',
        '-m limit --limit 3/min --limit-burst 10 -j ufw-logging-deny',
        '-j DROP',
      ],
      'ufw-reject-forward': [],
      'ufw-reject-input': [],
      'ufw-reject-output': [],
      'ufw-skip-to-policy-forward': ['-j DROP'],
      'ufw-skip-to-policy-input': ['-j DROP'],
      'ufw-skip-to-policy-output': ['-j ACCEPT'],
      'ufw-track-forward': [],
      'ufw-track-input': [],
      'ufw-track-output': ['-p tcp -m conntrack --ctstate NEW -j ACCEPT', '-p udp -m conntrack --ctstate NEW -j ACCEPT'],
      'ufw-user-forward': o.fwd ?? [],
      'ufw-user-input': o.in ?? [],
      'ufw-user-limit': [
        `-m limit --limit 3/min -j LOG --log-prefix "[UFW LIMIT BLOCK] "`,
        '-j REJECT --reject-with icmp-port-unreachable',
      ],
      'ufw-user-limit-accept': ['-j ACCEPT'],
      'ufw-user-logging-forward': [],
      'ufw-user-logging-input': [],
      'ufw-user-logging-output': [],
      'ufw-user-output': [],
      ...(o.docker
        ? { 'ufw-docker-logging-deny': ['-m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW DOCKER BLOCK] "', '-j DROP'] }
        : {}),
    },
    ...(o.docker ? { user: ['-j ufw-user-forward', ...o.docker] } : {}),
  };
}
/** The rules that ufw-docker puts into DOCKER-USER. */
export const UFW_DOCKER = [
  '-s 10.0.0.0/8 -j RETURN',
  '-s 172.16.0.0/12 -j RETURN',
  '-s 192.168.0.0/16 -j RETURN',
  '-p udp -m udp --sport 53 --dport 1024:65535 -j RETURN',
  ...['192.168.0.0/16', '10.0.0.0/8', '172.16.0.0/12'].map(
    (n) => `-d ${n} -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ufw-docker-logging-deny`,
  ),
  ...['192.168.0.0/16', '10.0.0.0/8', '172.16.0.0/12'].map((n) => `-d ${n} -p udp -m udp --dport 0:32767 -j ufw-docker-logging-deny`),
  '-j RETURN',
];
