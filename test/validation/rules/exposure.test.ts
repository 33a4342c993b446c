import { Container } from '@cdktf/provider-docker/lib/container';
import { Cidr, EngineVersion, type IDaemon, type IPeer, NetworkExposure, Peer, Port } from '../../../src';
import type { EngineFacts } from '../../../src/topology/private/engine-facts';
import { innerPortReachable } from '../../../src/validation/rules/exposure/inner-port-reachable';
import { proxiedPublication } from '../../../src/validation/rules/exposure/proxied-publication';
import { undeclaredPath } from '../../../src/validation/rules/exposure/undeclared-path';
import { widerIpv6 } from '../../../src/validation/rules/exposure/wider-ipv6';
import { HOST_ADDRESS, IMAGE, Program } from '../../support/programs';
import { findingsOf } from '../../support/raw-stack';
import { Unguarded, shop } from '../../support/unguarded';
import { ofContainer, verdict } from '../../support/verdict';

const HOST6 = '2001:db8:5::10';
const EVERYBODY = [Peer.anyIpv4()];
const anyPort = { protocol: 'tcp', first: 8443, last: 8443 } as const;

/** What no construct of ours lets anybody declare: an engine that leaves out what ours sees to. */
function withEngine(daemon: IDaemon, engine: Partial<EngineFacts>, settings: Partial<EngineFacts['settings']> = {}): void {
  Object.assign(daemon._declarations.store.engine, engine, { settings: { ...daemon._declarations.store.engine.settings, ...settings } });
}

describe('BH-E01 data tier reachable from the internet', () => {
  const published = (sources: IPeer[], port = Port.tcp(8443), target = port) => {
    const program = new Program();
    program.container('Web', program.segment('Front')).publish(port, { hostAddress: HOST_ADDRESS, targetPort: target, sources });
    return findingsOf(program.stack, innerPortReachable);
  };

  test('a database port for everybody, whichever side of the publication has its number', () => {
    expect(published(EVERYBODY, Port.tcp(5432))).toEqual(['BH-E01 app/Edge app/Web tcp/5432']);
    expect(published(EVERYBODY, Port.tcp(8443), Port.tcp(5432))).toEqual(['BH-E01 app/Edge app/Web tcp/5432']);
    expect(published(EVERYBODY, Port.tcp(3389), Port.tcp(8443))).toEqual(['BH-E01 app/Edge app/Web tcp/3389']);
  });

  test('for the world in halves', () => {
    expect(published([Peer.cidr('0.0.0.0/1'), Peer.cidr('128.0.0.0/1')], Port.tcp(5432))).toHaveLength(1);
  });

  test('named sources, or another port, clear it', () => {
    expect(published([Peer.cidr('198.51.100.0/24'), Peer.cidr('10.0.0.0/8')], Port.tcp(5432))).toEqual([]);
    expect(published(EVERYBODY)).toEqual([]);
  });

  test('a publication that somebody got past the refusal of its segment', () => {
    const program = new Program();
    const db = program.container('Db', program.segment('Data', { noPublicationsReason: 'data stays inside' }));
    expect(findingsOf(program.stack, innerPortReachable)).toEqual([]);
    program.daemon._declarations.addPublication({
      workload: db.node.path,
      hostAddress: HOST_ADDRESS,
      family: 'ipv4',
      hostPort: anyPort,
      targetPort: anyPort,
      sources: ['0.0.0.0/0'],
      origin: 'test',
    });
    expect(findingsOf(program.stack, innerPortReachable)).toEqual(['BH-E01 app/Edge app/Db tcp/8443']);
  });

  test('without a guard containers on public addresses are reached straight, from 28 on no more', () => {
    const found = (version: string, pool: string) => {
      const program = new Unguarded({ engine: EngineVersion.of(version), addressPool: Cidr.parse(pool) });
      program.container('Db', program.segment('Data')).connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
      return findingsOf(program.stack, innerPortReachable);
    };
    expect(found('20.10', '11.20.0.0/16')).toEqual([expect.stringMatching(/^BH-E01 app\/Edge app\/Db everything/)]);
    expect(found('20.10', '10.20.0.0/16')).toEqual([]);
    expect(found('28.0', '11.20.0.0/16')).toEqual([]);
  });

  test('nobody is asked for a proof that was declined', () => {
    const program = new Program({ withoutProofReason: 'the proof runs in another job' });
    program.container('Web', program.segment('Front')).publish(Port.tcp(5432), { hostAddress: HOST_ADDRESS, sources: EVERYBODY });
    expect(findingsOf(program.stack, innerPortReachable)).toEqual([]);
  });
});

