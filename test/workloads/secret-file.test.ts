import { ContainerNetwork, ContainerUser, FileChange, HardenedContainer, SecretFile, VolumeMount } from '../../src';
import { secretsOf } from '../../src/daemon/private/daemon-input';
import type { HostFile, HostInput } from '../../src/host/private/host-input';
import { renderHostFiles } from '../../src/host/private/render-host-files';
import { secretsLine } from '../../src/reports/private/summary-line';
import { sampleInput } from '../host/sample';
import { IMAGE, Program } from '../support/programs';

function shop() {
  const p = new Program();
  const segment = p.segment('Front');
  const password = new SecretFile(p.stack, 'Db Password', { daemon: p.daemon });
  const token = new SecretFile(p.stack, 'Token', { daemon: p.daemon, secretName: 'api.token' });
  const db = p.container('Db', segment, {
    environment: { POSTGRES_PASSWORD_FILE: password.filePath },
    secrets: { files: [password], onChange: FileChange.restart() },
  });
  return { p, segment, password, token, db };
}

function filesOf(p: Program): HostFile[] {
  p.synth();
  return renderHostFiles((p.daemon as unknown as { input(): HostInput }).input());
}

test('a container mounts one folder of its own, read-only, and no file', () => {
  const { p, password, segment, token } = shop();
  p.container('Api', segment, { secrets: { files: [token, password], folder: '/keys/', onChange: FileChange.signal('HUP') } });
  const { container } = p.synth();
  const mounts = (name: string) => container(name).mounts.slice(1);
  expect(mounts('app-db')).toEqual([{ type: 'bind', source: '/run/bulkhead-secrets/app-db', target: '/run/secrets', read_only: true }]);
  expect(mounts('app-api')).toEqual([{ type: 'bind', source: '/run/bulkhead-secrets/app-api', target: '/keys', read_only: true }]);
  expect(container('app-db').env).toEqual(['POSTGRES_PASSWORD_FILE=/run/secrets/app-db-password']);
  expect(token.pathIn('/keys/')).toBe('/keys/api.token');
});

test('the host is told the names, the owner of each container and what it does at a change', () => {
  const { p, password, segment, token } = shop();
  p.container('Api', segment, { secrets: { files: [token, password], onChange: FileChange.signal('USR1') }, user: ContainerUser.of(7, 8) });
  p.container('Start', segment, {
    user: ContainerUser.root({ reason: 'stands for an image that is root' }),
    secrets: { files: [token], owner: ContainerUser.of(999) },
  });
  new HardenedContainer(p.stack, 'Alone', {
    daemon: p.daemon,
    network: ContainerNetwork.none({ reason: 'it needs no connections' }),
    image: IMAGE,
    secrets: { files: [token] },
  });
  const files = filesOf(p);
  expect(files.find(({ path }) => path === '/etc/bulkhead/secrets')).toEqual({
    path: '/etc/bulkhead/secrets',
    mode: '0600',
    content: [
      'secret api.token',
      'secret app-db-password',
      'container app-alone 10001 10001 nothing api.token',
      'container app-api 7 8 USR1 api.token app-db-password',
      'container app-db 10001 10001 restart app-db-password',
      'container app-start 999 999 nothing api.token',
      '',
    ].join('\n'),
  });
  const dropIn = files.find(({ path }) => path.endsWith('docker.service.d/50-bulkhead.conf'))!.content;
  expect(dropIn).toMatch(/^ExecStartPre=-\/usr\/local\/sbin\/bulkhead-secret apply$/m);
  expect(files.find(({ path }) => path === '/usr/local/sbin/bulkhead-secret')!.mode).toBe('0755');
});

test('a host without secrets gets nothing for them', () => {
  const p = new Program();
  p.container('Web', p.segment('Front'));
  const files = filesOf(p);
  expect(files.filter(({ path, content }) => /secret/.test(path) || /bulkhead-secret/.test(content)).map(({ path }) => path)).toEqual([]);
});

test('a secret that nobody reads is known to the host, one that was taken out of the tree is not', () => {
  const { p } = shop();
  new SecretFile(p.stack, 'Gone', { daemon: p.daemon });
  p.stack.node.tryRemoveChild('Gone');
  expect(secretsOf(p.topology())!.names).toEqual(['api.token', 'app-db-password']);
});

test.each([
  '/run/bulkhead-secrets',
  '/run/bulkhead-secrets/app-db',
  '/var/run/bulkhead-secrets/app-db',
  '/var/lib/bulkhead/secrets',
  '/var/lib/bulkhead',
])('%s is mounted by nobody', (source) => {
  expect(() => VolumeMount.hostPath(source, '/data')).toThrow('(SensitiveHostPath)');
});

test('a line at the end of the synth says what the host needs', () => {
  expect(secretsLine('app/Edge', [])).toEqual([]);
  expect(secretsLine('app/Edge', ['db'])).toEqual([
    'app/Edge: before the apply, the host needs the secret db; on the host: sudo bulkhead-secret put NAME < FILE',
  ]);
  expect(secretsLine('app/Edge', ['a', 'b'])[0]).toContain('the secrets a, b;');
});

test.each([
  { names: ['../x'], containers: [] },
  { names: ['x\ny'], containers: [] },
  { names: [], containers: [{ name: '.work', uid: 1, gid: 1, onChange: 'nothing' as const, secrets: ['x'] }] },
  { names: [], containers: [{ name: 'web', uid: 1, gid: 1, onChange: 'KILL' as 'HUP', secrets: ['x'] }] },
  { names: [], containers: [{ name: 'web', uid: 1, gid: 1, onChange: 'nothing' as const, secrets: [] }] },
])('the last gate refuses %j', (secrets) => {
  expect(() => renderHostFiles(sampleInput({ change: { secrets } }))).toThrow('secrets: ');
});
