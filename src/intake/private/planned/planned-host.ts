import { engineInputFor, modeIn } from './engine-input-for';
import { MAYBE_CLOSED } from './forward-policy';
import { withAddresses } from './with-addresses';
import { dockerRules } from '../../../engine/private/docker-rules/docker-rules';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { HostInterface, HostView, ProxyListener, Route } from '../../../reachability/private/walk/host-view';
import type { EngineSettings } from '../../../topology/private/engine-facts';
import type { Family } from '../../../topology/private/terms';
import { containersIn, listenersFor } from '../host/attachments';
import { type EngineContainer, type EngineNetwork, gatewayEndpoint } from '../host/engine-objects';
import type { HostNote } from '../host/host-note';
import type { IntakeHost } from '../host/intake-host';
import { UNNAMED_UPLINK, wiresOf } from '../host/interfaces';
import { containerNames, networkNames } from '../host/names';

/** A host that exists only as a description: what Docker is asked to make, on an engine of a version. No rules are on it but Docker's. */
export interface PlannedHost {
  readonly networks: readonly EngineNetwork[];
  readonly containers: readonly EngineContainer[];
  /** Such as `28.5.2`. */
  readonly version: string;
  readonly settings: EngineSettings;
  readonly notes: readonly HostNote[];
}

/** Documentation addresses: no description of containers tells which addresses their host has. */
export const HOST_PLACEHOLDERS: readonly string[] = ['192.0.2.1', '2001:db8::1'];

/** Stands for a port that the engine chooses, the first of them. */
export const CHOSEN_PORT = 32768;

/** The host as the walk takes it; addresses that Docker chooses are chosen here, in its way. */
export function hostOfPlan({ networks: given, containers: asked, version, settings, notes }: PlannedHost): IntakeHost {
  const { networks, containers } = withAddresses({ networks: given, containers: asked });
  const input = engineInputFor({ networks, containers, version, settings });
  const rules = (family: Family) => withEitherPolicy((forwards) => dockerRules(forwarding(forwards), family));
  const forwarding = (forwards: boolean) => ({ ...input, daemon: { ...settings, forwardingBefore: { ipv4: forwards, ipv6: forwards } } });
  const attached = containersIn({ networks, containers }, version);
  const bridges = networks.filter(({ driver, interface: name }) => driver === 'bridge' && name !== undefined);
  const view: HostView = {
    rules: { ipv4: rules('ipv4'), ipv6: rules('ipv6') },
    interfaces: [
      { name: 'lo', kind: 'loopback', addresses: ['127.0.0.1/8', '::1/128'] },
      { name: UNNAMED_UPLINK, kind: 'uplink', addresses: hostAddresses(containers).map(single) },
      ...bridges.map((network) => bridgeOf(network, settings)),
    ],
    routes: [...bridges.flatMap(routesTo), { block: '0.0.0.0/0', interface: UNNAMED_UPLINK }, { block: '::/0', interface: UNNAMED_UPLINK }],
    containers: attached,
    proxies: proxiesFor({ networks, containers, settings }),
    forwarding: { ipv4: true, ipv6: true },
    wires: wiresOf(networks),
  };
  return {
    view,
    engineVersion: version,
    isBare: true,
    notes,
    names: { containers: containerNames(containers, attached), networks: networkNames(networks) },
  };
}

/** Where Docker's own policy depends on the host's state before, the answer does, too. */
function withEitherPolicy(rulesWith: (forwards: boolean) => HostRules): HostRules {
  const [open, shut] = [rulesWith(true), rulesWith(false)];
  const drops = (table: string, name: string) => shut.chains.find((each) => each.table === table && each.name === name)?.base?.policy === 'drop'; // prettier-ignore
  const chains = open.chains.map((chain) => {
    if (chain.base?.policy !== 'accept' || !drops(chain.table, chain.name)) return chain;
    return { ...chain, rules: [...chain.rules, MAYBE_CLOSED] };
  });
  return { ...open, chains };
}

function hostAddresses(containers: readonly EngineContainer[]): string[] {
  const named = containers.flatMap(({ ports }) => ports.map(({ hostAddress }) => hostAddress));
  const own = named.filter((address) => address !== '0.0.0.0' && address !== '::' && address !== '::1' && !address.startsWith('127.'));
  return [...new Set([...HOST_PLACEHOLDERS, ...own])];
}

function single(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

function bridgeOf(network: EngineNetwork, { userlandProxy }: EngineSettings): HostInterface {
  return {
    name: network.interface!,
    kind: 'bridge',
    addresses: network.gateways.filter((gateway) => modeIn(network, gateway.includes(':') ? 'ipv6' : 'ipv4') !== 'isolated'),
    filtersFrames: { ipv4: true, ipv6: true },
    hairpin: !userlandProxy,
    routeLocalnet: !userlandProxy,
  };
}

function routesTo(network: EngineNetwork): Route[] {
  return network.blocks
    .filter((block) => modeIn(network, block.includes(':') ? 'ipv6' : 'ipv4') !== 'isolated')
    .map((block) => ({ block, interface: network.interface! }));
}

/** A network that is routed needs no port of the host. */
function proxiesFor({ networks, containers, settings }: Pick<PlannedHost, 'networks' | 'containers' | 'settings'>): ProxyListener[] {
  if (!settings.userlandProxy) return [];
  const byName = new Map(networks.map((network) => [network.name, network]));
  const isRouted = (container: EngineContainer, hostAddress: string) => {
    const family = hostAddress.includes(':') ? 'ipv6' : 'ipv4';
    const network = byName.get(gatewayEndpoint(container, family, (endpoint) => byName.get(endpoint.network))?.network ?? '');
    return network !== undefined && modeIn(network, family) === 'routed';
  };
  const held = containers.map((each) => ({ ...each, ports: each.ports.filter(({ hostAddress }) => !isRouted(each, hostAddress)) }));
  return listenersFor({ networks, containers: held }, () => true);
}
