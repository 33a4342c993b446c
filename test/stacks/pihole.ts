// Names for a LAN, with a list of names that nobody needs: Pi-hole, which asks cloudflared, which asks by HTTPS. Its DHCP server is left out: requests for
// addresses are broadcast, and no bridge passes them.
import { image, LAN, type PublicStack } from './stack';
import { BridgeSegment, Capability, ContainerUser, HardenedContainer, HealthCheck, Peer, Port, SecretFile, VolumeMount } from '../../src';

export const pihole: PublicStack = {
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Names', { daemon });
    const password = new SecretFile(stack, 'WebPassword', { daemon });
    const timeZone = 'Europe/Berlin';

    const port = 5054;
    const cloudflared = new HardenedContainer(stack, 'Cloudflared', {
      segment,
      image: image('visibilityspots/cloudflared:2025.2.0'),
      user: ContainerUser.of(1000),
      timeZone,
      environment: { PORT: `${port}`, ADDRESS: '0.0.0.0' },
      healthCheck: HealthCheck.command(['dig', '+short', '+norecurse', '+retry=0', '@127.0.0.1', '-p', `${port}`, 'example.com']),
    });
    const names = new HardenedContainer(stack, 'Pihole', {
      segment,
      image: image('pihole/pihole:2024.07.0'),
      user: ContainerUser.root({ reason: 'its supervisor and its cron stay root; the resolver and the web server drop it' }),
      capabilities: [Capability.CHOWN, Capability.DAC_OVERRIDE, Capability.FOWNER, Capability.SETUID, Capability.SETGID, Capability.KILL],
      init: false, // the image has a supervisor of its own, which must be the first process
      writableRootReason: 'the image rewrites its own settings, and its supervisor runs from /run',
      timeZone,
      environment: {
        PIHOLE_DNS_: `${cloudflared.dnsName}#${port}`,
        WEBPASSWORD_FILE: password.filePath,
        DNSMASQ_LISTENING: 'all',
      },
      secrets: { files: [password] },
      volumes: [
        VolumeMount.hostDirectory('/srv/pihole/etc', '/etc/pihole', { mode: '0755' }),
        VolumeMount.hostDirectory('/srv/pihole/dnsmasq', '/etc/dnsmasq.d', { mode: '0755' }),
      ],
      healthCheck: HealthCheck.shell('dig +short +norecurse +retry=0 @127.0.0.1 pi.hole || exit 1', { startPeriodSeconds: 60 }),
    });
    names.startAfter(cloudflared, { healthy: true });

    for (const protocol of [Port.udp, Port.tcp]) {
      names.connections.allowTo(cloudflared, protocol(port));
      names.publish(protocol(53), LAN);
    }
    names.publish(Port.tcp(8080), { ...LAN, targetPort: Port.tcp(80) });
    cloudflared.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
  },
};
