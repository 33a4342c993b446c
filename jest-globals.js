// Matchers for Jest where tests import `expect` from '@jest/globals': `require('cdktf-docker-bulkhead/jest-globals')` once. Types are in jest-globals.d.ts.
require('@jest/globals').expect.extend(require('./lib/reachability/private/matchers').matchers);
