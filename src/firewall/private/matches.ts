import { blockOf, blockText, isEverything } from './blocks';
import { digestOf } from './digest';
import type { Match, Rule, Verdict } from './ir';
import type { OwnSets } from './own-sets';
import { RuleError } from './rule-error';
import type { Family, RateSpec, PortSpec } from '../../topology/private/terms';
import type { Topology } from '../../topology/private/topology';

/** The input of all parts of the compiler: the plans of one family. */
export interface Scope {
  readonly topology: Topology;
  readonly family: Family;
  readonly prefix: string;
  readonly sets: OwnSets;
}

export const RETURN: Verdict = { kind: 'return' };
export const ACCEPT: Verdict = { kind: 'accept' };
export const DROP: Verdict = { kind: 'drop' };
export const LOG: Verdict = { kind: 'log', prefix: 'bulkhead drop ' };

export const INVALID: Match = { kind: 'ct-state', states: ['INVALID'] };
export const DNAT: Match = { kind: 'ct-state', states: ['DNAT'] };
export const LOG_LIMIT: Match = { kind: 'limit', amount: 10, per: 'minute', burst: 5 };

const ECHO_REQUEST = { ipv4: 8, ipv6: 128 } as const;

export function rule(origin: string, verdict: Verdict, matches: readonly Match[]): Rule {
  return { origin, verdict, matches };
}

export function from(bridge: string): Match {
  return { kind: 'in-interface', name: bridge };
}

export function to(bridge: string): Match {
  return { kind: 'out-interface', name: bridge };
}

export function fromOurs(scope: Scope): Match {
  return { kind: 'in-interface', name: scope.prefix, prefix: true };
}

export function toOurs(scope: Scope): Match {
  return { kind: 'out-interface', name: scope.prefix, prefix: true };
}

export function notFromOurs(scope: Scope): Match {
  return { kind: 'in-interface', name: scope.prefix, prefix: true, negate: true };
}

export function notToOurs(scope: Scope): Match {
  return { kind: 'out-interface', name: scope.prefix, prefix: true, negate: true };
}

/** No match at all for a block that holds every address. */
export function source(scope: Scope, block: string, origin: string): Match[] {
  sameFamily(scope, block, origin);
  return isEverything(block) ? [] : [{ kind: 'source', block: blockText(block) }];
}

export function destination(scope: Scope, block: string, origin: string): Match[] {
  sameFamily(scope, block, origin);
  return isEverything(block) ? [] : [{ kind: 'destination', block: blockText(block) }];
}

function sameFamily(scope: Scope, block: string, origin: string): void {
  if (blockOf(block).family !== scope.family) {
    throw new RuleError('BrokenPlan', origin, `'${block}' is in a plan for ${scope.family}`);
  }
}

/** Protocol and destination port; for `icmp` echo requests. */
export function port(scope: Scope, spec: PortSpec, origin: string): Match[] {
  if (spec.protocol === 'icmp') {
    return icmp(scope, { type: ECHO_REQUEST[scope.family] });
  }
  checkPorts(spec, origin);
  return [
    { kind: 'protocol', protocol: spec.protocol },
    { kind: 'destination-port', first: spec.first, last: spec.last },
  ];
}

export function checkPorts({ first, last }: PortSpec, origin: string): void {
  if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last > 65535 || first > last) {
    throw new RuleError('BrokenPlan', origin, `'${first}-${last}' is not a range of ports`);
  }
}

/** Messages of ICMP: all, or those of a type, or all but these. */
export function icmp(scope: Scope, only?: { readonly type: number; readonly code?: number; readonly negate?: boolean }): Match[] {
  const all: Match = { kind: 'protocol', protocol: scope.family === 'ipv4' ? 'icmp' : 'ipv6-icmp' };
  return only === undefined ? [all] : [all, { kind: 'icmp-type', ...only }];
}

/**
 * The rate of a flow, if it has one. Its source is one of Bulkhead's addresses, which its rule names.
 *
 * The kernel finds a count by its name and keeps the *old* limits when a new rule has a known name, so the name is derived from everything in the
 * plan.
 */
export function rate(spec: RateSpec | undefined, plan: readonly unknown[]): Match[] {
  if (spec === undefined) {
    return [];
  }
  const { amount, per, burst } = spec;
  const name = `bh${digestOf(JSON.stringify([plan, amount, per, burst]), 8)}`;
  return [{ kind: 'rate-per-source', name, rate: { amount, per, burst } }];
}
