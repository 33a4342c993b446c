// The texts of a live host, by the commands that an administrator would run there.
import type { HostText, HostTexts } from '../../../src/intake/private/host/host-texts';
import type { Lab } from '../lab/lab';

/** What prints each text; one that fails, for instance since the program is not there, gives none. */
const COMMANDS: Readonly<Partial<Record<HostText, string>>> = {
  engine: "docker version --format '{{.Server.Version}}'",
  iptables: 'iptables-save',
  ip6tables: 'ip6tables-save',
  nft: 'nft -j list ruleset',
  ipset: 'ipset save',
  addresses: 'ip -j -d address show',
  'routes-ipv4': 'ip -j -4 route show table all',
  'routes-ipv6': 'ip -j -6 route show table all',
  'rules-ipv4': 'ip -j -4 rule show',
  'rules-ipv6': 'ip -j -6 rule show',
  sysctls:
    'find /proc/sys/net -path \'*/neigh/*\' -prune -o -type f \\( -name forwarding -o -name ip_forward -o -name \'bridge-nf-call-ip*tables\' -o -name route_localnet -o -name rp_filter -o -name accept_local \\) -print | while read -r f; do printf \'%s = %s\\n\' "$(echo "${f#/proc/sys/}" | tr ./ /.)" "$(cat $f)"; done',
  listeners: 'ss -Hlntup',
  'docker-info': "docker info --format '{{json .}}'",
  'docker-networks': 'docker network inspect $(docker network ls -q)',
  'docker-containers': 'all=$(docker ps -aq); [ -z "$all" ] && echo "[]" || docker inspect $all',
  'daemon-json': 'cat /etc/docker/daemon.json',
};

const MARK = '-- text ';

export function captureTexts(lab: Lab): HostTexts {
  const script = Object.entries(COMMANDS).map(
    ([name, command]) =>
      `text=$( ( ${command} ) 2>/dev/null; printf '%s' "=$?" ); printf '%s%s %s\\n%s\\n' '${MARK}' ${name} "\${text##*=}" "\${text%=*}"`,
  );
  const all = lab.mustHost('reading the host', ['sh', '-c', script.join('\n')]);
  const texts = all
    .split(MARK)
    .slice(1)
    .flatMap((part): [string, string][] => {
      const [, name, code, text] = /^(\S+) (\d+)\n([\s\S]*)\n$/.exec(part)!;
      return code === '0' ? [[name, text]] : [];
    });
  return Object.fromEntries(texts);
}
