/** Whether a construct path is meant: all of it, or whole words from its end. */
export function isNamed(whole: string, name: string): boolean {
  return whole === name || whole.endsWith(`/${name}`);
}
