import { gzipSync } from 'node:zlib';
import { Fn, TerraformResource, Testing } from 'cdktf';
import { type HardenedDaemonProps, Rules, SecureDefaults } from '../../src';
import { stackView } from '../../src/validation/private/stack-view';
import type { Subject } from '../../src/validation/private/subject';
import { Program, newDaemon, newStack } from '../support/programs';
import { RawStack, short } from '../support/raw-stack';

const OPEN = JSON.stringify({ hosts: ['tcp://0.0.0.0:2375'] });
const b64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

/** What a stack says of engines and hosts beside its resources. */
function seen(type: string, attributes: object, subjects: readonly Subject[] = []) {
  return stackView({ resource: { [type]: { it: attributes } } }, 'app', subjects)
    .filter(({ resourceType }) => ['daemon.json', 'host'].includes(resourceType))
    .map(({ resourceType, address, attributes: found }) => ({ resourceType, address, attributes: found }));
}

const engines = (type: string, attributes: object) => seen(type, attributes).filter(({ resourceType }) => resourceType === 'daemon.json');
const hosts = (type: string, attributes: object) => seen(type, attributes).filter(({ resourceType }) => resourceType === 'host');

describe('settings in resources', () => {
  test.each<[string, string, object]>([
    ['a file', 'local_file', { filename: '/etc/docker/daemon.json', content: OPEN }],
    ['a file in base64', 'local_file', { filename: './daemon.json', content_base64: b64(OPEN) }],
    ['a secret file', 'local_sensitive_file', { filename: 'daemon.json', content: OPEN }],
    ['a place that Terraform knows in part', 'local_file', { filename: '${path.module}/daemon.json', content: OPEN }],
    ['any resource', 'ssh_resource', { file: [{ destination: '/etc/docker/daemon.json', content: OPEN }] }],
    ['a provisioner', 'null_resource', { provisioner: [{ file: { destination: '/etc/docker/daemon.json', content: OPEN } }] }],
    ['a byte order mark', 'local_file', { filename: 'daemon.json', content: `\uFEFF${OPEN}` }],
  ])('%s', (_what, type, attributes) => {
    expect(engines(type, attributes)).toEqual([{ resourceType: 'daemon.json', address: `${type}.it`, attributes: JSON.parse(OPEN) }]);
  });

  test.each<[string, object]>([
    ['another name', { filename: '/etc/docker/my-daemon.json', content: OPEN }],
    ['what is no JSON', { filename: 'daemon.json', content: '{icc: false' }],
    ['what is no object', { filename: 'daemon.json', content: '[1]' }],
    ['a file without content', { filename: 'daemon.json', source: './daemon.json' }],
  ])('%s is none', (_what, attributes) => {
    expect(seen('local_file', attributes)).toEqual([]);
  });

  test('what Terraform makes is known to it alone, also in parts', () => {
    const [made] = stackView(
      { resource: { local_file: { it: { filename: 'daemon.json', content: '${jsonencode({"icc" = false})}' } } } },
      'app',
      [],
    ).filter(({ resourceType }) => resourceType === 'daemon.json');
    expect(made.isFalse('icc')).toBe(false);
    expect([...made.unknown]).toEqual(['icc']);
    const part = engines('local_file', { filename: 'daemon.json', content: '{"icc": false, "data-root": "${var.root}"}' });
    expect(part[0].attributes).toEqual({ icc: false, 'data-root': '${var.root}' });
  });
});

