import { dockersLines, type IsDockers } from './dockers-lines';
import { realHost } from './real-host';
import { bitsOf, formatAddress, parseAddress } from '../../../addressing/private/ip';
import { can, type Capability } from '../../../engine/private/capabilities';
import { isInside } from '../../../firewall/private/blocks';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { Step } from '../../../private/step';
import { Host } from '../../../reachability/private/walk/host';
import type { HostView } from '../../../reachability/private/walk/host-view';
import type { Outcome, ProbeSpec } from '../../../reachability/private/walk/outcome';
import { walk } from '../../../reachability/private/walk/walk';
import type { Family } from '../../../topology/private/terms';
import { defaultRoutes, hostFromRules, type RuledHost, type RuledNetwork, type RuledPublication, UNNAMED } from '../host/from-rules';
import type { IntakeHost } from '../host/intake-host';
import type { Listener } from '../host/listeners';
import { blocksNamed, isWire, TUNNEL } from '../host/named-in-rules';

export interface ReviewedRules {
  /** Version of the engine. */
  readonly version: string;
  readonly ipv4: HostRules;
  /** Undefined if they were not given: then there are no findings about IPv6. */
  readonly ipv6?: HostRules;
  /** The host as its other tools tell it; by default what the rules tell of it. */
  readonly host?: Pick<IntakeHost, 'view' | 'names'>;
  /** Rules beside those of iptables, which a packet meets as well. */
  readonly native?: Readonly<Record<Family, HostRules>>;
  /** Gets the number of finished kinds of faults. */
  readonly step?: Step;
}

/** A container on a bridge. */
export interface Member {
  readonly key: string;
  readonly address: string;
  readonly bridge: string;
  /** All that it is attached to. */
  readonly bridges: readonly string[];
  /** Its default route leads over this one. */
  readonly isGateway: boolean;
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
/** Addresses that no machine has, from which a sender that no rule names is chosen. */
const STRANGERS: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['203.0.113.77', '198.51.100.77', '192.0.2.77', '8.8.4.4', '45.33.32.77', '151.101.65.77', '93.184.215.77', '5.9.77.77', '41.77.77.77', '177.77.77.77'],
  ipv6: ['2001:db8:77::77', '2606:4700::77', '2a00:1450::77', '2400:cb00::77'],
}; // prettier-ignore

/** Which addresses of a network are asked about, from its first one. */
const NEIGHBOURS: readonly bigint[] = [77n, 177n, 33n, 9n, 2n, 3n];

/** A host under review: what is asked of it, and the walk over its rules as they are or as an edit leaves them. */
export class Scene {
  public readonly families: readonly Family[];
  /** What was not understood of a family as a whole: it is set aside for the walk, and every finding there is less than certain. */
  public readonly notUnderstood: Readonly<Record<Family, readonly string[]>>;
  public readonly host: RuledHost;
  public readonly isDockers: IsDockers;
  /** The host is known, and not only its rules. */
  public readonly isReal: boolean;
  private readonly version: string;
  private readonly native: ReviewedRules['native'];
  private readonly listeners: readonly Listener[] | undefined;
  private readonly strangers = new Map<string, string | undefined>();
  private readonly views = new Map<string, WeakMap<HostRules, HostView>>();

  constructor({ version, ipv4, ipv6, host, native }: ReviewedRules) {
    this.version = version;
    this.families = ipv6 === undefined ? ['ipv4'] : FAMILIES;
    this.native = native;
    const all = { ipv4, ipv6: ipv6 ?? { family: 'ipv6' as const, chains: [], sets: [], notUnderstood: [] } };
    const strange = (family: Family) => [...all[family].notUnderstood, ...(native?.[family].notUnderstood ?? [])];
    this.notUnderstood = { ipv4: strange('ipv4'), ipv6: strange('ipv6') };
    const read = { ipv4: { ...all.ipv4, notUnderstood: [] }, ipv6: { ...all.ipv6, notUnderstood: [] } };
    this.isReal = host !== undefined;
    this.listeners = host?.names.listeners;
    this.host = host === undefined ? hostFromRules(read) : realHost(read, host);
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
    // Which way a known host takes is known as well.
    const routes = this.isReal ? view.routes : [...view.routes.filter(({ block }) => block !== '0.0.0.0/0' && block !== '::/0'), ...defaultRoutes(way)]; // prettier-ignore
    const all = { ...view.rules, [rules.family]: rules };
    const made: HostView = { ...view, rules: { ipv4: this.withNative(all.ipv4), ipv6: this.withNative(all.ipv6) }, routes };
    byRules.set(rules, made);
    return made;
  }

