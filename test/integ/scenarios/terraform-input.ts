// Programs of Terraform that Bulkhead did not write, from a seed: what `terraform show -json` of their state tells, against real packets, and that of their
// plan against that of their state. `BULKHEAD_TOPOLOGIES` says how many, `BULKHEAD_SEED` which.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { unguardedSettings } from '../../../src/daemon/private/engine-settings';
import { EngineVersion } from '../../../src/engine/engine-version';
import { HostQuestions } from '../../../src/intake/host-questions';
import type { IntakeHost } from '../../../src/intake/private/host/intake-host';
import { hostOfPlan } from '../../../src/intake/private/planned/planned-host';
import { terraformObjects } from '../../../src/intake/private/planned/terraform';
import type { Checks } from '../harness/checks';
import { chosenHosts } from '../harness/engine-campaign';
import { Random } from '../harness/generate';
import { Crowd } from '../harness/generate-traffic';
import { type Asked, expectedOf, isProxied, probe, type Sum } from '../harness/hosts-ask';
import { CLEAR, PORTS } from '../harness/hosts-stage';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { apply, destroy, planJson, stateJson } from '../lab/terraform';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

const SAMPLE = 3;
const SHARE = 150;
const NAMES = ['one', 'two', 'three', 'four'] as const;
const UPLINK = 'eth0';

export function run(engine: EngineId, checks: Checks): void {
  const sum: Sum = { probes: 0, open: 0, unknown: 0, wrong: 0 };
  withLab(engine, (lab) => {
    for (const ns of ['lanA', 'inet'] as const) {
      for (const block of ['10.0.0.0/8', '172.16.0.0/12']) lab.inNs(ns, ['ip', 'route', 'replace', block, 'via', NET.host]);
      lab.inNs(ns, ['ip', '-6', 'route', 'replace', 'fd00::/8', 'via', NET.host6]);
    }
    const crowd = new Crowd(lab);
    chosenHosts(SAMPLE, 1).forEach(({ seed }, i) => {
      checks.step(`program ${seed}`, () => {
        const random = new Random(`terraform ${seed}`);
        if (lab.engine.running) lab.stopEngine();
        // Docker sets the policy of FORWARD where it turns forwarding on itself.
        const forwards = random.chance(0.5);
        lab.mustHost('forwarding', ['sh', '-c', `echo ${forwards ? 1 : 0} >/proc/sys/net/ipv4/ip_forward; iptables -P FORWARD ACCEPT`]);
        lab.writeFile('/etc/docker/daemon.json', JSON.stringify({}));
        lab.startEngine();
        if (i === 0) lab.importImage();
        try {
          tryProgram({ lab, crowd, checks, seed, random, engine }, sum);
        } finally {
          lab.host(['sh', '-c', CLEAR], { timeout: 120_000 });
        }
      });
    });
  });
  checks.say(`${sum.probes} probes (${sum.open} open), ${sum.unknown} unknown`);
  checks.check(
    'some connections are open, and most answers are certain',
    sum.open > 0 && sum.unknown < sum.probes / 4,
    JSON.stringify(sum),
  );
}

interface Trial {
  readonly lab: Lab;
  readonly crowd: Crowd;
  readonly checks: Checks;
  readonly seed: string;
  readonly random: Random;
  readonly engine: EngineId;
}

function tryProgram({ lab, crowd, checks, seed, random, engine }: Trial, sum: Sum): void {
  const dir = fs.mkdtempSync(path.join(lab.labDir, 'terraform-'));
  const program = programFrom(random, lab, engine);
  fs.writeFileSync(path.join(dir, 'main.tf.json'), JSON.stringify(program, undefined, 1));
  const plan = hostFrom(planJson(dir, lab.terraformEnv()), lab);
  apply(dir, lab.terraformEnv());
  try {
    const state = hostFrom(stateJson(dir, lab.terraformEnv()), lab);
    const lines = (host: IntakeHost) => new HostQuestions(host).open().map((cell) => JSON.stringify(cell)).sort().join('\n'); // prettier-ignore
    const [planned, real] = [lines(plan), lines(state)];
    checks.check(`${seed}: the plan tells the same connections as the state`, planned === real, () => `plan:\n${planned}\nstate:\n${real}`);
    const host = asInLab(state);
    const why = () => JSON.stringify(program.resource);
    probe({ checks, crowd, what: seed, host, containers: NAMES, why }, questions(random, host), sum);
  } finally {
    destroy(dir, lab.terraformEnv());
  }
}

function hostFrom(json: unknown, lab: Lab): IntakeHost {
  const engine = EngineVersion.of(lab.spec.version);
  const settings = unguardedSettings(engine, { userlandProxy: true, forwardPolicyDrop: false });
  return hostOfPlan({ ...terraformObjects(json), version: engine.version, settings });
}

