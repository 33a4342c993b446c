import { Aspects, App, TerraformStack, Testing } from 'cdktf';
import {
  BridgeSegment,
  Capability,
  Cidr,
  ConnectionRate,
  Connections,
  ContainerUser,
  EngineVersion,
  HardenedContainer,
  HardenedDaemon,
  type IPeer,
  Peer,
  Port,
  Reachability,
  Requirement,
  SecureDefaults,
  ThreeTierNetwork,
  WorkloadGroup,
} from '../../../src';
import { JOIN, legacy, theirs } from '../../support/existing';
import { HOST_ADDRESS, IMAGE, newDaemon, Program, synth } from '../../support/programs';
import { Unguarded } from '../../support/unguarded';
import { type Entry, program, told, value, whole } from '../entry';
import { RESOLVERS } from './resolvers';

const HTTP = Port.tcp(8080);
const DNS = Port.udp(53);
const OUTSIDE = Peer.cidr('198.51.100.0/24');
const RAW = {
  user: ContainerUser.root({ reason: 'it sends its own pings' }),
  capabilities: [Capability.of('NET_RAW', { reason: 'it sends its own pings' })],
};

/** Two workloads in two segments. */
function pair(p: Program, ...props: object[]) {
  return ['Web', 'Api'].map((id, index) => p.container(id, p.segment(`${id}s`), props[index]));
}

function reaches(p: Program, source: IPeer, destination: IPeer, port = HTTP): boolean {
  return Reachability.of(p.daemon).canReach(source, destination, port);
}

