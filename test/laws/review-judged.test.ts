import * as fs from 'node:fs';
import * as path from 'node:path';
import { reviewOf } from '../../src/intake/review-file';
import type { Judged } from '../intake/review/judged';
import { BESIDE } from '../intake/review/judged-beside';
import { FIXES } from '../intake/review/judged-fixes';
import { FORMS } from '../intake/review/judged-forms';
import { HOOKS } from '../intake/review/judged-hooks';
import { KERNEL } from '../intake/review/judged-kernel';
import { MORE } from '../intake/review/judged-more';
import { TOOLS } from '../intake/review/judged-tools';
import { TRAPS } from '../intake/review/judged-traps';
import { USER } from '../intake/review/judged-user';
import { temporaryFolder } from '../support/folders';

const folder = temporaryFolder();

interface Said {
  readonly findings: readonly {
    readonly text: string;
    readonly severity: string;
    readonly tried: string;
    readonly commands: readonly string[];
  }[];
  readonly besides: readonly string[];
  readonly isRefused: boolean;
}

function review({ text, engine }: Judged): Said {
  const file = path.join(folder(), 'host.txt');
  fs.writeFileSync(file, text);
  try {
    const { findings, lacks } = reviewOf(file, engine);
    return {
      findings: findings.map(({ ruleId, severity, rule, statement, afterFix, isFixProved, commands }) => ({
        text: `${ruleId} | ${rule} | ${statement}`,
        severity,
        commands,
        tried: afterFix === undefined || isFixProved ? '' : `${ruleId}: ${afterFix}`,
      })),
      besides: lacks.map(({ of, why }) => `${of}: ${why}`),
      isRefused: false,
    };
  } catch (error) {
    return { findings: [], besides: [(error as Error).message], isRefused: true };
  }
}

// Whoever wrote these rows had not seen how the review works; what is silent is told, and stays so until somebody changes it.
describe.each(Object.entries({ TOOLS, USER, HOOKS, BESIDE, MORE, FORMS, KERNEL, FIXES, TRAPS }))('%s', (_, rows) => {
  test.each(rows.map((row) => [row.id, row] as const))('%s', (_id, row) => {
    const { findings, besides, isRefused } = review(row);
    const all = [...findings.map(({ text }) => text), ...besides];
    const missed = row.must.filter((pattern) => !all.some((text) => pattern.test(text))).map(String);
    const loud = row.isClean ? findings.filter(({ severity, text }) => severity !== 'info' && row.allow?.test(text) !== true) : [];
    const commands = findings.flatMap((finding) => finding.commands);
    expect(row.fix === undefined || commands.some((command) => row.fix!.test(command))).toBe(true);
    expect(commands.filter((command) => row.noFix?.test(command))).toEqual([]);
    expect({
      missed: missed.length > 0,
      said: all.filter((text) => row.never.some((pattern) => pattern.test(text))),
      loud,
      tried: findings.map(({ tried }) => tried).filter(Boolean),
    }).toEqual({ missed: row.silent !== undefined, said: [], loud: [], tried: [] });
    if (row.isRefused) expect(isRefused).toBe(true);
  });
});
