import { Service } from '@cdktf/provider-docker/lib/service';
import { hardened } from './networks';
import { accept, addClean, addEngine, container, engine, ENGINE, type FixPair, NODE, ours, program, task } from './pair';
import { Program } from '../programs';

const ULIMITS = { 'default-ulimits': { nofile: { Name: 'nofile', Soft: 1024, Hard: 4096 } } };
const LISTENING = { hosts: ['unix:///run/docker.sock', 'tcp://192.0.2.10:2376'] };
const REGISTRIES = { 'insecure-registries': ['registry.example.com:5000'] };
const CERTIFICATES = { tlscacert: '/etc/docker/ca.pem', tlscert: '/etc/docker/cert.pem', tlskey: '/etc/docker/key.pem' };
const OFF = { iptables: false, ip6tables: false };
const MANAGED = ['BH-D08', 'BH-D10', 'BH-D11'];

/** What a HardenedDaemon has no property for: its user accepts it there. */
function onHardened(ruleId: string, words: string): FixPair {
  return ours(
    ruleId,
    [words],
    (isFixed) => {
      const { stack, daemon } = new Program({ dataPartition: true });
      MANAGED.filter((other) => isFixed || other !== ruleId).forEach((other) => accept(daemon, other));
      return stack;
    },
    { accepts: true },
  );
}

/** Settings of engines, and what does not go together with them. */
export const ENGINES: readonly FixPair[] = [
  engine('BH-D01', ["set 'icc' to false in daemon.json"], { icc: undefined }, { icc: false }),
  engine('BH-D02', ["set 'log-level' to info in daemon.json"], { 'log-level': 'fatal' }, { 'log-level': 'info' }),
  engine('BH-D02', ['remove it', "remove 'debug'"], { 'log-level': 'debug', debug: true }, { 'log-level': undefined, debug: undefined }),
  engine('BH-D03', ["remove 'iptables' and 'ip6tables' from daemon.json"], OFF, { iptables: undefined, ip6tables: undefined }),
  engine('BH-D03', ['set them to true'], OFF, { iptables: true, ip6tables: true }),
  engine(
    'BH-D04',
    [
      "remove 'insecure-registries' from daemon.json",
      'give the registry a certificate (put a private CA into /etc/docker/certs.d/HOST/ca.crt)',
    ],
    REGISTRIES,
    { 'insecure-registries': undefined },
  ),
  engine(
    'BH-D04',
    ['use https:// URLs for mirrors'],
    { 'registry-mirrors': ['http://mirror.example.com'] },
    { 'registry-mirrors': ['https://mirror.example.com'] },
  ),
  engine(
    'BH-D05',
    ["remove 'storage-driver' from daemon.json, so that the engine uses overlay2"],
    { 'storage-driver': 'devicemapper' },
    { 'storage-driver': undefined },
  ),
  engine('BH-D06', ["remove the entry from 'hosts' in daemon.json and connect to the engine by SSH"], LISTENING, {
    hosts: ['unix:///run/docker.sock'],
  }),
  engine('BH-D06', ["set 'tlsverify' to true with 'tlscacert', 'tlscert' and 'tlskey'"], LISTENING, { tlsverify: true, ...CERTIFICATES }),
  engine(
    'BH-D07',
    ["set 'default-ulimits' in daemon.json, such as nofile with Soft 1024 and Hard 4096"],
    { 'default-ulimits': undefined },
    ULIMITS,
  ),
  engine('BH-D08', ["set 'userns-remap' to default in daemon.json"], { 'userns-remap': undefined }, { 'userns-remap': 'default' }),
  onHardened('BH-D08', 'a HardenedDaemon has no property for this: suppress this finding there with the reason'),
  engine(
    'BH-D09',
    ["remove 'cgroup-parent', and 'dm.basesize' of 'storage-opts', from daemon.json"],
    { 'cgroup-parent': '/docker', 'storage-opts': ['dm.basesize=20G'] },
    { 'cgroup-parent': undefined, 'storage-opts': undefined },
  ),
  engine(
    'BH-D10',
    ["name a plugin in 'authorization-plugins' of daemon.json"],
    { 'authorization-plugins': undefined },
    { 'authorization-plugins': ['opa-docker-authz'] },
  ),
  onHardened(
    'BH-D10',
    'a HardenedDaemon has no property for this: if SSH is the only access to its engine, suppress this finding there with that reason',
  ),
  ...[{ 'log-driver': 'fluentd' }, { 'log-driver': 'syslog', 'log-opts': { 'syslog-address': 'tcp+tls://logs.example.com:6514' } }].map(
    (change) =>
      engine(
        'BH-D11',
        [
          "set 'log-driver' in daemon.json to a driver that sends logs to another machine",
          change['log-opts'] ? "syslog with 'syslog-address' tcp+tls://HOST:PORT in 'log-opts'" : 'such as fluentd',
        ],
        { 'log-driver': 'json-file' },
        change,
      ),
  ),
  onHardened(
    'BH-D11',
    'a HardenedDaemon uses json-file: if a program on its host collects the files, suppress this finding with that reason',
  ),
  engine('BH-D12', ["set 'no-new-privileges' to true in daemon.json"], { 'no-new-privileges': false }, { 'no-new-privileges': true }),
  engine('BH-D13', ["set 'live-restore' to true in daemon.json"], { 'live-restore': undefined }, { 'live-restore': true }),
  engine('BH-D14', ["set 'userland-proxy' to false in daemon.json"], { 'userland-proxy': undefined }, { 'userland-proxy': false }),
  engine('BH-D15', ["remove 'seccomp-profile' from daemon.json"], { 'seccomp-profile': 'unconfined' }, { 'seccomp-profile': undefined }),
  engine(
    'BH-D15',
    ['name the file of your own profile'],
    { 'seccomp-profile': 'unconfined' },
    { 'seccomp-profile': '/etc/docker/seccomp.json' },
  ),
  engine('BH-D16', ["remove 'experimental' from daemon.json"], { experimental: true }, { experimental: undefined }),
  engine('BH-D16', ['set it to false'], { experimental: true }, { experimental: false }),
  container(
    'BH-X01',
    ["remove 'privileged', 'network_mode' host and 'pid_mode' host from the container"],
    { privileged: true, networkMode: 'host', pidMode: 'host' },
    { privileged: undefined, networkMode: 'none', pidMode: undefined },
    { engine: ENGINE, beside: ['BH-C01', 'BH-C02', 'BH-C03'] },
  ),
  program(
    'BH-X01',
    ["'userns-remap' from daemon.json"],
    (raw, isFixed) => {
      addEngine(raw, { ...ENGINE, ...(isFixed && { 'userns-remap': undefined }) });
      addClean(raw, 'Web', { pidMode: 'host' });
    },
    { beside: ['BH-C03'], thereafter: ['BH-D08'] },
  ),
  program('BH-X02', ["set 'live-restore' to false in daemon.json"], (raw, isFixed) => {
    addEngine(raw, isFixed ? NODE : ENGINE);
    new Service(raw.stack, 'Web', { name: 'web', taskSpec: task() });
  }),
  ours('BH-X02', ["a HardenedDaemon does it with 'liveRestore: false'"], (isFixed) => {
    const { stack, daemon } = hardened({ ...(isFixed && { liveRestore: false }) });
    new Service(stack, 'Web', { name: 'web', taskSpec: task(), provider: daemon._providerFor(stack) });
    return stack;
  }),
];
