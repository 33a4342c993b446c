import * as fs from 'fs';
import * as path from 'path';

const PROJECT = path.resolve(__dirname, '../..');
const GUIDES = path.join(PROJECT, 'docs/guides');

/** README and what lies below docs, as paths relative to the project. */
const pages = ['README.md', 'CONTRIBUTING.md', ...below('docs')];

function below(folder: string): string[] {
  return fs.readdirSync(path.join(PROJECT, folder), { withFileTypes: true }).flatMap((entry) => {
    const inside = `${folder}/${entry.name}`;
    return entry.isDirectory() ? below(inside) : entry.name.endsWith('.md') ? [inside] : [];
  });
}

const read = (page: string) => fs.readFileSync(path.join(PROJECT, page), 'utf8');
/** Blocks of code hold no links. */
const proseOf = (text: string) => text.replace(/^ *```.*?^ *```$/gms, '').replace(/`[^`\n]*`/g, '');

/** Targets of links that are files of the project, relative to it, with the place in the file. */
function linksOf(page: string): { target: string; place?: string }[] {
  return [...proseOf(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file, place] = link.split('#');
      return { target: file === '' ? page : path.posix.join(path.posix.dirname(page), file), place };
    });
}

/** Names of headings as hosts of repositories make them. */
const placesOf = (page: string) =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(pages)('links of %s lead somewhere', (page) => {
  const broken = linksOf(page).filter(({ target, place }) => {
    if (!fs.existsSync(path.join(PROJECT, target))) return true;
    return place !== undefined && !placesOf(target).includes(place);
  });
  expect(broken).toEqual([]);
});

const excluded = read('.npmignore').match(/^\/\S+/gm)!;
const isPacked = (file: string) => !excluded.some((place) => `/${file}`.startsWith(place));

test.each(below('docs').filter(isPacked))('%s links to nothing that is not in the package', (page) => {
  expect(linksOf(page).filter(({ target }) => !isPacked(target))).toEqual([]);
});

describe('a guide', () => {
  const guides = fs.readdirSync(GUIDES).filter((file) => file.endsWith('.md'));

  test.each(guides)('%s begins with a program, ends with what to check, and is one page', (guide) => {
    const text = read(`docs/guides/${guide}`);
    expect(text).toMatch(/^# .+\n\n```(ts|python|yaml)\n/);
    expect(text.match(/^## .+$/gm)?.at(-1)).toBe('## Check');
    const words = proseOf(text).split('\n').filter((line) => !line.startsWith('|')).join(' ').split(/\s+/); // prettier-ignore
    expect(words.length).toBeLessThan(900);
  });

  test.each(guides)('%s is in the index', (guide) => {
    expect(linksOf('docs/README.md').map(({ target }) => target)).toContain(`docs/guides/${guide}`);
  });
});
