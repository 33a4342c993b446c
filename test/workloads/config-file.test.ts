import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  ConfigFile,
  type ConfigFileOptions,
  ContainerImage,
  ContainerNetwork,
  ContainerUser,
  type ContainerConfigOptions,
  DataVolume,
  FileChange,
  FileOwner,
  HardenedContainer,
  type HardenedContainerProps,
  SecretFile,
  VolumeMount,
} from '../../src';
import { configOf } from '../../src/daemon/private/daemon-input';
import type { HostFile, HostInput } from '../../src/host/private/host-input';
import { renderHostFiles } from '../../src/host/private/render-host-files';
import { sampleInput } from '../host/sample';
import { expectError } from '../support/errors';
import { IMAGE, Program, synth } from '../support/programs';
import { Unguarded } from '../support/unguarded';

const conf = (text = 'a\n', options: ConfigFileOptions = {}) => ConfigFile.fromText('/etc/app/app.conf', text, options);
const other = ConfigFile.fromText('/etc/app/other', 'b');

/** One container on a daemon with host files. */
function guarded(configFiles: ContainerConfigOptions, props: Partial<HardenedContainerProps> = {}) {
  const p = new Program();
  p.container('Web', p.segment('Front'), { configFiles, ...props });
  const mounts = () => p.synth().container('app-web').mounts.slice(1) as { source: string; target: string }[];
  return { p, mounts };
}

function filesOf(p: Program): HostFile[] {
  p.synth();
  return renderHostFiles((p.daemon as unknown as { input(): HostInput }).input());
}

const contentAt = (files: readonly HostFile[], place: string) => files.find((file) => file.path === place)?.content;

