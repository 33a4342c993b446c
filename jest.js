// Matchers for Jest: `require('cdktf-docker-bulkhead/jest')` once, in a test or in `setupFilesAfterEnv`. Types are in jest.d.ts.
expect.extend(require('./lib/reachability/private/matchers').matchers);
