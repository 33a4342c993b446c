import { AllocatedMember, AllocationProblem, compareKeys, MemberRequest, pathOf } from './allocation';
import { contains, formatAddress, formatBlock, IpAddress, IpFamilyName, parseAddress } from './ip';
import { advice, BlockLayout, counterpart, lowestOf, misplaced } from './layout';
import { tryParse } from './try-parse';

export interface SegmentAddresses {
  readonly key: string;
  readonly ipv4: BlockLayout;
  readonly ipv6?: BlockLayout;
  /** More blocks, for members that request an address in one of them. */
  readonly further?: readonly BlockLayout[];
  /** In key order. */
  readonly members: readonly MemberRequest[];
  readonly reserved: readonly string[];
  readonly locked: Readonly<Record<string, AllocatedMember>>;
}

export interface AddressAssignment {
  readonly members: ReadonlyMap<string, AllocatedMember>;
  /** Entries of removed members that are still valid. */
  readonly kept: ReadonlyMap<string, AllocatedMember>;
  readonly problems: readonly AllocationProblem[];
}

/** Addresses of all members of one segment: explicit ones, then those of the lock, then new ones in key order. */
export function assignAddresses(segment: SegmentAddresses): AddressAssignment {
  const problems: AllocationProblem[] = [];
  const ipv4 = new FamilyAssigner(segment, segment.ipv4, problems);
  ipv4.takeGiven();
  ipv4.takeLowest(segment.members);
  const ipv6 = segment.ipv6 && new FamilyAssigner(segment, segment.ipv6, problems);
  if (ipv6) {
    ipv6.takeGiven();
    // An entry whose IPv4 address went to another member is removed as a whole.
    goneKeys(segment)
      .filter((key) => !ipv4.isIdle(key))
      .forEach((key) => ipv6.release(key));
    // The same host number in both families: an administrator who knows one address can derive the other.
    ipv6.takeWanted(segment.members, (key) => counterpart(ipv4.layout, ipv4.valueOf(key), ipv6.layout));
    ipv6.takeLowest(segment.members);
  }
  const members = segment.members.map(({ key }): [string, AllocatedMember] => [key, render(key, ipv4, ipv6)]);
  return { members: new Map(members), kept: keptEntries(segment, ipv4, ipv6), problems };
}

function render(key: string, ipv4: FamilyAssigner, ipv6: FamilyAssigner | undefined): AllocatedMember {
  return ipv6 ? { ipv4: ipv4.textOf(key), ipv6: ipv6.textOf(key) } : { ipv4: ipv4.textOf(key) };
}

function keptEntries(segment: SegmentAddresses, ipv4: FamilyAssigner, ipv6: FamilyAssigner | undefined): Map<string, AllocatedMember> {
  return new Map(
    goneKeys(segment)
      .filter((key) => ipv4.isIdle(key) && (ipv6 === undefined || segment.locked[key].ipv6 === undefined || ipv6.isIdle(key)))
      .map((key) => [key, segment.locked[key]]),
  );
}

/** Members that only the lock knows. */
function goneKeys(segment: SegmentAddresses): string[] {
  const live = new Set(segment.members.map((member) => member.key));
  return Object.keys(segment.locked).filter((key) => !live.has(key));
}

const NONE: ReadonlySet<bigint> = new Set();

class FamilyAssigner {
  private readonly family: IpFamilyName;
  private readonly values = new Map<string, bigint>();
  private readonly owners = new Map<bigint, string>();
  private readonly reserved = new Set<bigint>();
  /** Addresses of the lock that no member has in this synth. */
  private readonly idle = new Map<string, bigint>();
  private readonly explicit = new Set<string>();
  /** Every address below is taken. */
  private cursor: bigint;

  constructor(
    private readonly segment: SegmentAddresses,
    public readonly layout: BlockLayout,
    private readonly problems: AllocationProblem[],
  ) {
    this.family = layout.block.family;
    this.cursor = lowestOf(layout);
    for (const text of segment.reserved) {
      const parsed = tryParse(parseAddress, text);
      if (!parsed.ok) {
        // Told once, though both families look at the list.
        if (this.family === 'ipv4') this.report(segment.key, parsed.code, parsed.message);
      } else if (contains(layout.block, parsed.value)) {
        this.reserved.add(parsed.value.value);
      }
    }
  }

  public takeGiven(): void {
    for (const member of this.segment.members) {
      const text = this.family === 'ipv4' ? member.explicitIpv4 : member.explicitIpv6;
      if (text !== undefined) this.takeExplicit(member.key, text);
    }
    const live = new Set(this.segment.members.map((member) => member.key));
    const locked = new Map<string, bigint>();
    for (const key of Object.keys(this.segment.locked).sort(compareKeys)) {
      const value = this.lockedValue(key);
      if (value !== undefined) locked.set(key, value);
    }
    for (const [key, value] of locked) {
      if (live.has(key) && !this.values.has(key)) this.take(key, value);
    }
    for (const [key, value] of locked) {
      if (this.values.get(key) !== value && this.isFree(value)) this.idle.set(key, value);
    }
  }

