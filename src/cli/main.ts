import { Command, CommanderError, Option } from 'commander';
import { completion, type Shell, SHELLS, type Words } from './private/completion';
import {
  auditListing,
  changeListing,
  exposureListing,
  findingsListing,
  hostExposureListing,
  openListing,
  reviewListing,
} from './private/listings';
import { type Format, FORMATS, type Listing, render } from './private/render';
import type { HostQuestions } from '../intake/host-questions';
import { InputError } from '../intake/input-error';
import type { Questions } from '../intake/questions';
import { visible } from '../private/readable';
import type { ReachabilityChange } from '../reachability/results';

/** Where text goes. */
export interface Sink {
  write(text: string): unknown;
}

/** Exit codes of the process, which scripts use. */
export const EXIT = { yes: 0, no: 1, usage: 2, unknown: 3 } as const;

interface Given {
  readonly input: string;
  readonly daemon?: string;
  readonly engine?: string;
  readonly format: Format;
}

const EXAMPLES = `
Words for FROM and TO: a construct path or the end of it ('shop/Web', 'Web'), a container name, an address, a block,
host, internet (all IPv4 addresses), internet6. Ports: 443, tcp/443, udp/53, 8000-8010, ping.

Exit codes: 0 yes, or no difference; 1 no, or a difference; 2 the question or the input is wrong; 3 not certain.

Examples:
  $ bulkhead exposure                        what the outside reaches, of the synth in cdktf.out
  $ bulkhead explain Web Db 5432             why the connection arrives or not
  $ bulkhead evaluate internet Db 5432       for a script: prints the result and sets the exit code
  $ bulkhead diff main.json cdktf.out        flows that a change opens and closes
  $ bulkhead whatif --engine 29.1            what an upgrade of the engine would open and close
  $ bulkhead check --fail-on warning         findings of rule packs
  $ bulkhead review web1.txt                 rules of a host that do not do what they are for
  $ bulkhead exposure --input web1.txt       what the outside reaches, of a host that collect read
  $ bulkhead collect --ssh web1 >web1.txt    what a host tells of its networks, its rules and its engine
  $ bulkhead audit web1.txt                  what differs between the synth in cdktf.out and that host
  $ terraform show -json | bulkhead exposure --input - --engine 28.5
                                             what the outside reaches, of any Terraform program`;

const ENGINE_OF_INPUT = ['-e, --engine <version>', 'version of the engine, for Terraform, which does not tell it'] as const;

