export { assertDoesNotReach, assertFulfils, assertReaches, assertResolves } from './lib/reachability/private/assertions';
