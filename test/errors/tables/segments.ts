import {
  BridgeSegment,
  Cidr,
  EngineVersion,
  HostShim,
  IpvlanMode,
  IpvlanSegment,
  MacvlanMode,
  Peer,
  PluginSegment,
  Port,
  Reachability,
} from '../../../src';
import { JOIN, legacy, theirs } from '../../support/existing';
import { LAN_PROPS, Program, newDaemon } from '../../support/programs';
import { type Entry, program, told, whole } from '../entry';

const HTTP = Port.tcp(8080);
const REASON = 'devices of the LAN find it by broadcast';

/** A LAN segment with properties that are refused, and as the message says. */
function lan(code: Entry['code'], says: string[], follow: string, bad: object, mended: object): Entry {
  return program(code, told('app/Lan', says, follow), (p, isMended) => {
    const segment = p.lan('Lan', isMended ? mended : bad);
    p.container('Cam', segment);
    return (s) => s.container('app-cam').networks_advanced.length === 1;
  });
}

function existing(code: Entry['code'], says: string[], follow: string, bad: object, mended: object): Entry {
  return program(code, told('app/Legacy', says, follow), (p, isMended) => {
    p.container('Web', legacy(p, isMended ? mended : bad));
    return (s) => s.container('app-web').networks_advanced.length === 1;
  });
}

function plugin(says: string[], follow: string, driver: string): Entry {
  return program('PluginDriver', told('app/Net', says, follow), (p, isMended) => {
    const segment = isMended ? p.segment('Net') : new PluginSegment(p.stack, 'Net', { daemon: p.daemon, driver, reason: REASON });
    p.container('Web', segment);
    return (s) => s.network('app-net').driver === 'bridge';
  });
}