/** Runs a command line; returns the exit code. */
export async function main(argv: readonly string[], out: Sink, err: Sink): Promise<number> {
  let code: number = EXIT.yes;
  const program = programFor(out, err, (value) => {
    code = value;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.yes : EXIT.usage;
    if (error instanceof InputError) {
      err.write(`bulkhead: ${error.message}\n`);
      return EXIT.usage;
    }
    throw error;
  }
}

function programFor(out: Sink, err: Sink, end: (code: number) => void): Command {
  const program = new Command('bulkhead')
    .description('Prints which connections are possible on a Docker host. Sends no packet; only collect --ssh contacts a host.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .showHelpAfterError("(run 'bulkhead --help' for the commands)")
    .addHelpText('after', EXAMPLES);
  const command = (words: string, description: string, hasInput = true) => {
    const added = program.command(words).description(description);
    if (hasInput) {
      added.option(
        '-i, --input <path>',
        "a topology.json, a folder that has some below it, the text of collect, or what 'terraform show -json' prints",
        'cdktf.out',
      );
    }
    return added.option('-d, --daemon <path>', 'the daemon, where the input has several: its construct path or the end of it');
  };
  // What whatif asks for is another version.
  const asking = (words: string, description: string) => command(words, description).option(...ENGINE_OF_INPUT);
  const listed = (words: string, description: string) => formatted(asking(words, description));
  const formatted = (added: Command) =>
    added.addOption(new Option('-f, --format <format>', 'how to print').choices(FORMATS).default('text'));
  const print = (listing: Listing, { format }: Given) => out.write(render(listing, format));
  const printed = (given: Given, ofHost: (host: HostQuestions) => Listing, ofDaemon: (asked: Questions) => Listing) => {
    const host = hostQuestions(given, err);
    print(host === undefined ? ofDaemon(questions(given)) : ofHost(host), given);
  };
  const changed = (kind: string, about: Listing['about'], changes: readonly ReachabilityChange[], given: Given) => {
    print(changeListing(kind, about, changes), given);
    end(changes.length === 0 ? EXIT.yes : EXIT.no);
  };

  listed('list', 'every two ends with an open connection, with the ports').action((given: Given) => {
    printed(
      given,
      (host) => openListing(aboutOfHost(host), host.open()),
      (asked) => openListing(aboutOf(asked), asked.open()),
    );
  });

  listed('exposure', 'what is reachable from outside the host, and from which addresses').action((given: Given) => {
    printed(
      given,
      (host) => hostExposureListing(aboutOfHost(host), host.exposures()),
      (asked) => exposureListing(aboutOf(asked), asked.exposures()),
    );
  });

  asking('evaluate <from> <to> <port>', 'whether a connection arrives: prints DELIVERED, DROPPED, UNREACHABLE or UNKNOWN').action(
    (from: string, to: string, port: string, given: Given) => {
      const disposition = (hostQuestions(given, err) ?? questions(given)).disposition(from, to, port);
      out.write(`${disposition}\n`);
      end(exitOf(disposition));
    },
  );

  asking(
    'explain <from> <to> <port>',
    'why a connection arrives or not: the rule that decides, the path of the packet, what to change',
  ).action((from: string, to: string, port: string, given: Given) => {
    const { disposition, text } = (hostQuestions(given, err) ?? questions(given)).explain(from, to, port);
    out.write(`${text}\n`);
    end(exitOf(disposition));
  });

  formatted(
    command('diff <old> <new>', 'flows that are open in one topology and not in the other; each is what --input of list takes', false),
  )
    .option(...ENGINE_OF_INPUT)
    .action((old: string, now: string, given: Given) => {
      const [hostBefore, hostAfter] = [old, now].map((input) => hostQuestions({ ...given, input }, err));
      if ((hostBefore === undefined) !== (hostAfter === undefined)) {
        throw new InputError(`${old} and ${now} are of different kinds, a synth and a host; diff compares two of one kind`);
      }
      if (hostBefore !== undefined && hostAfter !== undefined) {
        changed('diff', { ...aboutOfHost(hostAfter), old, new: now }, hostAfter.changesSince(hostBefore), given);
        return;
      }
      const [before, after] = [questions({ ...given, input: old }), questions({ ...given, input: now })];
      changed('diff', { ...aboutOf(after), old, new: now }, after.changesSince(before), given);
    });

  formatted(command('whatif', 'what another version of the engine would open and close, with the same networks and rules of Bulkhead'))
    .requiredOption('-e, --engine <version>', 'version of the engine that you ask about, such as 29.1')
    .option('--from <version>', 'version of the engine now, for Terraform, which does not tell it')
    .action(({ engine, from, ...given }: Given & { readonly engine: string; readonly from?: string }) => {
      const host = hostQuestions({ ...given, engine: from }, err, '--from');
      if (host !== undefined) {
        const then = host.onEngine(engine);
        changed('whatif', { ...aboutOfHost(host), newEngine: then.host.engineVersion ?? engine }, then.changesSince(host), given);
        return;
      }
      const asked = questions({ ...given, engine: from }, '--from');
      const then = asked.onEngine(engine);
      changed('whatif', { ...aboutOf(asked), newEngine: then.engine.version }, then.changesSince(asked), given);
    });

  addCheck(program, out, end);
  addReview(program, out, err, end);
  addAudit(program, out, err, end);
  addCollect(program, out, err);
  program
    .command('completion <shell>')
    .description(`a program that completes this command in a shell: ${SHELLS.join(', ')}`)
    .action((shell: string) => {
      const known = SHELLS.find((each) => each === shell);
      if (known === undefined) throw new InputError(`'${shell}' is not a shell of completion; write ${SHELLS.join(', ')}`);
      out.write(completion(known, wordsOf(program)));
    });
  return program;
}

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

function addCheck(program: Command, out: Sink, end: (code: number) => void): void {
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

function addReview(program: Command, out: Sink, err: Sink, end: (code: number) => void): void {
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
      const reviewed = reviewOf(file, engine);
      for (const { of, why } of reviewed.lacks) err.write(`bulkhead: not reviewed: ${of}: ${why}\n`);
      out.write(format === 'sarif' ? reviewed.sarif : render(reviewListing(reviewed.engine, reviewed.findings), format));
      end(exitOfFindings(reviewed.findings, failOn));
    });
}

interface AuditGiven {
  readonly input: string;
  readonly daemon?: string;
  readonly ssh?: string;
  readonly format: Format;
}

/** What neither the archive nor the synth tells, whatever the host is. */
const NEVER_COMPARED =
  'environment, commands, labels, health checks, limits, logging and content of volumes of containers: collect leaves them out';

function addAudit(program: Command, out: Sink, err: Sink, end: (code: number) => void): void {
  program
    .command('audit [file]')
    .description('what differs between a synth and its host: networks, members, ports, containers, rules, settings, files, and strangers')
    .option('-i, --input <path>', 'a topology.json, or a folder that has some below it', 'cdktf.out')
    .option('-d, --daemon <path>', 'the daemon, where the input has several: its construct path or the end of it')
    .option('--ssh <host>', 'collect from this host now instead of reading a file')
    .addOption(new Option('-f, --format <format>', 'how to print').choices(FORMATS).default('text'))
    .action((file: string | undefined, { input, daemon, ssh, format }: AuditGiven) => {
      if ((file === undefined) === (ssh === undefined)) throw new InputError("name the text of 'bulkhead collect', or a host with --ssh");
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { auditOf, hostText } = require('../intake/audit') as typeof import('../intake/audit');
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const text = file === undefined ? (require('./collect') as typeof import('./collect')).collectOver(ssh!).archive : hostText(file);
      const { daemon: audited, differences } = auditOf(input, daemon, text);
      err.write(`bulkhead: never compared: ${NEVER_COMPARED}\n`);
      out.write(render(auditListing({ daemon: audited, neverCompared: NEVER_COMPARED }, differences), format));
      const differs = differences.some(({ severity }) => severity !== 'unknown');
      end(differs ? EXIT.no : differences.length > 0 ? EXIT.unknown : EXIT.yes);
    });
}

function addCollect(program: Command, out: Sink, err: Sink): void {
  program
    .command('collect')
    .description('prints a program for a Docker host: run as root there, it prints what the host tells, without secrets, as one text')
    .option('--ssh <host>', 'run it there now, and print what the host tells')
    .action(({ ssh }: { readonly ssh?: string }) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { collectOver, collectScript } = require('./collect') as typeof import('./collect');
      if (ssh === undefined) {
        out.write(collectScript());
        return;
      }
      const { archive, lacks } = collectOver(ssh);
      out.write(archive);
      for (const lack of lacks) err.write(`bulkhead: ${ssh} does not tell ${lack}\n`);
    });
}

