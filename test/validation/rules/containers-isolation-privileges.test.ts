import { Container, type ContainerConfig } from '@cdktf/provider-docker/lib/container';
import { Capability, ContainerUser, Suppressions } from '../../../src';
import { capabilitiesNotDropped } from '../../../src/validation/rules/containers/capabilities-not-dropped';
import { dangerousCapability } from '../../../src/validation/rules/containers/dangerous-capability';
import { forgerAmongOthers } from '../../../src/validation/rules/containers/forger-among-others';
import { inertCapability } from '../../../src/validation/rules/containers/inert-capability';
import { noNewPrivileges } from '../../../src/validation/rules/containers/no-new-privileges';
import { rawSockets } from '../../../src/validation/rules/containers/raw-sockets';
import { unconfinedByPolicy } from '../../../src/validation/rules/containers/unconfined-by-policy';
import { unconfinedSystemCalls } from '../../../src/validation/rules/containers/unconfined-system-calls';
import { newStack, Program } from '../../support/programs';
import { findingsOf } from '../../support/raw-stack';
import { daemonJson, ofContainer, verdict } from '../../support/verdict';

const options = (...security_opts: string[]) => ({ security_opts });

describe('BH-C09 processes can gain privileges', () => {
  test.each([
    [{}],
    [options()],
    [options('apparmor=docker-default')],
    [options('no-new-privileges:false')],
    [options('no-new-privileges=0')],
    [options('no-new-privileges:true', 'no-new-privileges:false')],
    [{ security_opts: null }],
  ])('%j, and the fix', (attributes: { security_opts?: string[] | null }) => {
    expect(ofContainer(noNewPrivileges, attributes)).toMatchObject({ state: 'violated', details: ['no-new-privileges'] });
    const kept = (attributes.security_opts ?? []).filter((option) => !/false|0/.test(option));
    expect(ofContainer(noNewPrivileges, options(...kept, 'no-new-privileges:true')).state).toBe('compliant');
  });

  test.each(['no-new-privileges', 'no-new-privileges=true', 'no-new-privileges:1', 'no-new-privileges:True'])('%s is enough', (option) => {
    expect(ofContainer(noNewPrivileges, options('seccomp=builtin', option)).state).toBe('compliant');
  });

  test.each([[options('${var.option}')], [{ security_opts: '${var.options}' }]])('nobody knows what is in %j', (attributes) => {
    expect(ofContainer(noNewPrivileges, attributes)).toMatchObject({ state: 'unknown', details: [] });
  });

  describe('as the default of the engine', () => {
    const engine = (value: boolean) => ({ resourceType: 'daemon.json', path: 'app/Edge', attributes: { 'no-new-privileges': value } });
    const under = (engines: boolean[], providers: object | object[] = {}, attributes = {}) =>
      verdict(noNewPrivileges, { docker_container: { web: attributes } }, { provider: { docker: providers } }, engines.map(engine)).state;

    test('it holds for containers that say nothing', () => expect(under([true])).toBe('compliant'));
    test('not when it is off', () => expect(under([false])).toBe('violated'));
    test('not for a container that switches it off', () => {
      expect(under([true], {}, options('no-new-privileges:false'))).toBe('violated');
    });
    test('not where one of two engines lacks it, or is not known', () => {
      expect(under([true, false], [{}, { alias: 'b' }])).toBe('violated');
      expect(under([true], [{}, { alias: 'b' }])).toBe('violated');
      expect(under([true, true], [{}, { alias: 'b' }])).toBe('compliant');
    });
  });
});

