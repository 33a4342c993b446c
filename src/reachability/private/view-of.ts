import type { Attachment, ContainerView, HostInterface, HostView, ProxyListener, Route } from './walk/host-view';
import { dockerRules } from '../../engine/private/docker-rules/docker-rules';
import type { EngineInput, EngineNetwork } from '../../engine/private/docker-rules/input';
import { engineInput } from '../../engine/private/engine-input';
import { guardBackend } from '../../firewall/private/backend/guard-backends';
import { compile } from '../../firewall/private/compile';
import type { HostRules } from '../../firewall/private/host-rules';
import type { EngineFacts } from '../../topology/private/engine-facts';
import { unlistedKey } from '../../topology/private/existing';
import type { Family } from '../../topology/private/terms';
import type { ExistingPlan, Topology, WirePlan } from '../../topology/private/topology';

/** The interface of the host to the outside; its real name does not matter, since no rule names it. */
export const UPLINK = 'uplink';

/** The host of a topology as packets see it when the guard is in force, if there is one. */
export function viewOf(topology: Topology, engine: EngineFacts): HostView {
  const input = engineInput(topology, engine);
  const guard = engine.guardBackend && guardBackend(engine.guardBackend);
  const rules = (family: Family): HostRules => {
    const dockers = dockerRules(input, family);
    return guard ? guard.place(dockers, compile(topology, family)) : dockers;
  };
  return {
    rules: { ipv4: rules('ipv4'), ipv6: rules('ipv6') },
    interfaces: [
      { name: 'lo', kind: 'loopback', addresses: ['127.0.0.1/8', '::1/128'] },
      {
        name: UPLINK,
        kind: 'uplink',
        addresses: topology.hostAddresses.map((address) => `${address}/${address.includes(':') ? 128 : 32}`),
      },
      ...input.networks.map((network) => bridgeOf(network, input)),
      ...topology.wires.flatMap(shimOf),
    ],
    routes: [
      ...input.networks.flatMap(routesTo),
      ...topology.wires.flatMap(routeToWire),
      { block: '0.0.0.0/0', interface: UPLINK },
      { block: '::/0', interface: UPLINK },
    ],
    containers: [...containersOf(topology), ...topology.existing.flatMap(foreignContainersOn)],
    wires: topology.wires.map(({ parent, mode, overlay, guardedBy }) => ({
      parent,
      mode,
      ...(overlay && { isClosed: true }),
      ...(guardedBy !== undefined && { guardedBy }),
    })),
    proxies: engine.settings.userlandProxy ? proxiesOf(topology) : [],
    // The settings that every host with containers has, whichever program turned them on: nothing is closed because they might be off.
    forwarding: { ipv4: true, ipv6: true },
  };
}

function bridgeOf({ bridge, ipv4, ipv6 }: EngineNetwork, { daemon }: EngineInput): HostInterface {
  return {
    name: bridge,
    kind: 'bridge',
    addresses: [ipv4, ipv6].flatMap((subnet) => (subnet ? [`${subnet.gateway}/${subnet.block.split('/')[1]}`] : [])),
    // The host's script sets the switches of Bulkhead's bridges and keeps them set. Without it, the engine sets that of the whole host, if it
    // matters.
    filtersFrames: { ipv4: true, ipv6: true },
    hairpin: !daemon.userlandProxy,
    routeLocalnet: !daemon.userlandProxy,
  };
}

function routesTo({ bridge, ipv4, ipv6 }: EngineNetwork): Route[] {
  return [ipv4, ipv6].flatMap((subnet) => (subnet ? [{ block: subnet.block, interface: bridge }] : []));
}

function shimOf({ parent, shim }: WirePlan): HostInterface[] {
  return shim ? [{ name: shim.interface, kind: 'macvlan-shim', addresses: [`${shim.address}/32`], parent }] : [];
}

function routeToWire({ shim }: WirePlan): Route[] {
  return shim ? shim.routes.map((block) => ({ block, interface: shim.interface })) : [];
}

function containersOf({ networks, wires, existing, workloads }: Topology): ContainerView[] {
  const attachments = new Map<string, Attachment[]>(workloads.map(({ path }) => [path, []]));
  for (const { bridge, kind, members } of networks) {
    for (const { workload, ipv4, ipv6 } of members) {
      const isGateway = { ipv4: kind === 'gateway', ipv6: kind === 'gateway' && ipv6 !== undefined };
      attachments.get(workload)?.push({ interface: bridge, kind: 'bridge', ipv4, ...(ipv6 !== undefined && { ipv6 }), isGateway });
    }
  }
  for (const { bridge, members, gatewayOf } of existing) {
    for (const { workload, ipv4 } of members) {
      const isGateway = { ipv4: gatewayOf.includes(workload), ipv6: false };
      attachments.get(workload)?.push({ interface: bridge, kind: 'bridge', ipv4, isGateway });
    }
  }
  for (const { parent, driver, overlay, members } of wires) {
    const kind = overlay ? 'overlay' : driver === 'ipvlan' ? 'ipvlan' : 'macvlan';
    for (const { workload, ipv4, ipv6 } of members) {
      const isGateway = { ipv4: !overlay, ipv6: !overlay && ipv6 !== undefined };
      attachments.get(workload)?.push({ interface: parent, kind, ipv4, ...(ipv6 !== undefined && { ipv6 }), isGateway });
    }
  }
  return [...attachments].map(([key, list]) => ({ key, attachments: list }));
}

/** The other members of an unmanaged network. The last one represents all members that the program does not name, at any address of the block. */
function foreignContainersOn({
  segment,
  networkName,
  bridge,
  internal,
  ipv4: { block },
  foreignContainers,
}: ExistingPlan): ContainerView[] {
  return foreignContainers.map(({ key, ipv4, isKnown }): ContainerView => {
    const attachments: Attachment[] = [{ interface: bridge, kind: 'bridge', ipv4, isGateway: { ipv4: !internal, ipv6: false } }];
    const isRest = key === unlistedKey(segment);
    const doubt = isRest ? `which other containers are attached to '${networkName}'` : `which address '${key}' has in '${networkName}'`;
    return { key, attachments, ...(!isKnown && { doubt }), ...(isRest && { anywhereIn: block }) };
  });
}

/** A publication of a range is one listener per port. */
function proxiesOf({ publications }: Topology): ProxyListener[] {
  return publications.flatMap(({ workload, address, hostAddress, hostPort, targetPort }) =>
    targetPort.protocol === 'icmp'
      ? []
      : Array.from({ length: hostPort.last - hostPort.first + 1 }, (_, offset) => ({
          protocol: targetPort.protocol as ProxyListener['protocol'],
          address: hostAddress,
          port: hostPort.first + offset,
          target: { container: workload, address, port: targetPort.first + offset },
        })),
  );
}
