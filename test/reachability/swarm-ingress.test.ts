import { HardenedService, EncryptedOverlay, ContainerImage, Peer, Port } from '../../src';
import { formatAddress, parseBlock } from '../../src/addressing/private/ip';
import { dockerRules } from '../../src/engine/private/docker-rules/docker-rules';
import { engineInput } from '../../src/engine/private/engine-input';
import { compile } from '../../src/firewall/private/compile';
import { mergeRules } from '../../src/reachability/private/merge-rules';
import { UPLINK, viewOf } from '../../src/reachability/private/view-of';
import type { HostView } from '../../src/reachability/private/walk/host-view';
import { walk } from '../../src/reachability/private/walk/walk';
import { GATEWAY_BRIDGE } from '../../src/topology/private/swarm';
import { SwarmProgram } from '../support/swarms';

/** A node with Swarm's own rules for the ingress, whose sandbox answers for the published port; the lab's kernel has no IPVS to try it. */
function nodeWithIngress(): { view: HostView; sandbox: string } {
  const program = new SwarmProgram();
  const overlay = new EncryptedOverlay(program.stack, 'Mesh', { cluster: program.cluster });
  const image = ContainerImage.fromRegistry(`registry.example/shop@sha256:${'a'.repeat(64)}`);
  const web = new HardenedService(program.stack, 'Web', { overlay, image });
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), sources: [Peer.cidr('198.51.100.0/24')] });
  const { _registry } = program.workers[0];
  const { topology } = _registry.derived();
  const input = engineInput({ ...topology, publications: [] }, _registry.engine);
  const sandbox = formatAddress('ipv4', parseBlock(topology.swarm!.gateway.block).first + 2n);
  const swarm = { gatewayBridge: GATEWAY_BRIDGE, ingressAddress: sandbox, ingressPorts: [{ protocol: 'tcp', port: 443 } as const] };
  const ipv4 = mergeRules(dockerRules({ ...input, swarm }, 'ipv4'), compile(topology, 'ipv4'));
  const view = viewOf(topology, _registry.engine);
  const attachment = { interface: GATEWAY_BRIDGE, kind: 'bridge', ipv4: sandbox, isGateway: { ipv4: true, ipv6: false } } as const;
  return { view: { ...view, rules: { ...view.rules, ipv4 }, containers: [{ key: 'ingress', attachments: [attachment] }] }, sandbox };
}

describe('the ingress of a swarm', () => {
  const { view, sandbox } = nodeWithIngress();
  const asked = (address: string, to: string, port: number) =>
    walk(view, { family: 'ipv4', from: { kind: 'outside', interface: UPLINK, address }, to, protocol: 'tcp', port }).disposition;

  test('is open to the sources of the publication on every node, whatever port a task has', () => {
    expect(asked('198.51.100.7', '192.0.2.12', 443)).toBe('DELIVERED');
  });

  test('and to nobody else', () => {
    expect(asked('203.0.113.7', '192.0.2.12', 443)).toBe('DROPPED');
  });

  test('nor past the translation', () => {
    for (const port of [443, 8443]) expect(asked('198.51.100.7', sandbox, port)).toBe('DROPPED');
  });
});
