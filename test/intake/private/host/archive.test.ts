import { readArchive } from '../../../../src/intake/private/host/archive';
import { HOST_TEXTS } from '../../../../src/intake/private/host/host-texts';

const ARCHIVE = [
  'bulkhead-collect 1',
  '# Taken on web1',
  '== iptables: iptables-save',
  '| *filter',
  '| :INPUT ACCEPT [0:0]',
  '| == end of 1 texts',
  '| ',
  '| | COMMIT',
  '== end iptables 5',
  '== ipset none: no set is in the kernel',
  '== nft missing: nft is not on this host',
  '== daemon-json none: there is no file',
  '== some-text-of-later: a tool',
  '| x',
  '== end some-text-of-later 1',
  '== end of 5 texts',
  '',
];
const text = (lines: readonly string[], end = '\n') => lines.join(end);
/** With other lines in the place of some. */
const changed = (at: number, gone: number, ...lines: readonly string[]) => [...ARCHIVE.slice(0, at), ...lines, ...ARCHIVE.slice(at + gone)];
const refusal = (of: string) => {
  try {
    readArchive(of);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

test.each(['\n', '\r\n'])('texts, what is empty, and what is missing with its reason; lines that end with %j', (end) => {
  const { texts, lacks } = readArchive(text(ARCHIVE, end));
  expect(texts).toEqual({ iptables: '*filter\n:INPUT ACCEPT [0:0]\n== end of 1 texts\n\n| COMMIT\n', ipset: '', 'daemon-json': '{}\n' });
  expect(lacks.find(({ of }) => of === 'nft')).toEqual({ of: 'nft', why: 'nft is not on this host' });
  expect(lacks.map(({ of }) => of).sort()).toEqual(
    HOST_TEXTS.filter((name) => !['iptables', 'ipset', 'daemon-json'].includes(name)).sort(),
  );
});

test('every cut is an error, after whichever character', () => {
  const whole = text(ARCHIVE).trimEnd();
  expect(refusal(whole)).toBeUndefined();
  const taken = Array.from({ length: whole.length }, (_, length) => length).filter(
    (length) => refusal(whole.slice(0, length)) === undefined,
  );
  expect(taken).toEqual([]);
});

test('every line that is lost or comes twice is an error, but for remarks at the head', () => {
  for (let at = 0; at < ARCHIVE.length - 1; at++) {
    const isRemark = ARCHIVE[at].startsWith('#');
    expect([at, refusal(text(changed(at, 1))) === undefined]).toEqual([at, isRemark]);
    expect([at, refusal(text(changed(at, 0, ARCHIVE[at]))) === undefined]).toEqual([at, isRemark]);
  }
});

test.each([
  [
    'bulkhead-collect 2',
    0,
    "the archive begins with 'bulkhead-collect 2', and this command reads 'bulkhead-collect 1'; collect again with this version of Bulkhead",
  ],
  [
    'and a line that a mail program wrapped',
    4,
    "line 5 of the archive comes inside the text 'iptables' and is neither a line of it nor its end",
  ],
  ['== iptables: again', 9, "line 10 of the archive is the second text 'iptables'"],
  ['== end iptables 4', 8, "line 9 of the archive ends 'iptables' after 4 lines, and there are 5"],
  ['== end of 6 texts', 15, 'line 16 of the archive ends 6 texts, and there are 5'],
])('%j in line %i is told', (line, at, message) => {
  expect(refusal(text(changed(at, 1, line)))).toContain(message);
});

test('what follows the end is an error', () => {
  expect(refusal(`${text(ARCHIVE)}$ exit\n`)).toContain('comes after the end');
});
