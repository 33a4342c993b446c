/**
 * A brand on Bulkhead's constructs.
 *
 * jsii passes any object where an interface is expected, so the type of an interface-typed prop is tested by brand, not by `instanceof` (two copies
 * of the library in one program must still recognize each other).
 */
export type Kind = 'daemon' | 'segment' | 'overlay' | 'swarm' | 'workload' | 'group' | 'tiers' | 'peer' | 'host' | 'requirement';

const symbolOf = (kind: Kind) => Symbol.for(`cdktf-docker-bulkhead/${kind}`);

export function brand(target: object, kind: Kind): void {
  Object.defineProperty(target, symbolOf(kind), { value: true, enumerable: false });
}

export function isA(target: unknown, kind: Kind): boolean {
  return typeof target === 'object' && target !== null && symbolOf(kind) in target;
}
