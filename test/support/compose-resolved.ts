// What decides about connections in a Compose project, in the form in which test/compose-go/main.go prints it.
import type { ComposeProject } from '../../src/intake/private/compose/project';

export interface Resolved {
  readonly name: string;
  readonly services: Readonly<
    Record<string, { readonly networks: Readonly<Record<string, unknown>>; readonly ports: string[]; readonly profiles: string[] }>
  >;
  readonly networks: Readonly<Record<string, unknown>>;
}

export function resolvedOf({ name, services, networks }: ComposeProject): Resolved {
  return ordered({
    name,
    services: Object.fromEntries(
      services.map(({ name: key, networkMode, networks: joined, ports, containerName, profiles, replicas }) => [
        key,
        {
          networkMode: networkMode ?? '',
          networks: networkMode === undefined ? Object.fromEntries(joined.map(({ network, ipv4 = '', ipv6 = '', priority }) => [network, { ipv4, ipv6, priority }])) : {}, // prettier-ignore
          ports: ports.map(({ hostAddress = '', hostPorts, targetPort, protocol }) => `${hostAddress}|${rangeText(hostPorts)}|${targetPort}|${protocol}`), // prettier-ignore
          containerName: containerName ?? '',
          profiles: [...profiles],
          replicas,
        },
      ]),
    ),
    networks: Object.fromEntries(
      networks.map(({ key, name: named, external, driver, internal, ipv4, ipv6, options, subnets }) => [
        key,
        { name: named, external, driver, internal, ipv4, ipv6, options, subnets: subnets.map(({ subnet, gateway = '' }) => `${subnet}|${gateway}`) }, // prettier-ignore
      ]),
    ),
  });
}

function rangeText(range: { readonly first: number; readonly last: number } | undefined): string {
  if (range === undefined) return '';
  return range.first === range.last ? String(range.first) : `${range.first}-${range.last}`;
}

/** Lists whose order says nothing are sorted, and networks that nobody joins left out, as Compose does not make them. */
export function ordered({ name, services, networks }: Resolved): Resolved {
  const sorted = Object.entries(services).map(([key, each]) => [key, { ...each, ports: [...each.ports].sort(), profiles: [...each.profiles].sort() }] as const); // prettier-ignore
  const used = new Set(Object.values(services).flatMap((each) => Object.keys(each.networks)));
  return { name, services: Object.fromEntries(sorted), networks: Object.fromEntries(Object.entries(networks).filter(([key]) => used.has(key))) }; // prettier-ignore
}

/** The same text for the same meaning, whatever the order of keys is. */
export function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  return `{${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => `${JSON.stringify(key)}:${canonicalText(each)}`).join()}}`; // prettier-ignore
}
