// Elasticsearch, Logstash and Kibana: users of group 0, who write beside their programs.
import type { StandIn } from './stand-in';

/** Each takes settings from variables with dots in their names, which a shell cannot name, and this one does not pass on. */
const SETTING = `setting() { tr '\\0' '\\n' </proc/$$/environ | grep -q "^$1=" || fail "no setting $1"; }\n`;

export const ELK: readonly StandIn[] = [
  {
    names: ['elasticsearch:7.17.28'],
    users: ['1000:0'],
    folders: ['', '/config', '/data', '/logs'].map((folder) => [`usr/share/elasticsearch${folder}`, '1000:0', '775'] as const),
    says: ['EXPOSE 9200 9300', 'WORKDIR /usr/share/elasticsearch'],
    command: ['eswrapper'],
    entry: `${SETTING}
if is_root; then owned 1000:0 data logs; again 1000 "$@"; fi
setting discovery.type
setting bootstrap.memory_lock
setting cluster.routing.allocation.disk.threshold_enabled
# As in a cluster of one node, which only warns.
[ "$(ulimit -n)" -ge 65535 ] || say "too few files: $(ulimit -n)"
writes config data/nodes logs
listens 9200 9300
stays`,
  },
  {
    names: ['logstash:7.17.28'],
    users: ['1000:0'],
    folders: ['', '/config', '/data', '/pipeline'].map((folder) => [`usr/share/logstash${folder}`, '1000:0', '775'] as const),
    says: ['USER 1000', 'EXPOSE 9600 5044', 'WORKDIR /usr/share/logstash'],
    entry: `${SETTING}
setting xpack.monitoring.enabled
[ -r "$3" ] && [ -r /var/log/nginx/access.log ] || fail "no pipeline '$3', or no log"
writes config data
waits elasticsearch 9200
listens 9600 5044 5000
stays`,
  },
  {
    names: ['kibana:7.17.28'],
    users: ['1000:0'],
    folders: ['', '/config', '/data', '/optimize'].map((folder) => [`usr/share/kibana${folder}`, '1000:0', '775'] as const),
    says: ['USER 1000', 'EXPOSE 5601', 'WORKDIR /usr/share/kibana'],
    entry: `
writes config data optimize
waits elasticsearch 9200
listens 5601
stays`,
  },
];
