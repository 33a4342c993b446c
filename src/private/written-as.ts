/** What to write for a value that is nearly of the type; undefined where that is not known. */
export function writtenAs(type: string, value: unknown): string | undefined {
  if (type.endsWith('[]')) {
    if (Array.isArray(value) || value === undefined) return undefined;
    return type === 'string[]' && typeof value === 'string' ? `[${wordsOf(value)}]` : 'a list with it: [ … ]';
  }
  if (type === 'Cidr' && typeof value === 'string' && /^[\da-f.:]+\/\d{1,3}$/i.test(value)) return `Cidr.parse('${value}')`;
  if (type === 'Port' && isNumeral(value)) return `Port.tcp(${String(value)}) or Port.udp(${String(value)})`;
  if (type === 'ConnectionRate' && isNumeral(value)) return `ConnectionRate.perSecond(${String(value)})`;
  return undefined;
}

function isNumeral(value: unknown): boolean {
  return /^\d{1,5}$/.test(String(value)) && (typeof value === 'number' || typeof value === 'string');
}

/** A line without quotes is several words, as in the exec form of Docker. */
export function wordsOf(line: string, otherwise = '…'): string {
  const words = /^[\w\s./:=@,-]+$/.test(line) ? line.trim().split(/\s+/) : [otherwise];
  return words.map((word) => `'${word}'`).join(', ');
}