describe('with host files', () => {
  test('each file is mounted by itself, read-only, and its name follows from what is in it', () => {
    const { mounts } = guarded({ files: [conf(), other] });
    expect(mounts()).toEqual([
      {
        type: 'bind',
        source: expect.stringMatching(/^\/var\/lib\/bulkhead\/config\/app-web\/[0-9a-f]{12}-app\.conf$/),
        target: '/etc/app/app.conf',
        read_only: true,
      },
      {
        type: 'bind',
        source: expect.stringMatching(/^\/var\/lib\/bulkhead\/config\/app-web\/[0-9a-f]{12}-other$/),
        target: '/etc/app/other',
        read_only: true,
      },
    ]);
  });

  const sourceOf = (file: ConfigFile, onChange?: FileChange) => guarded({ files: [file], onChange }).mounts()[0].source;

  test.each<[string, ConfigFile]>([
    ['text', conf('b\n')],
    ['owner', conf('a\n', { owner: FileOwner.of(10001) })],
    ['mode', conf('a\n', { mode: '0440' })],
  ])('another %s is another mount where the container is to be replaced, and the same one where it is told', (_what, changed) => {
    expect(sourceOf(changed)).not.toBe(sourceOf(conf()));
    expect(sourceOf(changed, FileChange.restart())).toBe(sourceOf(conf(), FileChange.restart()));
    expect(sourceOf(changed, FileChange.signal('HUP'))).toBe(sourceOf(conf(), FileChange.signal('HUP')));
  });

  test.each([FileChange.nothing(), FileChange.signal('USR1')])('who runs on when a file changes (%s) has its folder', (onChange) => {
    const deep = ConfigFile.fromText('/etc/app/sub/app.conf', 'c');
    expect(
      guarded({ files: [conf(), other], onChange })
        .mounts()
        .map(({ target }) => target),
    ).toEqual(['/etc/app']);
    expectError(() => guarded({ files: [conf(), deep], onChange }), 'MountTarget', {
      says: ["'/etc/app/sub' lies in the mount '/etc/app'"],
    });
  });

  test('the host gets the text as it is, below the container and its path, and a line for each file', () => {
    const { p } = guarded({
      files: [conf('${x} %{y}\r\n', { owner: FileOwner.of(7, 8), mode: '400' })],
      onChange: FileChange.signal('HUP'),
    });
    new HardenedContainer(p.stack, 'Alone', {
      daemon: p.daemon,
      network: ContainerNetwork.none({ reason: 'it needs no connections' }),
      image: IMAGE,
      configFiles: { files: [conf()] },
    });
    const files = filesOf(p);
    expect(contentAt(files, '/etc/bulkhead/config/app-web/etc/app/app.conf')).toBe('${x} %{y}\r\n');
    expect(contentAt(files, '/etc/bulkhead/config/app-alone/etc/app/app.conf')).toBe('a\n');
    const lines = contentAt(files, '/etc/bulkhead/config-plan')!.split('\n');
    expect(lines).toEqual([
      expect.stringMatching(
        /^app-alone restart 0:0 444 87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7 [0-9a-f]{12}-app\.conf \/etc\/app\/app\.conf$/,
      ),
      expect.stringMatching(/^app-web HUP 7:8 400 [0-9a-f]{64} [0-9a-f]{12}-app\/app\.conf \/etc\/app\/app\.conf$/),
      '',
    ]);
    const dropIn = contentAt(files, '/etc/systemd/system/docker.service.d/50-bulkhead.conf');
    expect(dropIn).toMatch(/^ExecStartPre=-\/usr\/local\/sbin\/bulkhead-config apply$/m);
    expect(dropIn).toMatch(/^ExecStartPost=-\/usr\/local\/sbin\/bulkhead-config apply$/m);
  });

  test('a host without config files gets nothing for them', () => {
    const p = new Program();
    p.container('Web', p.segment('Front'));
    expect(filesOf(p).filter(({ path: place, content }) => /config-plan|bulkhead-config/.test(place + content))).toEqual([]);
  });

  test('what was taken out of the tree does not come to the host', () => {
    const { p } = guarded({ files: [conf()] });
    p.stack.node.tryRemoveChild('Web');
    expect(configOf(p.topology())).toEqual([]);
  });

  test('two containers share a file, and no text of one is in the JSON', () => {
    const { p, mounts } = guarded({ files: [conf('canary')] });
    p.container('Api', p.segment('Back'), { configFiles: { files: [conf('canary')] } });
    expect(p.synth().text).not.toContain('canary');
    expect(mounts()[0].target).toBe('/etc/app/app.conf');
    expect(configOf(p.topology()).map(({ name, files }) => [name, files[0].text])).toEqual([['app-api', 'canary'], ['app-web', 'canary']]); // prettier-ignore
  });

  test.each<[string, Partial<HostInput['config'][number]>]>([
    ['a name of a container', { name: '../x' }],
    ['an action', { onChange: 'KILL' as 'HUP' }],
    ['a path with dots', { files: [{ target: '/etc/../x', text: '', owner: '0:0', mode: '0444' }] }],
    ['a path with a blank', { files: [{ target: '/etc/a b', text: '', owner: '0:0', mode: '0444' }] }],
    ['a path with a line break', { files: [{ target: '/etc/a\nb', text: '', owner: '0:0', mode: '0444' }] }],
    ['an owner', { files: [{ target: '/etc/a', text: '', owner: 'root', mode: '0444' }] }],
    ['a mode', { files: [{ target: '/etc/a', text: '', owner: '0:0', mode: '4755' }] }],
  ])('the last gate refuses %s', (_what, change) => {
    const use = { name: 'web', onChange: 'nothing' as const, files: [{ target: '/etc/a', text: '', owner: '0:0', mode: '0444' }] };
    expect(() => renderHostFiles(sampleInput({ change: { config: [use] } }))).not.toThrow();
    expect(() => renderHostFiles(sampleInput({ change: { config: [{ ...use, ...change }] } }))).toThrow('config: ');
  });

  test.each(['/var/lib/bulkhead/config', '/var/lib/bulkhead/config/app-web/x'])('%s is mounted by nobody', (source) => {
    expect(() => VolumeMount.hostPath(source, '/data')).toThrow('(SensitiveHostPath)');
  });
});

