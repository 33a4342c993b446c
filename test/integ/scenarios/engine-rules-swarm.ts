// What joining a swarm makes of a host's rules. Without IPVS in the kernel an engine publishes nothing for services, and those rules are not tried.
import { dockerRules } from '../../../src/engine/private/docker-rules/docker-rules';
import type { EngineEndpoint, EngineNetwork, RuleGeneration } from '../../../src/engine/private/docker-rules/input';
import { compareRules, differenceText } from '../../support/compare-rules';
import type { Checks } from '../harness/checks';
import { engineInput, startHost } from '../harness/engine-host';
import { readRules } from '../harness/engine-read';
import { makeHost } from '../harness/engine-topology';
import type { EngineId } from '../lab/cache';
import { sleep, until } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

const BRIDGE = 'docker_gwbridge';

interface Inspected {
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string; readonly Gateway: string }[] };
  readonly Containers: Readonly<Record<string, { readonly Name: string; readonly IPv4Address: string }>>;
}

export function trySwarm(engine: EngineId, generation: RuleGeneration, checks: Checks): void {
  withLab(engine, (lab) => {
    const plan = { ...makeHost('swarm', generation, 0), iptables: true };
    startHost(lab, plan);
    lab.docker('swarm', 'init', '--advertise-addr', NET.host);
    const { networks, ...rest } = engineInput(lab, plan, { seed: 'swarm', networks: [], containers: [] });
    const input = { ...rest, networks: [...networks, gatewayNetwork(lab)] };
    const compared = () => {
      const rules = readRules(lab);
      return (['ipv4', 'ipv6'] as const).map((family) => ({
        family,
        differences: compareRules(dockerRules(input, family), rules[family]),
      }));
    };
    // With each network that Swarm adds the engine takes its jump to DOCKER-USER out and puts it first again.
    const agree = (all: ReturnType<typeof compared>) => all.every(({ differences }) => differences.length === 0);
    let found = compared();
    until(() => agree(found) || agree((found = compared())), 10_000);
    for (const { family, differences } of found) {
      checks.check(`a swarm without services: the ${family} rules are those of the model`, differences.length === 0, () =>
        [...differences.map(differenceText), JSON.stringify(input)].join('\n'),
      );
    }
  });
}

/** As it is once the ingress sandbox is on it. */
function gatewayNetwork(lab: Lab): EngineNetwork {
  for (let waited = 0; waited < 20_000; waited += 200) {
    const { code, stdout } = lab.host(['docker', 'network', 'inspect', BRIDGE]);
    const [found] = code === 0 ? (JSON.parse(stdout) as Inspected[]) : [];
    const members = Object.values(found?.Containers ?? {});
    if (members.some(({ Name }) => Name.includes('ingress'))) {
      const [{ Subnet, Gateway }] = found.IPAM.Config;
      const endpoints = members.map(({ IPv4Address }): EngineEndpoint => {
        return { ipv4: IPv4Address.split('/')[0], isGateway: { ipv4: true, ipv6: false }, ports: [] };
      });
      const ipv4 = { block: Subnet, gateway: Gateway, mode: 'nat' } as const;
      return { bridge: BRIDGE, internal: false, icc: false, masquerade: true, trustedInterfaces: [], ipv4, endpoints, links: [] };
    }
    sleep(200);
  }
  throw new Error(`no ingress sandbox on ${BRIDGE}`);
}
