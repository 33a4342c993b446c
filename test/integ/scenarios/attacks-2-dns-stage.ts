// Who asks for names, by which ways, and who hears of it.
import { sh } from './attacks-stage';
import type { Checks } from '../harness/checks';
import { type Deployment, isAtLeast } from '../harness/deployment';
import { sleep } from '../lab/exec';
import type { Lab, Where } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes, type Running } from '../lab/probe';

/** The attacker's, who has a name server for it and sees each name that arrives there. */
export const ZONE = 'leak.test';
const LOOPBACK = '127.0.0.53';

/** The host's own resolvers: elsewhere, and on its loopback as systemd-resolved has it, where no way leads but from the host itself. */
export const RESOLVERS: Readonly<Record<string, readonly string[]>> = {
  'resolvers elsewhere': [NET.internet, NET.internet6],
  'a resolver on the loopback of the host': [LOOPBACK],
};

/** Name servers that write down who was asked for. */
export type ServerName = 'inet' | 'lanA' | 'host';
export const SERVERS: readonly ServerName[] = ['inet', 'lanA', 'host'];

export interface Asker {
  readonly name: string;
  readonly where: Where;
}

/** Containers of the program. */
export const named = (...names: string[]): Asker[] => names.map((name) => ({ name: `app-${name}`, where: { container: `app-${name}` } }));

/** What the threat model says of who hears of whose questions. */
export interface Promised {
  expected(asker: string, way: string, server: ServerName): boolean;
  /** Of what it asks by itself nobody promises anything. */
  isLoose(asker: string): boolean;
}

export interface Round {
  readonly where: string;
  readonly askers: readonly Asker[];
  /** In each a container of others, which the input does not contain a resolver, is the control. */
  readonly networks: readonly string[];
  readonly promised: Promised;
  /** The guard closes what such a container asks Docker's resolver, where the host has these; it does not unless told. */
  readonly isShut?: (resolvers: readonly string[]) => boolean;
}

interface Question {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'TXT' | 'PTR';
  readonly server: string;
  readonly proto: 'udp' | 'tcp';
}

export interface Asked {
  readonly asker: string;
  readonly way: string;
  readonly servers: readonly ServerName[];
}
export type Heard = readonly Asked[];

const DIRECT: Readonly<Record<string, string>> = {
  inet4: NET.internet,
  inet6: NET.internet6,
  lanA4: NET.lanA,
  lanA6: NET.lanA6,
  host4: NET.host,
  host6: NET.host6,
  other4: NET.host2,
  loop4: LOOPBACK,
};

/** What is asked by the container's own settings. */
const CONF: Readonly<Record<string, string>> = { 'conf-whole': `.${ZONE}`, 'conf-search': '' };

/** Starts the name servers, lets everybody ask in every way, and takes down what each server heard. */
export function listenEverywhere(lab: Lab, askers: readonly Asker[]): Heard {
  const probes = new Probes(lab);
  const servers = {
    inet: probes.begin({ ns: 'inet' }, 'dns', 'serve', { addresses: [NET.internet, NET.internet6] }),
    lanA: probes.begin({ ns: 'lanA' }, 'dns', 'serve', { addresses: [NET.lanA, NET.lanA6] }),
    host: probes.begin({ host: true }, 'dns', 'serve', { addresses: ['0.0.0.0', '::'] }),
  };
  const asking = askers.map((asker) => ask(lab, probes, asker));
  // As a program does: what /etc/resolv.conf names, whole names and such that search domains make whole.
  const commands = askers.flatMap(({ name }) =>
    Object.entries(CONF).map(([way, rest]) => `docker exec ${name} timeout 4 nslookup ${label(name, way)}${rest} >/dev/null 2>&1 &`),
  );
  lab.host(['sh', '-c', `${commands.join('\n')}\nwait`], { timeout: 120_000 });
  asking.forEach(({ running }) => running.result());
  const asked = asking.flatMap(({ asker, ways }) => [...ways, ...Object.keys(CONF)].map((way) => ({ asker, way })));
  sleep(500);
  const names = new Map(
    SERVERS.map((name) => [name, new Set(Object.keys(servers[name].stop<{ names: Record<string, string[]> }>().names))]),
  );
  return asked.map(({ asker, way }) => ({
    asker,
    way,
    servers: SERVERS.filter((server) => [...names.get(server)!].some((name) => `${name}.`.startsWith(`${label(asker, way)}.`))),
  }));
}

export const arrived = (heard: Heard, asker: string, way: string): Heard =>
  heard.filter((one) => one.asker === asker && one.way.startsWith(way) && one.servers.length > 0);

export const questionsOf = (heard: Heard, asker: string): Heard => heard.filter((one) => one.asker === asker);

/** Part of the name that is asked for. */
const label = (asker: string, way: string) => `${way}.${asker}`.toLowerCase();

/** Starts every way of one container but that of `CONF`. */
function ask(lab: Lab, probes: Probes, { name, where }: Asker): { asker: string; ways: string[]; running: Running } {
  const question = (way: string, server: string, proto: 'udp' | 'tcp', type: Question['type']): [string, Question] => [
    way,
    { name: `${label(name, way)}.${ZONE}`, type, server, proto },
  ];
  const protos = ['udp', 'tcp'] as const;
  const questions = [
    ...protos.flatMap((proto) => (['A', 'AAAA', 'TXT', 'PTR'] as const).map((type) => question(`embedded-${proto}-${type}`, '127.0.0.11', proto, type))), // prettier-ignore
    ...Object.entries({ ...DIRECT, ...gateways(lab, where) }).flatMap(([way, server]) => protos.map((proto) => question(`${way}-${proto}`, server, proto, 'A'))), // prettier-ignore
  ];
  const running = probes.begin(where, 'dns', 'ask', { questions: questions.map(([, each]) => each), uid: 10001, seconds: 4 });
  return { asker: name, ways: questions.map(([way]) => way), running };
}