/** Flows, names, and what the proof says. */
export const FLOWS: readonly Entry[] = [
  program('NotAPeer', told('app/Web', ["'destination'", 'got "203.0.113.7"'], 'a peer made by Peer'), (p, isMended) => {
    const [web] = pair(p);
    web.connections.allowTo((isMended ? Peer.address('203.0.113.7') : '203.0.113.7') as never, HTTP);
    return () => reaches(p, web, Peer.address('203.0.113.7'));
  }),
  program('NoDefaultPort', told('app/Web', "'app/Api'", 'pass a port, such as Port.tcp(8080)'), (p, isMended) => {
    const [web, api] = pair(p);
    web.connections.allowTo(api, isMended ? Port.tcp(8080) : undefined);
    return () => reaches(p, web, api);
  }),
  program(
    'NoWorkload',
    told('host', 'got host and 203.0.113.7/32', 'a flow needs a workload, group or segment at one end'),
    (p, isMended) => {
      const [web] = pair(p);
      const { connections } = isMended ? web : { connections: new Connections(Peer.host()) };
      connections.allowTo(Peer.address('203.0.113.7'), HTTP);
      return () => reaches(p, web, Peer.address('203.0.113.7'));
    },
  ),
  program('FlowToSelf', told('app/Web', 'a workload does not need a flow to itself', 'remove the flow'), (p, isMended) => {
    const [web, api] = pair(p);
    if (!isMended) web.connections.allowTo(web, HTTP);
    web.connections.allowTo(api, HTTP);
    return () => reaches(p, web, api);
  }),
  program(
    'FlowAcrossDaemons',
    told('app/Web', ["'app/Edge'", "'app/Other'"], 'publish a port of the destination, and allow egress from the source to its host'),
    (p, isMended) => {
      const [web] = pair(p);
      const other = newDaemon(p.stack, { hostAddress: '192.0.2.20', addressPool: Cidr.parse('10.30.0.0/16') }, 'Other');
      const db = p.container('Db', p.segment('Dbs', { daemon: other }));
      if (!isMended) web.connections.allowTo(db, HTTP);
      db.publish(HTTP, { hostAddress: '192.0.2.20', sources: [Peer.address(HOST_ADDRESS)] });
      web.connections.allowTo(Peer.address('192.0.2.20'), HTTP);
      return () => reaches(p, web, Peer.address('192.0.2.20'));
    },
  ),
  program(
    'SourceOutside',
    told('app/Web', '198.51.100.0/24 is outside the host', "call publish() on app/Web, with 198.51.100.0/24 in 'sources'"),
    (p, isMended) => {
      const [web] = pair(p);
      if (isMended) web.publish(HTTP, { hostAddress: HOST_ADDRESS, sources: [OUTSIDE] });
      else web.connections.allowFrom(OUTSIDE, HTTP);
      return () => reaches(p, OUTSIDE, web);
    },
  ),
  program('SourceOutside', told('app/Group', '198.51.100.0/24', 'call publish() on each workload of app/Group'), (p, isMended) => {
    const [web, api] = pair(p);
    const group = new WorkloadGroup(p.stack, 'Group', { members: [web, api] });
    if (!isMended) group.connections.allowFrom(OUTSIDE, HTTP);
    web.publish(HTTP, { hostAddress: HOST_ADDRESS, sources: [OUTSIDE] });
    api.publish(Port.tcp(8081), { targetPort: HTTP, hostAddress: HOST_ADDRESS, sources: [OUTSIDE] });
    return () => reaches(p, OUTSIDE, group);
  }),
  program(
    'SourceOutside',
    told('app/Cam', ["a machine of the LAN in 'app/Lan'", 'already reaches it there'], 'remove the flow'),
    (p, isMended) => {
      const camera = p.container('Cam', p.lan('Lan'));
      if (!isMended) camera.connections.allowFrom(Peer.cidr('192.168.1.0/24'), HTTP);
      // Nothing of ours decides there: the proof says that it may get through, and never that it does not.
      return () => Reachability.of(p.daemon).disposition(Peer.cidr('192.168.1.0/25'), camera, HTTP) !== 'DROPPED';
    },
  ),
  program(
    'SourceOutside',
    told('app/Cam', "in 'app/Lan'", 'place the workload in a BridgeSegment and call publish() there'),
    (p, isMended) => {
      const camera = p.container('Cam', isMended ? p.segment('Front') : p.lan('Lan'));
      if (!isMended) camera.connections.allowFrom(OUTSIDE, HTTP);
      camera.publish(HTTP, { hostAddress: HOST_ADDRESS, sources: [OUTSIDE] });
      return () => reaches(p, OUTSIDE, camera);
    },
  ),
  program(
    'SourceOutside',
    told('app/Web', "'legacy_default'", 'place the workload in a BridgeSegment and call publish() there'),
    (p, isMended) => {
      const web = p.container('Web', isMended ? p.segment('Front') : legacy(p));
      if (!isMended) web.connections.allowFrom(OUTSIDE, HTTP);
      web.publish(HTTP, { hostAddress: HOST_ADDRESS, sources: [OUTSIDE] });
      return () => reaches(p, OUTSIDE, web);
    },
  ),
  program(
    'EgressToContainers',
    told('app/Web', ['10.20.0.7/32', '10.20.0.0/16'], 'allow the flow to the workload or segment itself'),
    (p, isMended) => {
      const [web, api] = pair(p);
      web.connections.allowTo(isMended ? api : Peer.address('10.20.0.7'), HTTP);
      return () => reaches(p, web, api);
    },
  ),
  program('EgressToHost', told('app/Web', `${HOST_ADDRESS} is the host`, 'use Peer.host() instead'), (p, isMended) => {
    const [web] = pair(p);
    web.connections.allowTo(isMended ? Peer.host() : Peer.address(HOST_ADDRESS), HTTP);
    return () => reaches(p, web, Peer.host());
  }),
  program('EgressToHost', told('app/Web', '127.0.0.1/32 is loopback', 'to reach the host use Peer.host()'), (p, isMended) => {
    const [web] = pair(p);
    web.connections.allowTo(isMended ? Peer.host() : Peer.address('127.0.0.1'), HTTP);
    return () => reaches(p, web, Peer.host());
  }),
  program('EgressNowhere', told('app/Web', '224.0.0.251/32 is multicast', 'in a MacvlanSegment'), (p, isMended) => {
    const web = p.container('Web', isMended ? p.lan('Lan') : p.segment('Front'));
    web.connections.allowTo(Peer.address('224.0.0.251'), DNS);
    return () => p.topology().wires.length === 1;
  }),
  program('EgressNowhere', told('app/Web', '0.0.0.0/32 is unspecified', 'Peer.anyIpv4() for every address'), (p, isMended) => {
    const [web] = pair(p);
    web.connections.allowTo(isMended ? Peer.anyIpv4() : Peer.address('0.0.0.0'), HTTP);
    return () => reaches(p, web, Peer.address('198.51.100.7'));
  }),
  whole('NeedsGuard', told('app/Web', ['a rate on tcp/8080', "'app/Edge'"], 'declare the flow without it'), (isMended) => {
    const p = new Unguarded();
    const [web, api] = ['Web', 'Api'].map((id) => p.container(id, p.segment(`${id}s`)));
    web.connections.allowTo(api, HTTP, isMended ? {} : { rate: ConnectionRate.perSecond(5) });
    synth(p.stack);
    return Reachability.of(p.daemon).canReach(web, api, HTTP);
  }),
  program(
    'TierForbidsFlow',
    told('app/Web', "'Shop' forbids DMZ to DATA", 'let a workload in APP have both flows: DMZ to APP, and APP to DATA'),
    (p, isMended) => {
      const tiers = new ThreeTierNetwork(p.stack, 'Shop', { daemon: p.daemon });
      const [web, api, db] = [p.container('Web', tiers.dmz), p.container('Api', tiers.app), p.container('Db', tiers.data)];
      web.connections.allowTo(isMended ? api : db, HTTP);
      api.connections.allowTo(db, HTTP);
      return () => reaches(p, web, api) && reaches(p, api, db);
    },
  ),
  program('TierForbidsFlow', told('app/Api', "'Shop' forbids APP to DMZ", 'let the other end open the connection'), (p, isMended) => {
    const tiers = new ThreeTierNetwork(p.stack, 'Shop', { daemon: p.daemon });
    const [web, api] = [p.container('Web', tiers.dmz), p.container('Api', tiers.app)];
    const [from, to] = isMended ? [web, api] : [api, web];
    from.connections.allowTo(to, HTTP);
    return () => reaches(p, web, api);
  }),
  ...RESOLVERS,
  whole('DeclaredAfterSynth', told('app/Web', "after stack 'app' was written", 'declare it before app.synth()'), (isMended) => {
    const p = new Program();
    const [web, api] = pair(p);
    if (isMended) web.connections.allowTo(api, HTTP);
    Testing.fullSynth(p.stack);
    if (!isMended) web.connections.allowTo(api, HTTP);
    return reaches(p, web, api);
  }),
  program('AspectOnApp', told('app/Edge', 'cdktf never invokes aspects of the app', 'Aspects.of(stack).add(…)'), (p, isMended) => {
    pair(p);
    Aspects.of(isMended ? p.stack : p.app).add(new SecureDefaults());
    return (s) => s.names('docker_container').length === 2;
  }),
  whole(
    'StackCycle',
    told('one/C', ["stack 'one'", "'two'"], 'all flows and calls of startAfter() between the two stacks have the same direction'),
    (isMended) => {
      const app: App = Testing.app();
      const [one, two] = ['one', 'two'].map((id) => new TerraformStack(app, id));
      const daemon = newDaemon(one);
      const make = (stack: TerraformStack, id: string) =>
        new HardenedContainer(stack, id, { segment: new BridgeSegment(stack, `${id}s`, { daemon }), image: IMAGE });
      const [a, b, c] = [make(one, 'A'), make(two, 'B'), make(isMended ? two : one, 'C')];
      b.connections.allowTo(a, HTTP);
      c.connections.allowTo(b, HTTP);
      const reachability = Reachability.of(daemon);
      return reachability.canReach(b, a, HTTP) && reachability.canReach(c, b, HTTP);
    },
  ),
  program(
    'ForgerAmongOthers',
    told('app/Ping', "any other member of network 'app-front'", 'place it alone in a segment, and declare its flows with single workloads'),
    (p, isMended) => {
      const front = p.segment('Front');
      const web = p.container('Web', front);
      const ping = p.container('Ping', isMended ? p.segment('Probe') : front, RAW);
      ping.connections.allowTo(web, HTTP);
      return () => reaches(p, ping, web);
    },
  ),
  program('ConduitEnds', told('app/Ping', 'one end holds NET_RAW', 'declare a separate flow for each pair of workloads'), (p, isMended) => {
    const [one, two] = pair(p);
    const ping = p.container('Ping', p.segment('Probe'), RAW);
    const group = new WorkloadGroup(p.stack, 'Group', { members: [one, two] });
    (isMended ? [one, two] : [group]).forEach((peer) => ping.connections.allowTo(peer, HTTP));
    return () => reaches(p, ping, one) && reaches(p, ping, two);
  }),
  whole('ForgeableSource', told('app/Web', 'a sender of udp can use any source address', "set 'ipv4Only: true'"), (isMended) => {
    const p = new Program({ dualStack: true });
    const front = p.segment('Front');
    const [web, api] = ['Web', 'Api', 'Other'].map((id) => p.container(id, front));
    web.connections.allowTo(api, DNS, { ipv4Only: isMended });
    p.synth();
    return reaches(p, web, api, DNS);
  }),
  whole('ForgeableSource', told('app/Web', 'a sender of udp', "'conduit: true' on the flow"), (isMended) => {
    const p = new Program({ dualStack: true });
    const front = p.segment('Front');
    const [web, api] = ['Web', 'Api', 'Other'].map((id) => p.container(id, front));
    web.connections.allowTo(api, DNS, { conduit: isMended });
    p.synth();
    return reaches(p, web, api, DNS);
  }),
  whole(
    'SctpChecksum',
    told('app/Api', ['engine 26.1', 'corrupts the replies'], "publish from another port of the container ('targetPort')"),
    (isMended) => {
      const p = new Program({ engine: EngineVersion.V26 });
      const [web, api] = pair(p);
      web.connections.allowTo(api, Port.sctp(3868));
      api.publish(Port.sctp(3868), { targetPort: Port.sctp(isMended ? 3869 : 3868), hostAddress: HOST_ADDRESS, sources: [OUTSIDE] });
      p.synth();
      return reaches(p, web, api, Port.sctp(3868));
    },
  ),
  program(
    'SecondWayOut',
    told('app/Web', ["'a_default'", 'takes the first by name'], "give 'app/Front' a 'networkName' that sorts before 'a_default'"),
    (p, isMended) => {
      const old = theirs(p, legacy(p, { networkName: 'a_default', ...JOIN }));
      const web = p.container('Web', p.segment('Front', isMended ? { networkName: '0-front' } : {}));
      web.connections.allowTo(old, HTTP);
      web.publish(HTTP, { hostAddress: HOST_ADDRESS, sources: [OUTSIDE] });
      return () => reaches(p, OUTSIDE, web);
    },
  ),
  program(
    'SecondWayOut',
    told(
      'app/Web',
      "'a_default'",
      "there let another workload of the segment, without publications and egress, have the flows with 'a_default', and connect 'app/Web' to it by a flow",
    ),
    (p, isMended) => {
      const old = theirs(p, legacy(p, { networkName: 'a_default', ...JOIN }));
      const { dmz } = new ThreeTierNetwork(p.stack, 'Shop', { daemon: p.daemon });
      const [web, relay] = ['Web', 'Relay'].map((id) => p.container(id, dmz));
      (isMended ? relay : web).connections.allowTo(old, HTTP);
      web.connections.allowTo(relay, HTTP);
      web.publish(HTTP, { hostAddress: HOST_ADDRESS, sources: [OUTSIDE] });
      return () => reaches(p, OUTSIDE, web) && reaches(p, web, relay);
    },
  ),
  program(
    'NotARequirement',
    told('app/Edge', 'require() takes a value made by Requirement', 'Requirement.unreachable(…)'),
    (p, isMended) => {
      const [web, api] = pair(p);
      p.daemon.require(isMended ? Requirement.unreachable(web, api) : ('web does not reach api' as never));
      return () => !reaches(p, web, api);
    },
  ),
  program('NotARequirement', told('app/Edge', 'got a list', 'write require(...list)'), (p, isMended) => {
    const [web, api] = pair(p);
    const list = [Requirement.unreachable(web, api)];
    p.daemon.require(...(isMended ? list : [list as never]));
    return () => !reaches(p, web, api);
  }),
  program('PropertyShape', told(undefined, "'sources' must be a list", 'write [web] instead of web'), (p, isMended) => {
    const [web, api] = pair(p);
    p.daemon.require(Requirement.onlyReachableFrom(api, (isMended ? [web] : web) as never));
    return () => !reaches(p, web, api);
  }),
  program(
    'RequirementBroken',
    told('app/Edge', 'may reach app/Cam on tcp/8080', "name what filters the traffic of that LAN in 'guardedBy' of 'app/Lan'"),
    (p, isMended) => {
      const cam = p.container('Cam', p.lan('Lan', isMended ? { guardedBy: 'access list 17 of the switch' } : {}));
      p.daemon.require(Requirement.unreachable(Peer.anyIpv4(), cam, HTTP));
      return () => !reaches(p, Peer.anyIpv4(), cam);
    },
  ),
  value('NotAPeer', told(undefined, ['a requirement takes workloads', 'got "0.0.0.0/0"'], 'such as Peer.anyIpv4()'), (isMended) =>
    Requirement.unreachable(Peer.host(), (isMended ? Peer.anyIpv4() : '0.0.0.0/0') as never).text.includes('0.0.0.0/0'),
  ),
  value('NotAPeer', told(undefined, 'a requirement takes workloads', 'peers made by Peer'), (isMended) =>
    Requirement.unreachable(Peer.host(), (isMended ? Peer.anyIpv4() : '0.0.0.0/0') as never).text.includes('0.0.0.0/0'),
  ),
  program(
    'RequirementBroken',
    told(
      'app/Edge',
      ['must not reach app/Api', 'app/Web reaches app/Api on tcp/8080'],
      "remove the declaration 'app/Web > app/Api tcp/8080'",
    ),
    (p, isMended) => {
      const [web, api] = pair(p);
      if (!isMended) web.connections.allowTo(api, HTTP);
      p.daemon.require(Requirement.unreachable(web, api));
      return () => !reaches(p, web, api);
    },
  ),
  program('RequirementBroken', told('app/Edge', 'app/Web does not reach app/Api on tcp/8080', 'declare the flow'), (p, isMended) => {
    const [web, api] = pair(p);
    if (isMended) web.connections.allowTo(api, HTTP);
    p.daemon.require(Requirement.reachable(web, api, HTTP));
    return () => reaches(p, web, api);
  }),
  program(
    'RequirementBroken',
    told('app/Edge', ['on tcp/443', 'tcp/443 of the host leads to tcp/8443 there'], 'require tcp/8443'),
    (p, isMended) => {
      const [web] = pair(p);
      web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [OUTSIDE] });
      p.daemon.require(Requirement.reachable(OUTSIDE, web, Port.tcp(isMended ? 8443 : 443)));
      return () => reaches(p, OUTSIDE, web, Port.tcp(8443));
    },
  ),
  program(
    'BlockedFlow',
    told('app/Edge', ['app/Api > host', "the publication of 'app/Web'"], 'publish it on one address of the host'),
    (p, isMended) => {
      const [web, api] = pair(p);
      web.publish(HTTP, { hostAddress: isMended ? HOST_ADDRESS : '0.0.0.0', sources: [OUTSIDE] });
      api.connections.allowTo(Peer.host(), HTTP);
      return () => reaches(p, api, Peer.host());
    },
  ),
  program('DuplicateName', told('app/S_1', ["'app-s-1'", "'app/S-1'"], 'give one of them another name'), (p, isMended) => {
    p.segment('S-1');
    p.segment('S_1', isMended ? { networkName: 'app-s-one' } : {});
    return (s) => s.names('docker_network').length === 2;
  }),
  program('DuplicateHost', told('app/Two', [HOST_ADDRESS, "'app/Edge'"], 'name another host'), (p, isMended) => {
    const props = { engine: EngineVersion.V28, addressPool: Cidr.parse('10.30.0.0/16') };
    const two = new HardenedDaemon(p.stack, 'Two', { ...props, hostAddress: isMended ? '192.0.2.20' : HOST_ADDRESS });
    p.segment('Front', { daemon: two });
    return (s) => s.names('docker_network').length === 1;
  }),
];
