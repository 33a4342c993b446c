import { dangerousCapability } from '../../../src/validation/rules/containers/dangerous-capability';
import { hostIpcNamespace } from '../../../src/validation/rules/containers/host-ipc-namespace';
import { hostNetwork } from '../../../src/validation/rules/containers/host-network';
import { hostPidNamespace } from '../../../src/validation/rules/containers/host-pid-namespace';
import { hostUserNamespace } from '../../../src/validation/rules/containers/host-user-namespace';
import { looseTmpfs } from '../../../src/validation/rules/containers/loose-tmpfs';
import { rootUser } from '../../../src/validation/rules/containers/root-user';
import { writableRoot } from '../../../src/validation/rules/containers/writable-root';
import { ofContainer, verdict } from '../../support/verdict';

const NAMESPACES = [
  ['network_mode', hostNetwork, 'bridge'],
  ['pid_mode', hostPidNamespace, ''],
  ['ipc_mode', hostIpcNamespace, 'private'],
  ['userns_mode', hostUserNamespace, ''],
] as const;

describe.each(NAMESPACES)('BH-C02 to BH-C05: %s', (attribute, rule, own) => {
  test.each(['host', 'HOST', ' host '])("'%s' is the host's, and with the fix it is not", (mode) => {
    expect(ofContainer(rule, { [attribute]: mode })).toMatchObject({
      state: 'violated',
      details: [attribute],
      messages: [`${rule.ruleId} '${attribute}' is that of the host`],
    });
    expect(ofContainer(rule, { [attribute]: own }).state).toBe('compliant');
    expect(ofContainer(rule, {}).state).toBe('compliant');
    expect(ofContainer(rule, { [attribute]: null }).state).toBe('compliant');
  });

  test.each(['${var.mode}', 'container:${var.agent}', 'container:${docker_container.gone.id}'])('nobody knows what %s is', (mode) => {
    expect(ofContainer(rule, { [attribute]: mode }).state).toBe('unknown');
  });

  test.each(['container:${docker_container.agent.id}', 'container:${docker_container.agent.name}', 'container:agent', 'container:/agent'])(
    '%s leads to that of the host, also through another one',
    (joined) => {
      const agent = (mode: string) => ({ name: 'agent', [attribute]: mode });
      const found = verdict(rule, { docker_container: { agent: agent('host'), web: { name: 'web', [attribute]: joined } } });
      expect(found.details).toEqual([attribute, attribute]);
      expect(found.messages).toContain(`${rule.ruleId} '${attribute}' is that of docker_container.agent, which has that of the host`);
      const far = { agent: agent('container:far'), far: { name: 'far', [attribute]: 'host' }, web: { name: 'web', [attribute]: joined } };
      expect(verdict(rule, { docker_container: far }).details).toHaveLength(3);
      expect(verdict(rule, { docker_container: { agent: agent(own), web: { name: 'web', [attribute]: joined } } }).state).toBe('compliant');
    },
  );

  test('containers that join each other lead nowhere', () => {
    const pair = { a: { name: 'a', [attribute]: 'container:b' }, b: { name: 'b', [attribute]: 'container:a' } };
    expect(verdict(rule, { docker_container: pair }).state).toBe('compliant');
  });
});

describe('BH-C02 network namespace of the host', () => {
  const data = { data: { docker_network: { outside: { name: 'host' }, front: { name: 'front' } } } };
  const service = (name: string) => ({ docker_service: { web: { task_spec: [{ networks_advanced: [{ name }] }] } } });

  test('a data source that leads to it is it', () => {
    const container = (network_mode: string) => ({ docker_container: { web: { name: 'web', network_mode } } });
    expect(verdict(hostNetwork, container('${data.docker_network.outside.name}'), data).details).toEqual(['network_mode']);
    expect(verdict(hostNetwork, container('${data.docker_network.outside.id}'), data).details).toEqual(['network_mode']);
    expect(verdict(hostNetwork, container('${data.docker_network.front.name}'), data).state).toBe('compliant');
  });

  test('a service joins it as any other network', () => {
    expect(verdict(hostNetwork, service('host')).details).toEqual(['networks_advanced']);
    expect(verdict(hostNetwork, service('${data.docker_network.outside.id}'), data).details).toEqual(['networks_advanced']);
    expect(verdict(hostNetwork, service('front')).state).toBe('compliant');
    expect(verdict(hostNetwork, service('${var.network}')).state).toBe('unknown');
    const byId = { docker_service: { web: { task_spec: { networks_advanced: { id: 'host' } } } } };
    expect(verdict(hostNetwork, byId).state).toBe('violated');
    const own = { ...service('${docker_network.front.id}'), docker_network: { front: { name: 'front' } } };
    expect(verdict(hostNetwork, own).state).toBe('compliant');
  });
});

