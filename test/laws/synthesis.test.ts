import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, Aspects, TerraformOutput, TerraformStack, Testing } from 'cdktf';
import { AddressBook, BridgeSegment, HardenedContainer, HardenedDaemon, Peer, Port, ThreeTierNetwork } from '../../src';
import { expectError, expectMessage, thrownBy } from '../support/errors';
import { filesUnder, temporaryFolder } from '../support/folders';
import { HOST_ADDRESS, IMAGE, newDaemon, Program, readablePairs, terraformUnescape } from '../support/programs';

const folder = temporaryFolder();
const HTTP = Port.tcp(8080);

interface Shop {
  readonly stack: TerraformStack;
  readonly daemon: HardenedDaemon;
  readonly web: HardenedContainer;
  readonly api: HardenedContainer;
}

function shop(app: App, id = 'app'): Shop {
  const stack = new TerraformStack(app, id);
  const daemon = newDaemon(stack);
  const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
  const web = new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image: IMAGE, environment: { B: '2', A: '1' } });
  const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image: IMAGE, defaultPort: HTTP });
  web.connections.allowTo(api);
  web.publish(Port.tcp(443), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  new TerraformOutput(stack, 'user-data', { value: daemon.userData });
  return { stack, daemon, web, api };
}

const newApp = (name = 'out') => new App({ outdir: path.join(folder(), name), stackTraces: false });
const lockFile = () => path.join(folder(), 'bulkhead.lock.json');
const withLock = () => fs.writeFileSync(path.join(folder(), 'cdktf.json'), '{}');

describe('law 1: twice gives the same bytes', () => {
  test('in Testing.synth', () => {
    const [first, second] = [shop(Testing.app()), shop(Testing.app())];
    expect(Testing.synth(first.stack, true)).toBe(Testing.synth(second.stack, true));
    expect(Testing.synth(first.stack, true)).toBe(Testing.synth(second.stack, true));
  });

  test('in app.synth, in every file but for the path of the local backend', () => {
    const [a, b] = ['a', 'b'].map((name) => {
      const app = newApp(name);
      shop(app);
      app.synth();
      return filesUnder(app.outdir);
    });
    const without = (files: Record<string, string>) =>
      Object.entries(files).map(([name, text]) => [name, text.replace(/"path": "[^"]*terraform\.app\.tfstate"/, '')]);
    expect(Object.keys(a)).toEqual(expect.arrayContaining(['manifest.json', 'stacks/app/cdk.tf.json']));
    // What is for people and programs to read, and what goes to the host; beside them the reports of the rules.
    const written = Object.keys(a).flatMap((name) => /bulkhead\/app--Edge\/(.*)/.exec(name)?.[1] ?? []);
    expect(written.filter((name) => !name.startsWith('host/'))).toEqual([
      'host-files.txt',
      'install.sh',
      'matrix.json',
      'report.md',
      'topology.json',
      'user-data',
      'verify.sh',
    ]);
    expect(written).toEqual(expect.arrayContaining(['host/etc/bulkhead/rules.v4', 'host/etc/docker/daemon.json']));
    expect(Object.keys(a).filter((name) => name.includes('bulkhead/validation.'))).toHaveLength(4);
    expect(without(b)).toEqual(without(a));
  });
});

describe('addresses never move', () => {
  const addresses = (stack: TerraformStack) => {
    const containers = JSON.parse(Testing.synth(stack)).resource.docker_container as Record<
      string,
      { name: string; networks_advanced: unknown }
    >;
    return Object.fromEntries(Object.values(containers).map(({ name, networks_advanced: networks }) => [name, networks]));
  };

  function program(order: string[], gone: string[] = []) {
    const app = newApp(`out-${order.join('')}`);
    const stack = new TerraformStack(app, 'app');
    const daemon = newDaemon(stack);
    for (const id of order.filter((name) => !gone.includes(name))) {
      const segment = new BridgeSegment(stack, `S${id}`, { daemon });
      new HardenedContainer(stack, `C${id}`, { segment, image: IMAGE });
    }
    return { app, stack };
  }

  test('with a lock, whatever is added before, removed or put in another order', () => {
    withLock();
    const first = program(['C', 'D', 'E']);
    first.app.synth();
    const before = addresses(first.stack);
    const next = program(['E', 'A', 'D', 'C']);
    next.app.synth();
    expect(addresses(next.stack)).toMatchObject(before);
    expect(addresses(program(['E', 'A', 'C'], ['C']).stack)['app-ce']).toEqual(before['app-ce']);
    const back = program(['C', 'D', 'E', 'A', 'B']);
    expect(addresses(back.stack)).toMatchObject(before);
  });

  test('without one, the order of declaration does not matter either', () => {
    expect(addresses(program(['C', 'B', 'A']).stack)).toEqual(addresses(program(['A', 'B', 'C']).stack));
  });
});

describe('the lock file', () => {
  test('is written when everything is validated, and then not touched', () => {
    withLock();
    const app = newApp();
    shop(app);
    app.synth();
    const text = fs.readFileSync(lockFile(), 'utf8');
    const again = newApp();
    shop(again);
    again.synth();
    expect(fs.readFileSync(lockFile(), 'utf8')).toBe(text);
  });

  test('CI=true: a missing entry is LockOutdated, before anything of the stack is written', () => {
    withLock();
    process.env.CI = 'true';
    const app = newApp();
    shop(app);
    const { message } = thrownBy(() => app.synth());
    expectMessage(message, 'LockOutdated', { path: 'app/Edge', says: ["'app/Shop/App'", 'cdktf synth'] });
    expect(fs.existsSync(lockFile())).toBe(false);
    expect(Object.keys(filesUnder(app.outdir))).toEqual([]);
  });

  test('CI=true with the file committed is fine', () => {
    withLock();
    const app = newApp();
    shop(app);
    app.synth();
    process.env.CI = 'true';
    const again = newApp();
    shop(again);
    again.synth();
  });

  test('Testing.app() neither reads nor writes it, under CI neither', () => {
    withLock();
    fs.writeFileSync(lockFile(), 'not even JSON');
    process.env.CI = 'true';
    const app = Testing.app({ outdir: path.join(folder(), 'out') });
    const { stack } = shop(app);
    Testing.synth(stack, true);
    expect(AddressBook.of(stack).lockFile).toBeUndefined();
    expect(fs.readFileSync(lockFile(), 'utf8')).toBe('not even JSON');
  });

  test('law 6: an error in a later stack leaves no manifest and no change of the lock', () => {
    withLock();
    const app = newApp();
    shop(app);
    const later = new Program({ hostAddress: '192.0.2.11' }, new TerraformStack(app, 'later'));
    later.container('W', later.segment('S'), { ipv4Address: '10.99.0.1' });
    expectMessage(thrownBy(() => app.synth()).message, 'AddressOutsideBlock', { path: 'later/W' });
    expect(fs.existsSync(path.join(app.outdir, 'manifest.json'))).toBe(false);
    expect(fs.existsSync(lockFile())).toBe(false);
  });
});

describe('aspects', () => {
  const add = (stack: TerraformStack, { web, api }: Shop) =>
    Aspects.of(stack).add({ visit: (node) => void (node === stack && web.connections.allowTo(api, Port.tcp(9090))) });

  test('a flow that one adds arrives in rules, networks and user data', () => {
    const [plain, extended] = ['plain', 'extended'].map((name) => {
      const app = newApp(name);
      const made = shop(app);
      if (name === 'extended') add(made.stack, made);
      app.synth();
      const files = filesUnder(app.outdir);
      return {
        made,
        userData: files[`stacks/app/bulkhead/app--Edge/user-data`],
        json: JSON.parse(files['stacks/app/cdk.tf.json']),
      };
    });
    expect(readablePairs(extended.made.daemon._declarations.store.derived().topology)).toContain('app/Web > app/Api tcp/9090');
    expect(extended.userData).not.toBe(plain.userData);
    expect(terraformUnescape(extended.json.output['user-data'].value)).toBe(extended.userData);
  });

  test('a flow declared after its stack was written throws', () => {
    const app = newApp();
    const made = shop(app);
    add(new TerraformStack(app, 'later'), made);
    const later = app.node.findChild('later') as TerraformStack;
    expect(later).toBeInstanceOf(TerraformStack);
    expectError(() => app.synth(), 'DeclaredAfterSynth', { path: 'app/Web', says: ["'app'", 'constructor'] });
    expect(fs.existsSync(path.join(app.outdir, 'manifest.json'))).toBe(false);
  });

  test('one that takes a workload out takes its rules with it', () => {
    const app = newApp();
    const { stack, daemon } = shop(app);
    Aspects.of(stack).add({ visit: (node) => void (node === stack && stack.node.tryRemoveChild('Web')) });
    app.synth();
    const { pairs, publications } = daemon._declarations.store.derived().topology;
    expect([pairs, publications]).toEqual([[], []]);
    // Nobody publishes any more, so what is written has no gateway either.
    const written = JSON.parse(fs.readFileSync(path.join(app.outdir, 'stacks/app/cdk.tf.json'), 'utf8'));
    const names = Object.values<{ name: string }>(written.resource.docker_network).map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('-gw'))).toEqual([]);
  });
});

