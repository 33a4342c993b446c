import {
  type Address,
  type AddressRange,
  addressOf,
  inRange,
  isLinkLocal,
  isLoopback,
  isMulticast,
  LIMITED_BROADCAST,
  readAddress,
  readRange,
  writeAddress,
} from './address';
import { type CompiledRules, compileRules } from './compile-rules';
import type { Attachment, ContainerView, HostInterface, HostView, ProxyListener, Wire } from './host-view';
import type { AddressKinds, Packet } from './packet';
import { type Hop, Routing, type Sender } from './routing';
import { parseAddress } from '../../../addressing/private/ip';
import type { AddressType } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

export interface OwnAddress {
  readonly address: Address;
  readonly subnet: AddressRange;
}

export interface ContainerLink {
  readonly container: Container;
  readonly attachment: Attachment;
  readonly address: Address;
  /** The address is of this very attachment. A container answers for all of its addresses on each of its links. */
  readonly isOwn: boolean;
}

export interface Container {
  readonly key: string;
  readonly attachments: readonly Attachment[];
  readonly addresses: Readonly<Record<Family, ReadonlyMap<Attachment, Address>>>;
  readonly own: ReadonlySet<Address>;
  readonly doubt?: string;
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
/** Texts, routes and the like are remembered for this many addresses. */
const REMEMBERED = 100_000;
/** Every host has one, named in the view or not. */
const LOOPBACK: HostInterface = { name: 'lo', kind: 'loopback', addresses: [] };
/** Before the host has chosen an address to send from. */
const NOBODY: Sender = { inInterface: '', mark: 0 };
const hosts = new WeakMap<HostView, Host>();

/** A host view with everything looked up by number. */
export class Host implements AddressKinds {
  public static of(view: HostView): Host {
    let host = hosts.get(view);
    if (!host) {
      host = new Host(view);
      hosts.set(view, host);
    }
    return host;
  }

  public readonly rules: Readonly<Record<Family, CompiledRules>>;
  public readonly loopback: string;
  public readonly containers: ReadonlyMap<string, Container>;
  private readonly interfaces: ReadonlyMap<string, HostInterface>;
  private readonly own: Readonly<Record<Family, ReadonlyMap<string, readonly OwnAddress[]>>>;
  private readonly local: Readonly<Record<Family, ReadonlySet<Address>>>;
  private readonly broadcast: ReadonlySet<Address>;
  private readonly routing: Readonly<Record<Family, Routing>>;
  private readonly links = new Map<string, Map<Address, ContainerLink>>();
  /** The party that may have the unused addresses of a link. */
  private readonly others = new Map<string, { readonly range: AddressRange; readonly port: ContainerLink }>();
  private readonly listeners = new Map<number, ProxyListener[]>();
  private readonly shims: ReadonlyMap<string, string>;
  private readonly wires: ReadonlyMap<string, Wire>;
  private readonly hops = new Map<Address, Hop | undefined>();
  private readonly values = new Map<string, Address | undefined>();
  private readonly texts = new Map<Address, string>();

  private constructor(private readonly view: HostView) {
    this.rules = both((family) => compileRules(view.rules[family]));
    const loopback = view.interfaces.find(({ kind }) => kind === 'loopback') ?? LOOPBACK;
    this.loopback = loopback.name;
    this.interfaces = new Map([loopback, ...view.interfaces].map((each) => [each.name, each]));
    this.own = both((family) => new Map(view.interfaces.map((each) => [each.name, ownAddresses(each, family)])));
    this.local = both((family) => new Set([...this.own[family].values()].flat().map(({ address }) => address)));
    this.broadcast = new Set([LIMITED_BROADCAST, ...[...this.own.ipv4.values()].flat().flatMap(broadcastOf)]);
    this.routing = both((family) => {
      const connected = [...this.own[family]].flatMap(([name, all]) => all.map(({ subnet }) => ({ interface: name, subnet })));
      return new Routing(view, family, connected);
    });
    this.shims = new Map(view.interfaces.flatMap(({ kind, parent, name }) => (kind === 'macvlan-shim' && parent ? [[parent, name]] : [])));
    this.wires = new Map((view.wires ?? []).map((wire) => [wire.parent, wire]));
    this.containers = new Map(view.containers.map((each) => [each.key, containerOf(each)]));
    this.containers.forEach((container) => this.connect(container));
    view.containers.forEach((each) => this.spread(each));
    for (const listener of view.proxies) {
      if (!this.listeners.get(listener.port)?.push(listener)) this.listeners.set(listener.port, [listener]);
    }
  }

  public isForwarding(family: Family): boolean {
    return this.view.forwarding[family];
  }

  public interfaceNamed(name: string): HostInterface | undefined {
    return this.interfaces.get(name);
  }

  public shimOn(parent: string): string | undefined {
    return this.shims.get(parent);
  }

  /** The known facts of an interface's LAN segment. */
  public wireOn(parent: string): Wire | undefined {
    return this.wires.get(parent);
  }

  /** A known LAN segment on which a container has the address. */
  public wireWith(address: Address): Wire | undefined {
    for (const wire of this.wires.values()) {
      if (this.portAt(wire.parent, address)) return wire;
    }
    return undefined;
  }

  public kindOf(family: Family, address: Address, beside?: string): AddressType {
    if (this.isLocal(family, address)) {
      return beside === undefined || this.isOn(family, address, beside) ? 'local' : 'unicast';
    }
    if (isMulticast(family, address)) {
      return 'multicast';
    }
    return this.broadcast.has(address) ? 'broadcast' : 'unicast';
  }

  public isLocal(family: Family, address: Address): boolean {
    return this.local[family].has(address) || isLoopback(family, address);
  }

