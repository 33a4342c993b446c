import { Token } from 'cdktf';
import { literalText, literalWords } from '../../src/private/late';
import { childPath, nameFromPath } from '../../src/private/names';
import { readable } from '../../src/private/readable';
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
    expect(terraformUnescape(literalText(text))).toBe(text);
  },
);

describe("cdktf's references", () => {
  const token = Token.asString({ resolve: () => '' });
  const number = String(Token.asNumber({ resolve: () => 1 }));
  const list = Token.asList({ resolve: () => ['a'] });

  test('are left alone where the program has made them', () => {
    expect(literalText(`${token} \${x} ${number}`)).toBe(`${token} $\${x} ${number}`);
    expect(literalWords(list)).toEqual(list);
  });

  test.each([
    ['${TfToken[TOKEN.999999]}', '${"$"}{TfToken[TOKEN.999999]}'],
    ['a$${TfToken[TOKEN.999999]}', 'a${"$"}${"$"}{TfToken[TOKEN.999999]}'],
    ['${TfToken[file("/etc/passwd")]}', '$${TfToken[file("/etc/passwd")]}'],
    ['#{TfToken[TOKEN.999999]}', '#${"{"}TfToken[TOKEN.999999]}'],
    ['&{TfToken[TOKEN.999999]}', '&${"{"}TfToken[TOKEN.999999]}'],
    ['-1.8881545897087503e+289', '-1${""}.8881545897087503e+289'],
    ['String Map Token Value', '${""}String Map Token Value'],
    ['-1.5e+9', '-1.5e+9'],
  ])('%j only looks like one and stays the text it is', (text, written) => {
    expect(literalText(text)).toBe(written);
    expect(literalWords([text, 'b'])).toEqual([written, 'b']);
    expect(terraformUnescape(written)).toBe(text);
  });

  test('a number that looks like one does not take the value of one that is made later', () => {
    const stolen = literalText('-8.1e+298');
    expect(stolen).not.toMatch(/-\d[\d.]*e\+/);
  });
});

describe('what a message shows', () => {
  test.each([
    ['a\u202eb', 'a\\u{202e}b'],
    ['\u001b[2J\u0000\u009b', '\\u{1b}[2J\\u{0}\\u{9b}'],
    ['x\u200b\ufeff\u2066\ud800', 'x\\u{200b}\\u{feff}\\u{2066}\\u{d800}'],
    ['two\n\tlines, é 漢 😀', 'two\n\tlines, é 漢 😀'],
  ])('%j is %j', (text, shown) => expect(readable(text)).toBe(shown));

  test.each([
    [
      `'name' must be short, got '${'x'.repeat(100_000)}'; shorten it`,
      /^'name' must be short, got 'x{150}… \(100000 characters\)'; shorten it$/,
    ],
    [`got ${'y'.repeat(400)} there`, /^got y{150}… \(400 characters\) there$/],
    [`got "${'z '.repeat(400)}"`, /^got "(z ){75}… \(800 characters\)"$/],
    ["'a' ".repeat(50_000), /^('a' ){2000}… \(200000 characters\)$/],
    ['short and whole', /^short and whole$/],
  ])('a long input is cut, with its length: %#', (message, wanted) => expect(readable(message)).toMatch(wanted));
});

test('the path of a construct has no slash that its id had', () => {
  expect(childPath({ node: { path: 'app' } }, 'a/b')).toBe('app/a--b');
});