describe('cloud-init', () => {
  const document = (entry: object) => `#cloud-config\n${JSON.stringify({ write_files: [{ path: '/etc/docker/daemon.json', ...entry }] })}`;
  const yaml = `#cloud-config
write_files:
  - path: /etc/docker/daemon.json
    content: |
      {"hosts": ["tcp://0.0.0.0:2375"]}
`;

  test.each<[string, string, string]>([
    ['YAML', 'user_data', yaml],
    ['JSON', 'user_data', document({ content: OPEN })],
    ['a body in base64', 'user_data', document({ content: b64(OPEN), encoding: 'b64' })],
    ['a packed body', 'user_data', document({ content: b64(gzipSync(OPEN)), encoding: 'gz+b64' })],
    ['a packed body by its long name', 'user_data', document({ content: b64(gzipSync(OPEN)), encoding: 'gzip+base64' })],
    ['base64', 'user_data_base64', b64(yaml)],
    ['base64 of packed user data', 'user_data_base64', b64(gzipSync(yaml))],
    ['Azure', 'custom_data', b64(yaml)],
    ['a variable elsewhere', 'user_data', `${yaml}hostname: \${var.name}\n`],
  ])('%s', (_what, key, text) => {
    expect(engines('aws_instance', { [key]: text })).toEqual([
      { resourceType: 'daemon.json', address: 'aws_instance.it', attributes: JSON.parse(OPEN) },
    ]);
  });

  test('user data of Google lies in a map', () => {
    expect(engines('google_compute_instance', { metadata: { 'user-data': yaml } })).toHaveLength(1);
  });

  test.each([
    ['a script', '#!/bin/sh\necho write_files\n'],
    ['what is no YAML', '#cloud-config\n{ a: [\n'],
    ['what is no map', '#cloud-config\n- a\n'],
    ['other files', '#cloud-config\nruncmd: [ls]\n'],
  ])('%s is left alone', (_what, text) => {
    expect(seen('aws_instance', { user_data: text })).toEqual([]);
  });

  test('a packed body that is too large or damaged is left alone', () => {
    const bomb = b64(gzipSync(Buffer.alloc(8 * 1024 * 1024, ' ')));
    expect(engines('aws_instance', { user_data: document({ content: bomb, encoding: 'gz+b64' }) })).toEqual([]);
    expect(engines('aws_instance', { user_data: document({ content: 'H4sIAAA', encoding: 'gz+b64' }) })).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ['a user', { users: ['default', { name: 'ada', groups: 'sudo, docker' }, { name: 'bob', groups: ['adm'] }] }, ['ada']],
    ['a user by primary group', { users: [{ name: 'ada', primary_group: 'docker' }] }, ['ada']],
    ['a group', { groups: ['web', { docker: ['ada', 'bob'] }] }, ['ada', 'bob']],
    ['a map of groups', { groups: { docker: 'ada' } }, ['ada']],
    ['commands', { runcmd: ['usermod -aG docker ada', ['gpasswd', '-a', 'bob', 'docker'], 'adduser eve docker && ls'] }, ['ada', 'bob', 'eve']], // prettier-ignore
    ['several groups at once', { runcmd: ['usermod -a -G sudo,docker ada'] }, ['ada']],
  ])('members of the group by %s', (_what, config, members) => {
    const [host] = hosts('aws_instance', { user_data: `#cloud-config\n${JSON.stringify(config)}` });
    expect(host.attributes).toMatchObject({ docker_group_members: members });
  });

  test('files with their owner and mode, and what cloud-init makes of those that say none', () => {
    const files = [{ path: '/a', owner: 'ada:ada', permissions: '0600', content: '' }, { path: '/b' }];
    const [host] = hosts('aws_instance', { user_data: `#cloud-config\n${JSON.stringify({ write_files: files })}` });
    expect(host.attributes).toMatchObject({
      files: [
        { path: '/a', owner: 'ada:ada', mode: '0600' },
        { path: '/b', owner: 'root:root', mode: '0644' },
      ],
    });
  });
});

describe('in a program', () => {
  const raw = (stack: RawStack['stack'], attributes: object) => {
    const it = new TerraformResource(stack, 'Vm', { terraformResourceType: 'aws_instance' });
    for (const [key, value] of Object.entries(attributes)) it.addOverride(key, value);
    return it;
  };

  test('user data of a raw machine opens the engine: the synth fails', () => {
    const program = new RawStack().add(new SecureDefaults());
    raw(program.stack, {
      user_data: `#cloud-config\n${JSON.stringify({ write_files: [{ path: '/etc/docker/daemon.json', content: OPEN }] })}`,
    });
    expect(() => Testing.synth(program.stack, true)).toThrow(/\[raw\/Vm] 'hosts' has 'tcp:\/\/0\.0\.0\.0:2375'.* \(BH-D06\)/);
  });

  test('Fn.jsonencode is known to Terraform only', () => {
    const program = new RawStack();
    raw(program.stack, { filename: '/etc/docker/daemon.json', content: Fn.jsonencode({ icc: true }) });
    expect(short(program.findings(...Rules.byId('BH-D01')))).toEqual(['BH-X03 raw/Vm BH-D01 icc']);
  });

  test('our own user data says nothing that its daemon does not say', () => {
    const stack = newStack();
    const daemon = newDaemon(stack);
    raw(stack, { user_data: daemon.userData, user_data_base64: daemon.userDataGzipBase64 });
    const findings = new SecureDefaults().check(stack);
    expect(short(findings)).toEqual([]);
    const all = stackView(stack.toTerraform(), 'app', []).filter(({ resourceType }) => resourceType === 'daemon.json');
    // That of the plain form lies in an archive, and is checked where its daemon is.
    expect(all.map(({ path }) => path)).toEqual(['app/Vm']);
    expect(all[0].isFalse('icc')).toBe(true);
  });
});

test.each<[string, Partial<HardenedDaemonProps>, string[]]>([
  ['defaults', { auditRules: undefined }, ['BH-H01 app/Edge audit rules']],
  ['audit rules', {}, []],
  ['no live restore', { liveRestore: false }, ['BH-D13 app/Edge live-restore']],
])('a HardenedDaemon: %s', (_what, props, expected) => {
  const program = new Program(props);
  program.container('Web', program.segment('Front'));
  const own = Rules.all().filter(({ ruleId }) => /^BH-[DHX]/.test(ruleId));
  const inDefaults = new SecureDefaults().rules.map(({ ruleId }) => ruleId);
  const rules = own.filter(({ ruleId }) => inDefaults.includes(ruleId));
  const pack = new SecureDefaults();
  const findings = pack.check(program.stack).filter(({ ruleId }) => rules.some((rule) => rule.ruleId === ruleId));
  expect(short(findings)).toEqual(expected);
});

test('a HardenedDaemon that says where its data is', () => {
  const [rule] = Rules.byId('BH-H04');
  const of = (dataPartition: boolean) => new Program({ dataPartition });
  const pack = (program: Program) => short(new SecureDefaults({ additionalRules: [rule] }).check(program.stack)).filter((text) => text.startsWith('BH-H04')); // prettier-ignore
  expect(pack(of(true))).toEqual([]);
  expect(pack(of(false))).toEqual(['BH-H04 app/Edge /var/lib/docker']);
});
