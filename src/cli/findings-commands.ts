import { type Command, Option } from 'commander';
import { EXIT, type Sink } from './exit';
import { auditListing, findingsListing, reviewListing } from './private/listings';
import { type Format, FORMATS, render } from './private/render';
import type { Progress } from './progress';
import { InputError } from '../intake/input-error';

const SEVERITIES = ['error', 'warning', 'info'] as const;

interface CheckGiven {
  readonly input: string;
  readonly format: Format | 'sarif';
  readonly failOn: (typeof SEVERITIES)[number];
  readonly all?: boolean;
}

/** Whether the open ones among these are severe enough to fail. */
function exitOfFindings(findings: readonly { readonly state: string; readonly severity: string }[], failOn: CheckGiven['failOn']): number {
  const failing: readonly string[] = SEVERITIES.slice(0, SEVERITIES.indexOf(failOn) + 1);
  return findings.some(({ state, severity }) => state === 'open' && failing.includes(severity)) ? EXIT.no : EXIT.yes;
}

const formatOfFindings = () => new Option('-f, --format <format>', 'how to print').choices([...FORMATS, 'sarif']).default('text');
const failOnOption = () => new Option('--fail-on <severity>', 'the least severity that fails').choices(SEVERITIES).default('error');

export function addCheck(program: Command, out: Sink, end: (code: number) => void): void {
  program
    .command('check')
    .description('what the rule packs of a synth found; exit code 1 if an open finding is as severe as --fail-on says')
    .option('-i, --input <path>', 'a validation.json, or a folder that has some below it', 'cdktf.out')
    .addOption(formatOfFindings())
    .addOption(failOnOption())
    .option('--all', 'also findings that a suppression or a baseline accepts')
    .action(({ input, format, failOn, all = false }: CheckGiven) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { findingsAt, sarifOf } = require('../intake/findings') as typeof import('../intake/findings');
      const found = findingsAt(input);
      const open = found.findings.filter(({ state }) => state === 'open');
      if (format === 'sarif') out.write(`${JSON.stringify(sarifOf(found))}\n`);
      else out.write(render(findingsListing(found.stacks, all ? found.findings : open), format));
      end(exitOfFindings(open, failOn));
    });
}

interface ReviewGiven {
  readonly engine?: string;
  readonly format: Format | 'sarif';
  readonly failOn: CheckGiven['failOn'];
}

export function addReview(program: Command, out: Sink, err: Sink, progress: Progress, end: (code: number) => void): void {
  program
    .command('review <file>')
    .description(
      'what the rules of a host do that they should not: of the text of collect, or of iptables-save, iptables -S or iptables -L -n -v',
    )
    .option('-e, --engine <version>', 'version of the engine, where the file does not tell it')
    .addOption(formatOfFindings())
    .addOption(failOnOption())
    .action((file: string, { engine, format, failOn }: ReviewGiven) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { reviewOf } = require('../intake/review-file') as typeof import('../intake/review-file');
      const reviewed = reviewOf(file, engine, progress.step);
      progress.end();
      for (const { of, why } of reviewed.lacks) err.write(`bulkhead: not reviewed: ${of}: ${why}\n`);
      out.write(format === 'sarif' ? reviewed.sarif : render(reviewListing(reviewed.engine, reviewed.findings), format));
      end(exitOfFindings(reviewed.findings, failOn));
    });
}

interface AuditGiven {
  readonly input: string;
  readonly daemon?: string;
  readonly ssh?: string;
  readonly format: Format | 'sarif';
}

/** What neither the archive nor the synth tells, whatever the host is. */
const NEVER_COMPARED =
  'environment, commands, labels, health checks, limits, logging and content of volumes of containers: collect leaves them out';

export function addAudit(program: Command, out: Sink, err: Sink, end: (code: number) => void): void {
  program
    .command('audit [file]')
    .description('what differs between a synth and its host: networks, members, ports, containers, rules, settings, files, and strangers')
    .option('-i, --input <path>', 'a topology.json, or a folder that has some below it', 'cdktf.out')
    .option('-d, --daemon <path>', 'the daemon, where the input has several: its construct path or the end of it')
    .option('--ssh <host>', 'collect from this host now instead of reading a file')
    .addOption(formatOfFindings())
    .action((file: string | undefined, { input, daemon, ssh, format }: AuditGiven) => {
      if ((file === undefined) === (ssh === undefined)) throw new InputError("name the text of 'bulkhead collect', or a host with --ssh");
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { auditOf, hostText } = require('../intake/audit') as typeof import('../intake/audit');
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const text = file === undefined ? (require('./collect') as typeof import('./collect')).collectOver(ssh!).archive : hostText(file);
      const { daemon: audited, differences, sarif } = auditOf(input, daemon, text);
      err.write(`bulkhead: never compared: ${NEVER_COMPARED}\n`);
      const about = { daemon: audited, neverCompared: NEVER_COMPARED };
      out.write(format === 'sarif' ? sarif() : render(auditListing(about, differences), format));
      const differs = differences.some(({ severity }) => severity !== 'unknown');
      end(differs ? EXIT.no : differences.length > 0 ? EXIT.unknown : EXIT.yes);
    });
}
