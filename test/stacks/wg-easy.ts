// A VPN for people at home: wg-easy makes clients on a web page of the LAN, and they reach the internet through it. The module of WireGuard is loaded on the host,
// so that the container cannot load any.
import { HOST, image, LAN, PUBLIC, type PublicStack, RESOLVER } from './stack';
import {
  BridgeSegment,
  Capability,
  ContainerSysctl,
  ContainerUser,
  Device,
  HardenedContainer,
  HealthCheck,
  Peer,
  Port,
  SecretFile,
  VolumeMount,
} from '../../src';

const masquerade = (action: string) => `-t nat ${action} POSTROUTING ! -o wg0 -j MASQUERADE`;

export const wgEasy: PublicStack = {
  dualStack: true,
  program: ({ stack, daemon }) => {
    const password = new SecretFile(stack, 'WebPassword', { daemon });
    const [tunnel, web] = [Port.udp(51_820), Port.tcp(51_821)];
    const gateway = new HardenedContainer(stack, 'WgEasy', {
      segment: new BridgeSegment(stack, 'Tunnel', { daemon }),
      image: image('weejewel/wg-easy:7'),
      containerName: 'wg-easy',
      user: ContainerUser.root({ reason: 'it makes an interface and its routes' }),
      capabilities: [
        Capability.of('NET_ADMIN', { reason: 'it makes the interface of the tunnel' }),
        Capability.of('NET_RAW', { reason: 'the iptables of the image opens a raw socket' }),
      ],
      devices: [Device.of('/dev/net/tun', { reason: 'the tunnel ends in a program if the kernel has no WireGuard' })],
      sysctls: [
        ContainerSysctl.ipv4Forwarding(),
        ContainerSysctl.ipv6Forwarding(),
        ContainerSysctl.of('net.ipv4.conf.all.src_valid_mark', '1'),
      ],
      // The image takes the password by a variable alone, so the shell sets it from the file.
      entrypoint: ['/bin/sh', '-c', 'read -r PASSWORD <"$PASSWORD_FILE"; export PASSWORD; exec "$0" "$@"', '/usr/bin/dumb-init'],
      command: ['node', 'server.js'],
      environment: {
        WG_HOST: HOST,
        WG_DEFAULT_DNS: '192.0.2.1',
        // The default masks on eth0 alone, and a container with flows has several interfaces.
        WG_POST_UP: `iptables ${masquerade('-A')}`,
        WG_POST_DOWN: `iptables ${masquerade('-D')}`,
        PASSWORD_FILE: password.filePath,
      },
      secrets: { files: [password] },
      tmpfsMebibytes: { '/run': 4 },
      volumes: [VolumeMount.hostDirectory('/srv/wg', '/etc/wireguard', { mode: '0700' })],
      healthCheck: HealthCheck.command(['wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${web.first}/`]),
    });
    gateway.publish(tunnel, PUBLIC);
    gateway.publish(web, LAN);
    // For every client.
    gateway.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
    gateway.connections.allowDnsTo(RESOLVER);
  },
};