describe('BH-C10 system calls or system paths unconfined', () => {
  const profile = (content: object) => `seccomp=${JSON.stringify(content)}`;
  const REFUSING = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['mount'], action: 'SCMP_ACT_ERRNO' }] };

  test.each([
    ['seccomp=unconfined', 'seccomp'],
    ['seccomp:unconfined', 'seccomp'],
    ['seccomp=Unconfined', 'seccomp'],
    ['systempaths=unconfined', 'systempaths'],
    ['systempaths:unconfined', 'systempaths'],
    ['writable-cgroups', 'writable-cgroups'],
    ['writable-cgroups=true', 'writable-cgroups'],
    [profile({ defaultAction: 'SCMP_ACT_ALLOW' }), 'seccomp'],
    [profile({ defaultAction: 'SCMP_ACT_LOG', syscalls: [{ names: ['mount'], action: 'SCMP_ACT_ALLOW' }] }), 'seccomp'],
    [profile({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: [], action: 'SCMP_ACT_ERRNO' }] }), 'seccomp'],
  ])('%s, and the fix', (option, detail) => {
    expect(ofContainer(unconfinedSystemCalls, options('no-new-privileges:true', option))).toMatchObject({
      state: 'violated',
      details: [detail],
    });
    expect(ofContainer(unconfinedSystemCalls, options('no-new-privileges:true')).state).toBe('compliant');
    expect(ofContainer(unconfinedSystemCalls, options('no-new-privileges:true', profile(REFUSING))).state).toBe('compliant');
  });

  test.each([
    'seccomp=builtin',
    'seccomp=/etc/docker/seccomp.json',
    'writable-cgroups=false',
    profile({ defaultAction: 'SCMP_ACT_ERRNO' }),
    profile(REFUSING),
    profile({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ name: 'mount', action: 'SCMP_ACT_ERRNO' }] }),
  ])('%s refuses something', (option) => {
    expect(ofContainer(unconfinedSystemCalls, options(option)).state).toBe('compliant');
  });

  test('each of them by itself, and nobody knows what a variable is', () => {
    const found = ofContainer(unconfinedSystemCalls, options('systempaths=unconfined', 'seccomp=unconfined'));
    expect(found.details).toEqual(['seccomp', 'systempaths']);
    expect(ofContainer(unconfinedSystemCalls, options('seccomp=${var.profile}')).state).toBe('unknown');
  });
});

describe('BH-C11 AppArmor or SELinux switched off', () => {
  test.each([
    ['apparmor=unconfined', 'apparmor'],
    ['apparmor:unconfined', 'apparmor'],
    ['apparmor=UNCONFINED', 'apparmor'],
    ['label=disable', 'label'],
    ['label:disable', 'label'],
    ['disable', 'label'],
    ['label=type:spc_t', 'label'],
    ['label:type:unconfined_t', 'label'],
  ])('%s, and the fix', (option, detail) => {
    expect(ofContainer(unconfinedByPolicy, options('no-new-privileges:true', option)).details).toEqual([detail]);
    expect(ofContainer(unconfinedByPolicy, options('no-new-privileges:true')).state).toBe('compliant');
    const confining = options('apparmor=docker-default', 'label=type:svirt_apache_t');
    expect(ofContainer(unconfinedByPolicy, confining).state).toBe('compliant');
  });

  test.each(['label=level:s0:c100,c200', 'label=user:app_u', 'apparmor=unconfined-no-more'])('%s confines', (option) => {
    expect(ofContainer(unconfinedByPolicy, options(option)).state).toBe('compliant');
  });

  test('nobody knows what a variable is', () => {
    expect(ofContainer(unconfinedByPolicy, options('label=${var.label}')).state).toBe('unknown');
  });
});

const capabilities = (...blocks: { add?: string[]; drop?: string[] }[]) => ({ capabilities: blocks.length === 1 ? blocks[0] : blocks });

