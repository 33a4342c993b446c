import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { TerraformOutput } from 'cdktf';
import { ConfigFile, type ConfigFileOptions, ContainerImage, FileChange, FileOwner, SecretFile, VolumeMount } from '../../../src';
import { IMAGE, Program, synth } from '../../support/programs';
import { Unguarded } from '../../support/unguarded';
import { type Entry, program, told, value, whole } from '../entry';

const CONF = ConfigFile.fromText('/etc/app/app.conf', 'a');

/** A file by its path, text and options, as the message says. */
function file(
  says: string,
  follow: string,
  bad: [string, string, ConfigFileOptions?],
  mended: [string, string, ConfigFileOptions?],
  code: 'ConfigFileValue' | 'UnresolvedValue' | 'UserNumber' | 'MountTarget' = 'ConfigFileValue',
): Entry {
  return value(code, told(undefined, says, follow), (isMended) => ConfigFile.fromText(...(isMended ? mended : bad)));
}

/** How a container gets files, and as the message says; true where it mounts what it should. */
function given(
  says: string,
  follow: string,
  bad: object,
  mended: object | undefined,
  code: 'ConfigFileValue' | 'MountTarget' = 'ConfigFileValue',
  more: object = {},
): Entry {
  return program(code, told('app/Web', says, follow), (p, isMended) => {
    const configFiles = isMended ? mended : bad;
    p.container('Web', p.segment('Front'), { configFiles, ...more } as object);
    return (s) =>
      configFiles === undefined ||
      s.container('app-web').mounts.some(({ source }: any) => source.startsWith('/var/lib/bulkhead/config/app-web/'));
  });
}

/** The same where only the API is ours. */
function byApi(says: string, follow: string, bad: object, mended: object): Entry {
  return whole('ConfigFileValue', told('app/Web', says, follow), (isMended) => {
    const u = new Unguarded();
    u.container('Web', u.segment('Front'), { configFiles: isMended ? mended : bad } as object);
    return synth(u.stack).names('docker_volume').length === 1;
  });
}

function textFile(content: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'config-'));
  fs.writeFileSync(path.join(folder, 'app.conf'), content);
  return path.join(folder, 'app.conf');
}

const at = (target: string) => ({ files: [ConfigFile.fromText(target, 'a')] });

