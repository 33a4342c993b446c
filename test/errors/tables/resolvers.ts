import { EngineVersion, type IPeer, Peer, Port, Reachability } from '../../../src';
import { HOST_ADDRESS, Program } from '../../support/programs';
import { type Entry, program, told, whole } from '../entry';

const DNS = Port.udp(53);
const OUTSIDE = Peer.cidr('198.51.100.0/24');

function reaches(p: Program, source: IPeer, destination: IPeer, port: Port): boolean {
  return Reachability.of(p.daemon).canReach(source, destination, port);
}

/** Who answers for names. */
export const RESOLVERS: readonly Entry[] = [
  program(
    'ResolverWithoutEgress',
    told('app/Web', "'dns.servers' lists 192.0.2.53", "add connections.allowDnsTo(Peer.address('192.0.2.53'))"),
    (p, isMended) => {
      const web = p.container('Web', p.segment('Front'), { dns: { servers: ['192.0.2.53'] } });
      if (isMended) web.connections.allowDnsTo(Peer.address('192.0.2.53'));
      return (s) => s.container('app-web').dns[0] === '192.0.2.53' && reaches(p, web, Peer.address('192.0.2.53'), DNS);
    },
  ),
  // The three that led to each other before: a resolver of the host itself.
  program(
    'ResolverWithoutEgress',
    told(
      'app/Web',
      `'dns.servers' lists ${HOST_ADDRESS}`,
      `remove ${HOST_ADDRESS}, which is the host, from 'dns.servers', and add connections.allowDnsTo(Peer.host())`,
    ),
    (p, isMended) => {
      const web = p.container('Web', p.segment('Front'), isMended ? {} : { dns: { servers: [HOST_ADDRESS] } });
      if (isMended) web.connections.allowDnsTo(Peer.host());
      return (s) => s.container('app-web').dns[0] === s.network('app-front').ipam_config[0].gateway && reaches(p, web, Peer.host(), DNS);
    },
  ),
  program('EgressToHost', told('app/Web', `${HOST_ADDRESS} is the host`, 'use Peer.host() instead for udp/53'), (p, isMended) => {
    const web = p.container('Web', p.segment('Front'));
    web.connections.allowDnsTo(isMended ? Peer.host() : Peer.address(HOST_ADDRESS));
    return (s) => s.container('app-web').dns[0] === s.network('app-front').ipam_config[0].gateway && reaches(p, web, Peer.host(), DNS);
  }),
  program('ResolverNotOneAddress', told('app/Web', 'got 198.51.100.0/24', "Peer.address('192.0.2.53')"), (p, isMended) => {
    const web = p.container('Web', p.segment('Front'));
    web.connections.allowDnsTo(isMended ? Peer.address('192.0.2.53') : OUTSIDE);
    return (s) => s.container('app-web').dns[0] === '192.0.2.53';
  }),
  program(
    'ResolverNotOneAddress',
    told('app/Web', 'got app/Names', "such as Peer.address('192.0.2.53'), a container, or Peer.host()"),
    (p, isMended) => {
      const names = p.segment('Names');
      const [web, resolver] = [p.container('Web', p.segment('Front')), p.container('Unbound', names)];
      web.connections.allowDnsTo(isMended ? resolver : names);
      return () => reaches(p, web, resolver, DNS) && reaches(p, web, resolver, Port.tcp(53));
    },
  ),
  program(
    'ResolverWithoutEgress',
    told('app/Web', "'dns.servers' lists 10.20.0.9", "add connections.allowDnsTo() with the container 'app/Unbound'"),
    (p, isMended) => {
      const front = p.segment('Front');
      const unbound = p.container('Unbound', front, { ipv4Address: '10.20.0.9' });
      const web = p.container('Web', front, { dns: { servers: ['10.20.0.9'] } });
      if (isMended) web.connections.allowDnsTo(unbound);
      return (s) => s.container('app-web').dns[0] === '10.20.0.9' && reaches(p, web, unbound, DNS);
    },
  ),
  ...['allowDnsTo', 'allowTo'].map((mend) =>
    whole(
      'ResolverNotAsked',
      told(
        'app/Web',
        'engine 26.1 sends no queries',
        mend === 'allowTo' ? 'replace allowDnsTo() by allowTo()' : "EngineVersion.of('26.1.5')",
      ),
      (isMended) => {
        const p = new Program({ engine: isMended && mend === 'allowDnsTo' ? EngineVersion.of('26.1.5') : EngineVersion.V26 });
        const [web, unbound] = ['Web', 'Unbound'].map((id) => p.container(id, p.segment(`${id}s`)));
        if (!isMended || mend === 'allowDnsTo') web.connections.allowDnsTo(unbound);
        else [DNS, Port.tcp(53)].forEach((port) => web.connections.allowTo(unbound, port));
        p.synth();
        return reaches(p, web, unbound, DNS);
      },
    ),
  ),
];
