import { arr } from './arr';
import { authentik } from './authentik';
import { dockprom } from './dockprom';
import { elk } from './elk';
import { forge } from './forge';
import { home } from './home';
import { immich } from './immich';
import { kafka } from './kafka';
import { mailcow } from './mailcow';
import { mastodon } from './mastodon';
import { matrix } from './matrix';
import { paperless } from './paperless';
import { pihole } from './pihole';
import { plausible } from './plausible';
import type { PublicStack } from './stack';
import { traefik } from './traefik';
import { wgEasy } from './wg-easy';
import { expectGolden } from '../support/golden';
import { Program, type Synthesized } from '../support/programs';

const STACKS: Readonly<Record<string, PublicStack>> = {
  ...{ authentik, dockprom, elk, immich, mailcow, pihole, traefik, 'wg-easy': wgEasy },
  ...{ arr, forge, home, kafka, mastodon, matrix, paperless, plausible },
};

/** What a synth says of a gateway that makes its own interface, whoever declares one. */
const GATEWAY = [/^WgEasy forwards ipv4 and ipv6 for its clients/, /^(WgEasy|Gluetun) has CAP_NET_(ADMIN|RAW) \(/];

interface Made {
  readonly synthesized: Synthesized;
  readonly program: Program;
  /** Findings that are errors or warnings, as `container rule`. */
  readonly said: readonly string[];
}

const made = new Map<string, Made>();

/** Synthesized once, with all rules: an error would throw. */
function of(name: string): Made {
  const known = made.get(name);
  if (known !== undefined) return known;
  const program = new Program({ dualStack: STACKS[name].dualStack });
  STACKS[name].program(program);
  const synthesized = program.synth();
  const said = program.stack.node.findAll().flatMap(
    ({ node }) =>
    node.metadata.filter(({ type }) => /warn|error/.test(type)).map(({ data }) => `${node.path.split('/')[1]} ${/\((BH-\w+)\)$/.exec(String(data))?.[1] ?? data}`), // prettier-ignore
  );
  const result = { synthesized, program, said: [...new Set(said)].sort() };
  made.set(name, result);
  return result;
}

/** What the program opens, without the stack's name and what all have. */
const flowsOf = (name: string) => {
  const { pairs, publications } = of(name).program.topology();
  const names = new Map(
    of(name)
      .program.topology()
      .workloads.map(({ path, name: workload }) => [path, workload.replace(/^app-/, '')]),
  );
  const members = of(name)
    .program.topology()
    .networks.flatMap((network) => network.members);
  const at = (address: string) => names.get(members.find(({ ipv4, ipv6 }) => ipv4 === address || ipv6 === address)!.workload)!;
  const ports = ({ protocol, first }: { protocol: string; first: number }) => `${protocol}/${first}`;
  return [
    ...new Set(pairs.map(({ source, destination, port }) => `${at(source)} > ${at(destination)} ${ports(port)}`)),
    ...publications.map(({ workload, hostPort, targetPort, sources }) => `${sources.join() || 'host'} > ${names.get(workload)} ${ports(hostPort)}${ports(hostPort) === ports(targetPort) ? '' : ` to ${ports(targetPort)}`}`), // prettier-ignore
  ].sort();
};

const env = (name: string, container: string): string[] => of(name).synthesized.container(`app-${container}`).env;

describe.each(Object.keys(STACKS))('%s', (name) => {
  const containers = () => of(name).synthesized.names('docker_container').filter((each) => !each.endsWith('-owner')); // prettier-ignore

  test('has no error, and warns of nothing but ports that the public stack has, and of a gateway', () => {
    expect(of(name).said.filter((line) => ![/ BH-P0[26]$/, ...GATEWAY].some((known) => known.test(line)))).toEqual([]);
  });

  test('needs no escape hatch: no container is privileged, has the socket, or the network of the host', () => {
    const all = containers().map((each) => of(name).synthesized.container(each));
    expect(all.length).toBeGreaterThan(name === 'wg-easy' ? 0 : 1);
    for (const container of all) {
      expect(container.privileged ?? false).toBe(false);
      expect(container.network_mode ?? 'container:').toMatch(/^container:/);
      expect(container.security_opts).toContain('no-new-privileges:true');
      const sources = container.mounts.map(({ source }: { source: string }) => source);
      if (!container.name.endsWith('-socket')) expect(sources.filter((source: string) => /docker\.sock/.test(source))).toEqual([]);
    }
  });

  test('holds no secret in the JSON', () => {
    expect(of(name).synthesized.text).not.toMatch(/PASSWORD=(?!file:)[^/"]|DBPASS=[^"]{0,3}[a-z]/i);
  });

  test('what it opens', () => expectGolden(`stacks/${name}.txt`, `${flowsOf(name).join('\n')}\n`));
});

describe('what stood in the way of each', () => {
  test('Kafka: it tells its clients a name that resolves, and its settings are in memory', () => {
    expect(env('kafka', 'ui')).toContain('KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS=kafka1:9092');
    expect(of('kafka').synthesized.container('kafka1').env).toContain('KAFKA_ADVERTISED_LISTENERS=INSIDE://kafka1:9092,OUTSIDE://192.0.2.10:29092'); // prettier-ignore
    expect(Object.keys(of('kafka').synthesized.container('kafka1').tmpfs)).toContain('/etc/kafka');
  });

  test('Matrix: the kernel executes the program of the relay, whose user holds nothing', () => {
    const relay = of('matrix').synthesized.container('app-coturn');
    expect([relay.user, relay.capabilities.add]).toEqual(['65534:65534', ['CAP_NET_BIND_SERVICE']]);
    expect(of('matrix').program.topology().publications.filter(({ hostPort }) => hostPort.last > hostPort.first)).toMatchObject([{ hostPort: { protocol: 'udp', first: 49_160, last: 49_200 } }]); // prettier-ignore
  });

  test('A forge: its SSH server locks connections in, and its supervisor signals', () => {
    expect(of('forge').synthesized.container('app-server').capabilities.add).toEqual(
      expect.arrayContaining(['CAP_KILL', 'CAP_SYS_CHROOT']),
    );
  });

  test('Behind a VPN: supervisors are the first processes, and a folder that no image gives away has an owner', () => {
    const { synthesized, program } = of('arr');
    for (const name of ['app-qbittorrent', 'app-sonarr']) expect(synthesized.container(name)).toMatchObject({ init: false, read_only: false }); // prettier-ignore
    expect(program.topology().hostDirectories).toContainEqual({ directory: '/srv/arr/tv', owner: '1000:1000', mode: '0750' });
    expect(env('arr', 'gluetun')).toContain('WIREGUARD_PRIVATE_KEY_SECRETFILE=/run/secrets/app-wireguardkey');
  });

  test('Mastodon: nothing starts before the database is migrated', () => {
    const { json } = of('mastodon').synthesized;
    const [, web] = Object.entries<any>(json.resource.docker_container).find(([key]) => key.startsWith('Web_'))!;
    expect(web.depends_on).toEqual(expect.arrayContaining([expect.stringContaining('Migrate')]));
    expect(of('mastodon').synthesized.container('app-migrate')).toMatchObject({ attach: true, must_run: false });
  });

  test('Paperless and Home Assistant: their supervisors are the first processes', () => {
    expect(of('paperless').synthesized.container('app-webserver')).toMatchObject({ init: false, user: '0:0' });
    expect(of('home').synthesized.container('app-assistant')).toMatchObject({ init: false, user: '0:0' });
  });

  test('Immich: the cache belongs to its user, secrets are files, shared memory has a size', () => {
    const { synthesized } = of('immich');
    expect(synthesized.container('app-models-owner').command).toContain('1000:1000');
    expect(env('immich', 'server')).toContain('DB_PASSWORD_FILE=/run/secrets/app-dbpassword');
    expect(synthesized.container('app-database').shm_size).toBe(128);
    expect(synthesized.container('app-database').user).toBe('999:999');
  });

  test('authentik: a URL of a file is no secret, and both containers wait for a healthy database', () => {
    expect(env('authentik', 'server')).toContain('AUTHENTIK_SECRET_KEY=file:///run/secrets/app-secretkey');
    for (const id of ['Server', 'Worker']) {
      const { depends_on: after } = Object.entries<any>(of('authentik').synthesized.json.resource.docker_container).find(([key]) => key.startsWith(`${id}_`))![1]; // prettier-ignore
      expect(after).toEqual(expect.arrayContaining([expect.stringContaining('Postgresql'), expect.stringContaining('Redis')]));
    }
    expect(of('authentik').synthesized.container('app-postgresql').wait).toBe(true);
  });

  test('Traefik: labels, the calls that pass the proxy, and a folder for certificates', () => {
    const { synthesized, program } = of('traefik');
    expect(synthesized.container('app-whoami').labels).toContainEqual({ label: 'traefik.http.routers.whoami.rule', value: 'Host(`whoami.example.com`)' }); // prettier-ignore
    expect(program.topology().engineAccess?.map(({ client, text }) => `${client} ${text}`)).toEqual([
      'app/Traefik list and inspect containers',
      'app/Traefik watch events',
    ]);
    expect(synthesized.container('app-certificates-owner').command).toContain('10001:10001');
  });

  test('Elasticsearch: names with dots, many files, locked memory', () => {
    expect(env('elk', 'es')).toContain('discovery.type=single-node');
    expect(of('elk').synthesized.container('app-es').ulimit).toEqual([{ name: 'nofile', soft: 65_535, hard: 65_535 }, { name: 'memlock', soft: -1, hard: -1 }]); // prettier-ignore
  });

  test('Pi-hole: root with what its supervisor needs, and nothing of the network', () => {
    const container = of('pihole').synthesized.container('app-pihole');
    expect(container.user).toBe('0:0');
    expect(container.init).toBe(false);
    expect(container.capabilities.add).toEqual(['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_KILL', 'CAP_SETGID', 'CAP_SETUID']);
  });

  test('wg-easy: it forwards both families, loads no module, and masks on each of its interfaces', () => {
    const { synthesized, program } = of('wg-easy');
    const container = synthesized.container('wg-easy');
    expect(container.capabilities.add).toEqual(['CAP_NET_ADMIN', 'CAP_NET_RAW']);
    expect(container.sysctls).toMatchObject({ 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' });
    expect(container.env).toContain('WG_POST_UP=iptables -t nat -A POSTROUTING ! -o wg0 -j MASQUERADE');
    expect(program.topology().workloads.map(({ name, forwards }) => [name, forwards])).toEqual([['wg-easy', ['ipv4', 'ipv6']]]);
  });

  test('mailcow: names are asked of a container, and a password comes from a file where the image takes a variable alone', () => {
    const { synthesized, program } = of('mailcow');
    const resolver = program.topology().networks.flatMap(({ members }) => members).find((member) => member.workload === 'app/Unbound' && member.home)!.ipv4; // prettier-ignore
    const asking = program.topology().workloads.filter(({ dns }) => dns.includes(resolver)).map(({ name }) => name); // prettier-ignore
    expect(asking).toEqual(['app-acme', 'app-clamd', 'app-dovecot', 'app-nginx', 'app-phpfpm', 'app-postfix', 'app-rspamd', 'app-sogo']);
    expect(synthesized.container('app-dovecot').entrypoint.join(' ')).toContain('DBPASS="$(cat "$DBPASS_FILE")"');
    expect(synthesized.container('app-rspamd').user).toBe('0:0');
    expect(program.topology().workloads.filter(({ user }) => user?.mode === 'root-at-start').map(({ name }) => name)).toEqual(['app-rspamd']); // prettier-ignore
  });
});
