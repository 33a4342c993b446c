/** Whether a version constraint of Terraform, such as `>= 3.6.2, < 5.0.0`, rules out everything below a version. */
export function demandsAtLeast(constraint: string, least: readonly number[]): boolean {
  return constraint.split(',').some((part) => {
    const match = /^\s*(?:=|>=?|~>)?\s*(\d+(?:\.\d+)*)\s*$/.exec(part);
    return match !== null && compare(match[1].split('.').map(Number), least) >= 0;
  });
}

function compare(a: readonly number[], b: readonly number[]): number {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, index) => (a[index] ?? 0) - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
