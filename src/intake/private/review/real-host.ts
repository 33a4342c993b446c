import type { HostRules } from '../../../firewall/private/host-rules';
import { Host } from '../../../reachability/private/walk/host';
import type { ContainerView, HostInterface, HostView } from '../../../reachability/private/walk/host-view';
import type { Family } from '../../../topology/private/terms';
import { publicationsIn, type RuledHost, type RuledNetwork } from '../host/from-rules';
import type { HostNames, IntakeHost } from '../host/intake-host';
import { INNER, TUNNEL } from '../host/named-in-rules';

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
/** Published ports of services lead to a namespace without a container, on the network of this name. */
const GATE_OF_SWARM = 'docker_gwbridge';

/** The host that its tools tell of, with the publications that its rules have. */
export function realHost(rules: Readonly<Record<Family, HostRules>>, { view, names }: Pick<IntakeHost, 'view' | 'names'>): RuledHost {
  const networks = networksOf(view, names);
  const gate = names.networks.find(({ name }) => name === GATE_OF_SWARM)?.interface;
  const owners = new Map(view.containers.flatMap(({ key, attachments }) => attachments.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6].flatMap((address) => (address === undefined ? [] : [[address, key] as const]))))); // prettier-ignore
  const publications = FAMILIES.flatMap((family) => publicationsIn(rules[family], networks)).flatMap((publication) => {
    const container = owners.get(publication.target) ?? (publication.bridge === gate ? publication.target : undefined);
    return container === undefined ? [] : [{ ...publication, container }];
  });
  const services = [...new Set(publications.filter(({ target }) => !owners.has(target)).map(({ target }) => target))];
  const containers = [...view.containers, ...services.map((address) => namespaceOf(address, gate!))];
  return { view: { ...view, rules, containers }, networks, publications, outsides: outsidesOf(view, networks) };
}

function networksOf({ interfaces }: HostView, { networks }: HostNames): RuledNetwork[] {
  const bridges = new Set(interfaces.filter(({ kind }) => kind === 'bridge').map(({ name }) => name));
  return networks.flatMap(({ driver, internal, blocks, interface: bridge }): RuledNetwork[] => {
    if (driver !== 'bridge' || bridge === undefined || !bridges.has(bridge)) return [];
    const [ipv4, ipv6] = [false, true].map((isSix) => blocks.find((block) => block.includes(':') === isSix));
    return [{ bridge, isInternal: internal, ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }) }];
  });
}

function namespaceOf(address: string, bridge: string): ContainerView {
  const isGateway = { ipv4: true, ipv6: true };
  return {
    key: address,
    attachments: [{ interface: bridge, kind: 'bridge', isGateway, [address.includes(':') ? 'ipv6' : 'ipv4']: address }],
  };
}

/** Any address of the internet: it shows the way that the host takes there. */
const WORLD: Readonly<Record<Family, string>> = { ipv4: '203.0.113.77', ipv6: '2001:db8:ffff:ffff::77' };

/** The one with the default route first, tunnels last. */
function outsidesOf(view: HostView, networks: readonly RuledNetwork[]): string[] {
  const host = Host.of(view);
  const ways = FAMILIES.map((family) => host.hopTo(family, host.valueOf(family, WORLD[family])!)?.interface);
  const isOutside = ({ name, kind, hasOthers, addresses }: HostInterface) =>
    (kind === 'uplink' || (kind === 'bridge' && hasOthers === true && !networks.some(({ bridge }) => bridge === name))) &&
    (ways.includes(name) || (!INNER.test(name) && addresses.length > 0));
  const names = view.interfaces.filter(isOutside).map(({ name }) => name);
  const rank = (name: string) => (TUNNEL.test(name) ? 3 : ways.indexOf(name) >= 0 ? ways.indexOf(name) : 2);
  return [0, 1, 2, 3].flatMap((wanted) => names.filter((name) => rank(name) === wanted));
}
