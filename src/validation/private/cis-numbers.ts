/** CIS Docker Benchmark 1.8.0 put a new 2.7 in, and what followed moved on by one. Nothing else was renumbered. */
export function controlIn16(control: string): string | undefined {
  const [section, number, ...rest] = control.split('.').map(Number);
  if (section !== 2 || number < 7 || rest.length > 0) return control;
  return number === 7 ? undefined : `2.${number - 1}`;
}
