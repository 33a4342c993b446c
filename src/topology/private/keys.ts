/** What the address book calls the gateway network of a segment. */
export function gatewayKey(segment: string): string {
  return `${segment}#gateway`;
}

/** An interface of the host among the names that are taken. */
export function parentName(parent: string): string {
  return `parent ${parent}`;
}