describe('BH-E02 undeclared path between segments', () => {
  test('without a guard: back from where a flow leads, as a warning; with one there is none', () => {
    const { program } = shop();
    const found = new NetworkExposure().check(program.stack).filter(({ ruleId }) => ruleId === 'BH-E02');
    expect(found.map(({ severity, detail }) => `${severity} ${detail}`)).toEqual([
      'warning app/Shop/App > app/Shop/Data',
      'warning app/Shop/App > app/Shop/Dmz',
      'warning app/Shop/Data > app/Shop/App',
      'warning app/Shop/Dmz > app/Shop/App',
    ]);
    const hardened = new Program();
    const [front, back] = [hardened.segment('Front'), hardened.segment('Back')];
    hardened.container('Web', front).connections.allowTo(hardened.container('Api', back), Port.tcp(8080));
    expect(findingsOf(hardened.stack, undeclaredPath)).toEqual([]);
  });

  test('who shares no flow is kept apart by the engine', () => {
    const program = new Unguarded();
    ['One', 'Other'].forEach((id) => program.container(id, program.segment(`Of${id}`)));
    expect(findingsOf(program.stack, undeclaredPath)).toEqual([]);
  });

  test('an engine without rules is an error', () => {
    const program = new Unguarded();
    ['One', 'Other'].forEach((id) => program.container(id, program.segment(`Of${id}`)));
    withEngine(program.daemon, {}, { iptables: false });
    const found = new NetworkExposure().check(program.stack).filter(({ ruleId }) => ruleId === 'BH-E02');
    expect(found.map(({ severity, detail }) => `${severity} ${detail}`)).toEqual([
      'error app/OfOne > app/OfOther',
      'error app/OfOther > app/OfOne',
    ]);
  });
});

describe('BH-E03 IPv6 wider than IPv4', () => {
  const dual = (publish: (hostAddress: string, sources: IPeer[]) => void, sources4: IPeer[], sources6: IPeer[]) => {
    publish(HOST_ADDRESS, sources4);
    publish(HOST6, sources6);
  };
  const found = (sources4: IPeer[], sources6: IPeer[]) => {
    const program = new Program({ dualStack: true, additionalHostAddresses: [HOST6] });
    const web = program.container('Web', program.segment('Front'));
    dual((hostAddress, sources) => web.publish(Port.tcp(8443), { hostAddress, sources }), sources4, sources6);
    return findingsOf(program.stack, widerIpv6);
  };

  test('everybody over IPv6, and few over IPv4', () => {
    expect(found([Peer.cidr('198.51.100.0/24')], [Peer.anyIpv6()])).toEqual(['BH-E03 app/Edge the internet > app/Web']);
  });

  test('as wide as IPv4, or narrower', () => {
    expect(found(EVERYBODY, [Peer.anyIpv6()])).toEqual([]);
    expect(found(EVERYBODY, [Peer.cidr('2001:db8:1::/64')])).toEqual([]);
    expect(found([Peer.cidr('198.51.100.0/24')], [Peer.cidr('2001:db8:1::/64')])).toEqual([]);
  });

  test('an engine without rules for IPv6 keeps no two segments apart there', () => {
    const inside = (version: string) => {
      const program = new Program({ dualStack: true, engine: EngineVersion.of(version) });
      ['One', 'Other'].forEach((id) => program.container(id, program.segment(`Of${id}`)));
      expect(findingsOf(program.stack, widerIpv6)).toEqual([]);
      withEngine(program.daemon, { guardBackend: undefined });
      program.segment('Third');
      return findingsOf(program.stack, widerIpv6);
    };
    expect(inside('26.1')).toEqual(expect.arrayContaining(['BH-E03 app/Edge app/One > app/Other', 'BH-E03 app/Edge app/Other > app/One']));
    expect(inside('28.0')).toEqual([]);
  });

  test('without IPv6 there is nothing to compare', () => {
    const { store } = new Unguarded().daemon._declarations;
    const subject = { resourceType: 'daemon', path: 'app/Edge', attributes: { proved: true }, store };
    expect(verdict(widerIpv6, {}, {}, [subject]).state).toBe('notApplicable');
  });
});

describe('BH-E04 publication that docker-proxy serves', () => {
  const found = (props: object) => {
    const program = new Unguarded(props);
    const front = program.segment('Front');
    program.container('Web', front).publish(Port.tcp(8443), { hostAddress: HOST_ADDRESS, sources: EVERYBODY });
    program.container('Side', front).publish(Port.tcp(9443), { hostAddress: HOST_ADDRESS, sources: EVERYBODY });
    return findingsOf(program.stack, proxiedPublication);
  };

  test('until the proxy is off', () => {
    expect(found({})).toEqual(['BH-E04 app/Edge tcp/8443 on 192.0.2.10', 'BH-E04 app/Edge tcp/9443 on 192.0.2.10']);
    expect(found({ userlandProxy: false })).toEqual([]);
  });

  test('a container by hand on a daemon that is known', () => {
    const raw = (userlandProxy: boolean) => {
      const program = new Unguarded({ userlandProxy });
      program.container('Web', program.segment('Front'));
      const provider = program.daemon._providerFor(program.stack);
      new Container(program.stack, 'Raw', {
        name: 'raw',
        image: IMAGE.text,
        provider,
        ports: [{ internal: 80, external: 8080, ip: HOST_ADDRESS }],
      });
      return findingsOf(program.stack, proxiedPublication);
    };
    expect(raw(true)).toEqual(['BH-E04 app/Raw ports']);
    expect(raw(false)).toEqual([]);
    expect(ofContainer(proxiedPublication, { ports: [{ internal: 80 }] }).state).toBe('notApplicable');
  });

  test('a HardenedDaemon has none', () => {
    const program = new Program();
    program.container('Web', program.segment('Front')).publish(Port.tcp(8443), { hostAddress: HOST_ADDRESS, sources: EVERYBODY });
    expect(findingsOf(program.stack, proxiedPublication)).toEqual([]);
  });
});
