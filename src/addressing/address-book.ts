import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, Token } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { checkProps } from '../private/check-props';
import { Allocation, EMPTY_LOCK, LockedDaemon, ownEntry } from './private/allocation';
import { isExpression } from './private/ip';
import { EMPTY_LOCK_FILE, LOCK_FILE_NAME, LockFile, parseLockFile, serializeLockFile } from './private/lock-file';
import { UnscopedValidationError, ValidationError } from '../private/errors';
import { Slot } from '../private/slot';
import { warnUnread } from '../private/warn-unread';

/** How an address book keeps what it allocated. */
export interface AddressBookProps {
  /**
   * Path of the lock file; a relative one is relative to the working directory.
   *
   * A path given here is also used by an app of `Testing.app()`.
   *
   * @default - `bulkhead.lock.json` beside the file that the context `cdktfJsonPath` names, else beside the nearest `cdktf.json` at or above the app's
   * output directory, else in the working directory when the CDKTF CLI runs the program; otherwise addresses are kept in memory only. An app of
   * `Testing.app()` keeps them in memory.
   */
  readonly lockFile?: string;

  /**
   * Whether the lock file must already contain every entry. If it does not, `app.synth` fails with `LockOutdated` and writes nothing.
   *
   * @default - true when the environment has `CI=true`, otherwise false: what is new is written to the lock file
   */
  readonly frozen?: boolean;
}

const BOOK = new Slot<AddressBook>('address-book');
const DEFAULT_ID = 'BulkheadAddressBook';

/**
 * Stores which block, address and bridge name belongs to which construct.
 *
 * A Docker network is replaced, with all its containers, when its block changes; so an allocation never changes. The book keeps it in a lock file, as a
 * package manager does: a synth reads the file; if there are new entries, `app.synth` writes it after all stacks are validated; you commit it. An app
 * has one book, which the first daemon creates; to set its properties, create it yourself before any daemon.
 *
 * The file is not written when a stack fails, by `Testing.synth` and similar methods, or when frozen.
 *
 * @see https://docs.docker.com/reference/cli/docker/network/create/
 */
export class AddressBook extends Construct {
  /**
   * The book of the app that a construct belongs to; made when there is none.
   *
   * @param scope any construct of the app
   */
  public static of(scope: IConstruct): AddressBook {
    const root = scope.node.root;
    return BOOK.get(root) ?? new AddressBook(root as Construct, DEFAULT_ID);
  }

  /**
   * Absolute path of the lock file.
   *
   * @default - none: addresses are kept in memory, and may move from one synth to the next when constructs come and go
   */
  public readonly lockFile?: string;

  /** Whether the lock file must already contain every entry. */
  public readonly frozen: boolean;

  private readonly recorded = new Map<string, LockedDaemon>();
  private readonly checks: (() => string[])[] = [];
  private readonly listeners: ((isWritten: boolean) => void)[] = [];
  private state?: LockState;

  /**
   * Error: `AddressBookExists` when the app has a book, as it has once there is a daemon; `UnresolvedValue` when the path is a Terraform token.
   */
  constructor(scope: Construct, id: string, props: AddressBookProps = {}) {
    const root = scope.node.root;
    const place = [scope.node.path, id].filter((part) => part !== '').join('/');
    checkProps(place, 'AddressBookProps', props);
    const existing = BOOK.get(root);
    if (existing) {
      throw new ValidationError(
        'AddressBookExists',
        place,
        `the app already has the address book '${existing.node.path}'; create your address book before the first daemon, and create only one`,
      );
    }
    if (props.lockFile !== undefined && (Token.isUnresolved(props.lockFile) || isExpression(props.lockFile))) {
      throw new ValidationError(
        'UnresolvedValue',
        place,
        `'lockFile' is a Terraform reference ('${props.lockFile}'); pass the literal text`,
      );
    }
    super(scope, id);
    warnUnread(this, 'AddressBookProps', props);
    this.lockFile = props.lockFile === undefined ? defaultLockFile(root) : path.resolve(props.lockFile);
    this.frozen = props.frozen ?? process.env.CI === 'true';
    BOOK.set(root, this);
    // The validations of the app run after every stack is validated and written, and before the manifest.
    root.node.addValidation({ validate: () => this.finish() });
  }

  /**
   * What the lock file contained for a daemon at the first call. Never throws, since rendering calls it; `_frozenProblem` and the end of `app.synth`
   * report a file that cannot be read.
   *
   * @internal
   */
  public _locked(daemonPath: string): LockedDaemon {
    return ownEntry(this.read().file.daemons, daemonPath) ?? EMPTY_LOCK;
  }

  /**
   * Takes down what the lock file should hold for a daemon; the last call counts. Call it from a validation or the custom synthesis of the daemon's
   * stack. An app that skips validations never reaches its own, so there it is written at once.
   *
   * @internal
   */
  public _record(daemonPath: string, allocation: Pick<Allocation, 'lock' | 'problems'>): void {
    if (allocation.problems.length > 0) return;
    this.recorded.set(daemonPath, allocation.lock);
    const root = this.node.root;
    if (App.isApp(root) && root.skipValidation && this.read().problem === undefined) this.write();
  }

