import type { IPeer, Port, Requirement } from '../../src';

// As jest.d.ts has it, for the sources: to TypeScript they are other classes than the compiled ones.
declare global {
  namespace jest {
    interface Matchers<R> {
      toReach(source: IPeer, destination: IPeer, port: Port): R;
      toResolve(asker: IPeer, named: IPeer): R;
      toFulfil(requirement: Requirement): R;
    }
  }
}
