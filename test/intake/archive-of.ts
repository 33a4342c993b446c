/** The archive that `bulkhead collect` makes of these texts; one that is undefined is not in it. */
export function archiveOf(texts: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(texts).flatMap(([name, text]) => {
    if (text === undefined) return [];
    const lines = text.trimEnd().split('\n');
    return `== ${name}: a tool\n${lines.map((line) => `| ${line}\n`).join('')}== end ${name} ${lines.length}\n`;
  });
  return `bulkhead-collect 1\n${parts.join('')}== end of ${parts.length} texts\n`;
}
