// Compose files from a seed, brought up by Docker Compose itself: what the files tell, against the engine's objects and real packets.
// `BULKHEAD_TOPOLOGIES` says how many, `BULKHEAD_SEED` which.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { stringify } from 'yaml';
import { EngineVersion } from '../../../src/engine/engine-version';
import { type ComposeObjects, composeObjects } from '../../../src/intake/private/compose/compose-host';
import { composeModel } from '../../../src/intake/private/compose/load';
import { composeProject } from '../../../src/intake/private/compose/project';
import { containersOf, type EngineContainer, type EngineNetwork, networksOf } from '../../../src/intake/private/host/engine-objects';
import type { IntakeHost } from '../../../src/intake/private/host/intake-host';
import { withDefaults } from '../../../src/intake/private/planned/default-settings';
import { CHOSEN_PORT, hostOfPlan } from '../../../src/intake/private/planned/planned-host';
import type { Checks } from '../harness/checks';
import type { Random } from '../harness/generate';
import { probe } from '../harness/hosts-ask';
import { PORTS } from '../harness/hosts-stage';
import { asInLab, eachPlanned, type PlannedTrial, plannedQuestions } from '../harness/planned-hosts';
import type { EngineId } from '../lab/cache';
import { must } from '../lab/exec';
import { buildCompose, composeProgram } from '../lab/gobuild';
import type { Lab } from '../lab/lab';
import { NET } from '../lab/network';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

export const prepare = buildCompose;

const SERVICES = ['web', 'api', 'db', 'cache'] as const;

export function run(engine: EngineId, checks: Checks): void {
  eachPlanned(engine, checks, 'compose', tryFiles);
}

function tryFiles({ lab, crowd, checks, seed, random, sum }: PlannedTrial): void {
  const dir = path.join(fs.mkdtempSync(path.join(lab.labDir, 'compose-')), 'shop');
  fs.mkdirSync(dir);
  const texts = filesFrom(random);
  for (const [name, text] of Object.entries(texts)) fs.writeFileSync(path.join(dir, name), text);
  const files = ['compose.yaml', 'over.yaml'].map((name) => path.join(dir, name));
  const env = { ...process.env, ...lab.terraformEnv() };
  const compose = (...args: string[]) => must(`docker compose ${args[0]}`, [composeProgram(), ...files.flatMap((file) => ['-f', file]), ...args], { env, timeout: 300_000 }); // prettier-ignore
  compose('up', '--detach', '--pull', 'never');
  try {
    const read = (file: string) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined);
    const told = composeObjects(composeProject(composeModel({ files, read, environment: {} })));
    const real = realObjects(lab);
    const all = Object.entries(texts).map(([name, text]) => `# ${name}\n${text}`).join('\n'); // prettier-ignore
    checks.check(`${seed}: Compose makes these containers, networks and ports`, textOf(told) === textOf(real), () => `told:\n${textOf(told)}\nreal:\n${textOf(real)}\n${all}`); // prettier-ignore
    const host = hostWith(told, real, lab);
    const names = real.containers.filter(({ mode }) => mode === undefined).map(({ name }) => name);
    probe({ checks, crowd, what: seed, host, containers: names, why: () => all }, plannedQuestions(random, host, names), sum);
  } finally {
    compose('down', '--timeout', '0');
  }
}

type Objects = Pick<ComposeObjects, 'networks' | 'containers'>;

function realObjects(lab: Lab): Objects {
  const inspected = (what: 'network' | 'container') => {
    const ids = lab.docker(what, 'ls', ...(what === 'container' ? ['--all'] : []), '--quiet', '--no-trunc').split('\n').filter((id) => id !== ''); // prettier-ignore
    return lab.docker(what, 'inspect', ...ids);
  };
  const texts = { 'docker-networks': inspected('network'), 'docker-containers': inspected('container') };
  return { networks: networksOf(texts)!, containers: containersOf(texts)! };
}

