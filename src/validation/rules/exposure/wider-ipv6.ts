import { fromInternet } from './private/internet-ports';
import { cellsOf, isProved } from './private/proofs';
import { nameOf } from '../../../reachability/private/describe';
import { isEmpty, NO_PORTS, type PortSet, shortPortSetText, subtract, union } from '../../../reachability/private/matrix/port-set';
import type { FactStore } from '../../../topology/private/fact-store';
import { DAEMON, storeOf } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const widerIpv6 = defineRule({
  ruleId: 'BH-E03',
  title: 'IPv6 wider than IPv4',
  severity: Severity.WARNING,
  // It asks the proof for more than a synth does, so users must choose it.
  inDefaults: false,
  why: 'The proof compares both address families: over IPv6 a connection is reachable that is not reachable over IPv4, from the internet, or from one workload to another or to the host. The usual cause is rules for IPv4 only, and scanners probe both families.',
  fix: "give the publications on IPv6 addresses the same ports and equally restricted 'sources' as those on IPv4, or remove them; for connections between workloads use an engine of 27.0 or later, which also writes rules for IPv6; if a port is intentionally open over IPv6 only, suppress this finding with that reason",
  resourceTypes: [DAEMON],
  applies: (daemon) => isProved(daemon) && storeOf(daemon).has('ipv6'),
  find: (daemon) => {
    const store = storeOf(daemon);
    return [...widerFromInternet(store), ...widerInside(store)].map(({ source, destination, ports }) => ({
      detail: `${source} > ${destination}`,
      message: `${destination} is reachable from ${source} on ${shortPortSetText(ports)} over IPv6, but not over IPv4`,
    }));
  },
});

interface Wider {
  readonly source: string;
  readonly destination: string;
  readonly ports: PortSet;
}

function widerFromInternet(store: FactStore): Wider[] {
  const ipv4 = fromInternet(store, ['ipv4']);
  return [...fromInternet(store, ['ipv6'])]
    .map(([destination, { ports }]) => ({
      source: 'the internet',
      destination,
      ports: withoutIcmp(subtract(ports, ipv4.get(destination)?.ports ?? NO_PORTS)),
    }))
    .filter(({ ports }) => !isEmpty(ports));
}

/** From workloads to workloads and the host, whichever of their addresses they take. */
function widerInside(store: FactStore): Wider[] {
  const sums = new Map<string, Record<'ipv4' | 'ipv6', PortSet>>();
  for (const { source, receiver, family, ports } of cellsOf(store)) {
    if (source.party.kind !== 'container' || receiver.kind === 'outside') continue;
    const key = JSON.stringify([source.party.key, nameOf(receiver)]);
    const known = sums.get(key) ?? { ipv4: NO_PORTS, ipv6: NO_PORTS };
    sums.set(key, { ...known, [family]: union(known[family], ports) });
  }
  return [...sums].flatMap(([key, { ipv4, ipv6 }]) => {
    const [source, destination] = JSON.parse(key) as [string, string];
    const ports = withoutIcmp(subtract(ipv6, ipv4));
    return isEmpty(ports) ? [] : [{ source, destination, ports }];
  });
}

/** Neighbours find each other by ICMPv6, which has other types than ICMP. */
function withoutIcmp(ports: PortSet): PortSet {
  return { ...ports, icmp: [] };
}
