import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { ConnectionRate, ContainerImage, Peer, Port } from '../../src';
import { HOST_ADDRESS, Program } from '../support/programs';

/** What an engine and the tools of a host tell, as objects that a test changes. */
export interface HostState {
  networks: any[];
  containers: any[];
  images: any[];
  addresses: any[];
  daemonJson: any;
  engine: string;
  rules4: string[];
  rules6: string[];
  sets: string[];
  files: string[];
  units: string[];
  sysctls: string[];
  flags: string[];
}

/** Synthesizes a program with a flow, a rate, a publication and a mount into the folder; returns the output folder. */
export function synthesized(folder: string): string {
  const app = new App({ outdir: path.join(folder, 'out'), stackTraces: false });
  const program = new Program({}, new TerraformStack(app, 'app'));
  const [front, back] = [program.segment('Front'), program.segment('Back')];
  const image = ContainerImage.fromRegistry(`nginx@sha256:${'a'.repeat(64)}`);
  const [web, api] = [program.container('Web', front, { image }), program.container('Api', back, { image })];
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  web.connections.allowTo(api, Port.tcp(8080), { rate: ConnectionRate.perSecond(20) });
  app.synth();
  return app.outdir;
}

const IMAGE_ID = `sha256:${'1'.repeat(64)}`;

/** The host after an apply of that program, written from Terraform's JSON and the files alone. */
export function deployed(out: string): HostState {
  const stack = path.join(out, 'stacks/app');
  const tf = JSON.parse(fs.readFileSync(path.join(stack, 'cdk.tf.json'), 'utf8')).resource;
  const daemon = path.join(stack, 'bulkhead/app--Edge');
  const onHost = (name: string) => fs.readFileSync(path.join(daemon, 'host', name), 'utf8');
  const networkNamed = (reference: string): any => tf.docker_network[/docker_network\.(\w+)\./.exec(reference)![1]];
  const containers = Object.values<any>(tf.docker_container).map((each) => ({
    Name: `/${each.name}`,
    Image: IMAGE_ID,
    State: { Status: 'running', Running: true },
    Config: { User: each.user, Image: IMAGE_ID },
    HostConfig: {
      NetworkMode: 'app-front',
      Privileged: false,
      ReadonlyRootfs: true,
      CapDrop: each.capabilities.drop,
      SecurityOpt: each.security_opts,
      IpcMode: each.ipc_mode,
      Dns: each.dns,
      Sysctls: each.sysctls,
      RestartPolicy: { Name: each.restart },
      PortBindings: Object.fromEntries((each.ports ?? []).map((port: any) => [`${port.internal}/${port.protocol}`, [{ HostIp: port.ip, HostPort: String(port.external) }]])),
    },
    Mounts: each.mounts.map(({ type, source, target, read_only: readOnly }: any) => ({ Type: type, Source: source, Destination: target, RW: !readOnly })),
    NetworkSettings: { Networks: Object.fromEntries(each.networks_advanced.map((to: any) => [networkNamed(to.name).name, { IPAddress: to.ipv4_address }])) },
  })); // prettier-ignore
  const networks = Object.values<any>(tf.docker_network).map((each) => ({
    Name: each.name,
    Driver: each.driver,
    Internal: each.internal,
    IPAM: { Config: each.ipam_config.map((config: any) => ({ Subnet: config.subnet, Gateway: config.gateway, IPRange: config.ip_range })) },
    Options: each.options,
    Containers: Object.fromEntries(
      containers.flatMap(({ Name, NetworkSettings }) => {
        const at = NetworkSettings.Networks[each.name] as any;
        return at === undefined ? [] : [[Name, { Name: Name.slice(1), IPv4Address: `${at.IPAddress}/24` }]];
      }),
    ),
  }));
  const sums = (name: string) => createHash('sha256').update(onHost(name)).digest('hex').slice(0, 12);
  const list = fs
    .readFileSync(path.join(daemon, 'host-files.txt'), 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(' '));
  const id = JSON.parse(fs.readFileSync(path.join(daemon, 'topology.json'), 'utf8')).daemon.id;
  const units = ['bulkhead-firewall.service', 'bulkhead-watch.service', 'bulkhead-check.timer'];
  return {
    networks: [...networks, { Name: 'bridge', Driver: 'bridge', IPAM: { Config: [{ Subnet: '172.17.0.0/16' }] } }],
    containers,
    images: [{ Id: IMAGE_ID, RepoTags: [], RepoDigests: [Object.values<any>(tf.docker_image)[0].name] }],
    addresses: networks.map(({ Options }) => ({ ifname: Options['com.docker.network.bridge.name'], flags: ['UP'], linkinfo: { info_data: { nf_call_iptables: 1 } } })),
    daemonJson: JSON.parse(onHost('etc/docker/daemon.json')),
    engine: onHost('etc/bulkhead/engine').match(/^version (.*)$/m)![1],
    rules4: loaded(onHost('etc/bulkhead/rules.v4'), onHost('etc/bulkhead/chains'), 'v4'),
    rules6: loaded(onHost('etc/bulkhead/rules.v6'), onHost('etc/bulkhead/chains'), 'v6'),
    sets: `${onHost('etc/bulkhead/sets.v4')}${onHost('etc/bulkhead/sets.v6')}`.replace(/ -exist$/gm, '').replace(/\/32\b/g, '').split('\n'),
    files: [...list.map(([mode, owner, place]) => `${sums(place)} ${mode.slice(1)} ${owner} ${place}`), `- 600 root:root /run/bulkhead/stamp-${id}`],
    units: units.map((unit) => `${unit} loaded active enabled`),
    sysctls: onHost('etc/sysctl.d/99-bulkhead.conf').trim().split('\n').map((line) => line.replace(/^\S+/, (key) => key.replace(/\//g, '.'))),
    flags: ['hosts fd://'],
  }; // prettier-ignore
}

/** The tables as iptables-save prints them, with the jumps of `apply` and Docker's own. */
function loaded(rules: string, chains: string, version: string): string[] {
  const places = chains.split('\n').map((line) => line.split(' ')).filter(([of]) => of === version); // prettier-ignore
  const hooks = (table: string) => [...new Set(places.filter(([, of]) => of === table).map(([, , , hook]) => hook))];
  let table = '';
  return rules.split('\n').flatMap((line) => {
    if (line === 'COMMIT') return [...places.filter(([, of]) => of === table).map(([, , chain, hook]) => `-A ${hook} -j ${chain}`), line];
    table = /^\*(.*)/.exec(line)?.[1] ?? table;
    return line.startsWith('*')
      ? [line, ...hooks(table).map((hook) => `:${hook} ${hook === 'DOCKER-USER' ? '-' : 'ACCEPT'} [0:0]`)]
      : [line];
  });
}

/** As `bulkhead collect` prints it; a text that is undefined is missing. */
export function textsOfState(state: HostState): Record<string, string | undefined> {
  const json = (value: unknown) => JSON.stringify(value, null, 1);
  return {
    engine: state.engine,
    iptables: state.rules4.join('\n'),
    ip6tables: state.rules6.join('\n'),
    ipset: state.sets.join('\n'),
    addresses: json(state.addresses),
    sysctls: state.sysctls.join('\n'),
    'docker-networks': json(state.networks),
    'docker-containers': json(state.containers),
    'docker-images': json(state.images),
    'daemon-json': json(state.daemonJson),
    'daemon-flags': state.flags.join('\n'),
    units: state.units.join('\n'),
    files: state.files.join('\n'),
  };
}
