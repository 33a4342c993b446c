/**
 * A WireGuard gateway: its clients reach a wiki and a ticket system through the tunnel, and nobody else reaches them.
 *
 * Three flows exist: every client → gateway on UDP 51820, gateway → wiki, gateway → tickets. Everything else is closed.
 */
import { App, TerraformStack } from 'cdktf';
import {
  BridgeSegment,
  Capability,
  Cidr,
  ContainerImage,
  ContainerSysctl,
  ContainerUser,
  Device,
  EngineVersion,
  FileChange,
  HardenedContainer,
  HardenedDaemon,
  HealthCheck,
  Peer,
  Port,
  SecretFile,
} from 'cdktf-docker-bulkhead';

const app = new App();
const stack = new TerraformStack(app, 'vpn');
const image = (name: string) =>
  ContainerImage.fromRegistry(name, { tagReason: 'an example; write name@sha256:… for the image that you tried' });

const hostAddress = '192.0.2.10';
const daemon = new HardenedDaemon(stack, 'Host', {
  engine: EngineVersion.V28,
  hostAddress,
  addressPool: Cidr.parse('10.20.0.0/16'),
  auditRules: true,
});
const office = new BridgeSegment(stack, 'Office', { daemon });

/** A service for clients of the VPN. */
function service(id: string, name: string, port: number): HardenedContainer {
  return new HardenedContainer(stack, id, {
    segment: office,
    image: image(name),
    healthCheck: HealthCheck.command(['wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${port}/`]),
    defaultPort: Port.tcp(port),
  });
}
const wiki = service('Wiki', 'registry.example.com/wiki:2', 3000);
const tickets = service('Tickets', 'registry.example.com/tickets:4', 8080);

// The keys and the clients are in the file of wg-quick, which only the host has. wg-quick names the interface after the file.
const settings = new SecretFile(stack, 'Settings', { daemon, secretName: 'wg0.conf' });
const gateway = new HardenedContainer(stack, 'Gateway', {
  segment: new BridgeSegment(stack, 'Tunnel', { daemon }), // alone: with NET_ADMIN it can forge its neighbours
  image: image('registry.example.com/wireguard:1'),
  entrypoint: ['sh', '-c', `wg-quick up ${settings.filePath} && exec sleep infinity`],
  command: [],
  user: ContainerUser.root({ reason: 'wg-quick makes an interface and its routes' }),
  capabilities: [Capability.of('NET_ADMIN', { reason: 'wg-quick makes the interface of the tunnel' })],
  devices: [Device.of('/dev/net/tun', { reason: 'wireguard-go uses it if the kernel has no WireGuard' })],
  sysctls: [ContainerSysctl.ipv4Forwarding()],
  tmpfsMebibytes: { '/run': 4 },
  secrets: { files: [settings], onChange: FileChange.restart() },
  healthCheck: HealthCheck.command(['wg', 'show', 'wg0']),
});

gateway.publish(Port.udp(51_820), { hostAddress, sources: [Peer.anyIpv4()] });
gateway.connections.allowTo(wiki); // for every client of the VPN
gateway.connections.allowTo(tickets);

app.synth();
