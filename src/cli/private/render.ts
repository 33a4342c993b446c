import { markdownTable } from '../../private/markdown';
import { visible } from '../../private/readable';
import { jsonText } from '../../reports/private/json-text';

/** How an answer is printed. */
export const FORMATS = ['text', 'json', 'markdown', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** An answer that is a list. */
export interface Listing {
  /** Of the JSON; its version grows when a field changes its meaning or goes. */
  readonly kind: string;
  /** What it is about, for the JSON. */
  readonly about: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The same as objects, for the JSON. */
  readonly entries: readonly object[];
  /** Printed instead of an empty table. */
  readonly none: string;
  /** Whether rows have sentences, for which a column would be too wide: then each is a paragraph, and the columns after the third have lines. */
  readonly isLong?: boolean;
}

const VERSION = 1;

export function render(listing: Listing, format: Format): string {
  const { kind, about, entries } = listing;
  switch (format) {
    case 'json':
      return jsonText({ format: `bulkhead-${kind}`, version: VERSION, ...about, entries });
    case 'csv':
      return [listing.columns, ...listing.rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
    case 'markdown':
      return listing.rows.length === 0 ? `${listing.none}\n` : `${markdownTable(listing.columns, listing.rows).join('\n')}\n`;
    case 'text':
      return text(listing);
  }
}

/** Columns in line; no name changes how another one is shown. */
function text({ columns, rows, none, isLong }: Listing): string {
  if (rows.length === 0) return `${none}\n`;
  if (isLong === true) return rows.map((row) => paragraph(columns, row.map(visible))).join('\n');
  const all = [columns.map((column) => column.toUpperCase()), ...rows.map((row) => row.map(visible))];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => row[at].length)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at]))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function paragraph(columns: readonly string[], row: readonly string[]): string {
  const lines = row.slice(3).flatMap((cell, at) => (cell === '' ? [] : [`  ${columns[at + 3]}: ${cell}\n`]));
  return `${row.slice(0, 3).join('  ')}\n${lines.join('')}`;
}

/** A spreadsheet takes what begins with one of these signs for a formula. */
function csvField(value: string): string {
  const plain = /^[=+@\t\r-]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
}
