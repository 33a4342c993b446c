import type { ReachabilityMatchers } from './reachability-matchers';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends ReachabilityMatchers<R> {}
}
