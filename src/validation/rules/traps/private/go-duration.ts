const NANOSECONDS: Readonly<Record<string, number>> = { h: 3600e9, m: 60e9, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, μs: 1e3, ns: 1 };
const PART = /(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|μs|ns)/g;

/** A duration as the provider reads it back from a container: `1m0s`, whatever was written for it; undefined where the text is none. */
export function readBack(text: string): string | undefined {
  const parts = [...text.matchAll(PART)];
  if (text === '0') return '0s';
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined;
  const total = Math.round(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * NANOSECONDS[unit], 0));
  if (total === 0) return '0s';
  if (total < 1e9) {
    const unit = total < 1e3 ? 'ns' : total < 1e6 ? 'µs' : 'ms';
    return `${decimal(total / NANOSECONDS[unit])}${unit}`;
  }
  const [hours, minutes] = [Math.floor(total / 3600e9), Math.floor((total % 3600e9) / 60e9)];
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${decimal((total % 60e9) / 1e9)}s`;
}

/** The same of a service, which leaves out what is zero at the end: `1m`. */
export function readBackOfService(text: string): string | undefined {
  return readBack(text)?.replace(/m0s$/, 'm').replace(/h0m$/, 'h');
}

function decimal(value: number): string {
  return `${Number(value.toFixed(9))}`;
}
