import { labelBlocks } from '../../src/workloads/private/labels';
import { expectError } from '../support/errors';
import { METACHARACTERS, Program, terraformUnescape } from '../support/programs';

const blocks = (labels: Record<string, string>, notSecret: Record<string, string> = {}) => labelBlocks('app/Web', labels, notSecret);

test('sorted, whatever the order of keys, and before the label of Bulkhead', () => {
  const program = new Program();
  program.container('Web', program.segment('Front'), { labels: { 'traefik.enable': 'true', 'com.example.team': 'shop' } });
  const { labels } = program.synth().container();
  expect(labels.slice(0, 2)).toEqual([
    { label: 'com.example.team', value: 'shop' },
    { label: 'traefik.enable', value: 'true' },
  ]);
  expect(labels[2].label).toBe('bulkhead.settings');
});

test('every value arrives as text', () => {
  const value = `${METACHARACTERS} \${HOME} $\${HOME} %{ if true }`;
  const program = new Program();
  program.container('Web', program.segment('Front'), { labels: { rule: value } });
  const written = program.synth().container().labels[0].value;
  expect(written).not.toBe(value);
  expect(terraformUnescape(written)).toBe(value);
});

test.each([
  'traefik.http.routers.a-b.tls.domains[0].main',
  'traefik.http.middlewares.login.basicauth.users',
  'homepage.widget.url',
  'bulkheads.door',
  'com.dockerize',
  'io.containers.autoupdate',
])('%s is a name', (name) => expect(blocks({ [name]: 'x' })).toEqual([{ label: name, value: 'x' }]));

test.each([
  'bulkhead',
  'bulkhead.settings',
  'Bulkhead.Settings',
  'com.docker.compose.project',
  'com.docker.swarm.service.name',
  'io.docker.x',
  'org.dockerproject.x',
])('%s is reserved', (name) =>
  expectError(() => blocks({ [name]: 'x' }), 'LabelName', { path: 'app/Web', says: [name, 'is reserved', 'com.example.'] }),
);

test.each(['', 'a b', 'a=b', 'é', 'a'.repeat(513)])('%j is no name', (name) =>
  expectError(() => blocks({ [name]: 'x' }), 'LabelName', { path: 'app/Web', says: ['is not a name of a label'] }),
);

test('control characters in names and values, and marks of Terraform in names', () => {
  expectError(() => blocks({ 'a\nb': 'x' }), 'ControlCharacter');
  expectError(() => blocks({ a: 'x\u0000' }), 'ControlCharacter', { says: ['labels.a'] });
  expectError(() => blocks({ '${a}': 'x' }), 'TemplateMark');
  expectError(() => blocks({ a: 1 as never }), 'NotText');
});

test('a secret is refused without its value, unless a reason says that it is none', () => {
  const labels = { 'app.api-token': 'hunter2', 'app.url': 'https://u:hunter2@example.com' };
  expectError(() => blocks(labels), 'SecretInLabel', { path: 'app/Web', says: ["'labels.app.api-token'", 'by its name'] });
  expect(() => blocks(labels)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
  expectError(() => blocks({ 'app.url': labels['app.url'] }), 'SecretInLabel', { says: ['a password inside a URL'] });
  const program = new Program();
  program.container('Web', program.segment('Front'), {
    labels: { 'app.token': 'header' },
    notSecretReasons: { 'app.token': 'the name of a header only' },
  });
  expect(program.synth().container().labels[0]).toEqual({ label: 'app.token', value: 'header' });
});