/** What a shell completes. */
function wordsOf(program: Command): Words {
  return {
    name: program.name(),
    commands: program.commands.map((command) => ({
      name: command.name(),
      description: command.description(),
      takesFiles: ['audit', 'diff', 'review'].includes(command.name()),
      ...(command.name() === 'completion' && { choices: SHELLS as readonly Shell[] }),
      options: command.options.map(({ short, long, description, required, argChoices = [] }) => ({
        flags: [short, long].filter((flag) => flag !== undefined && flag !== null),
        description,
        ...(required && { value: long === '--input' ? ('file' as const) : argChoices }),
      })),
    })),
  };
}

function exitOf(disposition: string): number {
  if (disposition === 'UNKNOWN') return EXIT.unknown;
  return disposition === 'DELIVERED' ? EXIT.yes : EXIT.no;
}

function aboutOf({ daemon, engine }: Questions): Listing['about'] {
  return { daemon, engine: engine.version };
}

function aboutOfHost({ host }: HostQuestions): Listing['about'] {
  return { engine: host.engineVersion ?? 'not known' };
}

/**
 * Questions to a host, where the input is a text about one; what that does not tell is printed with the answer.
 * @param option the one that tells the engine of the input
 */
function hostQuestions(
  { input, daemon, engine }: Pick<Given, 'input' | 'daemon' | 'engine'>,
  err: Sink,
  option = '--engine',
): HostQuestions | undefined {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { askHost } = require('../intake/ask') as typeof import('../intake/ask');
  const host = askHost(input, engine, option, daemon);
  if (host === undefined) return undefined;
  for (const { text, place, sentence } of host.notes) {
    const note = [text, ...(place === undefined ? [] : [place]), sentence].join(': ');
    err.write(`bulkhead: ${visible(note.replace(/\n/g, ' '))}\n`);
  }
  return host;
}

/** Loaded only now: help and mistakes need none of it. */
function questions({ input, daemon, engine }: Pick<Given, 'input' | 'daemon' | 'engine'>, option = '--engine'): Questions {
  if (engine !== undefined) throw new InputError(`${input} names the engine of its daemon, so that ${option} would change nothing; leave it out, or ask with whatif`); // prettier-ignore
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { ask } = require('../intake/ask') as { ask: (input: string, daemon?: string) => Questions };
  return ask(input, daemon);
}
