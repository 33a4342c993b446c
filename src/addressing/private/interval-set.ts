/**
 * A set of numbers, kept as disjoint intervals in order.
 *
 * Neighbours are merged, so blocks handed out side by side stay one interval and the search for a free one stays short.
 */
export class IntervalSet {
  private readonly firsts: bigint[] = [];
  private readonly lasts: bigint[] = [];

  public add(first: bigint, last: bigint): void {
    // Everything from `start` to before `end` touches the new interval.
    const start = this.search(this.lasts, first - 1n);
    let end = start;
    while (end < this.firsts.length && this.firsts[end] <= last + 1n) end++;
    const low = start < end && this.firsts[start] < first ? this.firsts[start] : first;
    const high = start < end && this.lasts[end - 1] > last ? this.lasts[end - 1] : last;
    this.firsts.splice(start, end - start, low);
    this.lasts.splice(start, end - start, high);
  }

  public intersects(first: bigint, last: bigint): boolean {
    const index = this.search(this.lasts, first);
    return index < this.firsts.length && this.firsts[index] <= last;
  }

  public copy(): IntervalSet {
    const copy = new IntervalSet();
    copy.firsts.push(...this.firsts);
    copy.lasts.push(...this.lasts);
    return copy;
  }

  /** Start of the lowest range of `size` numbers, a multiple of `size`, that is within the bounds and not in the set. */
  public lowestFree(first: bigint, last: bigint, size: bigint): bigint | undefined {
    let candidate = alignUp(first, size);
    for (let i = this.search(this.lasts, candidate); i < this.firsts.length && this.firsts[i] < candidate + size; i++) {
      candidate = alignUp(this.lasts[i] + 1n, size);
    }
    return candidate + size - 1n <= last ? candidate : undefined;
  }

  /** Index of the first element that is at least `value`. */
  private search(sorted: readonly bigint[], value: bigint): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function alignUp(value: bigint, size: bigint): bigint {
  return ((value + size - 1n) / size) * size;
}
