import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { EnvironmentFile } from '../../src';
import { environmentLines } from '../../src/workloads/private/environment-lines';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

const lines = (text: string) => environmentLines('app.env', text);

test.each<[what: string, text: string, variables: Record<string, string>]>([
  ['nothing', '', {}],
  ['comments and empty lines', '# a\n\n  # b\n\t\n', {}],
  ['a value with everything', `A="x" 'y' $HOME # no comment = `, { A: `"x" 'y' $HOME # no comment = ` }],
  ['an empty value', 'A=', { A: '' }],
  ['blanks before a name', ' \tA=b', { A: 'b' }],
  ['blanks around a value', 'A= b ', { A: ' b ' }],
  ['ends of lines of Windows', 'A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['a mark of the order of bytes', '\ufeffA=1', { A: '1' }],
  ['names of any kind', 'discovery.type=single-node\nexport=1\n__proto__=x', { 'discovery.type': 'single-node', export: '1', ['__proto__']: 'x' }], // prettier-ignore
])('%s', (_, text, variables) => expect(Object.entries(lines(text))).toEqual(Object.entries(variables)));

test.each([
  ['a name alone', 'A=1\nHOME', ['line 2', "'HOME' without '='", 'write HOME=VALUE']],
  ['a name with a blank', 'export A=1', ['line 1', 'a name with blanks']],
  ['a blank before =', 'A =1', ['line 1']],
  ['no name', '=1', ['line 1', 'no name']],
  ['a name twice', 'A=1\n\nA=2', ['line 3', "'A' for the second time"]],
])('%s is refused, without a value in the message', (_, text, says) => {
  expectError(() => lines(text), 'EnvironmentFileLine', { says: ["'app.env'", ...says] });
});

describe('a file', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'environment-'));
  const file = (name: string, content: string | Buffer) => {
    fs.writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  test('is read, and what the program says wins', () => {
    const program = new Program();
    const environment = { ...EnvironmentFile.read(file('app.env', 'A=1\nB=${x}\n')), A: '2' };
    program.container('Web', program.segment('Front'), { environment });
    expect(program.synth().container().env).toEqual(['A=2', 'B=$${x}']);
  });

  test('is relative to the working directory', () => {
    expect(EnvironmentFile.read(path.relative(process.cwd(), file('relative.env', 'A=1')))).toEqual({ A: '1' });
  });

  test('with a secret is refused like one in the program', () => {
    const program = new Program();
    const environment = EnvironmentFile.read(file('secret.env', 'DB_PASSWORD=hunter2'));
    expectError(() => program.container('Web', program.segment('Front'), { environment }), 'SecretInEnvironment', {
      says: ['environment.DB_PASSWORD'],
    });
  });

  test.each([
    ['no file', () => path.join(folder, 'none.env'), 'ENOENT'],
    ['a folder', () => folder, 'EISDIR'],
    ['bytes that are no UTF-8', () => file('latin.env', Buffer.from([0x41, 0x3d, 0xe9])), 'not valid'],
    ['a file of more than a megabyte', () => file('large.env', 'A'.repeat(1_048_577)), 'bytes, more than'],
  ])('%s', (_, make, says) => expectError(() => EnvironmentFile.read(make()), 'EnvironmentFileMissing', { says: [says, 'UTF-8'] }));
});
