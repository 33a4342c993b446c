// What a swarm makes of a host's rules: joining it, ports that a task publishes itself, and ports that the ingress publishes. The last wants IPVS, which
// a small machine's kernel lacks, so that it is tried in the guest, by the scenario `swarm-ingress`.
import { existsSync } from 'node:fs';
import { dockerRules } from '../../../src/engine/private/docker-rules/docker-rules';
import type { EngineEndpoint, EngineInput, EngineNetwork, IngressPort } from '../../../src/engine/private/docker-rules/input';
import { compareRules, differenceText } from '../../support/compare-rules';
import type { Checks } from '../harness/checks';
import { engineInput, startHost } from '../harness/engine-host';
import { readRules } from '../harness/engine-read';
import { isSince, makeHost } from '../harness/engine-topology';
import { type EngineId, engineSpec } from '../lab/cache';
import { patient, until } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

const BRIDGE = 'docker_gwbridge';
const SANDBOX = 'ingress-sbox';
/** By each way of publishing, in the words of the engine's client; the second of a protocol of its own. */
const PUBLISHED = [
  { protocol: 'tcp', port: 18_080, target: 8080 },
  { protocol: 'udp', port: 18_053, target: 53 },
] as const;

interface Inspected {
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string; readonly Gateway: string }[] };
  readonly Containers: Readonly<Record<string, { readonly Name: string; readonly IPv4Address: string }>>;
}

export function trySwarm(engine: EngineId, checks: Checks): void {
  const spec = engineSpec(engine);
  const hasIpvs = existsSync('/proc/sys/net/ipv4/vs');
  // The guest is slow, and with docker-proxy or without it a container is a container.
  for (const userlandProxy of hasIpvs ? [false] : [true, false]) {
    withLab(engine, (lab) => {
      const plan = { ...makeHost('swarm', spec, 0), iptables: true, userlandProxy };
      startHost(lab, plan);
      lab.importImage('lab:1');
      lab.docker('swarm', 'init', '--advertise-addr', NET.host);
      lab.docker('network', 'create', '--driver', 'overlay', 'mesh');
      const base = engineInput(lab, plan, { seed: 'swarm', networks: [], containers: [] });
      const compare = (what: string, services: number, ingressPorts: (sandbox: string) => IngressPort[] = () => []) =>
        agree(lab, checks, `${what}${userlandProxy ? '' : ', without docker-proxy'}`, () => withGateway(lab, base, services, ingressPorts));
      if (!hasIpvs) compare('a swarm without services', 0);
      publish(lab, 'host', 0);
      if (!hasIpvs) compare('a service that publishes on its node', 1);
      if (!hasIpvs) return;
      publish(lab, 'ingress', 1);
      const ingress = (address: string) => PUBLISHED.map(({ protocol, port }) => ({ protocol, port: port + 1, address }));
      compare('a service that publishes on its node, and one that the ingress publishes', 2, ingress);
      if (!isSince(spec, '29.8')) return;
      const before = { ...withGateway(lab, base, 2, ingress)!, version: '29.0' };
      const others = compareRules(dockerRules(before, 'ipv4'), readRules(lab).ipv4).map(differenceText);
      checks.shown('control: before 29.8 they were others', others.some((text) => text.includes('DOCKER-INGRESS')), others.join('\n')); // prettier-ignore
    });
  }
}

/** The engine works behind its answers: with each network that Swarm adds it takes its jump to DOCKER-USER out and puts it first again. */
function agree(lab: Lab, checks: Checks, what: string, inputNow: () => EngineInput | undefined): void {
  const compared = () => {
    const input = inputNow();
    const rules = readRules(lab);
    return (['ipv4', 'ipv6'] as const).map((family) => ({
      family,
      count: rules[family].chains.reduce((sum, chain) => sum + chain.rules.length, 0),
      differences: input ? compareRules(dockerRules(input, family), rules[family]).map(differenceText) : ['not all tasks run'],
      input,
    }));
  };
  let found = compared();
  const isAlike = () => found.every(({ differences }) => differences.length === 0);
  until(() => isAlike() || ((found = compared()) && isAlike()), patient(30_000));
  for (const { family, count, differences, input } of found) {
    checks.shown(`${what}: the ${count} ${family} rules are those of the model`, differences.length === 0, () =>
      [...differences, JSON.stringify(input)].join('\n'),
    );
  }
}

function publish(lab: Lab, mode: 'host' | 'ingress', offset: number): void {
  const ports = PUBLISHED.flatMap(({ protocol, port, target }) => [
    '--publish',
    `mode=${mode},published=${port + offset},target=${target},protocol=${protocol}`,
  ]);
  const endpoint = mode === 'host' ? ['--endpoint-mode', 'dnsrr'] : [];
  lab.docker('service', 'create', '--detach', '--name', `by-${mode}`, '--network', 'mesh', ...endpoint, ...ports, 'lab:1');
}

/** The host with its gateway network, once the ingress sandbox and the tasks of so many services are on it. */
function withGateway(
  lab: Lab,
  base: EngineInput,
  services: number,
  ingressPorts: (sandbox: string) => IngressPort[],
): EngineInput | undefined {
  const { code, stdout } = lab.host(['docker', 'network', 'inspect', BRIDGE]);
  if (code !== 0) return undefined;
  const [{ IPAM, Containers }] = JSON.parse(stdout) as Inspected[];
  const byHost = lab.docker('ps', '-q', '--no-trunc', '--filter', 'label=com.docker.swarm.service.name=by-host').trim();
  const members = Object.entries(Containers).map(([id, { Name, IPv4Address }]) => ({ id, Name, address: IPv4Address.split('/')[0] }));
  const sandbox = members.find(({ Name }) => Name.includes(SANDBOX));
  if (sandbox === undefined || members.length !== services + 1) return undefined;
  const endpoints = members.map(({ id, address }): EngineEndpoint => {
    const ports = id === byHost ? PUBLISHED : [];
    return {
      ipv4: address,
      isGateway: { ipv4: true, ipv6: false },
      ports: ports.map(({ protocol, port, target }) => ({
        protocol,
        hostPort: { first: port, last: port },
        targetPort: { first: target, last: target },
      })),
    };
  });
  const [{ Subnet, Gateway }] = IPAM.Config;
  const ipv4 = { block: Subnet, gateway: Gateway, mode: 'nat' } as const;
  const gateway: EngineNetwork = { bridge: BRIDGE, internal: false, icc: false, masquerade: true, trustedInterfaces: [], ipv4, endpoints, links: [] }; // prettier-ignore
  const published = ingressPorts(sandbox.address);
  return {
    ...base,
    networks: [...base.networks, gateway],
    ...(published.length > 0 && { swarm: { gatewayBridge: BRIDGE, ingressPorts: published } }),
  };
}
