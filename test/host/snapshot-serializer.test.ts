import { TerraformOutput, Testing } from 'cdktf';
import { snapshotSerializer } from '../../src/host/private/snapshot-serializer';
import { Program } from '../support/programs';

const program = new Program();
new TerraformOutput(program.stack, 'plain', { value: program.daemon.userData });
new TerraformOutput(program.stack, 'compressed', { value: program.daemon.userDataGzipBase64 });
const json = Testing.synth(program.stack);

test('user data inside of a stack is told by a digest, and the rest stays as it is', () => {
  expect(snapshotSerializer.test(json)).toBe(true);
  const shown = snapshotSerializer.serialize(json);
  const { output } = JSON.parse(shown);
  expect(output.plain.value).toMatch(/^<user data, sha256 [0-9a-f]{12}>$/);
  expect(output.compressed.value).toMatch(/^<compressed user data, sha256 [0-9a-f]{12}>$/);
  const without = (text: string) => ({ ...JSON.parse(text), output: undefined });
  expect(without(shown)).toEqual(without(json));
});

test('user data alone is, too; another text has another digest', () => {
  const { plain } = JSON.parse(json).output;
  expect(snapshotSerializer.serialize(plain.value)).toMatch(/^<user data, sha256 [0-9a-f]{12}>\n?$/);
  expect(snapshotSerializer.serialize(`${plain.value}#\n`)).not.toBe(snapshotSerializer.serialize(plain.value));
});

test.each(['', 'a text', '{"value":"H4sI"}', 7, undefined, { userData: '#cloud-config' }])('%j is left to others', (value) =>
  expect(snapshotSerializer.test(value)).toBe(false),
);
