import { main } from '../../src/cli/main';

/** Runs a command line; returns its exit code and what it writes. */
export async function bulkhead(...argv: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const said = { out: '', err: '' };
  const sink = (name: 'out' | 'err') => ({ write: (text: string) => void (said[name] += text) });
  return { code: await main(argv, sink('out'), sink('err')), ...said };
}
