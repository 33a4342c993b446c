import { AllocationProblem, compareKeys, pathOf } from './allocation';
import { IntervalSet } from './interval-set';
import { blockAround, covers, FAMILY_LABEL, formatBlock, IpBlock, IpFamilyName, overlaps, parseBlock, sizeOf } from './ip';
import { tryParse } from './try-parse';

export interface BlockWish {
  readonly key: string;
  readonly explicit?: string;
  readonly prefixLength: number;
  /** Others live in the block as well. */
  readonly isShared?: boolean;
}

/** A block that is taken, with the words for a message. */
export interface NamedBlock {
  readonly block: IpBlock;
  readonly label: string;
  /** Not managed by Bulkhead: these blocks are not compared with each other. */
  readonly foreign: boolean;
  /** Bulkhead's block that other machines also use: their addresses may be in it. */
  readonly isShared?: boolean;
}

export interface BlockAssignment {
  /** A block for every request: a placeholder if there is a problem. */
  readonly blocks: ReadonlyMap<string, IpBlock>;
  /** What takes part in the search for overlaps. */
  readonly named: readonly NamedBlock[];
  /** Wishes with a placeholder: nothing further is checked there. */
  readonly broken: ReadonlySet<string>;
  /** Keys of removed constructs whose block another construct has now. */
  readonly forgotten: ReadonlySet<string>;
  readonly problems: readonly AllocationProblem[];
}

export interface BlockSources {
  readonly family: IpFamilyName;
  /** In key order. */
  readonly wishes: readonly BlockWish[];
  readonly locked: ReadonlyMap<string, IpBlock>;
  readonly pools: readonly IpBlock[];
  readonly foreign: readonly NamedBlock[];
}

/**
 * The longest prefix of a block that can carry a segment.
 *
 * IPv4: network, gateway and at least four addresses for Docker leave ten of a /28. IPv6 members take the host number of their IPv4 address, so the
 * block must have room for any of those.
 */
export const LONGEST_PREFIX: Record<IpFamilyName, number> = { ipv4: 28, ipv6: 96 };

/** Private blocks that hosts and home routers do not use by default. */
const EXAMPLE_POOLS: Record<IpFamilyName, readonly string[]> = {
  ipv4: ['10.20.0.0/16', '10.77.0.0/16', '10.144.0.0/16', '10.211.0.0/16', '172.16.0.0/16'],
  ipv6: ['fd00:20::/48', 'fd5a:7c31:9e20::/48'],
};

/** Blocks of one family: explicit ones first, then those of the lock, then new ones in key order, the lowest free block first. */
export function assignBlocks(sources: BlockSources): BlockAssignment {
  return new BlockAssigner(sources).run();
}

class BlockAssigner {
  private readonly blocks = new Map<string, IpBlock>();
  private readonly named: NamedBlock[] = [];
  private readonly broken = new Set<string>();
  private readonly forgotten = new Set<string>();
  private readonly problems: AllocationProblem[] = [];
  private readonly held = new IntervalSet();
  /** Blocks of the lock that no construct has in this synth, in key order. */
  private idle: { key: string; block: IpBlock }[] = [];

  constructor(private readonly from: BlockSources) {
    for (const { block } of from.foreign) {
      this.held.add(block.first, block.last);
    }
  }

  public run(): BlockAssignment {
    const automatic = this.from.wishes.filter((wish) => wish.explicit === undefined);
    for (const wish of this.from.wishes) {
      if (wish.explicit !== undefined) this.takeExplicit(wish, wish.explicit);
    }
    const fresh = automatic.filter((wish) => this.isUsable(wish) && !this.takeLocked(wish));
    this.findIdle();
    this.takeFresh(fresh);
    const { blocks, named, broken, forgotten, problems } = this;
    return { blocks, named, broken, forgotten, problems };
  }

  private takeExplicit(wish: BlockWish, text: string): void {
    const { family } = this.from;
    const parsed = tryParse(parseBlock, text);
    if (!parsed.ok) {
      this.fail(wish, parsed.code, parsed.message);
    } else if (parsed.value.family !== family) {
      this.fail(wish, 'CidrSyntax', `'${text}' is not an ${FAMILY_LABEL[family]} block`);
    } else {
      // A block that is too small may overlap as well. All overlaps are reported together.
      this.hold(wish.key, parsed.value, '', wish.isShared);
      if (parsed.value.prefixLength > LONGEST_PREFIX[family]) this.failTooSmall(wish, `'${text}'`);
    }
  }

