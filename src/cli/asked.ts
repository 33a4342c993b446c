import { exposureListing, hostExposureListing } from './private/listings';
import type { Listing } from './private/render';
import type { HostQuestions } from '../intake/host-questions';
import { InputError } from '../intake/input-error';
import type { HostNote } from '../intake/private/host/host-note';
import type { Questions } from '../intake/questions';
import { visible } from '../private/readable';
import type { Step } from '../private/step';
import type { ReachabilityChange } from '../reachability/results';

/** Which input is asked, and what it does not tell itself. */
export interface Input {
  readonly input: string;
  readonly daemon?: string;
  readonly engine?: string;
  /** Of Compose: files on top of the first, profiles that are on, and files with variables. */
  readonly override?: readonly string[];
  readonly profile?: readonly string[];
  readonly envFile?: readonly string[];
}

/** What both kinds of input answer. */
interface Answers extends Pick<Questions, 'open' | 'disposition' | 'explain'> {
  changesSince(before: Answers): ReachabilityChange[];
  onEngine(version: string): Answers;
}

/** What an input is about: a daemon of a synth, or a host that Bulkhead need not have set up. */
export class Asked {
  public static ofDaemon(questions: Questions): Asked {
    const about = { daemon: questions.daemon, engine: questions.engine.version };
    const again = (version: string) => Asked.ofDaemon(questions.onEngine(version));
    return new Asked('a synth', about, questions, () => exposureListing(about, questions.exposures()), again);
  }

  /** @param note is given what the host does not tell, once */
  public static ofHost(questions: HostQuestions, note: (text: string) => void): Asked {
    const about = { engine: questions.host.engineVersion ?? 'not known' };
    const texts = questions.notes.map(noteText);
    texts.forEach(note);
    const again = (version: string) => Asked.ofHost(questions.onEngine(version), (text) => (texts.includes(text) ? undefined : note(text)));
    return new Asked('a host', about, questions, () => hostExposureListing(about, questions.exposures()), again);
  }

  private constructor(
    private readonly kind: 'a synth' | 'a host',
    public readonly about: Listing['about'],
    public readonly answers: Answers,
    public readonly exposure: () => Listing,
    public readonly onEngine: (version: string) => Asked,
  ) {}

  /** @throws InputError where the other one is of another kind */
  public changesSince(before: Asked): ReachabilityChange[] {
    if (before.kind !== this.kind) {
      throw new InputError(`the two inputs are of different kinds: the first is about ${before.kind}, the second about ${this.kind}; compare two of one kind`); // prettier-ignore
    }
    return this.answers.changesSince(before.answers);
  }
}

/**
 * Reads the input; what a host does not tell is given to `note`.
 * @param option of the command line, which tells the engine of the input
 * @throws InputError
 */
export function asked(
  { input, daemon, engine, override, profile, envFile }: Input,
  note: (text: string) => void,
  option = '--engine',
  step?: Step,
): Asked {
  // Loaded only now: help and mistakes need none of it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { ask, askHost } = require('../intake/ask') as typeof import('../intake/ask');
  const compose = { overrides: override, profiles: profile, envFiles: envFile };
  const host = askHost(input, { engine, option, daemon, compose, step });
  if (host === undefined) {
    const questions = ask(input, daemon);
    if (engine === undefined) return Asked.ofDaemon(questions);
    throw new InputError(
      `${input} names the engine of its daemon, so that ${option} would change nothing; leave it out, or ask with whatif`,
    );
  }
  return Asked.ofHost(host, note);
}

function noteText({ text, place, sentence }: HostNote): string {
  return visible([text, ...(place === undefined ? [] : [place]), sentence].join(': ').replace(/\n/g, ' '));
}
