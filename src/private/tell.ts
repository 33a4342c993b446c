import { visible } from './readable';
import { Slot } from './slot';

/** A construct, as far as it matters here: files in this folder know no constructs. */
interface InApp {
  readonly node: { readonly root: InApp; tryGetContext(key: string): unknown };
}

const TOLD = new Slot<Set<string>>('told');

/** Test runners set these variables: Jest, Vitest, node:test, pytest. The first is for all others. */
const QUIET = ['BULKHEAD_QUIET', 'JEST_WORKER_ID', 'VITEST', 'NODE_TEST_CONTEXT', 'PYTEST_CURRENT_TEST'];

/**
 * Prints a line for the user who runs a synth.
 *
 * The cdktf command shows an app's stdout, and shows stderr only when the app fails. A program that is started directly may be part of a pipe, so
 * there the line goes to stderr. Nothing is printed under a test runner or with `BULKHEAD_QUIET`, and nothing twice for one app.
 */
export function tell(place: InApp, line: string): void {
  const { root } = place.node;
  // Set by Testing.app().
  const isQuiet = root.node.tryGetContext('cdktfVersion') === 'stubbed' || QUIET.some((name) => process.env[name] !== undefined);
  const told = TOLD.get(root) ?? new Set<string>();
  TOLD.set(root, told);
  if (isQuiet || told.has(line)) return;
  told.add(line);
  const stream = process.env.CDKTF_CONTEXT_JSON === undefined ? process.stderr : process.stdout;
  stream.write(`${visible(line).replace(/[\t\n]+/g, ' ')}\n`);
}