/** The lab's interface to the outside, with its addresses: Terraform does not tell them. */
function asInLab(host: IntakeHost): IntakeHost {
  const uplink = host.view.interfaces.find(({ kind }) => kind === 'uplink')!.name;
  const named = (name: string) => (name === uplink ? UPLINK : name);
  const addresses = [`${NET.host}/24`, `${NET.host2}/24`, `${NET.host6}/64`, `${NET.host62}/64`];
  const interfaces = host.view.interfaces.map((each) => (each.name === uplink ? { ...each, name: UPLINK, addresses } : each));
  const routes = host.view.routes.map((route) => ({ ...route, interface: named(route.interface) }));
  return { ...host, view: { ...host.view, interfaces, routes } };
}

/** Networks and containers as people write them: by references and by names, with and without blocks. */
function programFrom(random: Random, lab: Lab, engine: EngineId) {
  const option = (key: string, value: string) => ({ [`com.docker.network.bridge.${key}`]: value });
  const isNew = engine !== '20.10' && engine !== '26.1';
  const network: Record<string, object> = {
    front: { name: 'front', ipam_config: [{ subnet: '10.81.0.0/24' }] },
    back: { name: 'back', internal: true },
    plain: { name: 'plain', options: random.chance(0.5) ? option('host_binding_ipv4', '127.0.0.1') : option('enable_ip_masquerade', 'false') }, // prettier-ignore
    shut: { name: 'shut', ipam_config: [{ subnet: '10.84.0.0/24', gateway: '10.84.0.9' }], options: option('enable_icc', 'false') },
    ...(random.chance(0.6) && { six: { name: 'six', ipv6: true, ipam_config: [{ subnet: '10.83.0.0/24' }, { subnet: 'fd00:83::/64' }] } }),
    ...(isNew && random.chance(0.6) && { routed: { name: 'routed', options: option('gateway_mode_ipv4', random.pick(['routed', 'nat-unprotected'])) } }), // prettier-ignore
  };
  const keys = Object.keys(network);
  const container = Object.fromEntries(
    NAMES.map((name, i) => {
      const home = random.pick([...keys, undefined]);
      const more = home === undefined ? [] : random.some(keys.filter((key) => key !== home), random.int(0, 1)); // prettier-ignore
      const attached = home === undefined ? [] : [home, ...more];
      const ports = Array.from({ length: random.int(0, 2) }, (_, n) => {
        const ip = random.pick([undefined, NET.host, '127.0.0.1']);
        return { internal: random.pick(PORTS), external: 8100 + 10 * i + n, ...(ip && { ip }) };
      });
      const networks = attached.map((key) => ({ name: `\${docker_network.${key}.${random.pick(['name', 'id'])}}` }));
      return [
        name,
        { name, image: 'lab:1', ...(networks.length > 0 && { networks_advanced: networks }), ...(ports.length > 0 && { ports }) },
      ];
    }),
  );
  return {
    terraform: { required_providers: { docker: { source: 'kreuzwerker/docker' } } },
    provider: { docker: { host: lab.dockerHost } },
    resource: { docker_network: network, docker_container: container },
  };
}

function questions(random: Random, host: IntakeHost): Asked[] {
  const inside = host.names.containers.flatMap(({ name, addresses }) => addresses.map(({ address }) => ({ name, address })));
  const published = host.names.containers.flatMap(({ ports }) => ports.map(({ hostPort }) => hostPort));
  const places: readonly string[] = [...inside.map(({ address }) => address), NET.host, NET.host6, NET.lanA, NET.internet];
  const hasSix = new Set(['host', 'lanA', 'inet', ...inside.filter(({ address }) => address.includes(':')).map(({ name }) => name)]);
  const all = [...NAMES, 'host', 'lanA', 'inet'].flatMap((source) =>
    places.flatMap((to) => [
      ...[...random.some([...PORTS], 2), ...(to === NET.host ? published : [])].map((port) => ({
        source,
        to,
        protocol: 'tcp' as const,
        port,
      })),
      { source, to, protocol: random.pick(['udp', 'icmp'] as const), port: random.pick([...PORTS]) },
    ]),
  );
  const isReal = ({ source, to, protocol }: (typeof all)[number]) =>
    !inside.some(({ name, address }) => name === source && address === to) &&
    (!to.includes(':') || (hasSix.has(source) && protocol === 'tcp')) &&
    // The router connects these, not the host.
    !([NET.lanA, NET.internet] as string[]).includes(['lanA', 'inet'].includes(source) ? to : '') &&
    !(source === 'host' && (to === NET.host || to === NET.host6));
  return random
    .some(all.filter(isReal), SHARE)
    .map((each) => ({ ...each, expected: expectedOf(host, each), isProxied: isProxied(host, each) }));
}
