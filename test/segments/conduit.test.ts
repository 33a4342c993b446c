import { App, TerraformStack } from 'cdktf';
import { Capability, ContainerUser, HardenedContainer, Peer, Port, Reachability, WorkloadGroup } from '../../src';
import { expectError } from '../support/errors';
import { IMAGE, members, Program, synth } from '../support/programs';
import { Unguarded } from '../support/unguarded';

const HTTP = Port.tcp(8080);
const PINGS = {
  user: ContainerUser.root({ reason: 'its image has no other user' }),
  capabilities: [Capability.of('NET_RAW', { reason: 'pings its upstreams' })],
};

function conduitsOf(program: Program): string[][] {
  return Object.entries(members(program.topology())).flatMap(([key, list]) => (key.includes('/Conduit') ? [list] : []));
}

describe('by choice', () => {
  test('a flow runs in a network that nobody else is in', () => {
    const program = new Program();
    const [front, back] = ['Front', 'Back'].map((id) => program.segment(id));
    const [web, api] = [program.container('Web', front), program.container('Api', back)];
    program.container('Other', back);
    web.connections.allowTo(api, HTTP, { conduit: true });
    web.connections.allowTo(api, Port.tcp(9090), { conduit: true });
    api.connections.allowTo(web, Port.tcp(7070), { conduit: true });
    expect(conduitsOf(program)).toEqual([['app/Api', 'app/Web']]);
    expect(members(program.topology())['app/Back']).toEqual(['app/Api', 'app/Other']);
    expect(program.pairs()).toEqual(['app/Api > app/Web tcp/7070', 'app/Web > app/Api tcp/8080', 'app/Web > app/Api tcp/9090']);
    const { network, container } = program.synth();
    const made = network('app-api-conduit' + /conduit(\w+)/.exec(program.synth().text)![1]);
    expect(made).toMatchObject({ internal: true, driver: 'bridge', options: { 'com.docker.network.bridge.enable_icc': 'false' } });
    expect(made.ipam_config[0].subnet).toMatch(/\/28$/);
    expect(container('app-web').networks_advanced).toHaveLength(2);
    expect(container('app-other').networks_advanced).toHaveLength(1);
    const reachability = Reachability.of(program.daemon);
    expect(reachability.canReach(web, api, HTTP)).toBe(true);
    expect(reachability.canReach(api, web, HTTP)).toBe(false);
    expect(reachability.resolves(web, api)).toBe(true);
  });

  test('opens the flow there alone, whatever else the two share', () => {
    const program = new Program({ dualStack: true });
    const [front, back] = ['Front', 'Back'].map((id) => program.segment(id));
    const [web, api] = [program.container('Web', front), program.container('Api', back)];
    program.container('Other', back);
    web.connections.allowTo(api, HTTP);
    // Of three members each could pass for web there: in the conduit nobody else is.
    web.connections.allowTo(api, Port.udp(5353), { conduit: true });
    const { networks, pairs } = program.topology();
    const places = (origin: string) =>
      pairs
        .filter((pair) => pair.origin === origin)
        .map(
          ({ bridge, family }) =>
            `${networks.find((network) => network.bridge === bridge)!.segment.replace(/Conduit.*/, 'Conduit')} ${family}`,
        );
    expect(places('app/Web > app/Api tcp/8080')).toEqual(expect.arrayContaining(['app/Back ipv4', 'app/Back ipv6']));
    expect(places('app/Web > app/Api udp/5353')).toEqual(['app/Api/Conduit ipv4', 'app/Api/Conduit ipv6']);
    program.synth();
  });

  test('is the way out where it can be, and only there', () => {
    const refusal = (declare: (program: Program) => void) => {
      const program = new Program({ dualStack: true });
      declare(program);
      try {
        program.synth();
      } catch (error) {
        return String(error);
      }
      return '';
    };
    const three = (program: Program) => {
      const [front, back] = ['Front', 'Back'].map((id) => program.segment(id));
      return {
        front,
        back,
        web: program.container('Web', front),
        api: program.container('Api', back),
        other: program.container('Other', back),
      };
    };
    expect(
      refusal((program) => {
        const { web, api } = three(program);
        web.connections.allowTo(api, Port.udp(5353));
      }),
    ).toContain("'ipv4Only: true' or 'conduit: true'");
    expect(
      refusal((program) => {
        const { web, back } = three(program);
        web.connections.allowTo(back, Port.udp(5353));
      }),
    ).toContain("declare a flow with 'conduit: true' for each pair of workloads");
  });

  test('is for two workloads', () => {
    const program = new Program();
    const [front, back] = ['Front', 'Back'].map((id) => program.segment(id));
    const web = program.container('Web', front);
    const group = new WorkloadGroup(program.stack, 'Group', { members: [program.container('Api', back)] });
    for (const peer of [back, group, Peer.host(), Peer.anyIpv4()]) {
      expectError(() => web.connections.allowTo(peer, HTTP, { conduit: true }), 'ConduitEnds', {
        path: 'app/Web',
        says: ['joins two workloads'],
      });
    }
    program.synth();
  });

  test('goes with its ends', () => {
    const program = new Program();
    const [web, api] = ['Web', 'Api'].map((id) => program.container(id, program.segment(`${id}Segment`)));
    web.connections.allowTo(api, HTTP, { conduit: true });
    program.stack.node.tryRemoveChild('Web');
    const { names } = program.synth();
    expect(names('docker_network')).toEqual(['app-apisegment', 'app-websegment']);
  });

  test('orders the stacks of its ends', () => {
    const app = new App({ outdir: '/nowhere', stackTraces: false });
    const [first, second] = ['first', 'second'].map((id) => new TerraformStack(app, id));
    const program = new Program({}, first);
    const api = program.container('Api', program.segment('Back'));
    const far = new HardenedContainer(second, 'Web', { segment: program.segment('Front'), image: IMAGE });
    far.connections.allowTo(api, HTTP, { conduit: true });
    expect(second.dependencies).toContain(first);
    const { networks_advanced: networks } = synth(second).container();
    expect(networks.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^first-api-conduit/)]),
    );
  });

  test('narrows an unguarded daemon, where everything in a segment is open', () => {
    const program = new Unguarded();
    const [web, api] = ['Web', 'Api'].map((id) => program.container(id, program.segment(`${id}Segment`)));
    const other = program.container('Other', api.segment);
    web.connections.allowTo(api, HTTP, { conduit: true });
    synth(program.stack);
    const reachability = Reachability.of(program.daemon);
    expect(reachability.canReach(web, api, HTTP)).toBe(true);
    expect(reachability.canReach(web, other, HTTP)).toBe(false);
  });
});

