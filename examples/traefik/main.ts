/**
 * Traefik finds its services by their labels. The engine's socket gives root access to the host, so Traefik does not have it: a socket proxy passes the two calls that
 * Traefik needs, and refuses all others.
 */
import { App, TerraformStack } from 'cdktf';
import {
  BridgeSegment,
  Cidr,
  ContainerImage,
  DataVolume,
  EngineVersion,
  HardenedContainer,
  HardenedDaemon,
  HealthCheck,
  ImageProfile,
  Peer,
  Port,
  SocketAccess,
  SocketProxy,
  Suppressions,
  VolumeMount,
} from 'cdktf-docker-bulkhead';

const app = new App();
const stack = new TerraformStack(app, 'proxy');
const image = (name: string) =>
  ContainerImage.fromRegistry(name, { tagReason: 'an example; write name@sha256:… for the image that you tried' });

const hostAddress = '192.0.2.10';
const daemon = new HardenedDaemon(stack, 'Host', {
  engine: EngineVersion.V28,
  hostAddress,
  addressPool: Cidr.parse('10.20.0.0/16'),
  auditRules: true,
});

const socket = new SocketProxy(stack, 'Socket', { segment: new BridgeSegment(stack, 'Engine', { daemon }), image: image('haproxy:3.2') });

const front = new BridgeSegment(stack, 'Front', { daemon });
const back = new BridgeSegment(stack, 'Back', { daemon });
const letsEncrypt = { mail: 'admin@example.com', store: '/letsencrypt' };
const traefik = new HardenedContainer(stack, 'Traefik', {
  segment: front,
  image: image('traefik:v3.6.1'),
  profile: ImageProfile.traefik(),
  command: [
    '--ping=true',
    `--providers.docker.endpoint=${socket.url}`,
    '--providers.docker.exposedByDefault=false',
    `--providers.docker.network=${back.networkName}`, // Traefik joins it, since it has flows to its members
    '--entrypoints.web.address=:80',
    '--entrypoints.web.http.redirections.entrypoint.to=websecure',
    '--entrypoints.websecure.address=:443',
    '--entrypoints.websecure.http.tls.certresolver=acme',
    `--certificatesresolvers.acme.acme.email=${letsEncrypt.mail}`,
    '--certificatesresolvers.acme.acme.tlschallenge=true',
    `--certificatesresolvers.acme.acme.storage=${letsEncrypt.store}/acme.json`,
  ],
  volumes: [VolumeMount.volume(new DataVolume(stack, 'Certificates', { daemon, mode: '0700' }), letsEncrypt.store)],
});
socket.allow(traefik, SocketAccess.containers(), SocketAccess.events());
traefik.startAfter(socket.container, { healthy: true });
for (const port of [Port.tcp(80), Port.tcp(443)]) traefik.publish(port, { hostAddress, sources: [Peer.anyIpv4()] });
Suppressions.of(traefik).add({ ruleId: 'BH-P02', reason: 'it is the public entry point of the host' });
Suppressions.of(traefik).add({ ruleId: 'BH-P06', reason: 'port 80 leads every request to port 443' });
traefik.connections.allowTo(Peer.anyIpv4(), Port.tcp(443)); // Let's Encrypt
traefik.connections.allowDnsTo(Peer.address('192.0.2.1'));

/** A service that Traefik publishes under a name. */
function service(id: string, host: string, name: string, port: number): HardenedContainer {
  const router = id.toLowerCase();
  const container = new HardenedContainer(stack, id, {
    segment: back,
    image: image(name),
    labels: {
      'traefik.enable': 'true',
      [`traefik.http.routers.${router}.rule`]: `Host(\`${host}\`)`,
      [`traefik.http.services.${router}.loadbalancer.server.port`]: `${port}`,
    },
    healthCheck: HealthCheck.command(['wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${port}/`]),
    defaultPort: Port.tcp(port),
  });
  traefik.connections.allowTo(container);
  return container;
}
service('Blog', 'blog.example.com', 'registry.example.com/blog:5', 8080);
service('Wiki', 'wiki.example.com', 'registry.example.com/wiki:2', 3000);

app.synth();
