import 'vitest';
import type { ReachabilityMatchers } from './reachability-matchers.js';

declare module 'vitest' {
  interface Assertion<T = any> extends ReachabilityMatchers<T> {}
}
