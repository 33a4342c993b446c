/** The address book's key of a segment's gateway network. */
export function gatewayKey(segment: string): string {
  return `${segment}#gateway`;
}

/** An interface of the host among the names that are taken. */
export function parentName(parent: string): string {
  return `parent ${parent}`;
}
