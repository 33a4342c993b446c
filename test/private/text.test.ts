import { Token } from 'cdktf';
import { escapeTerraform } from '../../src/private/late';
import { childPath, nameFromPath } from '../../src/private/names';
import { isTokenNumber, isTokenText, passedText, plainText, wholeNumber } from '../../src/private/text';
import { expectError } from '../support/errors';
import { METACHARACTERS, terraformUnescape } from '../support/programs';

test.each([
  ['app/Web', 'app-web'],
  ['app/S_1', 'app-s-1'],
  ['App/--x--', 'app-x'],
  ['app/é', 'app'],
  ['', ''],
])('the name of %j is %j', (path, name) => expect(nameFromPath(path)).toBe(name));

test('a long path keeps its end, and never begins with a hyphen', () => {
  const name = nameFromPath(`app/${'x'.repeat(40)}/${'y'.repeat(57)}`);
  expect(name).toBe('y'.repeat(57));
});

test('the path of a child of the root has no slash', () => {
  expect(childPath({ node: { path: '' } }, 'app')).toBe('app');
  expect(childPath({ node: { path: 'app' } }, 'Web')).toBe('app/Web');
});

test('tokens of every kind are known', () => {
  expect(isTokenText(Token.asString({ resolve: () => '' }))).toBe(true);
  expect(isTokenText(Token.asList({ resolve: () => [] })[0])).toBe(true);
  expect(Object.keys(Token.asStringMap({ resolve: () => ({}) })).every(isTokenText)).toBe(true);
  expect(isTokenNumber(Token.asNumber({ resolve: () => 1 }))).toBe(true);
  expect([isTokenText('${x}'), isTokenText('#{x}'), isTokenNumber(-5)]).toEqual([false, false, false]);
});

test('text that is plain comes back as it is', () => {
  expect(plainText('app', 'x', METACHARACTERS)).toBe(METACHARACTERS);
  expect(passedText('app', 'x', 'a\n\tb ${x}')).toBe('a\n\tb ${x}');
});

test.each(['\u0000', '\n', '\t', '\u001b', '\u007f', '\u2028', '\u2029'])('the control character %j is shown, not printed', (character) => {
  expectError(() => plainText('app', 'x', `a${character}b`), 'ControlCharacter', { path: 'app', says: ["'x'", 'remove it'] });
});

test('numbers', () => {
  expect(wholeNumber('app', 'x', 5, 1, 5, 'MemoryLimit')).toBe(5);
  expectError(() => wholeNumber('app', 'x', 6, 1, 5, 'MemoryLimit'), 'MemoryLimit', { path: 'app', says: ['from 1 to 5', 'got 6'] });
  expectError(() => wholeNumber(undefined, 'x', '5', 1, 5, 'MemoryLimit'), 'MemoryLimit', { says: ['"5"'] });
});

test.each(['${a}', '$${a}', '$$${a}', '%{a}', '%%{a}', '$%{a}', '%${a}', '$ {', '$$', 'a } b', METACHARACTERS])(
  '%j survives Terraform',
  (text) => {
    expect(terraformUnescape(escapeTerraform(text))).toBe(text);
  },
);

test("cdktf's own tokens are left alone", () => {
  const token = Token.asString({ resolve: () => '' });
  expect(escapeTerraform(`${token} \${x}`)).toBe(`${token} $\${x}`);
});
