// Assertions for node:test, Mocha and other runners: `require('cdktf-docker-bulkhead/assert')`. Types are in assert.d.ts.
const { assertDoesNotReach, assertFulfils, assertReaches, assertResolves } = require('./lib/reachability/private/assertions');

module.exports = { assertDoesNotReach, assertFulfils, assertReaches, assertResolves };
