import { dockersLines, type IsDockers } from './dockers-lines';
import { can, type Capability } from '../../../engine/private/capabilities';
import { isInside } from '../../../firewall/private/blocks';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { HostView } from '../../../reachability/private/walk/host-view';
import type { Outcome, ProbeSpec } from '../../../reachability/private/walk/outcome';
import { walk } from '../../../reachability/private/walk/walk';
import type { Family } from '../../../topology/private/terms';
import { defaultRoutes, hostFromRules, type RuledHost, type RuledNetwork, type RuledPublication, UNNAMED } from '../host/from-rules';
import { blocksNamed, TUNNEL } from '../host/named-in-rules';

export interface ReviewedRules {
  /** Version of the engine. */
  readonly version: string;
  readonly ipv4: HostRules;
  /** Undefined if they were not given: then there are no findings about IPv6. */
  readonly ipv6?: HostRules;
  /** The host as its other tools tell it; by default what the rules tell of it. */
  readonly view?: HostView;
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
/** Addresses that no machine has, from which a sender that no rule names is chosen. */
const STRANGERS: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['203.0.113.77', '198.51.100.77', '192.0.2.77', '8.8.4.4', '45.33.32.77', '151.101.65.77', '93.184.215.77', '5.9.77.77', '41.77.77.77', '177.77.77.77'],
  ipv6: ['2001:db8:77::77', '2606:4700::77', '2a00:1450::77', '2400:cb00::77'],
}; // prettier-ignore

/** A host under review: what is asked of it, and the walk over its rules as they are or as an edit leaves them. */
export class Scene {
  public readonly families: readonly Family[];
  /** What was not understood of a family as a whole: it is set aside for the walk, and every finding there is less than certain. */
  public readonly notUnderstood: Readonly<Record<Family, readonly string[]>>;
  public readonly host: RuledHost;
  public readonly isDockers: IsDockers;
  private readonly version: string;
  private readonly views = new Map<string, WeakMap<HostRules, HostView>>();

  constructor({ version, ipv4, ipv6, view }: ReviewedRules) {
    this.version = version;
    this.families = ipv6 === undefined ? ['ipv4'] : FAMILIES;
    const all = { ipv4, ipv6: ipv6 ?? { family: 'ipv6' as const, chains: [], sets: [], notUnderstood: [] } };
    this.notUnderstood = { ipv4: all.ipv4.notUnderstood, ipv6: all.ipv6.notUnderstood };
    const read = { ipv4: { ...all.ipv4, notUnderstood: [] }, ipv6: { ...all.ipv6, notUnderstood: [] } };
    const ruled = hostFromRules(read);
    this.host = view === undefined ? ruled : { ...ruled, view: { ...view, rules: read } };
    this.isDockers = dockersLines(this.host);
  }

  public can(capability: Capability): boolean {
    return can(this.version, capability);
  }

  public rules(family: Family): HostRules {
    return this.host.view.rules[family];
  }

  public network(bridge: string): RuledNetwork | undefined {
    return this.host.networks.find((network) => network.bridge === bridge);
  }

  public isBridge(name: string): boolean {
    return this.network(name) !== undefined;
  }

  public publications(family: Family): readonly RuledPublication[] {
    return this.host.publications.filter((publication) => publication.family === family);
  }

  /** An interface to the outside in words; nothing where its name is only a stand-in. */
  public over(name: string): string {
    return name === UNNAMED ? '' : ` on ${name}`;
  }

  /** Interfaces that may lead to the world; tunnels and guests do not. */
  public get wires(): readonly string[] {
    return this.host.outsides.filter((name) => !TUNNEL.test(name)).slice(0, 4);
  }

  public get outside(): string {
    return this.host.outsides[0];
  }

  /** What becomes of a packet, under the rules as they are or others of its family. What comes from outside, or leaves, does so by one interface. */
  public walk(spec: ProbeSpec, rules: HostRules = this.rules(spec.family), way = wayOf(spec) ?? this.outside, trace = false): Outcome {
    return walk(this.viewOf(rules, way), spec, { trace });
  }

  /** The same where docker-proxy also listens on every IPv6 address, as it does for a port that is published on all addresses. */
  public walkWithProxies(spec: ProbeSpec): Outcome {
    const view = this.viewOf(this.rules(spec.family), wayOf(spec) ?? this.outside);
    const proxies = view.proxies.flatMap((listener) =>
      listener.address === '0.0.0.0' ? [listener, { ...listener, address: '::' }] : [listener],
    );
    return walk({ ...view, proxies }, spec, {});
  }

  private viewOf(rules: HostRules, way: string): HostView {
    const { view } = this.host;
    const byRules = this.views.get(way) ?? new WeakMap<HostRules, HostView>();
    this.views.set(way, byRules);
    const known = byRules.get(rules);
    if (known !== undefined) return known;
    const routes = [...view.routes.filter(({ block }) => block !== '0.0.0.0/0' && block !== '::/0'), ...defaultRoutes(way)];
    const made: HostView = { ...view, rules: { ...view.rules, [rules.family]: rules }, routes };
    byRules.set(rules, made);
    return made;
  }

  /** An address outside that no rule names, so that only rules for all sources apply to it. */
  public stranger(family: Family): string | undefined {
    const named = this.namedSources(family);
    return STRANGERS[family].find((address) => !named.some((block) => isInside(address, block)));
  }

  private namedSources(family: Family): string[] {
    const rules = this.rules(family);
    const inSets = rules.sets.flatMap((set) => ('blocks' in set ? set.blocks : 'links' in set ? set.links.map(({ block }) => block) : []));
    const blocks = [...blocksNamed(rules, 'source'), ...blocksNamed(rules, 'destination'), ...inSets];
    return blocks.filter((block) => block.includes(':') === (family === 'ipv6') && !/\/[0-3]$/.test(block));
  }

  /** Where the host is asked from outside. */
  public hostAddress(family: Family): string {
    const uplink = this.host.view.interfaces.find(({ name }) => name === this.outside);
    const own = uplink?.addresses.find((address) => address.includes(':') === (family === 'ipv6'));
    return own?.split('/')[0] ?? (family === 'ipv4' ? '0.0.0.0' : '::');
  }
}

function wayOf({ from }: ProbeSpec): string | undefined {
  return from.kind === 'outside' ? from.interface : undefined;
}
