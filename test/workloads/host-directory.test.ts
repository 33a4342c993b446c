import { Testing } from 'cdktf';
import { ContainerUser, FileOwner, type HardenedContainerProps, type HostDirectoryOptions, VolumeMount } from '../../src';
import { renderHostFiles } from '../../src/host/private/render-host-files';
import { renderUnits } from '../../src/host/private/render-units';
import { sampleInput } from '../host/sample';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';
import { Services } from '../support/swarms';
import { Unguarded } from '../support/unguarded';

const ROOT = ContainerUser.root({ reason: 'a stand-in for such an image' });
type Mount = readonly [source: string, options?: HostDirectoryOptions, props?: Partial<HardenedContainerProps>];

function mounting(...mounts: Mount[]): Program {
  const program = new Program();
  const segment = program.segment('Back');
  mounts.forEach(([source, options, props], index) =>
    program.container(`C${index}`, segment, { volumes: [VolumeMount.hostDirectory(source, '/data', options)], ...props }),
  );
  return program;
}

const planned = (...mounts: Mount[]) =>
  (mounting(...mounts).topology().hostDirectories ?? []).map(({ directory, owner, mode }) => `${owner} ${mode} ${directory}`);

describe('directories that the host makes', () => {
  test.each<[string, Mount[], string[]]>([
    ['for the user of the container', [['/srv/a']], ['10001:10001 0750 /srv/a']],
    ['for another user, with a mode', [['/srv//a/', { mode: '700' }, { user: ContainerUser.of(70, 71) }]], ['70:71 0700 /srv/a']],
    ['for root', [['/srv/a', {}, { user: ROOT }]], ['0:0 0750 /srv/a']],
    ['for an owner, to read', [['/srv/a', { owner: FileOwner.of(5), readOnly: true }]], ['5:5 0750 /srv/a']],
    ['once for two containers, and in order', [['/srv/b'], ['/srv/b', { readOnly: true }], ['/srv/a']], ['10001:10001 0750 /srv/a', '10001:10001 0750 /srv/b']], // prettier-ignore
  ])('%s', (_, mounts, expected) => {
    expect(planned(...mounts)).toEqual(expected);
  });

  test('are mounted for writing unless said otherwise, and gone with their container', () => {
    const program = mounting(['/srv/a'], ['/srv/a', { readOnly: true }]);
    const { container } = program.synth();
    expect(['app-c0', 'app-c1'].map((name) => container(name).mounts[1])).toEqual([
      { type: 'bind', source: '/srv/a', target: '/data', read_only: false },
      { type: 'bind', source: '/srv/a', target: '/data', read_only: true },
    ]);
    const other = mounting(['/srv/a']);
    other.stack.node.tryRemoveChild('C0');
    expect(other.topology().hostDirectories).toBeUndefined();
  });

  test('come to the host as a list, a program, and a line before the engine starts that does not hold it up', () => {
    const input = sampleInput({ change: { directories: [{ directory: '/srv/a', owner: '1:2', mode: '0750' }] } });
    const files = renderHostFiles(input);
    expect(files.find(({ path }) => path === '/etc/bulkhead/directories')!.content).toBe('1:2 0750 /srv/a\n');
    expect(files.map(({ path }) => path)).toContain('/usr/local/sbin/bulkhead-directories');
    expect(renderUnits(input)[0].content).toContain('ExecStartPre=-/usr/local/sbin/bulkhead-directories\n');
    const none = renderHostFiles(sampleInput());
    expect(none.filter(({ path, content }) => /directories/.test(path) || (/docker\.service/.test(path) && /directories/.test(content)))).toEqual([]); // prettier-ignore
  });

  test.each(['/srv/../etc', '/srv/a b', "/srv/a'b", '/srv/a\nb', 'srv'])('the last gate refuses %j', (directory) => {
    expect(() => renderHostFiles(sampleInput({ change: { directories: [{ directory, owner: '1:2', mode: '0750' }] } }))).toThrow(
      /directories/,
    );
  });
});

describe('what is refused', () => {
  const refused = (make: () => unknown, path: string | undefined, ...says: string[]) => expectError(make, 'HostDirectory', { path, says });

  test('two owners or modes of one directory', () => {
    refused(() => mounting(['/srv/a'], ['/srv/a', {}, { user: ContainerUser.of(5) }]), 'app/C1', "'/srv/a'", "5:5 with the mode 0750 for 'app/C1'", "10001:10001 with 0750 for 'app/C0'"); // prettier-ignore
    refused(() => mounting(['/srv/a'], ['/srv/a', { mode: '0700' }]), 'app/C1', '0700');
  });

  test('one inside another that somebody writes, in any order and also by hostPath', () => {
    refused(() => mounting(['/srv/a'], ['/srv/a/b']), 'app/C1', "'/srv/a/b' is in '/srv/a', which 'app/C0' can write");
    refused(() => mounting(['/srv/a/b'], ['/srv/a']), 'app/C1', "'/srv/a/b' is in '/srv/a', which 'app/C1' can write");
    const above = (readOnly: boolean) => ({ volumes: [VolumeMount.hostPath('/srv/a', '/up', { readOnly }), VolumeMount.hostDirectory('/srv/a/b', '/data')] }); // prettier-ignore
    refused(() => mounting(['/srv/c', {}, above(false)]), 'app/C0', 'put a link to any directory');
    expect(() => mounting(['/srv/c', {}, above(true)])).not.toThrow();
    expect(() => mounting(['/srv/a'], ['/srv/ab'])).not.toThrow();
  });

  test('one that its container could not write', () => {
    refused(() => mounting(['/srv/a', { owner: FileOwner.of(5) }]), 'app/C0', 'user 10001:10001 could not write', 'FileOwner.of(10001)');
    refused(() => mounting(['/srv/a', { mode: '0550' }]), 'app/C0', '0550');
    expect(() => mounting(['/srv/a', { owner: FileOwner.of(5, 10001), mode: '0770' }])).not.toThrow();
    expect(() => mounting(['/srv/a', { owner: FileOwner.of(5) }, { user: ROOT }])).not.toThrow();
  });

  test('without host files, and for services', () => {
    const host = new Unguarded();
    const volumes = [VolumeMount.hostDirectory('/srv/a', '/data')];
    refused(() => host.container('Web', host.segment('Front'), { volumes }), 'app/Web', 'VolumeMount.hostPath()', 'DataVolume');
    const swarm = new Services();
    refused(() => swarm.service('Web', swarm.overlay('Net'), { volumes }), 'app/Web', "'/srv/a' is mounted by a service");
  });

  test('values', () => {
    const made = (source: string, options?: HostDirectoryOptions) => () => VolumeMount.hostDirectory(source, '/data', options);
    refused(made('/srv/a b'), undefined, "'/srv/a b'");
    expectError(made('/etc/x'), 'SensitiveHostPath');
    expectError(made('/srv/../x'), 'MountTarget');
    expectError(made('/srv/a', { mode: '0777' }), 'FolderMode');
    expectError(made('/srv/a', { owner: FileOwner.fromImage() }), 'UserNumber');
  });
});

test('a program with one synthesizes', () => {
  expect(() => Testing.synth(mounting(['/srv/a']).stack, true)).not.toThrow();
});