describe('BH-C15 writable root file system', () => {
  test.each([[{}], [{ read_only: false }], [{ read_only: 'false' }], [{ read_only: null }]])('%j, and the fix', (attributes) => {
    expect(ofContainer(writableRoot, attributes)).toMatchObject({ state: 'violated', details: ['read_only'] });
    expect(ofContainer(writableRoot, { ...attributes, read_only: true }).state).toBe('compliant');
  });

  test('nobody knows what a variable is', () => {
    expect(ofContainer(writableRoot, { read_only: '${var.r}' })).toMatchObject({ state: 'unknown', details: [] });
  });
});

describe('BH-C16 tmpfs without limits', () => {
  test.each([
    ['', 'no size'],
    ['rw', 'no size'],
    ['exec,size=64m', 'exec'],
    ['noexec,exec,size=64m', 'exec'],
    ['size=64m,suid,dev', 'suid, dev'],
    ['noexec,nosuid,nodev,size=0', 'no size'],
    ['size=64m,size=0k', 'no size'],
    ['mode=1777', 'no size'],
  ])('%j has %s, and the fix', (options, problem) => {
    const found = ofContainer(looseTmpfs, { tmpfs: { '/tmp': options } });
    expect(found.details).toEqual(['/tmp']);
    expect(found.messages).toEqual([`BH-C16 the tmpfs at '/tmp' has ${problem}`]);
    expect(ofContainer(looseTmpfs, { tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=64m' } }).state).toBe('compliant');
  });

  // The engine adds noexec, nosuid and nodev by itself.
  test.each(['size=64m', 'exec,noexec,size=1g', 'size=10%', 'nr_blocks=100'])('%j is limited', (options) => {
    expect(ofContainer(looseTmpfs, { tmpfs: { '/tmp': options } }).state).toBe('compliant');
  });

  test('as a mount', () => {
    const mount = (tmpfs_options?: object) => ({ mounts: [{ type: 'tmpfs', target: '/tmp', ...(tmpfs_options && { tmpfs_options }) }] });
    expect(ofContainer(looseTmpfs, mount()).details).toEqual(['/tmp']);
    expect(ofContainer(looseTmpfs, mount({ size_bytes: 0 })).details).toEqual(['/tmp']);
    expect(ofContainer(looseTmpfs, mount({ size_bytes: 1048576 })).state).toBe('compliant');
    expect(ofContainer(looseTmpfs, mount({ size_bytes: '${var.size}' })).state).toBe('unknown');
  });

  test('only where there is one', () => {
    expect(ofContainer(looseTmpfs, { mounts: [{ type: 'volume', source: 'data', target: '/data' }] }).state).toBe('notApplicable');
    expect(looseTmpfs.inDefaults).toBe(false);
  });
});

describe('BH-C17 runs as root, or as the user of the image', () => {
  test.each(['root', 'root:root', '0', 0, '0:10001', '00', '+0', '-0', ' 0', ':10001', 'root:'])('%j is root, and the fix', (user) => {
    expect(ofContainer(rootUser, { user }).details).toEqual(['root']);
    expect(ofContainer(rootUser, { user: '10001:10001' }).state).toBe('compliant');
  });

  test.each([[{}], [{ user: '' }], [{ user: null }]])('with %j the image says it', (attributes) => {
    expect(ofContainer(rootUser, attributes).details).toEqual(['user']);
  });

  test.each(['app', '10001', 1000, 'rooty', '1000:0', 'root-less'])('%j is not root', (user) => {
    expect(ofContainer(rootUser, { user }).state).toBe('compliant');
  });

  test('nobody knows what a variable is', () => {
    expect(ofContainer(rootUser, { user: '${var.user}' })).toMatchObject({ state: 'unknown', details: [] });
  });
});

test('a service is no matter of the rules on containers alone', () => {
  for (const rule of [dangerousCapability, hostPidNamespace, rootUser, writableRoot]) {
    expect(verdict(rule, { docker_service: { web: { name: 'web' } } }).state).toBe('');
  }
});
