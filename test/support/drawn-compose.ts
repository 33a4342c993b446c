// Compose files from a seed: every form of ports, networks and names, on top of each other by anchors, overrides, extends and include.
import { stringify } from 'yaml';
import { Random } from '../integ/harness/generate';

/** Texts by the name of their file; the first is the main one, `override.yaml` lies on top of it. */
export type DrawnCompose = Readonly<Record<string, string>>;

const NETWORKS = ['default', 'front', 'back', 'old', 'lan'] as const;
const SERVICES = ['web', 'api', 'db', 'cache', 'job', 'x-y_z.1'] as const;

export function drawnCompose(seed: string): DrawnCompose {
  const random = new Random(`compose ${seed}`);
  const names = random.some([...SERVICES], random.int(1, SERVICES.length));
  const main = {
    ...(random.chance(0.3) && { name: random.pick(['shop', '${PROJECT}', 'My Shop', '${PROJECT:-shop}-1']) }),
    ...(random.chance(0.2) && { version: '3.8' }),
    ...(random.chance(0.3) && { include: [random.pick<unknown>(['other.yaml', { path: 'other.yaml', project_directory: 'sub' }, { path: ['other.yaml', 'third.yaml'] }])] }), // prettier-ignore
    services: Object.fromEntries(names.map((name) => [name, service(random, names)])),
    networks: networks(random),
  };
  const files: Record<string, string> = { 'compose.yaml': marked(random, stringify(main)) };
  files['base.yaml'] = stringify({ services: { base: service(random, []), middle: { extends: 'base', ports: ['7000:7000'] } } });
  files['other.yaml'] = stringify({ services: { other: service(random, ['other']) }, networks: networks(random) });
  files['third.yaml'] = stringify({ services: { other: { ports: ['9300'], scale: 2 } } });
  if (random.chance(0.5)) {
    const over = Object.fromEntries(random.some(names, random.int(1, names.length)).map((name) => [name, partly(random, names)]));
    files['override.yaml'] = marked(random, stringify({ services: over, ...(random.chance(0.4) && { networks: networks(random) }) }));
  }
  files['.env'] = random.some(['PROJECT=from-env', 'PORT=8088', "ADDRESS='127.0.0.1'", 'export TAG="v1"', 'EMPTY=', 'COMPOSE_PROJECT_NAME=named', '# a comment', 'NESTED=${PORT}1'], random.int(0, 8)).join('\n'); // prettier-ignore
  return files;
}

/** Tags that take away what an earlier file says. */
function marked(random: Random, text: string): string {
  return text
    .split('\n')
    .map((line) =>
      /^ {4}(ports|networks|profiles):$/.test(line) && random.chance(0.15) ? `${line} ${random.pick(['!override', '!reset'])}` : line,
    ) // prettier-ignore
    .join('\n');
}

function service(random: Random, names: readonly string[]): Record<string, unknown> {
  return { image: random.pick(['lab:1', 'lab:${TAG:-1}']), ...partly(random, names) };
}

function partly(random: Random, names: readonly string[]): Record<string, unknown> {
  const mode = random.chance(0.2) ? random.pick(['host', 'none', 'bridge', ...(names.length > 0 ? [`service:${names[0]}`] : []), 'container:old']) : undefined; // prettier-ignore
  return {
    ...(random.chance(0.7) && { ports: Array.from({ length: random.int(0, 3) }, () => port(random)) }),
    ...(mode !== undefined ? { network_mode: mode } : random.chance(0.7) && { networks: membership(random) }),
    ...(random.chance(0.2) && { container_name: random.pick(['one', '${COMPOSE_PROJECT_NAME}-one', 'a${EMPTY}b']) }),
    ...(random.chance(0.2) && { profiles: random.some(['debug', 'test'], random.int(0, 2)) }),
    ...(random.chance(0.2) && random.pick<object>([{ scale: random.int(0, 3) }, { deploy: { replicas: random.int(0, 3) } }, { scale: '${EMPTY:-2}' }])), // prettier-ignore
    ...(random.chance(0.15) && { extends: random.pick<unknown>([{ file: 'base.yaml', service: random.pick(['base', 'middle']) }, ...(names.length > 1 ? [names[1]] : [])]) }), // prettier-ignore
    ...(random.chance(0.3) && { environment: random.pick<unknown>([{ A: '1', B: null }, ['A=2', 'C']]) }),
    ...(random.chance(0.2) && { expose: ['80', 8080] }),
    ...(random.chance(0.2) && { labels: random.pick<unknown>([['a=b'], { a: 'c' }]) }),
  };
}

function port(random: Random): unknown {
  const host = random.int(8000, 8999);
  const target = random.pick([80, 443, 53, 5432]);
  const address = random.pick(['127.0.0.1', '192.0.2.10', '0.0.0.0', '[::1]', '${ADDRESS:-10.0.0.1}', '::']);
  return random.pick<unknown>([
    target,
    String(target),
    `${host}:${target}`,
    `${host}:${target}/udp`,
    `${address}:${host}:${target}`,
    `${address}::${target}`,
    `${host}-${host + 2}:${target}-${target + 2}`,
    `${host}-${host + 2}:${target}`,
    `\${PORT:-${host}}:${target}`,
    `\${PORT}:${target}/tcp`,
    { target, published: random.pick<unknown>([host, String(host), `${host}-${host + 2}`, undefined]), ...(random.chance(0.4) && { host_ip: random.pick(['127.0.0.1', '::1']) }), ...(random.chance(0.3) && { protocol: random.pick(['tcp', 'udp']) }), ...(random.chance(0.3) && { mode: 'host' }) }, // prettier-ignore
  ]);
}

function membership(random: Random): unknown {
  const some = random.some([...NETWORKS], random.int(0, 3));
  if (random.chance(0.5)) return some;
  const wish = () => random.pick<unknown>([null, {}, { aliases: ['x'] }, { ipv4_address: '10.5.0.9' }, { ipv6_address: 'fd00::9', gw_priority: 5 }]); // prettier-ignore
  return Object.fromEntries(some.map((name) => [name, wish()]));
}

function networks(random: Random): Record<string, unknown> {
  const one = () =>
    random.pick<unknown>([
      null,
      {},
      { internal: true },
      { name: 'named-${TAG:-x}' },
      { external: true },
      { external: true, name: 'outer' },
      { driver: 'bridge', driver_opts: { 'com.docker.network.bridge.enable_icc': 'false' }, enable_ipv6: true },
      { ipam: { config: [{ subnet: '10.5.0.0/24', gateway: '10.5.0.1' }, { subnet: 'fd00::/64' }] } },
      { driver: 'macvlan', driver_opts: { parent: 'eth0' }, ipam: { driver: 'default', config: [{ subnet: '10.6.0.0/24', ip_range: '10.6.0.128/25' }] } },
      { enable_ipv4: false, enable_ipv6: true },
      { internal: '${EMPTY:-true}', attachable: true, labels: ['a=b'] },
    ]); // prettier-ignore
  return Object.fromEntries(NETWORKS.map((name) => [name, one()]));
}
