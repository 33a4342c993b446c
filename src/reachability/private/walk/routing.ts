import { type Address, type AddressRange, inRange, readAddress, readRange } from './address';
import type { HostView, Route, RoutingRule } from './host-view';
import { maskedMark } from './marks';
import type { Family } from '../../../topology/private/terms';

export interface Hop {
  readonly interface: string;
  /** The destination on the link: the gateway, or the destination itself. */
  readonly next: Address;
  /** Address that the host sends from over this route, where it names one. */
  readonly source?: Address;
  /** Why it is not known whether this is the route. */
  readonly doubt?: string;
}

/** What rules of routing may look at besides the destination. */
export interface Sender {
  readonly source?: Address;
  readonly inInterface: string;
  readonly mark: number;
}

interface RouteEntry {
  readonly range: AddressRange;
  readonly interface: string;
  readonly gateway?: Address;
  readonly source?: Address;
  readonly refuses: boolean;
  readonly doubt?: string;
}

/** `undefined` where no rule of the table leads on; `refused` where one says that there is no way. */
type Lookup = RouteEntry | 'refused' | undefined;
type Table = readonly RouteEntry[];

export interface Connected {
  readonly interface: string;
  readonly subnet: AddressRange;
}

/** Where packets of one family go, by the host's tables. */
export class Routing {
  private readonly main: Table;
  private readonly rules: readonly (readonly [RoutingRule, Table])[] | undefined;

  constructor(
    { routes, policy }: HostView,
    private readonly family: Family,
    connected: readonly Connected[],
  ) {
    const links = connected.map(({ interface: name, subnet }): RouteEntry => ({ range: subnet, interface: name, refuses: false }));
    this.main = bySize([...entriesOf(routes, family), ...links]);
    this.rules = policy?.[family].map((rule) => [rule, rule.routes === undefined ? this.main : bySize(entriesOf(rule.routes, family))]);
  }

  /** Whether the way depends on the destination alone. */
  public get isSimple(): boolean {
    return this.rules === undefined;
  }

  public hopTo(address: Address, sender: Sender): Hop | undefined {
    const found = this.lookup(address, sender);
    if (found === undefined || found === 'refused') return undefined;
    const { interface: name, gateway, source, doubt } = found;
    return { interface: name, next: gateway ?? address, source, doubt };
  }

  private lookup(address: Address, sender: Sender): Lookup {
    if (this.rules === undefined) return checked(find(this.main, address));
    for (const [rule, table] of this.rules) {
      if (!meets(rule, this.family, address, sender)) continue;
      if (rule.action === 'refuse') return 'refused';
      if (rule.action === 'unclear') {
        return { range: { first: address, last: address }, interface: '', refuses: false, doubt: rule.text };
      }
      const entry = find(table, address);
      if (entry === undefined || isSuppressed(entry, rule, this.family)) continue;
      return checked(entry);
    }
    return undefined;
  }
}

function checked(entry: RouteEntry | undefined): Lookup {
  return entry?.refuses ? 'refused' : entry;
}

function find(table: Table, address: Address): RouteEntry | undefined {
  return table.find(({ range }) => inRange(range, address));
}

/** A table is passed over where its route is no more specific than that. */
function isSuppressed({ range }: RouteEntry, { suppressLength }: RoutingRule, family: Family): boolean {
  if (suppressLength === undefined) return false;
  const least = 2n ** BigInt((family === 'ipv4' ? 32 : 128) - suppressLength);
  return BigInt(range.last) - BigInt(range.first) + 1n >= least;
}

function meets(
  { source, destination, inInterface, mark, negate = false }: RoutingRule,
  family: Family,
  to: Address,
  sender: Sender,
): boolean {
  const within = (block: string | undefined, address: Address | undefined) => {
    const range = block === undefined ? undefined : readRange(family, block);
    return block === undefined || (range !== undefined && address !== undefined && inRange(range, address));
  };
  const isMet =
    within(source, sender.source) &&
    within(destination, to) &&
    (inInterface === undefined || inInterface === (sender.inInterface || 'lo')) &&
    (mark === undefined || maskedMark(sender.mark, mark.mask) === mark.value);
  return isMet !== negate;
}

function entriesOf(routes: readonly Route[], family: Family): RouteEntry[] {
  return routes.flatMap(({ block, interface: name, gateway, source, refuses = false, doubt }): RouteEntry[] => {
    const range = readRange(family, block);
    const address = (text: string | undefined) => (text === undefined ? undefined : readAddress(family, text));
    return range ? [{ range, interface: name, gateway: address(gateway), source: address(source), refuses, doubt }] : [];
  });
}

/** The most specific first; of equal ones the first that was given. */
function bySize(entries: readonly RouteEntry[]): Table {
  const sizeOf = ({ range }: RouteEntry) => BigInt(range.last) - BigInt(range.first);
  return [...entries].sort((a, b) => (sizeOf(a) < sizeOf(b) ? -1 : Number(sizeOf(a) > sizeOf(b))));
}
