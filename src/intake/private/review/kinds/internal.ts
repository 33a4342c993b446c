import type { Rule } from '../../../../firewall/private/ir';
import type { ProbeSpec } from '../../../../reachability/private/walk/outcome';
import type { Family } from '../../../../topology/private/terms';
import type { Fault } from '../../../../validation/private/firewall-fault';
import type { RuledNetwork } from '../../host/from-rules';
import { iptables } from '../closing';
import { inserted } from '../edits';
import { isDelivered, outcomeText } from '../met';
import type { Scene } from '../scene';

/** Ports that programs of a host listen on; one that no rule opens for all sources shows what INPUT says of the network. */
const PORTS = [6_379, 9_100, 5_432, 2_375, 111, 22];

/** Internal networks whose containers reach the host, or the outside. */
export function internalReaches(scene: Scene, family: Family): Fault[] {
  return scene.host.networks.flatMap((network) => {
    const block = network[family];
    if (!network.isInternal || block === undefined) return [];
    // One that is on another network, too, may go out by that.
    const sender = scene.members(network.bridge, family).find(({ bridges }) => bridges.length === 1);
    return sender === undefined ? [] : [...toHost(scene, family, network, sender.key), ...toOutside(scene, family, network, sender.key)];
  });
}

function toHost(scene: Scene, family: Family, { bridge }: RuledNetwork, key: string): Fault[] {
  const to = scene.addressOn(bridge, family);
  if (to === undefined) return [];
  const named = new Set(
    scene
      .rules(family)
      .chains.flatMap(({ rules }) =>
        rules.flatMap(({ matches, verdict }) =>
          verdict.kind === 'accept' ? matches.flatMap((match) => (match.kind === 'destination-port' ? [match.first] : [])) : [],
        ),
      ),
  );
  const packets = (scene.portsOfHost(to) ?? PORTS)
    .filter((port) => !named.has(port))
    .map((port): ProbeSpec => ({
      family,
      from: { kind: 'container', key },
      to,
      protocol: 'tcp',
      port,
    }));
  const packet = packets.find((each) => {
    const outcome = scene.walk(each);
    return isDelivered(outcome) && outcome.receiver?.kind === 'host';
  });
  if (packet === undefined) return [];
  const closes: Rule = { matches: [{ kind: 'in-interface', name: bridge }], verdict: { kind: 'drop' }, origin: 'fix' };
  const outcome = scene.walk(packet, inserted(scene.rules(family), { table: 'filter', chain: 'INPUT', index: 0 }, [closes]));
  return [
    {
      kind: 'InternalReachesHost',
      family,
      rule: `internal network on ${bridge}`,
      statement: `its containers reach programs of the host that listen on all addresses: a packet from ${key} to tcp/${packet.port} of ${packet.to}, the host's own address on ${bridge}, passes INPUT`,
      packet: { from: key, to: packet.to, protocol: 'tcp', port: packet.port! },
      mend: {
        commands: [`${iptables(family)} -I INPUT 1 -i ${bridge} -j DROP`],
        outcome: outcomeText(outcome),
        works: outcome.disposition === 'DROPPED',
      },
      unless: [],
    },
  ];
}

function toOutside(scene: Scene, family: Family, { bridge }: RuledNetwork, key: string): Fault[] {
  const asked = scene.host.outsides.slice(0, 4).flatMap((way) => {
    const to = scene.stranger(family, way);
    return to === undefined ? [] : [{ way, packet: { family, from: { kind: 'container', key }, to, protocol: 'tcp', port: 443 } as const }];
  });
  const found = asked.find(({ way, packet }) => {
    const outcome = scene.walk(packet, undefined, way);
    return isDelivered(outcome) && outcome.receiver?.kind === 'outside';
  });
  if (found === undefined) return [];
  const { way, packet } = found;
  const { to } = packet;
  const closes: Rule = { matches: [{ kind: 'in-interface', name: bridge }, { kind: 'out-interface', name: bridge, negate: true }], verdict: { kind: 'drop' }, origin: 'fix' }; // prettier-ignore
  const outcome = scene.walk(packet, inserted(scene.rules(family), { table: 'filter', chain: 'FORWARD', index: 0 }, [closes]), way);
  return [
    {
      kind: 'InternalReachesOutside',
      family,
      rule: `internal network on ${bridge}`,
      statement: `its containers reach the outside: a packet from ${key} to tcp/443 of ${to} leaves${scene.over(way)}, and its answer comes back`,
      packet: { from: key, to, protocol: 'tcp', port: 443 },
      mend: {
        commands: [`${iptables(family)} -I FORWARD 1 -i ${bridge} ! -o ${bridge} -j DROP`],
        outcome: outcomeText(outcome),
        works: outcome.disposition === 'DROPPED',
      },
      unless: [],
    },
  ];
}