describe('BH-C12 default capabilities not dropped', () => {
  test.each([
    [{}, 'none'],
    [capabilities({ add: ['CAP_CHOWN'] }), 'none'],
    [capabilities({ drop: [] }), 'none'],
    [capabilities({ drop: ['CAP_NET_RAW', 'mknod'] }), 'only NET_RAW, MKNOD'],
    [{ capabilities: null }, 'none'],
  ])('%j drops %s, and the fix', (attributes, words) => {
    expect(ofContainer(capabilitiesNotDropped, attributes)).toMatchObject({
      details: ['drop'],
      messages: [`BH-C12 'capabilities' drops ${words}`],
    });
    expect(ofContainer(capabilitiesNotDropped, capabilities({ drop: ['ALL'], add: ['CAP_CHOWN'] })).state).toBe('compliant');
  });

  test.each(['ALL', 'all', 'All', ' ALL'])('%j is all', (drop) => {
    expect(ofContainer(capabilitiesNotDropped, capabilities({ drop: [drop] })).state).toBe('compliant');
    expect(ofContainer(capabilitiesNotDropped, { capabilities: [{ drop: [drop] }] }).state).toBe('compliant');
  });

  test('nobody knows what is in a variable', () => {
    expect(ofContainer(capabilitiesNotDropped, capabilities({ drop: ['${var.drop}'] }))).toMatchObject({ state: 'unknown', details: [] });
    expect(ofContainer(capabilitiesNotDropped, { capabilities: { drop: '${var.drop}' } }).state).toBe('unknown');
  });
});

describe('BH-C13 capability that reaches beyond the container', () => {
  test.each([
    ['NET_ADMIN', 'NET_ADMIN'],
    ['CAP_NET_ADMIN', 'NET_ADMIN'],
    ['cap_sys_admin', 'SYS_ADMIN'],
    ['Sys_Module', 'SYS_MODULE'],
    ['SYS_PTRACE', 'SYS_PTRACE'],
    ['SYS_RAWIO', 'SYS_RAWIO'],
    ['DAC_READ_SEARCH', 'DAC_READ_SEARCH'],
    ['BPF', 'BPF'],
    ['all', 'ALL'],
  ])('%s, and the fix', (add, detail) => {
    const found = ofContainer(dangerousCapability, capabilities({ drop: ['ALL'], add: ['CAP_CHOWN', add] }));
    expect(found).toMatchObject({ state: 'violated', details: [detail] });
    expect(found.messages[0]).toContain(`'add' holds '${detail}': `);
    expect(ofContainer(dangerousCapability, capabilities({ drop: ['ALL'], add: ['CAP_CHOWN'] })).state).toBe('compliant');
  });

  test('each once, from any of the blocks, also a dynamic one', () => {
    const twice = capabilities({ add: ['SYS_ADMIN', 'CAP_SYS_ADMIN'] }, { add: ['BPF'] });
    expect(ofContainer(dangerousCapability, twice).details).toEqual(['BPF', 'SYS_ADMIN']);
    const dynamic = { dynamic: { capabilities: { for_each: '${var.x}', content: { add: ['SYS_ADMIN'] } } } };
    expect(ofContainer(dangerousCapability, dynamic).details).toEqual(['SYS_ADMIN']);
  });

  test('not what is dropped, nor the ordinary ones, nor words that only objects know', () => {
    const fine = capabilities({ drop: ['SYS_ADMIN', 'ALL'], add: ['CHOWN', 'NET_BIND_SERVICE', 'constructor', 'toString'] });
    expect(ofContainer(dangerousCapability, fine).state).toBe('compliant');
    expect(ofContainer(dangerousCapability, {}).state).toBe('compliant');
  });

  test('nobody knows what is in a variable', () => {
    expect(ofContainer(dangerousCapability, capabilities({ add: ['CHOWN', '${var.cap}'] })).state).toBe('unknown');
  });
});