  private withNative(rules: HostRules): HostRules {
    const more = this.native?.[rules.family];
    return more === undefined ? rules : { ...rules, chains: [...rules.chains, ...more.chains], sets: [...rules.sets, ...more.sets] };
  }

  /** The containers on a bridge. */
  public members(bridge: string, family: Family): Member[] {
    return this.host.view.containers.flatMap(({ key, attachments }) =>
      attachments
        .filter((each) => each.interface === bridge && each[family] !== undefined)
        .map((each): Member => ({ key, address: each[family]!, bridge, bridges: attachments.map((own) => own.interface), isGateway: each.isGateway[family] })),
    ); // prettier-ignore
  }

  /** The host's own address on one of its interfaces. */
  public addressOn(name: string, family: Family): string | undefined {
    return this.addressesOf(name, family)[0]?.split('/')[0];
  }

  /** TCP ports at an address of the host behind which a program listens; undefined where they are not known. */
  public portsOfHost(address: string): number[] | undefined {
    const any = address.includes(':') ? '::' : '0.0.0.0';
    return this.listeners
      ?.filter((each) => each.protocol === 'tcp' && (each.address === any || each.address === address) && each.program?.startsWith('docker-proxy') !== true)
      .map(({ port }) => port);
  } // prettier-ignore

  /** Whether a rule names a wired interface that the host does not have. */
  public isGone({ name, prefix }: { readonly name: string; readonly prefix?: boolean }): boolean {
    const { interfaces } = this.host.view;
    return this.isReal && isWire(name) && !interfaces.some((each) => (prefix === true ? each.name.startsWith(name) : each.name === name));
  }

  /** An address outside, at an interface, that no rule names, so that only rules for all sources apply to it. */
  public stranger(family: Family, way = this.outside): string | undefined {
    const key = `${family} ${way}`;
    if (!this.strangers.has(key)) this.strangers.set(key, this.strangerAt(family, way));
    return this.strangers.get(key);
  }

  private strangerAt(family: Family, way: string): string | undefined {
    const named = this.namedSources(family);
    const isUnnamed = (address: string) => !named.some((block) => isInside(address, block));
    if (!this.isReal) return STRANGERS[family].find(isUnnamed);
    const host = Host.of(this.host.view);
    const leadsThere = (address: string) => {
      const value = host.valueOf(family, address)!;
      return !host.isLocal(family, value) && host.hopTo(family, value)?.interface === way;
    };
    return [...STRANGERS[family], ...this.neighbours(family, way)].find((address) => isUnnamed(address) && leadsThere(address));
  }

  /** Addresses that machines on the network of an interface can have. */
  private neighbours(family: Family, way: string): string[] {
    return this.addressesOf(way, family).flatMap((own) => {
      const [address, length] = own.split('/');
      const size = 2n ** BigInt(bitsOf(family) - Number(length));
      const { value } = parseAddress(address);
      const first = value - (value % size);
      return NEIGHBOURS.flatMap((offset) => (offset < size - 1n ? [formatAddress(family, first + offset)] : []));
    });
  }

  private namedSources(family: Family): string[] {
    const rules = this.rules(family);
    const inSets = rules.sets.flatMap((set) => ('blocks' in set ? set.blocks : 'links' in set ? set.links.map(({ block }) => block) : []));
    const blocks = [...blocksNamed(rules, 'source'), ...blocksNamed(rules, 'destination'), ...inSets];
    return blocks.filter((block) => block.includes(':') === (family === 'ipv6') && !/\/[0-3]$/.test(block));
  }

  /** Those that routers lead to. */
  private addressesOf(name: string, family: Family): string[] {
    const own = this.host.view.interfaces.find((each) => each.name === name)?.addresses ?? [];
    return own.filter((address) => address.includes(':') === (family === 'ipv6') && !/^fe80:/i.test(address));
  }

  /** Where the host is asked from outside. */
  public hostAddress(family: Family, way = this.outside): string {
    const others = this.isReal ? this.host.outsides : [this.outside];
    const [own] = [way, ...others].flatMap((name) => this.addressOn(name, family) ?? []);
    return own ?? (family === 'ipv4' ? '0.0.0.0' : '::');
  }
}

function wayOf({ from }: ProbeSpec): string | undefined {
  return from.kind === 'outside' ? from.interface : undefined;
}
