import { Token } from 'cdktf';
import { DaemonConnection } from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';

const KEY = `ssh-ed25519 ${'A'.repeat(60)}`;
const ssh = { host: 'edge.example.com', user: 'admin', hostKeys: [KEY] };

test.each([
  [DaemonConnection.socket(), 'unix:///var/run/docker.sock'],
  [DaemonConnection.socket('/run/user/1000/docker.sock'), 'unix:///run/user/1000/docker.sock'],
  [DaemonConnection.fromUrl('unix:///var/run/docker.sock'), 'unix:///var/run/docker.sock'],
  [DaemonConnection.ssh(ssh), 'ssh://admin@edge.example.com:22'],
  [DaemonConnection.ssh({ ...ssh, host: '192.0.2.10', port: 2222 }), 'ssh://admin@192.0.2.10:2222'],
  [DaemonConnection.ssh({ ...ssh, host: '2001:db8::1' }), 'ssh://admin@[2001:db8::1]:22'],
  [DaemonConnection.tls({ host: '192.0.2.10', certificateDirectory: '/etc/tls' }), 'tcp://192.0.2.10:2376'],
  [DaemonConnection.tls({ host: 'fd00::1', port: 2377, certificateDirectory: '/etc/tls' }), 'tcp://[fd00::1]:2377'],
])('%o leads to %s', (connection, url) => expect(connection.url).toBe(url));

test('SSH trusts the pinned keys and nothing else', () => {
  const options = DaemonConnection.ssh(ssh)._providerConfig('bulkhead/x/known_hosts').sshOpts!;
  expect(options.filter((option) => option !== '-o')).toEqual([
    'UserKnownHostsFile=bulkhead/x/known_hosts',
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
  ]);
});

test.each([
  [{}, `edge.example.com ${KEY}\n`],
  [{ port: 2222 }, `[edge.example.com]:2222 ${KEY}\n`],
  [
    { hostKeys: [`${KEY} root@edge`, `ecdsa-sha2-nistp256 ${'B'.repeat(60)}==`] },
    `edge.example.com ${KEY}\nedge.example.com ecdsa-sha2-nistp256 ${'B'.repeat(60)}==\n`,
  ],
])('known_hosts for %o', (props, expected) => expect(DaemonConnection.ssh({ ...ssh, ...props })._knownHosts).toBe(expected));

test('TLS names the directory of its certificates', () => {
  const connection = DaemonConnection.tls({ host: 'edge', certificateDirectory: '/etc/tls' });
  expect(connection._providerConfig('unused')).toEqual({ host: 'tcp://edge:2376', certPath: '/etc/tls' });
  expect(connection._knownHosts).toBeUndefined();
});

test.each<[string, () => unknown, ErrorCode, string[]]>([
  [
    'plain TCP',
    () => DaemonConnection.fromUrl('tcp://192.0.2.10:2375'),
    'PlainTcpRefused',
    ['tcp://192.0.2.10:2375', 'DaemonConnection.tls()'],
  ],
  ['plain HTTP', () => DaemonConnection.fromUrl('http://192.0.2.10:2375'), 'PlainTcpRefused', ['ssh()']],
  ['SSH by URL', () => DaemonConnection.fromUrl('ssh://admin@edge'), 'HostKeyMissing', ['hostKeys']],
  ['another URL', () => DaemonConnection.fromUrl('npipe:////./pipe/docker_engine'), 'ConnectionValue', ['npipe', 'unix://']],
  ['TCP in capitals', () => DaemonConnection.fromUrl('TCP://192.0.2.10:2375'), 'ConnectionValue', ['TCP://']],
  ['no key', () => DaemonConnection.ssh({ ...ssh, hostKeys: [] }), 'HostKeyMissing', ['edge.example.com', 'ssh_host_ed25519_key.pub']],
  ['keys missing', () => DaemonConnection.ssh({ ...ssh, hostKeys: undefined as never }), 'HostKeyMissing', []],
  ['no public key', () => DaemonConnection.ssh({ ...ssh, hostKeys: ['AAAA'] }), 'HostKeyMissing', ["'AAAA'"]],
  ['a key with a second line', () => DaemonConnection.ssh({ ...ssh, hostKeys: [`${KEY}\n* ${KEY}`] }), 'ControlCharacter', ['hostKeys']],
  ['a key of every host', () => DaemonConnection.ssh({ ...ssh, hostKeys: [`* ${KEY}`] }), 'HostKeyMissing', []],
  ['an option for a host', () => DaemonConnection.ssh({ ...ssh, host: '-oProxyCommand=id' }), 'ConnectionValue', ['-oProxyCommand=id']],
  ['a host with a user', () => DaemonConnection.ssh({ ...ssh, host: 'root@edge' }), 'ConnectionValue', ['root@edge']],
  ['an option for a user', () => DaemonConnection.ssh({ ...ssh, user: '-x' }), 'ConnectionValue', ["'-x'"]],
  ['a port', () => DaemonConnection.ssh({ ...ssh, port: 0 }), 'PortOutOfRange', ['got 0']],
  ['a TLS port', () => DaemonConnection.tls({ host: 'edge', port: 65536, certificateDirectory: '/x' }), 'PortOutOfRange', ['65536']],
  ['a relative socket', () => DaemonConnection.socket('docker.sock'), 'ConnectionValue', ['docker.sock']],
  ['a socket with a blank', () => DaemonConnection.socket('/run/a b'), 'ConnectionValue', ['/run/a b']],
  ['a token', () => DaemonConnection.fromUrl(Token.asString({ resolve: () => 'x' })), 'UnresolvedValue', ["'url'"]],
  [
    'a token host',
    () => DaemonConnection.tls({ host: Token.asString({ resolve: () => 'x' }), certificateDirectory: '/x' }),
    'UnresolvedValue',
    ["'host'"],
  ],
])('refused: %s', (_, make, code, says) => expectError(make, code, { says }));
