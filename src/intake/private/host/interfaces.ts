import type { EngineContainer, EngineNetwork } from './engine-objects';
import { type HostNote, missing, notUnderstood } from './host-note';
import type { Link } from './links';
import type { Routing } from './routes';
import type { Sysctls } from './sysctls';
import type { HostInterface, Route, Wire } from '../../../reachability/private/walk/host-view';
import type { Family, WireMode } from '../../../topology/private/terms';

interface Known {
  readonly links: readonly Link[] | undefined;
  readonly networks: readonly EngineNetwork[];
  readonly containers: readonly EngineContainer[];
  readonly sysctls: Sysctls | undefined;
  readonly routing: Readonly<Record<Family, Routing | undefined>>;
}

export interface Shape {
  readonly interfaces: readonly HostInterface[];
  readonly routes: readonly Route[];
  readonly wires: readonly Wire[];
}

/** The name of an interface to the outside where the interfaces were not listed. */
export const UNNAMED_UPLINK = 'outside';
const EVERYWHERE: readonly string[] = ['0.0.0.0/0', '::/0'];
/** Parts of these have no packets of their own. */
const MASTERS: readonly string[] = ['bridge', 'bond', 'team'];

/** Interfaces of the host's own namespace, and the routes over them. */
export function bridgesAndUplinks(known: Known, notes: HostNote[]): Shape {
  const { networks, routing } = known;
  if (known.links === undefined) notes.push(missing('addresses', `the interfaces of the host are not known: one stands for all that lead outside, '${UNNAMED_UPLINK}'`)); // prettier-ignore
  const interfaces = known.links === undefined ? unlisted(known) : known.links.flatMap((link) => interfaceOf(link, known, notes));
  for (const family of ['ipv4', 'ipv6'] as const) {
    if (routing[family] === undefined) notes.push(missing(`routes-${family}`, 'routes are taken to lead to the networks of the interfaces, and else outside')); // prettier-ignore
  }
  const claimed = [...(routing.ipv4?.claimed ?? []), ...(routing.ipv6?.claimed ?? [])];
  return {
    interfaces,
    routes: [
      ...claimed.map((block): Route => ({ block, interface: 'lo', doubt: `which addresses of ${block} the host takes for its own` })),
      ...(routing.ipv4?.routes ?? guessed(interfaces, 'ipv4')),
      ...(routing.ipv6?.routes ?? guessed(interfaces, 'ipv6')),
    ],
    wires: wiresOf(networks),
  };
}

function guessed(interfaces: readonly HostInterface[], family: Family): Route[] {
  const uplinks = interfaces.filter(({ kind }) => kind === 'uplink');
  const block = EVERYWHERE[family === 'ipv4' ? 0 : 1];
  if (uplinks.length === 0) return [];
  return [{ block, interface: uplinks[0].name, ...(uplinks.length > 1 && { doubt: 'which interface the default route leads over' }) }];
}

/** Only by the networks of the engine. */
function unlisted({ networks, sysctls }: Known): HostInterface[] {
  const bridges = networks.filter(({ driver, interface: name }) => driver === 'bridge' && name !== undefined);
  return [
    { name: 'lo', kind: 'loopback', addresses: ['127.0.0.1/8', '::1/128'] },
    { name: UNNAMED_UPLINK, kind: 'uplink', addresses: [] },
    ...bridges.map(({ interface: name, gateways }): HostInterface => ({
      name: name!,
      kind: 'bridge',
      addresses: gateways,
      filtersFrames: framesOf(sysctls, undefined),
    })),
  ];
}

function interfaceOf(link: Link, known: Known, notes: HostNote[]): HostInterface[] {
  const { name, kind, master, parent } = link;
  const { links = [], networks, sysctls } = known;
  if (link.isLoopback) return [{ name, kind: 'loopback', addresses: link.addresses }];
  const over = links.find((other) => other.name === master);
  if (over !== undefined && MASTERS.includes(over.kind ?? '')) return [];
  if (over !== undefined) {
    notes.push(notUnderstood('addresses', name, `it is part of ${master}, a ${over.kind ?? 'thing'} with routes of its own: what comes or goes there is UNKNOWN`)); // prettier-ignore
  }
  const conf = (key: string) => ['all', name].map((each) => sysctls?.value('net', 'ipv4', 'conf', each, key)).map((value) => Number(value ?? 0)); // prettier-ignore
  const reverse = Math.max(...conf('rp_filter'));
  const common = {
    name,
    addresses: link.isUp ? link.addresses : link.addresses.map(alone),
    ...(conf('route_localnet').includes(1) && { routeLocalnet: true }),
    ...(reverse > 0 && { reversePath: reverse === 1 ? ('strict' as const) : ('loose' as const) }),
  };
  if (kind === 'bridge') {
    const ports = links.filter((other) => other.master === name);
    return [
      {
        ...common,
        kind: 'bridge',
        filtersFrames: framesOf(sysctls, link),
        hairpin: ports.some(({ hairpin }) => hairpin),
        ...(hasOthers(name, ports, known) && { hasOthers: true }),
      },
    ];
  }
  const isShim = (kind === 'macvlan' || kind === 'ipvlan') && networks.some(({ driver, interface: wire }) => driver === kind && wire === parent); // prettier-ignore
  if (isShim) return [{ ...common, kind: 'macvlan-shim', parent }];
  return [{ ...common, kind: 'uplink', isComplete: true }];
}

/** The network of an interface that is down has no route. */
function alone(address: string): string {
  return `${address.split('/')[0]}/${address.includes(':') ? 128 : 32}`;
}

/** Whether a bridge has more ports than those of the known containers. */
function hasOthers(bridge: string, ports: readonly Link[], { networks, containers }: Known): boolean {
  const ids = networks.filter(({ interface: name }) => name === bridge).map(({ id }) => id);
  const names = networks.filter(({ interface: name }) => name === bridge).map(({ name }) => name);
  const known = containers
    .filter(({ isRunning }) => isRunning)
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ network, networkId }) => (networkId === '' ? names.includes(network) : ids.includes(networkId)));
  return ports.length > known.length || ports.some(({ kind }) => kind !== 'veth');
}

function framesOf(sysctls: Sysctls | undefined, link: Link | undefined): Readonly<Record<Family, boolean>> {
  // Without the text: Docker switches these on where a network has no inter-container communication, and others may, too.
  if (sysctls === undefined) return { ipv4: true, ipv6: true };
  const isOn = (key: string) => sysctls.value('net', 'bridge', key) === '1';
  return {
    ipv4: isOn('bridge-nf-call-iptables') || link?.callsIptables === true,
    ipv6: isOn('bridge-nf-call-ip6tables') || link?.callsIp6tables === true,
  };
}

const MODES: readonly WireMode[] = ['vepa', 'private', 'passthru', 'l3', 'l3s'];

/** A macvlan in mode `bridge` and an ipvlan in mode `l2` need no note: machines of the LAN reach its containers. */
export function wiresOf(networks: readonly EngineNetwork[]): Wire[] {
  return networks.flatMap(({ driver, interface: parent, mode, name }): Wire[] => {
    if (driver === 'overlay') return [{ parent: name, mode: 'bridge', isClosed: true }];
    const known = MODES.find((each) => each === mode);
    const isPlugin = driver !== 'bridge' && driver !== 'macvlan' && driver !== 'ipvlan';
    if (isPlugin) return [{ parent: name, mode: 'plugin' }];
    return known === undefined || parent === undefined || driver === 'bridge' ? [] : [{ parent, mode: known }];
  });
}
