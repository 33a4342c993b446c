import type { TerraformStack } from 'cdktf';
import { hardened } from './networks';
import { accept, type FixPair, ours } from './pair';
import { Cidr, EngineVersion, type HardenedContainer, type IPeer, type ISegment, Peer, Port } from '../../../src';
import { HOST_ADDRESS, type Program } from '../programs';
import { Unguarded } from '../unguarded';

const HOST6 = '2001:db8:5::10';
const FEW = Peer.cidr('198.51.100.0/24');
/** What every container of ours is told of, whatever it may reach. */
const OF_CONTAINERS = ['BH-C22', 'BH-C28', 'BH-C30'];

/** Without the guard the members of a segment reach each other on every port. */
const OPEN_INSIDE = { beside: ['BH-N05'] };

type Host = Program | Unguarded;

function workload(host: Host, id: string, segment: ISegment = host.segment(`Of${id}`)): HardenedContainer {
  const added = host.container(id, segment);
  OF_CONTAINERS.forEach((ruleId) => accept(added, ruleId));
  return added;
}

/** One asks another, each in a segment of its own or both in one. */
function asking(host: Host, isOne = false): TerraformStack {
  const web = workload(host, 'Web');
  web.connections.allowTo(workload(host, 'Api', isOne ? web.segment : undefined), Port.tcp(8080));
  return host.stack;
}

function published(port: Port, hostAddress: string, sources: IPeer[], host = hardened()) {
  workload(host, 'Db').publish(port, { hostAddress, sources });
  return host.stack;
}

function dual(sources4: IPeer[], sources6: IPeer[], accepted = false) {
  const host = hardened({ dualStack: true, additionalHostAddresses: [HOST6] });
  const web = workload(host, 'Web');
  if (sources4.length > 0) web.publish(Port.tcp(8443), { hostAddress: HOST_ADDRESS, sources: sources4 });
  if (sources6.length > 0) web.publish(Port.tcp(8443), { hostAddress: HOST6, sources: sources6 });
  if (accepted) accept(host.daemon, 'BH-E03');
  return host.stack;
}

/** What the proof says. */
export const EXPOSURE: readonly FixPair[] = [
  ours(
    'BH-E01',
    ["restrict the 'sources' of the publication to the blocks that need it"],
    (isFixed) => published(Port.tcp(26257), HOST_ADDRESS, [isFixed ? FEW : Peer.anyIpv4()]),
    { beside: ['BH-P04'] },
  ),
  ours(
    'BH-P04',
    ["name the blocks that may connect in 'sources' of publish() on a HardenedDaemon"],
    (isFixed) => published(Port.tcp(5432), HOST_ADDRESS, [isFixed ? FEW : Peer.anyIpv4()]),
    { beside: ['BH-E01'], thereafter: ['BH-P06'] },
  ),
  ours(
    'BH-E01',
    ["publish on '127.0.0.1'"],
    (isFixed) => published(Port.tcp(26257), isFixed ? '127.0.0.1' : HOST_ADDRESS, isFixed ? [] : [Peer.anyIpv4()]),
    { beside: ['BH-P04'] },
  ),
  ours(
    'BH-E01',
    ['if the workload has a public address, use another address pool'],
    (isFixed) => {
      const host = new Unguarded({ engine: EngineVersion.of('20.10'), addressPool: Cidr.parse(isFixed ? '10.20.0.0/16' : '11.20.0.0/16') });
      workload(host, 'Db').connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
      return host.stack;
    },
    OPEN_INSIDE,
  ),
  ours(
    'BH-E02',
    ['manage the host with a HardenedDaemon, whose guard permits only declared flows'],
    (isFixed) => asking(isFixed ? hardened() : new Unguarded()),
    OPEN_INSIDE,
  ),
  ours(
    'BH-E02',
    ['if that is impossible, place workloads that may reach each other on every port in one segment'],
    (isFixed) => asking(new Unguarded(), isFixed),
    OPEN_INSIDE,
  ),
  ours(
    'BH-E02',
    ['suppress this finding with the reason'],
    (isFixed) => {
      const host = new Unguarded();
      if (isFixed) accept(host.daemon, 'BH-E02');
      return asking(host);
    },
    { ...OPEN_INSIDE, accepts: true },
  ),
  ours('BH-E03', ["give the publications on IPv6 addresses the same ports and equally restricted 'sources' as those on IPv4"], (isFixed) =>
    dual([FEW], [isFixed ? Peer.cidr('2001:db8:1::/64') : Peer.anyIpv6()]),
  ),
  ours('BH-E03', ['remove them'], (isFixed) => dual([FEW], isFixed ? [] : [Peer.anyIpv6()])),
  ours(
    'BH-E03',
    ['for connections between workloads use an engine of 27.0 or later, which also writes rules for IPv6'],
    (isFixed) => {
      const host = hardened({ dualStack: true, engine: EngineVersion.of(isFixed ? '27.0' : '26.1') });
      // No construct of ours lets anybody have IPv6 on such an engine without the guard.
      Object.assign(host.daemon._declarations.store.engine, { guardBackend: undefined });
      ['Web', 'Api'].forEach((id) => workload(host, id));
      return host.stack;
    },
    { beside: ['BH-E02', 'BH-N08'] },
  ),
  ours(
    'BH-E03',
    ['if a port is intentionally open over IPv6 only, suppress this finding with that reason'],
    (isFixed) => dual([], [Peer.anyIpv6()], isFixed),
    { accepts: true },
  ),
  ours(
    'BH-E04',
    ["set 'userland-proxy' to false in the daemon.json of the host, and declare it with 'userlandProxy: false' of the UnguardedDaemon"],
    (isFixed) => {
      const host = new Unguarded({ userlandProxy: !isFixed });
      const front = host.segment('Front');
      // What shares the gateway network with it comes in by the proxy.
      for (const [id, port] of [
        ['Web', 8443],
        ['Side', 9443],
      ] as const) {
        workload(host, id, front).publish(Port.tcp(port), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
      }
      return host.stack;
    },
    OPEN_INSIDE,
  ),
];