  private isOn(family: Family, address: Address, name: string): boolean {
    return (
      (this.own[family].get(name) ?? []).some((own) => own.address === address) || (name === this.loopback && isLoopback(family, address))
    );
  }

  public isAnswered(packet: Packet, how: 'strict' | 'loose'): boolean {
    const { family, source, inInterface } = packet;
    if (inInterface === this.loopback || isLinkLocal(family, source)) return true;
    if (this.isLocal(family, source)) return false;
    const way = this.wayBack(packet);
    // If the way back is not known, the walk of the answer reports that.
    return way !== undefined && (how === 'loose' || way.interface === inInterface || way.doubt !== undefined);
  }

  /** The machine that answers for the address on a bridge, or on the LAN segment of a parent interface. */
  public portAt(link: string, address: Address): ContainerLink | undefined {
    const known = this.links.get(link)?.get(address);
    if (known !== undefined) return known;
    const others = this.others.get(link);
    const isTheirs = others !== undefined && typeof others.range.first === typeof address && inRange(others.range, address);
    return isTheirs && !this.broadcast.has(address) ? { ...others.port, address } : undefined;
  }

  public hopTo(family: Family, address: Address, sender: Sender = NOBODY): Hop | undefined {
    const routing = this.routing[family];
    if (!routing.isSimple) return routing.hopTo(address, sender);
    if (!this.hops.has(address)) {
      this.hops.set(address, routing.hopTo(address, sender));
      forgetSome(this.hops);
    }
    return this.hops.get(address);
  }

  /** Where the host would send an answer to the packet. */
  public wayBack({ family, source, destination, mark }: Packet): Hop | undefined {
    return this.hopTo(family, source, { source: destination, inInterface: '', mark });
  }

  /** The address that the host itself sends from: one of the hop's subnet, else the first of the interface. */
  public addressOn(family: Family, name: string, next: Address): Address | undefined {
    const own = this.own[family].get(name) ?? [];
    return (own.find(({ subnet }) => inRange(subnet, next)) ?? own[0])?.address;
  }

  public isOnLink(family: Family, name: string, address: Address): boolean {
    return (this.own[family].get(name) ?? []).some(({ subnet }) => inRange(subnet, address));
  }

  public proxyAt(family: Family, protocol: string, address: Address, port: number): ProxyListener | undefined {
    return this.listeners.get(port)?.find((each) => each.protocol === protocol && this.listensAt(each.address, family, address));
  }

  /** Stored only by its text, so parsed in the family of the text, whichever was requested first. */
  public valueOf(family: Family, text: string): Address | undefined {
    if (!this.values.has(text)) {
      this.values.set(text, readAddress(text.includes(':') ? 'ipv6' : 'ipv4', text));
      forgetSome(this.values);
    }
    const value = this.values.get(text);
    return typeof value === (family === 'ipv4' ? 'number' : 'bigint') ? value : undefined;
  }

  public textOf(family: Family, address: Address): string {
    let text = this.texts.get(address);
    if (text === undefined) {
      text = writeAddress(family, address);
      this.texts.set(address, text);
      forgetSome(this.texts);
    }
    return text;
  }

  private spread({ key, attachments: [attachment], anywhereIn }: ContainerView): void {
    const range = anywhereIn === undefined ? undefined : readRange('ipv4', anywhereIn);
    if (range === undefined) return;
    const container = this.containers.get(key)!;
    const address = container.addresses.ipv4.get(attachment)!;
    this.others.set(attachment.interface, { range, port: { container, attachment, address, isOwn: true } });
  }

  private listensAt(listener: string, family: Family, address: Address): boolean {
    return listener === (family === 'ipv4' ? '0.0.0.0' : '::') || this.valueOf(family, listener) === address;
  }

  /** Its own addresses of a link have priority over those that other members of the link have elsewhere. */
  private connect(container: Container): void {
    for (const attachment of container.attachments) {
      const link = this.links.get(attachment.interface) ?? new Map<Address, ContainerLink>();
      this.links.set(attachment.interface, link);
      for (const family of FAMILIES) {
        container.addresses[family].forEach((address, at) => {
          const isOwn = at === attachment;
          if (isOwn || !link.has(address)) link.set(address, { container, attachment, address, isOwn });
        });
      }
    }
  }
}

function both<T>(make: (family: Family) => T): Record<Family, T> {
  return { ipv4: make('ipv4'), ipv6: make('ipv6') };
}

function forgetSome(remembered: Map<unknown, unknown>): void {
  if (remembered.size > REMEMBERED) remembered.clear();
}

function ownAddresses({ kind, addresses, isComplete }: HostInterface, family: Family): OwnAddress[] {
  const named = addresses.flatMap((text) => {
    const [base] = text.split('/');
    const parsed = parseAddress(base);
    return parsed.family === family ? [{ address: addressOf(family, parsed.value), subnet: readRange(family, text)! }] : [];
  });
  if (named.length > 0 || kind !== 'uplink' || isComplete) {
    return named;
  }
  // An address that no program names closes nothing: the unspecified address represents it.
  const unnamed = addressOf(family, 0n);
  return [{ address: unnamed, subnet: { first: unnamed, last: unnamed } }];
}

function broadcastOf({ subnet: { first, last } }: OwnAddress): Address[] {
  return Number(last) - Number(first) > 1 ? [last] : [];
}

function containerOf({ key, attachments, doubt }: ContainerView): Container {
  const addresses = both((family) => {
    const entries = attachments.flatMap((attachment): [Attachment, Address][] => {
      const text = attachment[family];
      return text === undefined ? [] : [[attachment, addressOf(family, parseAddress(text).value)]];
    });
    return new Map(entries);
  });
  return { key, attachments, addresses, own: new Set([...addresses.ipv4.values(), ...addresses.ipv6.values()]), doubt };
}
