// Downloads behind a VPN: gluetun makes the tunnel, and the programs share its network, so that nothing of theirs leaves beside it.
import { image, LAN, type PublicStack } from './stack';
import {
  BridgeSegment,
  Capability,
  ContainerNetwork,
  ContainerUser,
  Device,
  HardenedContainer,
  HealthCheck,
  Peer,
  Port,
  SecretFile,
  VolumeMount,
} from '../../src';

export const arr: PublicStack = {
  program: ({ stack, daemon }) => {
    const timeZone = 'Europe/Berlin';
    const key = new SecretFile(stack, 'WireguardKey', { daemon });
    const server = Peer.address('198.51.100.7');
    const gluetun = new HardenedContainer(stack, 'Gluetun', {
      segment: new BridgeSegment(stack, 'Tunnel', { daemon }),
      image: image('qmcgaw/gluetun:v3.40'),
      user: ContainerUser.root({ reason: 'it makes the tunnel, its routes and its firewall' }),
      capabilities: [Capability.of('NET_ADMIN', { reason: 'it makes the interface of the tunnel' })],
      devices: [Device.of('/dev/net/tun', { reason: 'the tunnel ends in a program if the kernel has no WireGuard' })],
      environment: {
        VPN_SERVICE_PROVIDER: 'custom',
        VPN_TYPE: 'wireguard',
        WIREGUARD_ENDPOINT_IP: '198.51.100.7',
        WIREGUARD_ENDPOINT_PORT: '51820',
        WIREGUARD_PRIVATE_KEY_SECRETFILE: key.filePath,
        FIREWALL_INPUT_PORTS: '8080,8989',
      },
      secrets: { files: [key] },
      volumes: [VolumeMount.hostDirectory('/srv/arr/gluetun', '/gluetun')],
      healthCheck: HealthCheck.command(['/gluetun-entrypoint', 'healthcheck']),
    });
    const behind = (id: string, name: string, folders: Record<string, string>, port: number) => {
      const one = new HardenedContainer(stack, id, {
        network: ContainerNetwork.container(gluetun, { reason: 'its traffic leaves by the VPN' }),
        image: image(name),
        user: ContainerUser.of(1000),
        timeZone,
        volumes: Object.entries(folders).map(([host, target]) => VolumeMount.hostDirectory(host, target, { mode: '0755' })),
        limits: { memoryMebibytes: 1024 },
        healthCheck: HealthCheck.shell(`curl -sf http://127.0.0.1:${port}/ || exit 1`, { startPeriodSeconds: 60 }),
      });
      one.startAfter(gluetun, { healthy: true });
      gluetun.publish(Port.tcp(port), LAN);
      return one;
    };
    behind('Qbittorrent', 'lscr.io/linuxserver/qbittorrent:5.1.0', { '/srv/arr/qbittorrent': '/config', '/srv/arr/downloads': '/downloads' }, 8080);
    behind('Sonarr', 'lscr.io/linuxserver/sonarr:4.0.14', { '/srv/arr/sonarr': '/config', '/srv/arr/tv': '/tv' }, 8989);
    gluetun.connections.allowTo(server, Port.udp(51_820));
  },
};