/** The host's addresses on the container's own bridges. */
function gateways(lab: Lab, where: Where): Record<string, string> {
  if (!('container' in where)) return {};
  const { stdout } = lab.host(['docker', 'inspect', '--format', '{{json .NetworkSettings.Networks}}', where.container]);
  const networks = Object.keys(JSON.parse(stdout) as object);
  const found = networks.flatMap((network) =>
    (JSON.parse(sh(lab, 'docker network inspect --format "{{json .IPAM.Config}}" "$1"', network)) as { Gateway?: string }[]).flatMap(
      ({ Gateway }) => (Gateway && Gateway !== NET.router ? [Gateway.split('/')[0]] : []),
    ),
  );
  return Object.fromEntries(found.map((address, index) => [`gateway${index}`, address]));
}

// --- rounds ----------------------------------------------------------------------------------------------------------------------------

/** Each resolver of the host in turn. */
export function eachResolver(checks: Checks, lab: Lab, deployment: Deployment, round: Round): void {
  const { where, askers, networks, isShut = () => false } = round;
  const others = byHand(lab, deployment, networks);
  for (const [name, resolvers] of Object.entries(RESOLVERS)) {
    const what = `${where}, ${name}`;
    restartWith(lab, resolvers, [...askers, ...others]);
    judge(checks, what, listenEverywhere(lab, askers), round);
    const control = listenEverywhere(lab, others);
    const out = others.filter((other) => arrived(control, other.name, 'embedded').length > 0).map((other) => other.name);
    checks.shown(
      `control, ${what}: what a container without a resolver of its own asks Docker's ${isShut(resolvers) ? 'is closed by the guard' : 'arrives outside'}`,
      out.length > 0 !== isShut(resolvers),
      JSON.stringify(control),
    );
    checks.say(`control, ${what}: by Docker's resolver it leaves from ${out.join(', ')}`);
  }
  lab.docker('rm', '-f', ...others.map(({ name }) => name));
}

/** A container of others in each network that has one of ours, with no resolver but the host's. */
function byHand(lab: Lab, deployment: Deployment, networks: readonly string[]): Asker[] {
  const six = isAtLeast(deployment.daemon, '27.0');
  return networks.map((network, index): Asker => {
    const name = `byhand-${network}`;
    // Before 27 an engine finds no address by itself in a range that ends where a /64 does.
    const config = lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', network);
    const v6 = (JSON.parse(config) as { Subnet: string }[]).find(({ Subnet }) => Subnet.includes(':'));
    const address = six || !v6 ? [] : ['--ip6', v6.Subnet.replace(/::?\/\d+$/, `::9${index}`)];
    lab.docker('run', '-d', '--name', name, '--network', network, ...address, 'lab:1');
    return { name, where: { container: name } };
  });
}

export function setResolvers(lab: Lab, resolvers: readonly string[]): void {
  lab.writeFile('/etc/resolv.conf', resolvers.map((address) => `nameserver ${address}\n`).join(''));
}

/** What a container is told that asks Docker's resolver for a name. */
export function byItself(lab: Lab, container: string, name: string): string {
  return lab.host(['timeout', '6', 'docker', 'exec', container, 'nslookup', name, '127.0.0.11']).stdout;
}

/** The engine reads the resolvers of the host when a container starts. */
function restartWith(lab: Lab, resolvers: readonly string[], askers: readonly Asker[]): void {
  setResolvers(lab, resolvers);
  lab.docker('restart', '-t', '0', ...askers.map(({ name }) => name));
}

/** What arrives is what is expected; ways of which nobody promises anything are told. */
export function judge(
  checks: Checks,
  what: string,
  heard: Heard,
  { askers, promised: { expected, isLoose } }: Pick<Round, 'askers' | 'promised'>,
): void {
  const told = new Map<string, number>();
  for (const { name } of askers) {
    for (const { way, servers } of questionsOf(heard, name)) {
      const byResolver = /^(embedded|conf)/.test(way);
      if (!byResolver && isLoose(name)) {
        if (servers.length > 0) told.set(name, (told.get(name) ?? 0) + 1);
        continue;
      }
      const wrong = servers.filter((server) => !expected(name, way, server));
      checks.check(`${what}: ${name} by ${way}: nobody hears of it who should not`, wrong.length === 0, wrong.join());
      if (SERVERS.some((server) => expected(name, way, server)) && !/search|PTR/.test(way)) {
        checks.check(`${what}: ${name} by ${way}: who may be asked hears of it`, servers.length > 0, way);
      }
    }
  }
  const count = askers.reduce((sum, { name }) => sum + questionsOf(heard, name).length, 0);
  const loose = told.size > 0 ? `; arrived where nothing is promised: ${JSON.stringify(Object.fromEntries(told))}` : '';
  checks.say(`${what}: ${count} questions of ${askers.length} containers${loose}`);
}
