/**
 * A DNS filter for a LAN, as a machine of that LAN with its own address. It queries resolvers outside, which its settings name.
 */
import { App, TerraformStack } from 'cdktf';
import {
  Capability,
  Cidr,
  ContainerImage,
  ContainerUser,
  DataVolume,
  EngineVersion,
  HardenedContainer,
  HardenedDaemon,
  HealthCheck,
  HostShim,
  ImageProfile,
  MacvlanSegment,
  Peer,
  Port,
  VolumeMount,
} from 'cdktf-docker-bulkhead';

const app = new App();
const stack = new TerraformStack(app, 'names');
const daemon = new HardenedDaemon(stack, 'Host', {
  engine: EngineVersion.V28,
  hostAddress: '192.0.2.10',
  addressPool: Cidr.parse('10.20.0.0/16'),
  auditRules: true,
});

// No firewall of the host filters traffic between the LAN and this container.
const lan = new MacvlanSegment(stack, 'Lan', {
  daemon,
  reason: 'every station of the LAN asks it for names, and it has to see who asks',
  parent: 'eth0',
  ipv4Block: Cidr.parse('192.0.2.0/24'),
  ipv4Gateway: '192.0.2.1',
  ipRange: Cidr.parse('192.0.2.192/27'), // reserved for containers, outside of the DHCP range of the router
  macLimit: 4,
});
new HostShim(stack, 'Shim', { segment: lan }); // the host also queries it

// The program file of this image has a capability, and the kernel executes it only if the container may have it; no process holds it.
const folder = '/opt/adguardhome';
const adguard = ImageProfile.of({
  imageName: 'adguardhome',
  user: ContainerUser.of(10_053),
  fileCapabilities: [Capability.NET_BIND_SERVICE],
  ports: [Port.udp(53), Port.tcp(53)],
  healthCheck: HealthCheck.shell('nslookup -type=a example.com 127.0.0.1 || exit 1', { startPeriodSeconds: 60 }),
});
const filter = new HardenedContainer(stack, 'Filter', {
  segment: lan,
  image: ContainerImage.fromRegistry('adguard/adguardhome:v0.107.65', {
    tagReason: 'an example; write name@sha256:… for the image that you tried',
  }),
  profile: adguard,
  ipv4Address: '192.0.2.193', // the address that the router gives to its clients as their resolver
  command: ['--config', `${folder}/conf/AdGuardHome.yaml`, '--work-dir', `${folder}/work`, '--no-check-update'],
  volumes: [
    VolumeMount.volume(new DataVolume(stack, 'Settings', { daemon }), `${folder}/conf`),
    VolumeMount.volume(new DataVolume(stack, 'Lists', { daemon }), `${folder}/work`),
  ],
});
for (const port of adguard.ports) filter.connections.allowFrom(Peer.host(), port);

app.synth();