describe('BH-C14 raw sockets not dropped', () => {
  test.each([
    [{}, 'not dropped'],
    [capabilities({ drop: ['MKNOD'] }), 'not dropped'],
    [capabilities({ drop: ['ALL'], add: ['net_raw'] }), 'added'],
    [capabilities({ drop: ['NET_RAW'], add: ['CAP_NET_RAW'] }), 'added'],
    [capabilities({ drop: ['ALL'], add: ['ALL'] }), 'added'],
    [capabilities({ drop: ['ALL'], add: ['NET_RAW', '${var.cap}'] }), 'added'],
  ])('%j: %s, and the fix', (attributes, words) => {
    expect(ofContainer(rawSockets, attributes)).toMatchObject({ details: ['NET_RAW'] });
    expect(ofContainer(rawSockets, attributes).messages[0]).toBe(`BH-C14 'NET_RAW' is ${words}`);
    expect(ofContainer(rawSockets, capabilities({ drop: ['ALL'] })).state).toBe('compliant');
    expect(ofContainer(rawSockets, capabilities({ drop: ['CAP_NET_RAW'] })).state).toBe('compliant');
  });

  test('the engine takes one away even from all', () => {
    expect(ofContainer(rawSockets, capabilities({ drop: ['net_raw'], add: ['ALL'] })).state).toBe('compliant');
  });

  test('nobody knows what is in a variable', () => {
    expect(ofContainer(rawSockets, capabilities({ drop: ['${var.drop}'] }))).toMatchObject({ state: 'unknown', details: [] });
  });
});

const KEPT = { security_opts: ['no-new-privileges:true'] };

describe('BH-C33 capability that the user of the container cannot hold', () => {
  const added = { ...KEPT, ...capabilities({ drop: ['ALL'], add: ['CAP_CHOWN', 'net_raw', 'CAP_CHOWN'] }) };

  test.each(['10001', '10001:0', ' +7:7', '007'])('user %j, and the fixes', (user) => {
    expect(ofContainer(inertCapability, { ...added, user })).toMatchObject({
      state: 'violated',
      details: ['CHOWN', 'NET_RAW'],
      messages: [expect.stringContaining(`'add' holds 'CHOWN', but 'user' is '${user}'`), expect.stringContaining('NET_RAW')],
    });
    expect(ofContainer(inertCapability, { ...added, user: '0:0' }).state).toBe('compliant');
    expect(ofContainer(inertCapability, { ...KEPT, ...capabilities({ drop: ['ALL'] }), user }).state).toBe('compliant');
  });

  test.each([
    [{ user: 'postgres' }],
    [{}],
    [{ user: '' }],
    [{ user: '${var.user}' }],
    [{ user: '7', security_opts: [] }],
    [{ user: '7', security_opts: ['no-new-privileges:false'] }],
    [{ user: '7', security_opts: ['${var.option}'] }],
  ])('%j may hold it, or come to hold it', (attributes) => {
    expect(ofContainer(inertCapability, { ...added, ...attributes }).details).toEqual([]);
  });

  test('of a service, where its nodes keep privileges from it', () => {
    const task = (user: string) => ({ docker_service: { web: { task_spec: { container_spec: { user, cap_add: ['CAP_CHOWN'] } } } } });
    const node = [daemonJson({ 'no-new-privileges': true })];
    expect(verdict(inertCapability, task('7'), {}, node).details).toEqual(['CHOWN']);
    expect(verdict(inertCapability, task('0'), {}, node).details).toEqual([]);
    expect(verdict(inertCapability, task('7')).details).toEqual([]);
    expect(verdict(inertCapability, task('7'), {}, [daemonJson({})]).details).toEqual([]);
  });
});