/** Without what the engine chooses. */
function textOf({ networks, containers }: Objects): string {
  const network = ({ name, driver, internal }: EngineNetwork) => `network ${name} ${driver}${internal ? ' internal' : ''}`;
  const owner = (mode: EngineContainer['mode']) => (typeof mode === 'object' ? 'shared' : (mode ?? ''));
  const port = ({ protocol, hostAddress, hostPort, targetPort }: EngineContainer['ports'][number]) => `${hostAddress}:${hostPort >= CHOSEN_PORT ? '*' : hostPort}:${targetPort}/${protocol}`; // prettier-ignore
  const container = ({ name, mode, endpoints, ports }: EngineContainer) =>
    `container ${name} ${owner(mode)} in ${(mode === 'host' || mode === 'none' ? [] : endpoints.map((each) => each.network)).sort().join()} ports ${ports.map(port).sort().join()}`; // prettier-ignore
  return [...networks.map(network), ...containers.map(container)].sort().join('\n');
}

/** What the files tell, with the addresses and ports that the engine chose. */
function hostWith(told: Objects, real: Objects, lab: Lab): IntakeHost {
  const networks = told.networks.map((network) => {
    const { blocks, gateways, interface: name } = real.networks.find((each) => each.name === network.name)!;
    return { ...network, blocks, gateways, interface: name };
  });
  const containers = told.containers.map((container) => {
    const found = real.containers.find(({ name }) => name === container.name)!;
    const endpoints = container.endpoints.map((endpoint) => {
      const { ipv4, ipv6 } = found.endpoints.find(({ network }) => network === endpoint.network)!;
      return { ...endpoint, ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }) };
    });
    return { ...container, endpoints, ports: found.ports };
  });
  const engine = EngineVersion.of(lab.spec.version);
  return asInLab(hostOfPlan({ networks, containers, ...withDefaults(engine), notes: [] }));
}

/** Two files on top of each other, with the forms that people use. */
function filesFrom(random: Random): Readonly<Record<string, string>> {
  const option = (key: string, value: string) => ({ driver_opts: { [`com.docker.network.bridge.${key}`]: value } });
  const networks: Record<string, unknown> = {
    front: random.pick<unknown>([null, { name: 'outer' }]),
    back: { internal: true },
    shut: { ipam: { config: [{ subnet: '10.84.0.0/24', gateway: '10.84.0.9' }] }, ...option('enable_icc', 'false') },
    six: { enable_ipv6: true, ipam: { config: [{ subnet: '10.83.0.0/24' }, { subnet: 'fd00:83::/64' }] } },
  };
  const joined = () => random.some(['default', 'front', 'back', 'shut', 'six'], random.int(0, 2));
  const portOf = (i: number, n: number) => {
    const [host, target] = [8100 + 10 * i + n, random.pick(PORTS)];
    return random.pick<unknown>([`${host}:${target}`, `127.0.0.1:${host}:${target}`, `${NET.host}:${host}:${target}`, { target, published: String(host) }, `\${PORT_${i}${n}:-${host}}:${target}`, String(target)]); // prettier-ignore
  };
  const service = (i: number) => ({
    image: 'lab:1',
    ...(random.chance(0.15)
      ? { network_mode: random.pick(['host', 'none', 'bridge', ...(i > 0 ? ['service:web'] : [])]) }
      : { networks: joined() }),
  });
  const withPorts = (each: ReturnType<typeof service>, i: number) => ('networks' in each ? { ...each, ports: Array.from({ length: random.int(0, 2) }, (_, n) => portOf(i, n)) } : each); // prettier-ignore
  const services = Object.fromEntries(SERVICES.map((name, i) => [name, withPorts(service(i), i)]));
  // Whoever others share the network of has one.
  services.web = withPorts({ image: 'lab:1', networks: joined() }, 0);
  const more = random.pick(SERVICES.filter((name) => 'networks' in services[name]));
  const over = { services: { [more]: { networks: random.some(['front', 'back'], random.int(0, 1)), ports: [`819${random.int(0, 9)}:${random.pick(PORTS)}`] }, extra: { extends: 'plain' }, plain: { image: 'lab:1', scale: random.int(1, 2), networks: ['back'] } } }; // prettier-ignore
  return { 'compose.yaml': stringify({ services, networks }), 'over.yaml': stringify(over), '.env': 'PORT_00=8177\n' };
}
