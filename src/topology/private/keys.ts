/** What the address book calls the edge of a segment. */
export function edgeKey(segment: string): string {
  return `${segment}#edge`;
}