/** Segments of every kind, and networks that Bulkhead does not manage. */
export const SEGMENTS: readonly Entry[] = [
  program('NotADaemon', told('app/Front', "'daemon' must be a daemon", 'such as a HardenedDaemon'), (p, isMended) => {
    new BridgeSegment(p.stack, 'Front', { daemon: (isMended ? p.daemon : p.stack) as never });
    return (s) => s.names('docker_network').length === 1;
  }),
  program('NotASegment', told('app/Web', 'got an object of class HardenedDaemon', 'such as a BridgeSegment'), (p, isMended) => {
    p.container('Web', isMended ? p.segment('Front') : (p.daemon as never));
    return (s) => s.names('docker_container').length === 1;
  }),
  program(
    'NotASegment',
    told('app/Old', "'segment' is a network that Bulkhead manages", 'use a segment made by BridgeSegment.fromSegmentAttributes()'),
    (p, isMended) => {
      theirs(p, isMended ? legacy(p) : p.segment('Front'));
      return () => Reachability.of(p.daemon).matrix().length >= 0;
    },
  ),
  program('SegmentGone', told('app/Web', "its segment 'app/Front' is no longer in the tree", 'place it in another one'), (p, isMended) => {
    const [front, back] = [p.segment('Front'), p.segment('Back')];
    p.container('Web', isMended ? back : front);
    p.stack.node.tryRemoveChild('Front');
    return (s) => s.names('docker_container').length === 1;
  }),
  program('NetworkName', told('app/Front', "got 'my net'", '2 to 58 letters, digits, _, . or -'), (p, isMended) => {
    p.segment('Front', { networkName: isMended ? 'my-net' : 'my net' });
    return (s) => s.network('my-net') !== undefined;
  }),
  program('PrefixLength', told('app/Front', 'got 4', 'a whole number from 8 to 32'), (p, isMended) => {
    p.segment('Front', { prefixLength: isMended ? 20 : 4 });
    return (s) => s.network('app-front').ipam_config[0].subnet.endsWith('/20');
  }),
  lan('ParentName', ["got 'eth 0'"], "the name of an interface, such as 'eth0'", { parent: 'eth 0' }, { parent: 'eth0' }),
  lan('ParentName', ["'enp0s31f6longname' has 17 characters"], 'rename the parent', { parent: 'enp0s31f6longname' }, { parent: 'lan0' }),
  lan('VlanId', ['got 4095'], 'a whole number from 1 to 4094', { vlanId: 4095 }, { vlanId: 40 }),
  lan(
    'WireRange',
    ["'ipRange' 192.168.1.0/27 contains the gateway"],
    'choose a part of 192.168.1.0/24 that is not in use',
    { ipRange: Cidr.parse('192.168.1.0/27') },
    { ipRange: Cidr.parse('192.168.1.32/27') },
  ),
  program(
    'WireRange',
    told('app/Lan', ["'ipRange' 192.168.1.192/27 contains 192.168.1.200"], 'choose a part of 192.168.1.0/24 that is not in use'),
    (p, isMended) => {
      // prettier-ignore
      const daemon = newDaemon(p.stack, { hostAddress: '192.168.1.200' }, 'Home');
      const segment = p.lan('Lan', { daemon, ...(isMended && { ipRange: Cidr.parse('192.168.1.32/27') }) });
      p.container('Cam', segment);
      return (s) => s.container('app-cam').networks_advanced.length === 1;
    },
  ),
  lan(
    'WireRange',
    ["'dhcpRange' ends at 192.168.1.50, before its start"],
    'swap the two addresses',
    { dhcpRange: { first: '192.168.1.150', last: '192.168.1.50' } },
    { dhcpRange: { first: '192.168.1.50', last: '192.168.1.150' } },
  ),
  lan(
    'AddressOutsideBlock',
    ["'ipv4Gateway' 192.168.2.1 is not in the block of the LAN, 192.168.1.0/24"],
    '192.168.1.0/24',
    { ipv4Gateway: '192.168.2.1' },
    { ipv4Gateway: '192.168.1.1' },
  ),
  lan(
    'RouterAdvertisements',
    ["'acceptRouterAdvertisements' has no effect without IPv6"],
    'remove it',
    { acceptRouterAdvertisements: true },
    {},
  ),
  program(
    'ParentTaken',
    told('app/Two', ["'app/One' already uses eth0"], "give this segment its own VLAN with 'vlanId'"),
    (p, isMended) => {
      p.lan('One');
      p.lan(
        'Two',
        isMended
          ? { vlanId: 20, ipv4Block: Cidr.parse('192.168.2.0/24'), ipv4Gateway: '192.168.2.1', ipRange: Cidr.parse('192.168.2.192/27') }
          : {},
      );
      return (s) => s.names('docker_network').length === 2;
    },
  ),
  plugin(["'driver' bridge comes with the engine"], 'use a BridgeSegment', 'bridge'),
  plugin(["'driver' weave", 'was archived'], "use a segment of the engine's own drivers", 'weave'),
  whole(
    'SecondDefaultRoute',
    told('app/Station', ["'app/Lan'", 'mode l3', "'app/Back'", 'engine 20.10'], 'engine 25.0 or later'),
    (isMended) => {
      const p = new Program({ engine: isMended ? EngineVersion.V26 : EngineVersion.V20_10 });
      const routed = new IpvlanSegment(p.stack, 'Lan', { daemon: p.daemon, reason: REASON, parent: 'eth0', mode: IpvlanMode.L3 });
      p.container('Station', routed).connections.allowTo(p.container('Db', p.segment('Back')), HTTP);
      return p.synth().container('app-station').networks_advanced.length === 2;
    },
  ),
  whole('SecondDefaultRoute', told('app/Station', "'app/Legacy'", 'engine 28.0 or later'), (isMended) => {
    const p = new Program({ engine: isMended ? EngineVersion.V28 : EngineVersion.V26 });
    const routed = new IpvlanSegment(p.stack, 'Lan', { daemon: p.daemon, reason: REASON, parent: 'eth0', mode: IpvlanMode.L3 });
    p.container('Station', routed).connections.allowTo(theirs(p, legacy(p, JOIN)), HTTP);
    return p.synth().container('app-station').networks_advanced.length === 2;
  }),
  whole('IpvlanModeUnknown', told('app/Lan', ['engine 20.10 does not support mode l3s'], 'use mode l3'), (isMended) => {
    const p = new Program({ engine: EngineVersion.V20_10 });
    const mode = isMended ? IpvlanMode.L3 : IpvlanMode.L3S;
    new IpvlanSegment(p.stack, 'Lan', { daemon: p.daemon, reason: REASON, parent: 'eth0', mode });
    return p.synth().network('app-lan').options.ipvlan_mode === 'l3';
  }),
  program(
    'WireRange',
    told('app/Lan', 'in mode l2 the containers are machines of the LAN', "set 'ipv4Block', 'ipv4Gateway' and 'ipRange'"),
    (p, isMended) => {
      const { macLimit: _limit, mode: _mode, ...ofLan } = LAN_PROPS;
      const rest = isMended ? ofLan : { reason: REASON, parent: 'eth0' };
      new IpvlanSegment(p.stack, 'Lan', { daemon: p.daemon, ...rest });
      return (s) => s.network('app-lan').options.ipvlan_mode === 'l2';
    },
  ),
  program('WireCrowded', told('app/Lan', ['the segment has 2 (app/A, app/B)'], 'use mode bridge'), (p, isMended) => {
    const segment = p.lan('Lan', { mode: isMended ? MacvlanMode.BRIDGE : MacvlanMode.PASSTHRU });
    ['A', 'B'].forEach((id) => p.container(id, segment));
    return (s) => s.names('docker_container').length === 2;
  }),
  program('WireFlow', told('app/A', ['in mode private the kernel isolates the containers'], 'use mode bridge'), (p, isMended) => {
    const segment = p.lan('Lan', { mode: isMended ? MacvlanMode.BRIDGE : MacvlanMode.PRIVATE });
    const [a, b] = ['A', 'B'].map((id) => p.container(id, segment));
    a.connections.allowTo(b, HTTP);
    return () => Reachability.of(p.daemon).canReach(a, b, HTTP);
  }),
  program('WireFlow', told('app/A', ['eth0', 'eth0.20'], 'place one of them in a BridgeSegment'), (p, isMended) => {
    const other = () =>
      p.lan('Two', {
        vlanId: 20,
        ipv4Block: Cidr.parse('192.168.2.0/24'),
        ipv4Gateway: '192.168.2.1',
        ipRange: Cidr.parse('192.168.2.192/27'),
      });
    const [a, b] = [p.container('A', p.lan('One')), p.container('B', isMended ? p.segment('Two') : other())];
    a.connections.allowTo(b, HTTP);
    return () => Reachability.of(p.daemon).canReach(a, b, HTTP);
  }),
  program(
    'HostNeedsShim',
    told('app/Lan', ['its interface eth0', 'a flow connects the two'], 'add a HostShim to the segment'),
    (p, isMended) => {
      const segment = p.lan('Lan');
      if (isMended) new HostShim(p.stack, 'Shim', { segment });
      const camera = p.container('Cam', segment);
      camera.connections.allowFrom(Peer.host(), HTTP);
      return () => Reachability.of(p.daemon).canReach(Peer.host(), camera, HTTP);
    },
  ),
  program('ShimRefused', told('app/Shim', ["'app/Front' is not a macvlan or ipvlan segment"], 'remove the shim'), (p, isMended) => {
    const segment = p.segment('Front');
    if (!isMended) new HostShim(p.stack, 'Shim', { segment });
    const web = p.container('Web', segment);
    web.connections.allowFrom(Peer.host(), HTTP);
    return () => Reachability.of(p.daemon).canReach(Peer.host(), web, HTTP);
  }),
  existing(
    'ExistingNetwork',
    ["'networkName' bridge is a built-in network"],
    'name a network that a person, Compose or another program created',
    { networkName: 'bridge' },
    { networkName: 'shop_default' },
  ),
  existing(
    'ExistingGateway',
    ["got '172.30.5.0'"],
    'must be an address of a host in 172.30.5.0/24',
    { ipv4Gateway: '172.30.5.0' },
    { ipv4Gateway: '172.30.5.1' },
  ),
  program(
    'ExistingFlow',
    told('app/Web', ["it would use 'legacy_default'", 'every container attached there would reach it'], "'joinReason' of 'app/Legacy'"),
    (p, isMended) => {
      const old = theirs(p, legacy(p, isMended ? JOIN : {}), 'Old', '172.30.5.9');
      const web = p.container('Web', p.segment('Front'));
      web.connections.allowTo(old, HTTP);
      return () => Reachability.of(p.daemon).canReach(web, old, HTTP);
    },
  ),
  program('ExistingAddress', told('app/Old', 'the address of the container is not declared', "set 'ipv4Address'"), (p, isMended) => {
    const old = theirs(p, legacy(p), 'Old', isMended ? '172.30.5.9' : undefined);
    p.container('Web', p.segment('Front'), { environment: { OLD: old.ipv4Address } });
    return (s) => s.container('app-web').env[0] === 'OLD=172.30.5.9';
  }),
  program('ExistingAddress', told('app/Old', 'is not declared', "use 'dnsName', which is 'old-1'"), (p, isMended) => {
    const old = theirs(p, legacy(p));
    p.container('Web', p.segment('Front'), { environment: { OLD: isMended ? old.dnsName : old.ipv4Address } });
    return (s) => s.container('app-web').env[0] === 'OLD=old-1';
  }),
];
