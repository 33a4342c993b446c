import { readable } from './readable';

/** A foreign text for a line of Markdown: no part of it ends a line or a cell or becomes markup, and all of it is visible. */
export function markdownText(text: string): string {
  return readable(text)
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|!~]/g, (mark) => (mark === '<' ? '&lt;' : mark === '>' ? '&gt;' : `\\${mark}`));
}

/** A table of such texts, one line a row; empty where there is no row. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  return [head, head.map(() => '---'), ...rows.map((cells) => cells.map(markdownText))].map((cells) => `| ${cells.join(' | ')} |`);
}
