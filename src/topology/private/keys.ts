/** What the address book calls the edge of a segment. */
export function edgeKey(segment: string): string {
  return `${segment}#edge`;
}

/** An interface of the host among the names that are taken. */
export function parentName(parent: string): string {
  return `parent ${parent}`;
}