  private isUsable(wish: BlockWish): boolean {
    const usable = Number.isInteger(wish.prefixLength) && wish.prefixLength >= 0 && wish.prefixLength <= LONGEST_PREFIX[this.from.family];
    if (!usable) this.failTooSmall(wish, `a /${wish.prefixLength} for '${wish.key}'`);
    return usable;
  }

  private takeLocked(wish: BlockWish): boolean {
    const block = this.from.locked.get(wish.key);
    const usable = block?.prefixLength === wish.prefixLength && this.from.pools.some((pool) => covers(pool, block));
    if (usable) this.hold(wish.key, block, ', from the lock file');
    return usable;
  }

  /**
   * Blocks of removed constructs, and of those that moved in this very synth. They are handed out last: within one apply Docker may make the new
   * network before the old one is gone, and a construct that comes back finds its block.
   */
  private findIdle(): void {
    const live = this.liveKeys();
    for (const [key, block] of [...this.from.locked].sort(([a], [b]) => compareKeys(a, b))) {
      const current = this.blocks.get(key);
      if (current?.first === block.first && current.prefixLength === block.prefixLength) continue;
      if (this.held.intersects(block.first, block.last)) {
        if (!live.has(key)) this.forgotten.add(key);
      } else {
        this.idle.push({ key, block });
      }
    }
  }

  private takeFresh(fresh: readonly BlockWish[]): void {
    const live = this.liveKeys();
    let avoided = this.avoidedSet(this.idle);
    const exhausted: BlockWish[] = [];
    for (const wish of fresh) {
      // Its own former block does not count as taken.
      if (this.idle.some((entry) => entry.key === wish.key)) {
        this.idle = this.idle.filter((entry) => entry.key !== wish.key);
        avoided = this.avoidedSet(this.idle);
      }
      let block = this.lowestFree(wish.prefixLength, avoided);
      for (let released = 1; block === undefined && released <= this.idle.length; released++) {
        block = this.lowestFree(wish.prefixLength, this.avoidedSet(this.idle.slice(released)));
      }
      if (block === undefined) {
        exhausted.push(wish);
        continue;
      }
      const found = block;
      const lost = this.idle.filter((entry) => overlaps(entry.block, found));
      if (lost.length > 0) {
        lost.filter((entry) => !live.has(entry.key)).forEach((entry) => this.forgotten.add(entry.key));
        this.idle = this.idle.filter((entry) => !lost.includes(entry));
        avoided = this.avoidedSet(this.idle);
      }
      this.hold(wish.key, found);
      avoided.add(found.first, found.last);
    }
    if (exhausted.length > 0) this.failExhausted(exhausted);
  }

  private avoidedSet(idle: readonly { block: IpBlock }[]): IntervalSet {
    const set = this.held.copy();
    idle.forEach(({ block }) => set.add(block.first, block.last));
    return set;
  }

  private lowestFree(prefixLength: number, avoided: IntervalSet): IpBlock | undefined {
    const { family, pools } = this.from;
    for (const pool of pools) {
      const first = avoided.lowestFree(pool.first, pool.last, sizeOf(family, prefixLength));
      if (first !== undefined) return blockAround(family, first, prefixLength);
    }
    return undefined;
  }

  private hold(key: string, block: IpBlock, note: string = '', isShared = false): void {
    this.blocks.set(key, block);
    this.held.add(block.first, block.last);
    this.named.push({ block, label: `'${key}' (${formatBlock(block)}${note})`, foreign: false, isShared });
  }

  private failTooSmall(wish: BlockWish, what: string): void {
    const limit = LONGEST_PREFIX[this.from.family];
    this.fail(
      wish,
      'BlockTooSmall',
      `${what} is too small for a gateway, static addresses and the range that Docker allocates from; use a /${limit} or larger`,
    );
  }

  /**
   * The shortest prefix length with which every segment fits into the pools. The blocks of the lock do not count, since all of them change; the explicit
   * ones stay.
   */
  private fittingPrefix(exhausted: number): number | undefined {
    const { family, pools, wishes, foreign } = this.from;
    const longest = LONGEST_PREFIX[family];
    const automatic = wishes.filter(({ explicit }) => explicit === undefined);
    const fixed = new Set(wishes.filter(({ explicit }) => explicit !== undefined).map(({ key }) => key));
    for (let prefix = exhausted + 1; prefix <= longest; prefix++) {
      const taken = new IntervalSet();
      foreign.forEach(({ block }) => taken.add(block.first, block.last));
      this.blocks.forEach((block, key) => fixed.has(key) && taken.add(block.first, block.last));
      const fits = automatic.every((wish) => {
        const size = sizeOf(family, Math.max(prefix, wish.prefixLength));
        return pools.some((pool) => {
          const first = taken.lowestFree(pool.first, pool.last, size);
          if (first !== undefined) taken.add(first, first + size - 1n);
          return first !== undefined;
        });
      });
      if (fits) return prefix;
    }
    return undefined;
  }