describe('where only the API is ours', () => {
  function unguarded(configFiles: ContainerConfigOptions) {
    const u = new Unguarded();
    u.container('Web', u.segment('Front'), { configFiles });
    const { container, json } = synth(u.stack);
    const volumes = Object.values<any>(json.resource.docker_volume).map(({ name }) => name as string);
    return { web: container('app-web'), writer: container('app-web-config'), volumes, u };
  }

  test('a container without network writes a volume for each folder, and the container comes after it', () => {
    const { web, writer, volumes } = unguarded({
      files: [conf(), other, ConfigFile.fromText('/config/x', 'é$', { owner: FileOwner.of(7), mode: '400' })],
    });
    expect(writer).toMatchObject({
      image: IMAGE.text,
      network_mode: 'none',
      read_only: true,
      must_run: false,
      attach: true,
      restart: 'no',
      capabilities: { drop: ['ALL'], add: ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER'] },
      command: [
        '/bulkhead/0/x', '7:7', '0400', '1', '\\0303\\0251\\0044',
        '/bulkhead/1/app.conf', '0:0', '0444', '1', 'a\n',
        '/bulkhead/1/other', '0:0', '0444', '1', 'b',
      ],
    }); // prettier-ignore
    expect(writer.lifecycle.postcondition[0]).toMatchObject({ condition: '${self.exit_code == 0}', error_message: expect.stringContaining('The config files of app-web were not written.') }); // prettier-ignore
    expect(volumes).toEqual([
      expect.stringMatching(/^app-web-config-[0-9a-f]{12}$/),
      expect.stringMatching(/^app-web-config-[0-9a-f]{12}$/),
    ]);
    expect(web.mounts.map(({ target, read_only, type }: any) => [type, target, read_only])).toEqual([
      ['volume', '/config', true],
      ['volume', '/etc/app', true],
    ]);
    expect(web.depends_on).toEqual(['docker_container.Web_Config_A0190443']);
  });

  test.each<[string, ConfigFile]>([
    ['text', conf('b\n')],
    ['owner', conf('a\n', { owner: FileOwner.of(10001) })],
    ['mode', conf('a\n', { mode: '0440' })],
    ['name', ConfigFile.fromText('/etc/app/app.cfg', 'a\n')],
  ])('another %s is another volume', (_what, changed) => {
    expect(unguarded({ files: [changed] }).volumes).not.toEqual(unguarded({ files: [conf()] }).volumes);
    expect(unguarded({ files: [conf()] }).volumes).toEqual(unguarded({ files: [conf()] }).volumes);
  });

  test('another text replaces the container, by its label', () => {
    const labelOf = (file: ConfigFile) => unguarded({ files: [file] }).web.labels[0];
    expect(labelOf(conf()).label).toBe('bulkhead.settings');
    expect(labelOf(conf('b'))).not.toEqual(labelOf(conf()));
    expect(labelOf(conf())).toEqual(labelOf(conf()));
  });

  test('another image can write them', () => {
    const writerImage = ContainerImage.fromId(`sha256:${'1'.repeat(64)}`);
    const { web, writer } = unguarded({ files: [conf()], writerImage });
    expect([web.image, writer.image]).toEqual([IMAGE.text, writerImage.text]);
  });
});

describe('texts', () => {
  test.each<[string, string, Record<string, string> | undefined, string]>([
    ['without values placeholders stay', 'a {{ b }}', undefined, 'a {{ b }}'],
    ['a name with and without blanks', '{{ a }}{{a}}', { a: '1' }, '11'],
    [
      'what other programs have in braces',
      '{{ $labels.x }} {{ .Value }} {{- end }} {{ a }}',
      { a: '1' },
      '{{ $labels.x }} {{ .Value }} {{- end }} 1',
    ],
    ['a value that looks like a place', '{{ a }} {{ b }}', { a: '{{ b }}', b: '$& $1 ${x}' }, '{{ b }} $& $1 ${x}'],
    ['a name of JavaScript', '{{ constructor }}', { constructor: 'x' }, 'x'],
    ['an empty value', '[{{ a }}]', { a: '' }, '[]'],
  ])('%s', (_what, text, values, expected) => {
    expect(ConfigFile.fromText('/a', text, { values }).text).toBe(expected);
  });

  test('a file beside the program is read as it is', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'config-'));
    const write = (content: string | Buffer) => (fs.writeFileSync(path.join(folder, 'file'), content), path.join(folder, 'file'));
    expect(ConfigFile.fromFile('/a', write('\ufeffa\r\n{{ b }}\n'), { values: { b: 'é' } }).text).toBe('\ufeffa\r\né\n');
    expectError(() => ConfigFile.fromFile('/a', write(Buffer.from([0xff, 0xfe]))), 'ConfigFileMissing');
    expectError(() => ConfigFile.fromFile('/a', write('x'.repeat(512_001))), 'ConfigFileMissing', { says: ['it has 512001 bytes'] });
    expectError(() => ConfigFile.fromFile('/a', write(Buffer.from([0x41, 0]))), 'ConfigFileValue', { says: ['zero byte'] });
    expectError(() => ConfigFile.fromFile('/a', folder), 'ConfigFileMissing');
    fs.rmSync(folder, { recursive: true });
  });

  test('a Terraform reference is refused in whatever form it comes', () => {
    const p = new Program();
    const web = p.container('Web', p.segment('Front'));
    const number = (web.node.defaultChild as any).getNumberAttribute('memory') as number;
    const list = (web.node.defaultChild as any).getListAttribute('command') as string[];
    for (const text of [`host = ${web.ipv4Address}`, `n = ${number}`, `l = ${list[0]}`, '${TfToken[TOKEN.99999]}']) {
      expectError(() => conf(text), 'UnresolvedValue');
      expectError(() => conf('{{ a }}', { values: { a: text } }), 'UnresolvedValue', { says: ["'values.a'"] });
    }
    expect(conf('n = -1.5e+300 and ${TfTok').text).toBe('n = -1.5e+300 and ${TfTok');
  });
});

