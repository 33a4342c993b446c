// Downloads behind a VPN: gluetun makes the tunnel, and the programs share its network, so that nothing of theirs leaves beside it.
import { image, LAN, type PublicStack } from './stack';
import {
  BridgeSegment,
  Capability,
  ContainerNetwork,
  ContainerUser,
  Device,
  FileOwner,
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
      capabilities: [
        Capability.of('NET_ADMIN', { reason: 'it makes the interface of the tunnel' }),
        Capability.CHOWN,
        Capability.DAC_OVERRIDE,
      ],
      writableRootReason: 'it writes the resolver of its network, and settings of its programs',
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
    const behind = (id: string, name: string, folder: string, port: number) => {
      const one = new HardenedContainer(stack, id, {
        network: ContainerNetwork.container(gluetun, { reason: 'its traffic leaves by the VPN' }),
        image: image(name),
        user: ContainerUser.root({ reason: 'its supervisor stays root; the program itself drops it' }),
        capabilities: [Capability.CHOWN, Capability.DAC_OVERRIDE, Capability.FOWNER, Capability.KILL, Capability.SETGID, Capability.SETUID],
        init: false, // its supervisor must be the first process
        writableRootReason: 'its supervisor makes and executes files in /run',
        environment: { PUID: '1000', PGID: '1000' },
        timeZone,
        // The image gives /config to its user, and nothing else.
        volumes: [
          VolumeMount.hostDirectory(`/srv/arr/${id.toLowerCase()}`, '/config'),
          VolumeMount.hostDirectory(`/srv/arr/${folder}`, `/${folder}`, { owner: FileOwner.of(1000, 1000) }),
        ],
        limits: { memoryMebibytes: 1024 },
        healthCheck: HealthCheck.shell(`curl -sf http://127.0.0.1:${port}/ || exit 1`, { startPeriodSeconds: 60 }),
      });
      one.startAfter(gluetun, { healthy: true });
      gluetun.publish(Port.tcp(port), LAN);
      return one;
    };
    behind('Qbittorrent', 'lscr.io/linuxserver/qbittorrent:5.1.0', 'downloads', 8080);
    behind('Sonarr', 'lscr.io/linuxserver/sonarr:4.0.14', 'tv', 8989);
    gluetun.connections.allowTo(server, Port.udp(51_820));
  },
};