describe('by force, where an end can forge addresses', () => {
  test('its flows run in conduits', () => {
    const program = new Program();
    const prober = program.container('Prober', program.segment('Alone'), PINGS);
    const targets = ['A', 'B'].map((id) => program.container(id, program.segment(`${id}Segment`)));
    targets.forEach((target) => prober.connections.allowTo(target, HTTP));
    targets[0].connections.allowTo(prober, Port.tcp(9090));
    expect(conduitsOf(program)).toEqual([
      ['app/A', 'app/Prober'],
      ['app/B', 'app/Prober'],
    ]);
    program.synth();
  });

  test('it must be alone where it lives, and nobody joins it there', () => {
    const program = new Program();
    const prober = program.container('Prober', program.segment('Shared'), PINGS);
    program.synth();
    program.container('Neighbour', prober.segment);
    expect(() => program.synth()).toThrow(/\[app\/Prober\].*any other member of network 'app-shared'.*ForgerAmongOthers/s);
  });

  test('and neither a segment nor a group is an end of its flows', () => {
    const program = new Program();
    const prober = program.container('Prober', program.segment('Alone'), PINGS);
    const back = program.segment('Back');
    program.container('Api', back);
    expectError(() => prober.connections.allowTo(back, HTTP), 'ConduitEnds', { says: ['one end holds NET_RAW or NET_ADMIN'] });
    expectError(() => prober.connections.allowFrom(back, HTTP), 'ConduitEnds');
    prober.connections.allowTo(Peer.cidr('203.0.113.0/24'), Port.tcp(443));
    program.synth();
  });
});
