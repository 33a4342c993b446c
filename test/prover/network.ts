import { and, bool, eq, FALSE, inRange, ite, not, num, or, type Term } from './terms';
import type { Attachment, HostInterface, HostView, ProxyListener } from '../../src/reachability/private/walk/host-view';
import type { Family } from '../../src/topology/private/terms';
import { addressNumber } from '../oracle/packet-oracle';

/** What the prover does not know how to say as a formula: the question is counted as not answered. */
export class NotModelled extends Error {}

export const WIDTH: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

export interface Block {
  readonly first: bigint;
  readonly last: bigint;
}

export const familyOf = (text: string): Family => (text.includes(':') ? 'ipv6' : 'ipv4');

/** An address or a block; bits beyond the prefix do not count. */
export function blockOf(family: Family, text: string): Block {
  const [base, length] = text.split('/');
  if (familyOf(base) !== family) throw new NotModelled(`${text} in rules of ${family}`);
  const size = 1n << BigInt(WIDTH[family] - Number(length ?? WIDTH[family]));
  const first = (addressNumber(base) / size) * size;
  return { first, last: first + size - 1n };
}

export const inBlock = (term: Term, { first, last }: Block): Term => inRange(term, first, last);

/** One address by which a container is known on a link. It answers there for those that it has on its other links, too (`arp_ignore` 0). */
export interface Neighbour {
  readonly container: string;
  readonly attachment: Attachment;
  readonly address: bigint;
  readonly isOwn: boolean;
}

interface RouteLine {
  readonly block: Block;
  readonly interface: string;
  readonly gateway?: bigint;
}

/** One family of a host, read anew from its view: nothing of the walk's index is used. */
export class Network {
  public readonly width: number;
  public readonly interfaces: ReadonlyMap<string, HostInterface>;
  public readonly loopback: string;
  /** By interface, with the block that each address brings. */
  public readonly own: ReadonlyMap<string, readonly { readonly address: bigint; readonly block: Block }[]>;
  private readonly routes: readonly RouteLine[];

  constructor(
    public readonly view: HostView,
    public readonly family: Family,
  ) {
    this.width = WIDTH[family];
    const loopback = view.interfaces.find(({ kind }) => kind === 'loopback');
    this.loopback = loopback?.name ?? 'lo';
    this.interfaces = new Map(view.interfaces.map((each) => [each.name, each]));
    this.own = new Map(view.interfaces.map((each) => [each.name, this.ownOf(each)]));
    const connected = [...this.own].flatMap(([name, all]) => all.map(({ block }): RouteLine => ({ block, interface: name })));
    const given = view.routes
      .filter(({ block }) => familyOf(block) === family)
      .map(({ block, interface: name, gateway }): RouteLine => ({
        block: blockOf(family, block),
        interface: name,
        ...(gateway !== undefined && { gateway: addressNumber(gateway) }),
      }));
    const size = ({ block }: RouteLine) => block.last - block.first;
    this.routes = [...given, ...connected].sort((a, b) => (size(a) < size(b) ? -1 : Number(size(a) > size(b))));
    for (const { interface: name, gateway } of this.routes) {
      if (gateway !== undefined && this.kindOf(name) === 'bridge') throw new NotModelled(`a router behind the bridge ${name}`);
    }
    if (view.containers.some(({ doubt, anywhereIn }) => doubt !== undefined || anywhereIn !== undefined)) {
      throw new NotModelled('a container of which not all is known');
    }
    if ((view.wires ?? []).some(({ mode, isClosed, guardedBy }) => mode !== 'bridge' || isClosed || guardedBy !== undefined)) {
      throw new NotModelled('a wire that is no plain macvlan in mode bridge');
    }
    if (view.containers.some(({ attachments }) => attachments.some(({ kind }) => kind !== 'bridge' && kind !== 'macvlan'))) {
      throw new NotModelled('an ipvlan or an overlay');
    }
  }

  public kindOf(name: string): HostInterface['kind'] | undefined {
    return name === this.loopback ? 'loopback' : this.interfaces.get(name)?.kind;
  }

  public constant(address: bigint): Term {
    return num(this.width, address);
  }

  public isAny(term: Term, addresses: Iterable<bigint>): Term {
    return or(...[...addresses].map((each) => eq(term, this.constant(each))));
  }

  public isLoopback(term: Term): Term {
    return inBlock(term, blockOf(this.family, this.family === 'ipv4' ? '127.0.0.0/8' : '::1'));
  }