describe('constructs that were taken out leave nothing', () => {
  test('a workload: no resource, no membership, no flow, no name, no host port', () => {
    const { stack, daemon, api } = shop(Testing.app());
    stack.node.tryRemoveChild('Web');
    const json = JSON.parse(Testing.synth(stack, true));
    expect(Object.keys(json.resource.docker_container)).toHaveLength(1);
    expect(Object.keys(json.resource.docker_network)).toHaveLength(3);
    const { pairs, publications, workloads } = daemon._declarations.store.derived().topology;
    expect([pairs, publications, workloads.map(({ path: at }) => at)]).toEqual([[], [], ['app/Api']]);
    const other = new HardenedContainer(stack, 'Other', {
      segment: (stack.node.findChild('Shop') as ThreeTierNetwork).dmz,
      image: IMAGE,
      containerName: 'app-web',
    });
    other.publish(Port.tcp(443), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
    expect(api.node.path).toBe('app/Api');
  });

  test('another one with the same path does not inherit its flows', () => {
    const { stack, daemon } = shop(Testing.app());
    stack.node.tryRemoveChild('Web');
    new HardenedContainer(stack, 'Web', { segment: (stack.node.findChild('Shop') as ThreeTierNetwork).dmz, image: IMAGE });
    const { pairs, publications } = daemon._declarations.store.derived().topology;
    expect([pairs, publications]).toEqual([[], []]);
  });

  test('SegmentGone: a workload without its segment would start on a network of Docker', () => {
    const { stack } = shop(Testing.app());
    stack.node.tryRemoveChild('Shop');
    expectError(() => Testing.synth(stack, true), 'SegmentGone', { path: 'app/Web', says: ["'app/Shop/Dmz'", 'another one'] });
  });
});
