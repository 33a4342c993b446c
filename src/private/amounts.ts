/** Units of bytes as Compose and Docker write them, in mebibytes. */
const MEBIBYTES: Readonly<Record<string, number>> = { b: 1 / 1_048_576, k: 1 / 1024, m: 1, g: 1024, t: 1_048_576 };
const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

const PROCESSORS = 'thousandths of a processor';

/** An amount by the end of the name of its property: what one is called, and what a text or a fraction comes to. */
const AMOUNTS: readonly { readonly end: RegExp; readonly unit: string; readonly read: (value: unknown) => number | undefined }[] = [
  { end: /Mebibytes\b/, unit: 'mebibytes', read: mebibytesOf },
  { end: /Seconds\b/, unit: 'seconds', read: secondsOf },
  { end: /Millis\b/, unit: PROCESSORS, read: millisOf },
];

/** The whole number that a caller may have meant by `'512m'`, `'1m30s'` or `1.5` processors; undefined for another property or value. */
export function amountMeant(property: string, value: unknown): number | undefined {
  const meant = AMOUNTS.find(({ end }) => end.test(property))?.read(value);
  return meant === undefined || meant < 1 ? undefined : Math.round(meant);
}

/** What to write instead of a value that is not a whole number in the range; starts with a semicolon, or is empty if the message needs no more. */
export function instead(property: string, value: unknown, least: number, most: number): string {
  const unit = AMOUNTS.find(({ end }) => end.test(property))?.unit;
  const isNumeral = typeof value === 'string' && /^\d{1,15}$/.test(value);
  const meant = isNumeral ? Number(value) : amountMeant(property, value);
  const isMeant = meant !== undefined && meant >= least && meant <= most;
  if (unit === PROCESSORS && isMeant && !isNumeral) return `; write ${meant} for ${String(value)} processors`;
  if (unit !== undefined && isMeant) return `; write ${meant}, the number of ${unit}`;
  if (unit !== undefined && typeof value !== 'number') return `; write the number of ${unit}, without a unit`;
  return isNumeral && isMeant ? `; write ${meant}, without quotes` : '';
}

function mebibytesOf(value: unknown): number | undefined {
  const [, count, unit] = /^(\d{1,15}(?:\.\d{1,6})?) ?([bkmgt])(?:i?b)?$/i.exec(String(value)) ?? [];
  return unit === undefined ? undefined : Number(count) * MEBIBYTES[unit.toLowerCase()];
}

function secondsOf(value: unknown): number | undefined {
  const text = String(value);
  if (!/^(\d{1,9}(\.\d{1,6})?(ms|[smh]))+$/.test(text)) return undefined;
  return [...text.matchAll(/([\d.]+)(ms|[smh])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS[unit], 0);
}

/** Compose and `docker run` count processors, with fractions. */
function millisOf(value: unknown): number | undefined {
  return /^\d{1,4}(\.\d{1,6})?$/.test(String(value)) ? Number(value) * 1000 : undefined;
}
