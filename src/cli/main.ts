import { Command, CommanderError, Option } from 'commander';
import { asked, type Input } from './asked';
import { EXIT, type Sink } from './exit';
import { addAudit, addCheck, addReview } from './findings-commands';
import { completion, type Shell, SHELLS, type Words } from './private/completion';
import { changeListing, openListing } from './private/listings';
import { type Format, FORMATS, type Listing, render } from './private/render';
import { Progress } from './progress';
import { InputError } from '../intake/input-error';
import { visible } from '../private/readable';
import type { ReachabilityChange } from '../reachability/results';

interface Given extends Input {
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
  $ bulkhead exposure compose.yaml           what the outside reaches, of a Compose file
  $ terraform show -json | bulkhead exposure --input - --engine 28.5
                                             what the outside reaches, of any Terraform program`;

const INPUT =
  "a topology.json, a folder that has some below it, the text of collect, what 'terraform show -json' prints, or a Compose file or its folder";

const ENGINE_OF_INPUT = ['-e, --engine <version>', 'version of the engine, for Terraform and Compose, which do not tell it'] as const;

/** Runs a command line; returns the exit code. */
export async function main(argv: readonly string[], out: Sink, err: Sink): Promise<number> {
  let code: number = EXIT.yes;
  const progress = new Progress(err);
  const program = programFor(out, err, progress, (value) => {
    code = value;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    progress.end();
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.yes : EXIT.usage;
    if (error instanceof InputError) {
      // Names in files can contain control characters.
      err.write(`bulkhead: ${visible(error.message)}\n`);
      return EXIT.usage;
    }
    throw error;
  }
}

function programFor(out: Sink, err: Sink, progress: Progress, end: (code: number) => void): Command {
  const program = new Command('bulkhead')
    .description('Prints which connections are possible on a Docker host. Sends no packet; only collect --ssh contacts a host.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .showHelpAfterError("(run 'bulkhead --help' for the commands)")
    .addHelpText('after', EXAMPLES);
  const command = (words: string, description: string, hasInput = true) => {
    const added = program.command(words).description(description);
    if (hasInput) {
      added.option('-i, --input <path>', INPUT, 'cdktf.out').option('--override <file...>', 'Compose files on top of the first');
    }
    return added
      .option('-d, --daemon <path>', 'the daemon, where the input has several: its construct path or the end of it')
      .option('--profile <name...>', 'profiles of Compose that are on')
      .option('--env-file <file...>', 'files with variables for Compose, in place of .env');
  };
  // What whatif asks for is another version.
  const asking = (words: string, description: string) => command(words, description).option(...ENGINE_OF_INPUT);
  const listed = (words: string, description: string) => formatted(asking(words, description));
  const formatted = (added: Command) =>
    added.addOption(new Option('-f, --format <format>', 'how to print').choices(FORMATS).default('text'));
  const print = (listing: Listing, { format }: Given) => {
    progress.end();
    out.write(render(listing, format));
  };
  const read = (given: Input, option?: string) => asked(given, (text) => err.write(`bulkhead: ${text}\n`), option, progress.step);
  const changed = (kind: string, about: Listing['about'], changes: readonly ReachabilityChange[], given: Given) => {
    print(changeListing(kind, about, changes), given);
    end(changes.length === 0 ? EXIT.yes : EXIT.no);
  };

  const named = (input: string | undefined, given: Given): Given => ({ ...given, input: input ?? given.input });
  listed('list [input]', 'every two ends with an open connection, with the ports').action((input: string | undefined, given: Given) => {
    const { about, answers } = read(named(input, given));
    print(openListing(about, answers.open()), given);
  });

  listed('exposure [input]', 'what is reachable from outside the host, and from which addresses').action(
    (input: string | undefined, given: Given) => {
      print(read(named(input, given)).exposure(), given);
    },
  );

  asking('evaluate <from> <to> <port>', 'whether a connection arrives: prints DELIVERED, DROPPED, UNREACHABLE or UNKNOWN').action(
    (from: string, to: string, port: string, given: Given) => {
      const disposition = read(given).answers.disposition(from, to, port);
      out.write(`${disposition}\n`);
      end(exitOf(disposition));
    },
  );

  asking(
    'explain <from> <to> <port>',
    'why a connection arrives or not: the rule that decides, the path of the packet, what to change',
  ).action((from: string, to: string, port: string, given: Given) => {
    const { disposition, text } = read(given).answers.explain(from, to, port);
    out.write(`${text}\n`);
    end(exitOf(disposition));
  });

  formatted(
    command('diff <old> <new>', 'flows that are open in one topology and not in the other; each is what --input of list takes', false),
  )
    .option(...ENGINE_OF_INPUT)
    .action((old: string, now: string, given: Given) => {
      const [before, after] = [old, now].map((input) => read({ ...given, input }));
      changed('diff', { ...after.about, old, new: now }, after.changesSince(before), given);
    });

  formatted(
    command(
      'whatif [input]',
      'what another version of the engine would open and close, with the same networks, and the same rules but those of Docker',
    ),
  )
    .requiredOption('-e, --engine <version>', 'version of the engine that you ask about, such as 29.1')
    .option('--from <version>', 'version of the engine now, for Terraform and Compose, which do not tell it')
    .action((input: string | undefined, { engine, from, ...given }: Given & { readonly engine: string; readonly from?: string }) => {
      const before = read({ ...named(input, given), engine: from }, '--from');
      const after = before.onEngine(engine);
      changed('whatif', { ...before.about, newEngine: after.about.engine }, after.changesSince(before), given);
    });

  addCheck(program, out, end);
  addReview(program, out, err, progress, end);
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
      takesFiles: ['audit', 'diff', 'exposure', 'list', 'review', 'whatif'].includes(command.name()),
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