  /** The table `local` of the kernel. */
  public isLocal(term: Term): Term {
    return or(
      this.isLoopback(term),
      this.isAny(
        term,
        [...this.own.values()].flat().map(({ address }) => address),
      ),
    );
  }

  public isMulticast(term: Term): Term {
    return inBlock(term, blockOf(this.family, this.family === 'ipv4' ? '224.0.0.0/4' : 'ff00::/8'));
  }

  /** Of each subnet with room for one, and the limited one; IPv6 has none. */
  public isBroadcast(term: Term): Term {
    if (this.family === 'ipv6') return FALSE;
    const subnets = [...this.own.values()].flat().filter(({ block: { first, last } }) => last - first > 1n);
    return this.isAny(term, [0xffffffffn, ...subnets.map(({ block }) => block.last)]);
  }

  /** IPv6 alone: routers forward nothing of the kind. */
  public isLinkLocal(term: Term): Term {
    return this.family === 'ipv6' ? inBlock(term, blockOf('ipv6', 'fe80::/10')) : FALSE;
  }

  /** Each way that the longest prefix may choose, with the condition for it. */
  public waysTo(term: Term): { readonly when: Term; readonly interface: string; readonly gateway?: bigint }[] {
    let left: Term = not(FALSE);
    return this.routes.flatMap(({ block, interface: name, gateway }) => {
      const when = and(left, inBlock(term, block));
      left = and(left, not(inBlock(term, block)));
      return when === FALSE ? [] : [{ when, interface: name, gateway }];
    });
  }

  /** The same, one for each interface. */
  public exitsTo(term: Term): Map<string, Term> {
    const exits = new Map<string, Term>();
    for (const { when, interface: name } of this.waysTo(term)) exits.set(name, or(exits.get(name) ?? FALSE, when));
    return exits;
  }

  /** The address that the host takes for a neighbour: one of the same subnet, else the interface's first. Undefined without any. */
  public addressToward(name: string, next: Term): Term | undefined {
    const own = this.own.get(name) ?? [];
    if (own.length === 0) return undefined;
    return own.reduceRight<Term>(
      (other, { address, block }) => ite(inBlock(next, block), this.constant(address), other),
      this.constant(own[0].address),
    );
  }

  public neighboursOn(link: string): Neighbour[] {
    const here = this.view.containers.flatMap(({ key, attachments }) =>
      attachments
        .filter((attachment) => attachment.interface === link)
        .flatMap((attachment) =>
          attachments.flatMap((other): Neighbour[] => {
            const text = other[this.family];
            return text === undefined ? [] : [{ container: key, attachment, address: addressNumber(text), isOwn: other === attachment }];
          }),
        ),
    );
    const owners = here.filter(({ isOwn }) => isOwn);
    return [...owners, ...here.filter(({ isOwn, address }) => !isOwn && !owners.some((owner) => owner.address === address))];
  }

  public addressesOf(container: string): bigint[] {
    const { attachments } = this.view.containers.find(({ key }) => key === container)!;
    return attachments.flatMap((attachment) => (attachment[this.family] === undefined ? [] : [addressNumber(attachment[this.family]!)]));
  }

  public attachmentsOf(container: string): Attachment[] {
    return this.view.containers.find(({ key }) => key === container)!.attachments.filter((each) => each[this.family] !== undefined);
  }

  /** Where a listener of the engine's proxy takes what arrives at the host. */
  public listensAt({ address, port, protocol }: ProxyListener, asked: string, destination: Term, destinationPort: Term): Term {
    if (protocol !== asked || familyOf(address) !== this.family) return FALSE;
    const isEvery = address === '0.0.0.0' || address === '::';
    return and(eq(destinationPort, num(16, port)), isEvery ? bool(true) : eq(destination, this.constant(addressNumber(address))));
  }

  private ownOf({ kind, addresses }: HostInterface): { address: bigint; block: Block }[] {
    const named = addresses
      .filter((text) => familyOf(text) === this.family)
      .map((text) => ({ address: addressNumber(text.split('/')[0]), block: blockOf(this.family, text) }));
    // The view says so: an uplink has an address, named or not, and the unspecified one stands for it.
    return named.length > 0 || kind !== 'uplink' ? named : [{ address: 0n, block: { first: 0n, last: 0n } }];
  }
}
