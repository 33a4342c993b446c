// A reverse proxy that finds its services by their labels. It has no socket: a socket proxy passes the two calls that it needs.
import { image, PUBLIC, type PublicStack, RESOLVER } from './stack';
import {
  BridgeSegment,
  DataVolume,
  HardenedContainer,
  HealthCheck,
  ImageProfile,
  Peer,
  Port,
  SocketAccess,
  SocketProxy,
  VolumeMount,
} from '../../src';

const DOMAIN = 'whoami.example.com';

export const traefik: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Proxy', { daemon });
    const socket = new SocketProxy(stack, 'Socket', {
      segment: new BridgeSegment(stack, 'Engine', { daemon }),
      image: image('haproxy:3.2'),
    });

    const port = Port.tcp(80);
    const whoami = new HardenedContainer(stack, 'Whoami', {
      segment,
      image: image('traefik/whoami:v1.10'),
      command: ['--port', `${port.first}`],
      labels: {
        'traefik.enable': 'true',
        'traefik.http.routers.whoami.rule': `Host(\`${DOMAIN}\`)`,
        'traefik.http.services.whoami.loadbalancer.server.port': `${port.first}`,
      },
      healthCheck: HealthCheck.none({ reason: 'the image has no program but the server itself' }),
      defaultPort: port,
    });

    const certificates = '/letsencrypt';
    const proxy = new HardenedContainer(stack, 'Traefik', {
      segment,
      image: image('traefik:v3.6.1'),
      profile: ImageProfile.traefik(),
      aliases: [DOMAIN], // inside the segment the name leads to the proxy as well
      command: [
        '--ping=true',
        '--accesslog=true',
        `--providers.docker.endpoint=${socket.url}`,
        '--providers.docker.exposedByDefault=false',
        `--providers.docker.network=${segment.networkName}`,
        '--entrypoints.web.address=:80',
        '--entrypoints.web.http.redirections.entrypoint.to=websecure',
        '--entrypoints.websecure.address=:443',
        '--entrypoints.websecure.http.tls.certresolver=acme',
        '--certificatesresolvers.acme.acme.email=mail@example.com',
        '--certificatesresolvers.acme.acme.tlschallenge=true',
        `--certificatesresolvers.acme.acme.storage=${certificates}/acme.json`,
      ],
      volumes: [VolumeMount.volume(new DataVolume(stack, 'Certificates', { daemon, mode: '0700' }), certificates)],
    });
    socket.allow(proxy, SocketAccess.containers(), SocketAccess.events());
    proxy.startAfter(socket.container, { healthy: true });

    for (const each of [Port.tcp(80), Port.tcp(443)]) proxy.publish(each, PUBLIC);
    proxy.connections.allowTo(whoami);
    proxy.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
    proxy.connections.allowDnsTo(RESOLVER);
  },
};
