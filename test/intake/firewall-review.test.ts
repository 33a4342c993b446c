import { CLEAN } from './review/clean';
import { judge } from './review/judge';
import { COUNTING, PASSAGE, PUBLISHED } from './review/mistakes';

const ROWS = { published: PUBLISHED, passage: PASSAGE, counting: COUNTING, clean: CLEAN };

describe.each(Object.entries(ROWS))('%s', (_, rows) => {
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_name, row) => {
    const wrong = judge(row).filter(({ missing, invented, unproved }) => missing.length + invented.length + unproved.length > 0);
    expect(wrong).toEqual([]);
  });
});
