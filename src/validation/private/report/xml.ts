/** An element with its attributes, and elements or a text in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly content?: readonly XmlElement[] | string;
}

const MARKS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};
// XML 1.0 has no way to write any other character, and a value may hold one.
const NO_CHARACTER = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** A document of XML 1.0, an element to the line. */
export function xmlDocument(root: XmlElement): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  write(root, '', lines);
  return `${lines.join('\n')}\n`;
}

function write({ name, attributes = {}, content = [] }: XmlElement, indent: string, lines: string[]): void {
  let start = `${indent}<${name}`;
  for (const [key, value] of Object.entries(attributes)) start += ` ${key}="${escaped(`${value}`, /[&<"\t\n\r]/g)}"`;
  if (typeof content === 'string') {
    lines.push(`${start}>${escaped(content, /[&<>\r]/g)}</${name}>`);
  } else if (content.length === 0) {
    lines.push(`${start}/>`);
  } else {
    lines.push(`${start}>`);
    content.forEach((element) => write(element, `${indent}  `, lines));
    lines.push(`${indent}</${name}>`);
  }
}

function escaped(text: string, marks: RegExp): string {
  return text.replace(NO_CHARACTER, '\uFFFD').replace(marks, (mark) => MARKS[mark]);
}
