import type { CheckedDaemon } from './check-daemon';
import { daemonJson } from './daemon-json';
import { spanOf } from '../../engine/private/versions';
import type { GuardBackend } from '../../firewall/private/backend/guard-backend';
import { firewallFiles } from '../../firewall/private/files';
import { forges } from '../../hardening/private/capabilities';
import { ENGINE_MODULES, MODULES, SWARM_MODULES, SYSCTLS } from '../../hardening/private/kernel';
import type { HostConfig, HostInput, HostLink, HostSecrets, HostSwarm } from '../../host/private/host-input';
import type { Derived } from '../../topology/private/derive';
import type { SwarmNodeFact } from '../../topology/private/facts';
import { NODE_LABEL } from '../../topology/private/swarm';
import type { SwarmPlan, Topology, WirePlan } from '../../topology/private/topology';
import type { HardenedDaemonProps } from '../hardened-daemon-props';

/** All input for the files of a host, for one snapshot of the declarations. */
export function hostInput(
  daemonPath: string,
  daemonId: string,
  props: HardenedDaemonProps,
  checked: CheckedDaemon,
  { topology }: Derived,
  guard: GuardBackend,
): HostInput {
  const span = spanOf(
    props.engine.version,
    new Set(topology.publications.some(({ swarmMode }) => swarmMode === 'ingress') ? ['ingress'] : []),
  );
  return {
    daemonPath,
    daemonId,
    engine: { version: props.engine.version, minimum: span.from, below: span.below },
    bridgePrefix: topology.bridgePrefix,
    blocks: topology.networks.flatMap(({ ipv4, ipv6 }) => (ipv6 ? [ipv4.block, ipv6.block] : [ipv4.block])).sort(),
    links: topology.wires.flatMap(linksOf),
    directories: topology.hostDirectories ?? [],
    forges: topology.workloads.some(forges),
    sharers: sharersOf(topology),
    ...(topology.swarm?.own && { swarm: swarmOf(topology.swarm, topology.swarm.own) }),
    secrets: secretsOf(topology),
    config: configOf(topology),
    firewall: firewallFiles(topology, guard),
    daemonJson: daemonJson(props.engine, {
      liveRestore: props.liveRestore ?? true,
      logMebibytes: checked.logMebibytes,
      registryMirrors: checked.registryMirrors,
      runtimes: checked.runtimes,
      labels: topology.swarm ? [`${NODE_LABEL}=${daemonId}`] : [],
    }),
    auditRules: props.auditRules ?? false,
    sysctls: SYSCTLS,
    modules: [...MODULES, ...ENGINE_MODULES, ...(topology.swarm?.own ? SWARM_MODULES : []), ...guard.needs.modules],
    guard: guard.needs,
    installPackages: checked.enginePackages,
  };
}

function sharersOf({ workloads, segmentless = [] }: Topology): HostInput['sharers'] {
  const names = new Map(workloads.map(({ path, name }) => [path, name]));
  return segmentless.flatMap(({ name, sharesWith }) => {
    const other = sharesWith === undefined ? undefined : names.get(sharesWith);
    return other === undefined ? [] : [{ name, other }];
  });
}

function swarmOf(
  { id, nodes, dataPort, autolock, sealsIngress, gateway, ingressBlock }: SwarmPlan,
  { role, address }: SwarmNodeFact,
): HostSwarm {
  return { id, role, address, first: nodes[0].address, dataPort, autolock, sealsIngress, gateway, ingressBlock };
}

/** Which secrets the host keeps, and which containers read them; undefined if there are none. */
export function secretsOf({ secrets, workloads, segmentless = [] }: Topology): HostSecrets | undefined {
  if (secrets === undefined) return undefined;
  const containers = [...workloads, ...segmentless].flatMap(({ name, secrets: use }) => (use ? [{ name, ...use }] : []));
  return { names: secrets, containers: containers.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Containers that have files with content, by name. */
export function configOf({ workloads, segmentless = [] }: Pick<Topology, 'workloads' | 'segmentless'>): HostConfig[] {
  const containers = [...workloads, ...segmentless].flatMap(({ name, config }) => (config ? [{ name, ...config }] : []));
  return containers.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The sub-interface comes before the shim that is attached to it. */
function linksOf({ driver, parent, vlan, shim }: WirePlan): HostLink[] {
  return [
    ...(vlan ? [{ kind: 'vlan', name: parent, parent: vlan.of, id: vlan.id } as const] : []),
    ...(shim
      ? [
          {
            kind: driver === 'ipvlan' ? 'ipvlan' : 'macvlan',
            name: shim.interface,
            parent,
            address: shim.address,
            routes: shim.routes,
          } as const,
        ]
      : []),
  ];
}