  /** Assigns each member without an address the one wanted for it, if that is free. */
  public takeWanted(members: readonly MemberRequest[], wanted: (key: string) => bigint | undefined): void {
    const idle = this.idleValues();
    for (const { key } of members) {
      const value = wanted(key);
      if (value === undefined) continue;
      if (!this.values.has(key) && misplaced(this.layout, value) === undefined && this.isFree(value, idle)) this.take(key, value);
    }
  }

  /** The lowest free address for each that has none yet. Addresses of removed members come last, in key order. */
  public takeLowest(members: readonly MemberRequest[]): void {
    const idle = this.idleValues();
    for (const { key } of members) {
      if (this.values.has(key)) continue;
      while (this.cursor < this.layout.dockerRange.first && !this.isUsable(this.cursor, idle)) this.cursor++;
      if (this.cursor < this.layout.dockerRange.first) {
        this.take(key, this.cursor);
        continue;
      }
      const reused = [...this.idle].find(([, value]) => this.isFree(value));
      if (reused) {
        this.idle.delete(reused[0]);
        this.take(key, reused[1]);
      } else {
        this.report(
          key,
          'BlockExhausted',
          `'${this.segment.key}' (${formatBlock(this.layout.block)}) has no free static address left for '${key}'; give the segment a larger block`,
        );
        this.values.set(key, lowestOf(this.layout));
      }
    }
  }

  /** Whether the entry of a removed member is still valid. */
  public isIdle(key: string): boolean {
    const value = this.idle.get(key);
    return value !== undefined && !this.owners.has(value);
  }

  public release(key: string): void {
    this.idle.delete(key);
  }

  public valueOf(key: string): bigint {
    return this.values.get(key) ?? lowestOf(this.layout);
  }

  public textOf(key: string): string {
    return formatAddress(this.family, this.valueOf(key));
  }

  private takeExplicit(key: string, text: string): void {
    const parsed = tryParse(parseAddress, text);
    if (!parsed.ok) {
      this.report(key, parsed.code, parsed.message);
      return;
    }
    const layout = this.layoutWith(parsed.value);
    if (layout === undefined) {
      const blocks = this.layouts.map(({ block }) => formatBlock(block)).join(', ');
      this.report(
        key,
        'AddressOutsideBlock',
        `'${text}' is not inside the block of '${this.segment.key}' (${blocks}); ${advice(this.layout)}`,
      );
      return;
    }
    const wrong = misplaced(layout, parsed.value.value);
    if (wrong) {
      this.report(key, wrong.code, `'${text}' ${wrong.why(this.segment.key)}; ${advice(layout)}`);
      return;
    }
    this.explicit.add(key);
    this.take(key, parsed.value.value);
  }

  private take(key: string, value: bigint): void {
    const owner = this.owners.get(value);
    if (owner !== undefined || this.reserved.has(value)) {
      const text = formatAddress(this.family, value);
      const holder = owner === undefined ? 'reserved' : `the address of '${owner}'`;
      const movable = [key, owner].filter((each) => each !== undefined && !this.explicit.has(each)).map((each) => `'${each}'`);
      const wayOut =
        movable.length > 0 ? `, or delete the entry of ${movable.join(' or ')} from the lock file if its address may change` : '';
      this.report(key, 'AddressTaken', `'${text}' of '${key}' in '${this.segment.key}' is already ${holder}; choose another${wayOut}`);
    } else {
      this.owners.set(value, key);
    }
    this.values.set(key, value);
  }

  /** What the lock contains, unless it is not valid in the current block. */
  private lockedValue(key: string): bigint | undefined {
    const text = this.segment.locked[key][this.family];
    const parsed = text === undefined ? undefined : tryParse<IpAddress>(parseAddress, text);
    const layout = parsed?.ok ? this.layoutWith(parsed.value) : undefined;
    const usable = parsed?.ok === true && layout !== undefined && misplaced(layout, parsed.value.value) === undefined;
    return usable ? parsed.value.value : undefined;
  }

  private get layouts(): readonly BlockLayout[] {
    return this.family === 'ipv4' ? [this.layout, ...(this.segment.further ?? [])] : [this.layout];
  }

  private layoutWith(address: IpAddress): BlockLayout | undefined {
    return this.layouts.find(({ block }) => contains(block, address));
  }

  private isFree(value: bigint, idle: ReadonlySet<bigint> = NONE): boolean {
    return !this.owners.has(value) && !this.reserved.has(value) && !idle.has(value);
  }

  /** In a shared block, single addresses of the range may belong to other machines. */
  private isUsable(value: bigint, idle: ReadonlySet<bigint>): boolean {
    return this.isFree(value, idle) && (this.layout.range === undefined || misplaced(this.layout, value) === undefined);
  }

  private idleValues(): Set<bigint> {
    return new Set(this.idle.values());
  }

  private report(path: string, code: AllocationProblem['code'], message: string): void {
    this.problems.push({ code, path: pathOf(path), message });
  }
}
