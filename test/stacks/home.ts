// A home: Home Assistant, which finds devices by mDNS, a broker of messages, and a radio for Zigbee.
import { image, LAN, type PublicStack, RESOLVER } from './stack';
import {
  BridgeSegment,
  Cidr,
  ConfigFile,
  ContainerUser,
  Device,
  HardenedContainer,
  HealthCheck,
  HostShim,
  MacvlanSegment,
  Peer,
  Port,
  VolumeMount,
} from '../../src';

export const home: PublicStack = {
  program: ({ stack, daemon }) => {
    const timeZone = 'Europe/Berlin';
    const lan = new MacvlanSegment(stack, 'Lan', {
      daemon,
      reason: 'devices are found by mDNS and broadcast',
      parent: 'eth0',
      ipv4Block: Cidr.parse('192.0.2.0/24'),
      ipv4Gateway: '192.0.2.1',
      ipRange: Cidr.parse('192.0.2.192/27'),
      macLimit: 8,
    });
    new HostShim(stack, 'Shim', { segment: lan });
    const segment = new BridgeSegment(stack, 'Messages', { daemon });
    const mosquitto = new HardenedContainer(stack, 'Mosquitto', {
      segment,
      image: image('eclipse-mosquitto:2.0'),
      user: ContainerUser.of(1883),
      volumes: [VolumeMount.hostDirectory('/srv/home/mosquitto', '/mosquitto/data')],
      configFiles: {
        files: [
          ConfigFile.fromText(
            '/mosquitto/config/mosquitto.conf',
            'listener 1883\nallow_anonymous true\npersistence true\npersistence_location /mosquitto/data/\n',
          ),
        ],
      },
      healthCheck: HealthCheck.command(['mosquitto_sub', '-t', '$SYS/broker/uptime', '-C', '1', '-W', '3']),
      defaultPort: Port.tcp(1883),
    });
    const zigbee = new HardenedContainer(stack, 'Zigbee', {
      segment,
      image: image('koenkk/zigbee2mqtt:2.3'),
      user: ContainerUser.of(1000),
      timeZone,
      devices: [Device.of('/dev/ttyUSB0', { reason: 'the radio is plugged in there' })],
      extraGroups: [20],
      environment: { ZIGBEE2MQTT_CONFIG_MQTT_SERVER: `mqtt://${mosquitto.dnsName}:1883` },
      volumes: [VolumeMount.hostDirectory('/srv/home/zigbee', '/app/data')],
      healthCheck: HealthCheck.shell('wget -q -O /dev/null http://127.0.0.1:8080/', { startPeriodSeconds: 60 }),
    });
    const assistant = new HardenedContainer(stack, 'Assistant', {
      segment: lan,
      image: image('ghcr.io/home-assistant/home-assistant:2025.11'),
      user: ContainerUser.root({ reason: 'its supervisor and the program itself stay root' }),
      init: false, // its supervisor must be the first process
      writableRootReason: 'it installs what integrations need',
      timeZone,
      volumes: [VolumeMount.hostDirectory('/srv/home/assistant', '/config')],
      limits: { memoryMebibytes: 1024, cpuMillis: 2000 },
      healthCheck: HealthCheck.shell('curl -sf http://127.0.0.1:8123/manifest.json || exit 1', { startPeriodSeconds: 120 }),
    });
    zigbee.startAfter(mosquitto, { healthy: true });
    assistant.startAfter(mosquitto, { healthy: true });
    zigbee.connections.allowTo(mosquitto);
    zigbee.publish(Port.tcp(8080), LAN);
    assistant.connections.allowTo(mosquitto);
    assistant.connections.allowTo(zigbee, Port.tcp(8080));
    assistant.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
    assistant.connections.allowDnsTo(RESOLVER);
    assistant.connections.allowFrom(Peer.host(), Port.tcp(8123));
  },
};