/** Files with content. */
export const CONFIG_FILES: readonly Entry[] = [
  value('ConfigFileMissing', told(undefined, "cannot read '", 'the path of a text file in UTF-8'), (isMended) =>
    ConfigFile.fromFile('/etc/app/app.conf', isMended ? textFile('a') : '/nowhere/app.conf'),
  ),
  file(
    "'/etc/my app' has characters other",
    "name another path, such as '/etc/app/app.conf'",
    ['/etc/my app', ''],
    ['/etc/app/app.conf', ''],
  ),
  file("'/sys/app' is in /sys, which the kernel fills", "such as '/etc/app/app.conf'", ['/sys/app', ''], ['/etc/app/app.conf', '']),
  file("got 'etc/app'", "an absolute path without '.', '..'", ['etc/app', ''], ['/etc/app', ''], 'MountTarget'),
  program(
    'ConfigFileValue',
    told(undefined, "'/etc/hosts' is a file that the engine writes", "use 'hostEntries' of the container"),
    (p, isMended) => {
      const props = isMended ? { hostEntries: { db: '192.0.2.9' } } : { configFiles: at('/etc/hosts') };
      p.container('Web', p.segment('Front'), props);
      return (s) => s.container('app-web').host[0].host === 'db';
    },
  ),
  file("'text' is not text: it has a zero byte", 'put a binary file into the image', ['/a', 'a\0'], ['/a', 'a']),
  file("'text' must be known at synth", 'pass the literal value', ['/a', '${TfToken[TOKEN.1]}'], ['/a', '10.20.0.2'], 'UnresolvedValue'),
  file("the text has '{{ b }}', and 'values' has no 'b'", "has no 'b'; add it", ['/a', '{{ b }}', { values: {} }], ['/a', '{{ b }}', { values: { b: '1' } }]), // prettier-ignore
  file("the text has '{{ end }}'", "if '{{ end }}' is to stay, add end: '{{ end }}'", ['/a', '{{ end }}', { values: {} }], ['/a', '{{ end }}', { values: { end: '{{ end }}' } }]), // prettier-ignore
  file("'values' has 'b', and the text has no '{{ b }}'", 'remove it', ['/a', 'x', { values: { b: '1' } }], ['/a', 'x', { values: {} }]),
  file('has 512001 bytes, more than 512000', 'put it into the image', ['/a', 'x'.repeat(512_001)], ['/a', 'x'.repeat(512_000)]),
  file("got '0666'", 'by which only the owner may write', ['/a', '', { mode: '0666' }], ['/a', '', { mode: '0644' }]),
  file("'owner' must be", 'FileOwner.of(10001)', ['/a', '', { owner: FileOwner.fromImage() }], ['/a', '', { owner: FileOwner.of(10001) }], 'UserNumber'), // prettier-ignore
  given("'configFiles.files' is empty", "remove 'configFiles'", { files: [] }, undefined),
  given('something else than a ConfigFile', 'ConfigFile.fromText(…)', { files: [{}] }, { files: [CONF] }),
  given("'configFiles.onChange' must be made by FileChange", 'FileChange.restart()', { files: [CONF], onChange: {} }, { files: [CONF], onChange: FileChange.restart() }), // prettier-ignore
  given("'configFiles.writerImage' has no effect", 'remove it', { files: [CONF], writerImage: IMAGE }, { files: [CONF] }),
  given("holds '/etc/app/app.conf' twice", 'remove one of them', { files: [CONF, CONF] }, { files: [CONF] }),
  given("would hide '/etc' of the image", "a folder of its own, such as '/etc/app/app.conf'", { ...at('/etc/app.conf'), onChange: FileChange.nothing() }, { ...at('/etc/app/app.conf'), onChange: FileChange.nothing() }), // prettier-ignore
  given("would hide '/etc' of the image", 'write FileChange.restart()', { ...at('/etc/app.conf'), onChange: FileChange.signal('HUP') }, { ...at('/etc/app.conf'), onChange: FileChange.restart() }), // prettier-ignore
  given("'/data/app.conf' lies in the mount '/data'", 'give it a path beside the mount', at('/data/app.conf'), { files: [CONF] }, 'MountTarget', { volumes: [VolumeMount.hostPath('/srv/data', '/data')] }), // prettier-ignore
  byApi("'configFiles.onChange' is restart", 'remove it', { files: [CONF], onChange: FileChange.restart() }, { files: [CONF] }),
  byApi("would hide '/etc' of the image", 'give the program that path', at('/etc/app.conf'), at('/etc/app/app.conf')),
  byApi('bytes of arguments', 'put the large ones into the image', { files: [ConfigFile.fromText('/etc/app/large', 'é'.repeat(200_000))] }, { files: [CONF] }), // prettier-ignore
  program(
    'NotAnImage',
    told('app/Web', "'configFiles.writerImage' must be made by ContainerImage", "ContainerImage.fromRegistry('name@sha256:…')"),
    (_, isMended) => {
      const u = new Unguarded();
      const writerImage = isMended ? ContainerImage.fromRegistry(`tools@sha256:${'a'.repeat(64)}`) : ({} as ContainerImage);
      u.container('Web', u.segment('Front'), { configFiles: { files: [CONF], writerImage } });
      return () => synth(u.stack).names('docker_volume').length === 1;
    },
  ),
  program('SecretValue', told('app/Web', "'secrets.onChange' is FileChange.replace()", 'write FileChange.restart()'), (p, isMended) => {
    const files = [new SecretFile(p.stack, 'Secret', { daemon: p.daemon, secretName: 'db' })];
    p.container('Web', p.segment('Front'), { secrets: { files, onChange: isMended ? FileChange.restart() : FileChange.replace() } });
    return () => true;
  }),
  ...(
    [
      ["pass 'userDataGzipBase64'", (p, isMended) => (isMended ? p.daemon.userDataGzipBase64 : p.daemon.userData), false],
      ['put large config files into the image', (p) => p.daemon.userData, true],
    ] as [string, (p: Program, isMended: boolean) => string, boolean][]
  ).map(([follow, passed, isSmaller]) =>
    program('UserDataSize', told('app/Edge', 'the shell that unpacks it on a host takes at most 131000', follow), (p, isMended) => {
      const random = Array.from({ length: 60_000 }, (_, index) =>
        ((index * 7919 + ((index * index) % 8191) * 104_729) % 1_000_003).toString(36),
      ).join('');
      const text = isSmaller && isMended ? 'a' : random.slice(0, 250_000);
      p.container('Web', p.segment('Front'), { configFiles: { files: [ConfigFile.fromText('/etc/app/large', text)] } });
      new TerraformOutput(p.stack, 'user-data', { value: passed(p, isMended), sensitive: true });
      return (s) => s.json.output['user-data'].value.length > 1000;
    }),
  ),
];
