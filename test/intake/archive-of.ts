/** The archive that `bulkhead collect` makes of these texts. */
export function archiveOf(texts: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(texts).map(([name, text]) => {
    const lines = text!.trimEnd().split('\n');
    return `== ${name}: a tool\n${lines.map((line) => `| ${line}\n`).join('')}== end ${name} ${lines.length}\n`;
  });
  return `bulkhead-collect 1\n${parts.join('')}== end of ${parts.length} texts\n`;
}
