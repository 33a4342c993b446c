import type { Listing } from './render';
import type { StackFinding } from '../../intake/findings';
import type { FirewallFinding } from '../../intake/firewall-finding';
import type { HostExposure } from '../../intake/host-questions';
import type { Difference } from '../../intake/private/audit/difference';
import type { Exposure, ReachabilityChange, ReachableCell } from '../../reachability/results';

const verdict = (certain: boolean) => (certain ? 'OPEN' : 'UNKNOWN');

export function openListing(about: Listing['about'], cells: readonly ReachableCell[]): Listing {
  return {
    kind: 'list',
    about,
    columns: ['from', 'to', 'ports', 'verdict', 'as'],
    rows: cells.map(({ source, destination, ports, certain, forgedSource }) => [source, destination, ports, verdict(certain), forgedSource ?? '']), // prettier-ignore
    entries: cells.map(({ source: from, destination: to, ports, certain, forgedSource }) => ({ from, to, ports, verdict: verdict(certain), forgedSource })), // prettier-ignore
    none: 'Nothing is open.',
  };
}

export function exposureListing(about: Listing['about'], exposures: readonly Exposure[]): Listing {
  return {
    kind: 'exposure',
    about,
    columns: ['workload', 'host address', 'host ports', 'ports', 'from'],
    rows: exposures.map(({ workload, hostAddress, hostPorts, targetPorts, sources }) => [workload, hostAddress, hostPorts, targetPorts, sources.join(', ')]), // prettier-ignore
    entries: exposures.map(({ workload, hostAddress, hostPorts, targetPorts: ports, sources: from, anywhere }) => ({ workload, hostAddress, hostPorts, ports, from, anywhere })), // prettier-ignore
    none: 'Nothing is reachable from outside the host.',
  };
}

/** Of a host that Bulkhead did not set up: with the interface that clients come in by, and what lets them in. */
export function hostExposureListing(about: Listing['about'], exposures: readonly HostExposure[]): Listing {
  return {
    kind: 'exposure',
    about,
    columns: ['to', 'host address', 'host ports', 'ports', 'interface', 'from', 'by', 'verdict'],
    rows: exposures.map(({ workload, hostAddress, hostPorts, targetPorts, interface: name, sources, by, certain }) => [workload, hostAddress, hostPorts, targetPorts, name, sources.join(', '), by, verdict(certain)]), // prettier-ignore
    entries: exposures.map(({ workload, hostAddress, hostPorts, targetPorts: ports, sources: from, anywhere, interface: name, by, certain }) => ({ workload, hostAddress, hostPorts, ports, from, anywhere, interface: name, by, verdict: verdict(certain) })), // prettier-ignore
    none: 'Nothing is reachable from outside the host.',
  };
}

export function changeListing(kind: string, about: Listing['about'], changes: readonly ReachabilityChange[]): Listing {
  return {
    kind,
    about,
    columns: ['from', 'to', 'opened', 'closed', 'as'],
    rows: changes.map(({ source, destination, opened, closed, forgedSource }) => [source, destination, opened, closed, forgedSource ?? '']),
    entries: changes.map(({ source: from, destination: to, opened, closed, forgedSource }) => ({ from, to, opened, closed, forgedSource })),
    none: 'Nothing differs.',
  };
}

/** Of findings, which are of the stacks that are named. */
export function findingsListing(stacks: readonly string[], findings: readonly StackFinding[]): Listing {
  return {
    kind: 'check',
    about: { stacks: stacks.join(', ') },
    columns: ['severity', 'rule', 'stack', 'construct', 'what', 'fix', 'state'],
    rows: findings.map(({ severity, ruleId, stack, path, message, detail, fix, state }) => [severity, ruleId, stack, path, `${message} [${detail}]`, fix, state]), // prettier-ignore
    entries: findings,
    none: 'No findings.',
    isLong: true,
  };
}

/** Of what differs between a program and its host. */
export function auditListing(about: Listing['about'], differences: readonly Difference[]): Listing {
  return {
    kind: 'audit',
    about,
    columns: ['severity', 'difference', 'what', 'program', 'host', 'fix'],
    rows: differences.map(({ severity, kind, subject, program, host, fix }) => [severity, kind, subject, program, host, fix]),
    entries: differences,
    none: 'Nothing differs.',
  };
}

/** Of what a review of a host's rules found. */
export function reviewListing(engine: string, findings: readonly FirewallFinding[]): Listing {
  return {
    kind: 'review',
    about: { engine },
    columns: ['severity', 'finding', 'rule', 'what', 'fix'],
    rows: findings.map(({ severity, ruleId, detail, statement, fix }) => [severity, ruleId, detail, statement, fix]),
    entries: findings,
    none: 'No findings.',
    isLong: true,
  };
}