describe('BH-C34 container that can forge its neighbours in a segment', () => {
  const found = (attributes: Partial<ContainerConfig>, network?: string) => {
    const program = new Program();
    const front = program.segment('Front');
    program.container('Web', front);
    const name = network ?? front._networkReference(program.stack, 'segment');
    new Container(program.stack, 'Raw', {
      name: 'raw',
      image: 'nginx',
      provider: program.daemon._providerFor(program.stack),
      securityOpts: ['no-new-privileges:true'],
      networksAdvanced: [{ name }],
      ...attributes,
    });
    return findingsOf(program.stack, forgerAmongOthers);
  };
  const [RAW, ADMIN] = ['CAP_NET_RAW', 'NET_ADMIN'].map((name) => ({ drop: ['ALL'], add: [name] }));

  test.each<[Partial<ContainerConfig>]>([
    [{}],
    [{ user: '0:0' }],
    [{ user: '' }],
    [{ user: 'nginx' }],
    [{ user: '${var.user}' }],
    [{ user: '0:0', capabilities: RAW }],
    [{ capabilities: ADMIN }],
    [{ user: '7', securityOpts: [], capabilities: RAW }],
    [{ user: '7', securityOpts: ['no-new-privileges:false'] }],
    [{ privileged: true, capabilities: { drop: ['ALL'] } }],
  ])('%j', (attributes) => {
    // The engine of a HardenedDaemon keeps privileges from whoever says nothing.
    const isKept = attributes.user === '7' && attributes.securityOpts?.length === 0;
    expect(found(attributes)).toEqual(isKept ? [] : ['BH-C34 app/Raw app-front']);
  });

  test.each(['container:app-web', 'container:/app-web', 'container:${reference}', 'container:elsewhere'])(
    'in the network of a member, %s',
    (networkMode) => {
      const program = new Program();
      const web = program.container('Web', program.segment('Front'));
      const other = newStack('other');
      const inSameStack = networkMode.includes('$') || networkMode.includes('/');
      const stack = inSameStack ? program.stack : other;
      const provider = program.daemon._providerFor(stack);
      const resource = web.node.findChild('Resource') as Container;
      const mode = networkMode.includes('$') ? `container:${resource.id}` : networkMode;
      new Container(stack, 'Raw', { name: 'raw', image: 'nginx', provider, networkMode: mode });
      const known = networkMode !== 'container:elsewhere';
      expect(findingsOf(stack, forgerAmongOthers)).toEqual(known ? [`BH-C34 ${inSameStack ? 'app' : 'other'}/Raw app-front`] : []);
    },
  );

  test('containers that take over each other are in no segment', () => {
    const program = new Program();
    const provider = program.daemon._providerFor(program.stack);
    const of = (id: string, other: string) => new Container(program.stack, id, { name: id, image: 'nginx', provider, networkMode: `container:${other}` }); // prettier-ignore
    of('one', 'two');
    of('two', 'one');
    expect(findingsOf(program.stack, forgerAmongOthers)).toEqual([]);
  });

  test('by the name of the network, too', () => expect(found({}, 'app-front')).toEqual(['BH-C34 app/Raw app-front']));

  test.each<[Partial<ContainerConfig>, string | undefined]>([
    [{ user: '7' }, undefined],
    [{ user: '7', capabilities: RAW }, undefined],
    [{ user: '0:0', capabilities: { drop: ['ALL'] } }, undefined],
    [{ user: '0:0', capabilities: { drop: ['NET_RAW'] } }, undefined],
    [{ user: '0:0', capabilities: { drop: ['ALL'], add: ['CAP_CHOWN'] } }, undefined],
    [{}, 'theirs'],
  ])('%j cannot, or is elsewhere', (attributes, network) => expect(found(attributes, network)).toEqual([]));

  test('a container of ours with an override fails the synth, and nothing accepts that', () => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'));
    program.container('Api', web.segment);
    const resource = web.node.findChild('Resource') as Container;
    resource.addOverride('user', '');
    expect(() => program.synth()).not.toThrow();
    resource.addOverride('capabilities.add', ['CAP_NET_RAW']);
    Suppressions.of(web).add({ ruleId: 'BH-C34', reason: 'somebody thinks that this is fine' });
    expect(() => program.synth()).toThrow(
      /it can hold NET_RAW in network 'app-front', 'user' is not set, so the image decides the user.*BH-C34/,
    );
  });

  test('one that declares it is refused among others by the proof, and alone it is no finding', () => {
    const program = new Program();
    program.container('Web', program.segment('Front'), {
      user: ContainerUser.root({ reason: 'its image has no other user' }),
      capabilities: [Capability.of('NET_RAW', { reason: 'pings its upstreams' })],
    });
    expect(findingsOf(program.stack, forgerAmongOthers)).toEqual([]);
    expect(() => program.synth()).not.toThrow();
  });
});