describe('where a file may be', () => {
  test.each(['etc/a', '/etc/../a', '/etc/./a', '/', '/a:b'])('%s is no path', (place) => {
    expectError(() => ConfigFile.fromText(place, ''), 'MountTarget');
  });

  test.each([
    '/a b',
    '/a\tb',
    "/a'b",
    '/a$(id)',
    '/a`id`',
    '/a;b',
    '/é',
    '/a\\b',
    '/*',
    `/${'a'.repeat(65)}`,
    `/${'a/'.repeat(50)}a`,
    '/proc/1/x',
    '/sys/x',
    '/dev/x',
    '/dev',
    '/etc/hosts',
    '/etc/resolv.conf',
    '/etc/hostname',
  ])('%s is refused', (place) => {
    expect(() => ConfigFile.fromText(place, '')).toThrow(/\((ConfigFileValue|ControlCharacter|MountTarget)\)$/);
  });

  test.each(['/etc/passwd', '/a', '/a/.b', '/-rf', '/proc.conf', '/etc/hosts.d/a', '//etc//app/'])('%s is none of those', (place) => {
    expect(ConfigFile.fromText(place, '').path).toBe(place.replace(/\/+/g, '/').replace(/(?<=.)\/$/, ''));
  });

  const inFolder = (p: Program) => new DataVolume(p.stack, 'Data', { daemon: p.daemon, owner: FileOwner.of(10001), ownerImage: IMAGE });
  const place = (configFiles: ContainerConfigOptions, more: (p: Program) => Partial<HardenedContainerProps>) => {
    const p = new Program();
    return () => p.container('Web', p.segment('Front'), { configFiles, ...more(p) });
  };

  test.each<[string, ContainerConfigOptions, (p: Program) => Partial<HardenedContainerProps>]>([
    ['in a volume', { files: [conf()] }, (p) => ({ volumes: [VolumeMount.volume(inFolder(p), '/etc/app')] })],
    [
      'above a volume',
      { files: [ConfigFile.fromText('/etc/app', '')] },
      (p) => ({ volumes: [VolumeMount.volume(inFolder(p), '/etc/app/data')] }),
    ],
    [
      'in the place of a volume',
      { files: [ConfigFile.fromText('/data', '')] },
      (p) => ({ volumes: [VolumeMount.volume(inFolder(p), '/data')] }),
    ],
    ['in a directory of the host', { files: [conf()] }, () => ({ volumes: [VolumeMount.hostPath('/srv/x', '/etc')] })],
    ['in memory', { files: [ConfigFile.fromText('/tmp/a', '')] }, () => ({})],
    [
      'among secrets',
      { files: [ConfigFile.fromText('/run/secrets/a', '')] },
      (p) => ({ secrets: { files: [new SecretFile(p.stack, 'S', { daemon: p.daemon })] } }),
    ],
    [
      'a folder that has a volume in it',
      { files: [conf()], onChange: FileChange.nothing() },
      (p) => ({ volumes: [VolumeMount.volume(inFolder(p), '/etc/app/data')] }),
    ],
    ['in another file', { files: [conf(), ConfigFile.fromText('/etc/app/app.conf/x', '')] }, () => ({})],
    ['where the guard shows', { files: [ConfigFile.fromText('/.bulkhead-guard', '')] }, () => ({})],
  ])('%s is refused', (_what, configFiles, more) => {
    expectError(place(configFiles, more), 'MountTarget');
  });

  test('beside other mounts is welcome', () => {
    expect(place({ files: [conf()] }, (p) => ({ volumes: [VolumeMount.volume(inFolder(p), '/etc/app/data')] }))).not.toThrow();
  });

  test.each(['/etc/a', '/a', '/usr/a', '/usr/bin/a', '/usr/local/lib/x/a', '/bin/a', '/tmp/a'])(
    'the folder of %s is not hidden',
    (file) => {
      const files = [ConfigFile.fromText(file, '')];
      expectError(
        place({ files, onChange: FileChange.nothing() }, () => ({})),
        'ConfigFileValue',
        { says: ['would hide'] },
      );
      const u = new Unguarded();
      expectError(() => u.container('Web', u.segment('Front'), { configFiles: { files } }), 'ConfigFileValue', { says: ['would hide'] });
    },
  );
});

test.each(['0444', '444', '0400', '0755', '0640'])('the mode %s is one', (mode) => {
  expect(conf('', { mode })._fact.mode).toBe(mode.padStart(4, '0'));
});

test.each(['0666', '0464', '0446', '4755', '1444', 'u+x', '8', '0o444', ''])('the mode %s is refused', (mode) => {
  expectError(() => conf('', { mode }), 'ConfigFileValue');
});

test('what cannot be given to root alone reads for the user of the container', () => {
  const { p } = guarded({ files: [conf()] }, { user: ContainerUser.of(999) });
  expect(configOf(p.topology())[0].files[0]).toMatchObject({ owner: '0:0', mode: '0444' });
});
