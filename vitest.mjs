// Matchers for Vitest: `import 'cdktf-docker-bulkhead/vitest.mjs'` once, in a test or in `setupFiles`. Types are in vitest.d.mts.
import { expect } from 'vitest';
import reachability from './lib/reachability/private/matchers.js';

expect.extend(reachability.matchers);
