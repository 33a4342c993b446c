export function maskedMark(mark: number, mask: number): number {
  // eslint-disable-next-line no-bitwise -- a mask is bits; the shift makes the number unsigned again.
  return (mark & mask) >>> 0;
}

export function markedWith(mark: number, value: number, mask: number): number {
  // eslint-disable-next-line no-bitwise -- a mask is bits; the shift makes the number unsigned again.
  return ((mark & ~mask) | value) >>> 0;
}