  /** One problem for all, since one pool has to change. */
  private failExhausted(wishes: readonly BlockWish[]): void {
    const { family, pools, foreign } = this.from;
    const [{ key, prefixLength }] = wishes;
    const names = pools.map((pool) => `'${formatBlock(pool)}'`).join(', ');
    const whom = wishes.length > 1 ? `'${key}' and ${wishes.length - 1} more` : `'${key}'`;
    const inTheWay = foreign.filter(({ block }) => pools.some((pool) => overlaps(pool, block))).map(({ label }) => label);
    const others = [...inTheWay.slice(0, 3), ...(inTheWay.length > 3 ? [`${inTheWay.length - 3} more`] : [])].join(' and ');
    const none = `no /${prefixLength} is free in ${names} for ${whom}`;
    const fitting = family === 'ipv4' && names !== '' ? this.fittingPrefix(prefixLength) : undefined;
    const smaller = fitting === undefined ? '' : `, give every segment a smaller block with prefixLength: ${fitting}`;
    const told =
      names === ''
        ? `the daemon has no ${FAMILY_LABEL[family]} pool for the block of ${whom}; give the daemon a pool, or give the segment an explicit block`
        : inTheWay.length > 0
          ? `${none}, since the pool shares addresses with ${others}; choose a pool that shares none${this.freePool()}, or a wider one`
          : `${none}; widen the pool${smaller}, or give the segment an explicit block outside the pool`;
    this.problems.push({ code: 'PoolExhausted', path: pathOf(key), message: told });
    wishes.forEach((wish) => this.holdPlace(wish));
  }

  /** A pool for the message that does not overlap any known address. */
  private freePool(): string {
    const { family, foreign } = this.from;
    const free = EXAMPLE_POOLS[family].find((text) => !foreign.some(({ block }) => overlaps(block, parseBlock(text))));
    return free === undefined ? '' : `, such as Cidr.parse('${free}')`;
  }

  private fail(wish: BlockWish, code: AllocationProblem['code'], message: string): void {
    this.problems.push({ code, path: pathOf(wish.key), message });
    this.holdPlace(wish);
  }

  /** A block that is good for rendering only. */
  private holdPlace(wish: BlockWish): void {
    const { family, pools } = this.from;
    const limit = LONGEST_PREFIX[family];
    const prefixLength = wish.prefixLength >= 0 && wish.prefixLength <= limit ? Math.floor(wish.prefixLength) : limit;
    this.blocks.set(wish.key, blockAround(family, this.blocks.get(wish.key)?.first ?? pools[0]?.first ?? 0n, prefixLength));
    this.broken.add(wish.key);
  }

  private liveKeys(): Set<string> {
    return new Set(this.from.wishes.map((wish) => wish.key));
  }
}

/** Every pair of blocks that share an address, as text, in a fixed order. Pairs of foreign blocks do not matter. */
export function overlappingPairs(named: readonly NamedBlock[]): string[] {
  const sorted = [...named].sort((a, b) => compareBlocks(a.block, b.block) || compareKeys(a.label, b.label));
  const pairs: string[] = [];
  sorted.forEach((entry, index) => {
    // Sorted by start, so nothing after the first one that starts behind our end can overlap.
    for (let next = index + 1; next < sorted.length && overlaps(entry.block, sorted[next].block); next++) {
      if (!mayOverlap(entry, sorted[next])) pairs.push(`${entry.label} and ${sorted[next].label}`);
    }
  });
  return pairs;
}

function mayOverlap(a: NamedBlock, b: NamedBlock): boolean {
  return (a.foreign && (b.foreign || b.isShared === true)) || (b.foreign && a.isShared === true);
}

function compareBlocks(a: IpBlock, b: IpBlock): number {
  if (a.family !== b.family) return a.family < b.family ? -1 : 1;
  return a.first < b.first ? -1 : a.first > b.first ? 1 : a.prefixLength - b.prefixLength;
}
