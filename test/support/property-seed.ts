import * as fc from 'fast-check';

/**
 * Property tests draw the same cases in every run, so that a change is judged by what it changes. `BULKHEAD_PROPERTY_SEED=<number>` draws others:
 * `npm run hunt` tries many, and what it finds becomes an example of its test.
 */
fc.configureGlobal({ seed: Number(process.env.BULKHEAD_PROPERTY_SEED ?? 20261121) });