  /**
   * A check of the whole app that must pass before anything is written. All validations of an app run, whichever fails: without this the file would be
   * written beside an error.
   *
   * @internal
   */
  public _checkFirst(check: () => string[]): void {
    this.checks.push(check);
  }

  /**
   * Called at the end of a synth without mistakes, with whether the lock file was written.
   *
   * @internal
   */
  public _atEnd(listener: (isWritten: boolean) => void): void {
    this.listeners.push(listener);
  }

  /**
   * What to report from the validation of the daemon's stack, so that it fails before anything of the stack is written. Ends with the code; the caller
   * says the path.
   *
   * @internal
   */
  public _frozenProblem(_daemonPath: string, missing: readonly string[]): string | undefined {
    const { problem, exists } = this.read();
    if (problem !== undefined) return problem;
    if (!this.frozen || this.lockFile === undefined || missing.length === 0) return undefined;
    const shown = missing.slice(0, 5).map((entry) => `'${entry}'`);
    const more = missing.length > shown.length ? ` and ${missing.length - shown.length} more` : '';
    return (
      `${shown.join(', ')}${more} ${missing.length === 1 ? 'has' : 'have'} no current entry in ${this.lockFile}, which ` +
      `${exists ? 'is frozen' : 'does not exist'}; run 'cdktf synth' outside CI and commit the file (LockOutdated)`
    );
  }

  private finish(): string[] {
    const failures = this.checks.flatMap((check) => check());
    const { problem } = this.read();
    if (problem !== undefined) failures.push(`[${this.node.path}] ${problem}`);
    if (failures.length > 0) return failures;
    let isWritten: boolean;
    try {
      isWritten = this.write();
    } catch (error) {
      return [
        `[${this.node.path}] ${this.lockFile} cannot be written: ${(error as Error).message}; create its folder, and make the file writable (LockNotWritten)`,
      ];
    }
    this.listeners.forEach((listener) => listener(isWritten));
    return [];
  }

  private read(): LockState {
    this.state ??= readLock(this.lockFile);
    return this.state;
  }

  /** Whether there was something new to write. */
  private write(): boolean {
    if (this.lockFile === undefined || this.frozen) return false;
    const { file } = this.read();
    const next: LockFile = { daemons: Object.fromEntries([...Object.entries(file.daemons), ...this.recorded]) };
    const text = serializeLockFile(next);
    // Compares by content: a checkout with other line endings does not cause a write.
    if (text === serializeLockFile(file)) return false;
    // A reader sees the old file or the new one. The temporary file is in the same folder, since a rename works only within one file system.
    const temporary = `${this.lockFile}.${process.pid}.tmp`;
    try {
      fs.writeFileSync(temporary, text);
      fs.renameSync(temporary, this.lockFile);
    } finally {
      fs.rmSync(temporary, { force: true });
    }
    this.state = { file: next, exists: true };
    return true;
  }
}

interface LockState {
  readonly file: LockFile;
  readonly exists: boolean;
  /** Why the file cannot be read, with the code. */
  readonly problem?: string;
}

function readLock(lockFile: string | undefined): LockState {
  if (lockFile === undefined || !fs.existsSync(lockFile)) {
    return { file: EMPTY_LOCK_FILE, exists: false };
  }
  try {
    return { file: parseLockFile(fs.readFileSync(lockFile, 'utf8')), exists: true };
  } catch (error) {
    const known = error instanceof UnscopedValidationError;
    const reason = known ? error.message.slice(0, -` (${error.code})`.length) : (error as Error).message;
    const problem = `${lockFile} cannot be read: ${reason}; repair it or restore it from version control (LockMalformed)`;
    return { file: EMPTY_LOCK_FILE, exists: true, problem };
  }
}

function defaultLockFile(root: IConstruct): string | undefined {
  // Testing.app() stubs the version, and may fake 'cdktfJsonPath': a unit test must not touch the repository.
  if (!App.isApp(root) || root.node.tryGetContext('cdktfVersion') === 'stubbed') return undefined;
  const cdktfJson: unknown = root.node.tryGetContext('cdktfJsonPath');
  if (typeof cdktfJson === 'string') return path.resolve(path.dirname(cdktfJson), LOCK_FILE_NAME);
  for (let directory = path.resolve(root.outdir); ; directory = path.dirname(directory)) {
    if (fs.existsSync(path.join(directory, 'cdktf.json'))) return path.join(directory, LOCK_FILE_NAME);
    if (directory === path.dirname(directory)) break;
  }
  return process.env.CDKTF_CONTEXT_JSON === undefined ? undefined : path.resolve(LOCK_FILE_NAME);
}
