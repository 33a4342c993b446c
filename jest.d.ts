import type { ReachabilityMatchers } from './reachability-matchers';

declare global {
  namespace jest {
    interface Matchers<R> extends ReachabilityMatchers<R> {}
  }
}
