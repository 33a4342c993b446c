import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { brokenChecksums } from './private/broken-checksums';
import { AddressBook } from '../addressing/address-book';
import { constructAt, orderStacks } from '../private/cdktf-hooks';
import { failuresOf } from '../reachability/private/prove';
import { Declarations } from '../topology/private/declarations';
import { FactStore } from '../topology/private/fact-store';
import type { DaemonFact } from '../topology/private/facts';

/** Facts that belong together, and their page in the address book: those of a daemon, or those of a swarm as a whole. */
export class FactsPage {
  public readonly declarations: Declarations;
  private readonly book: AddressBook;

  constructor(
    private readonly owner: Construct,
    facts: Omit<DaemonFact, 'path'>,
    /** Makes the conduit between two workloads and says its path. */
    makeConduit: (destination: Construct, source: string) => string,
  ) {
    const { path, root } = owner.node;
    const at = (wanted: string) => constructAt(root, wanted);
    this.book = AddressBook.of(owner);
    this.declarations = new Declarations(
      new FactStore({ ...facts, path }, () => this.book._locked(path), at),
      (dependent, needed) => orderStacks(at(dependent)!, at(needed)!),
      (destination, source) => makeConduit(at(destination) as Construct, source),
    );
  }

  /**
   * Mistakes of the whole program. Where there are none the addresses are taken down.
   * @param others what the owner found itself
   */
  public mistakes(others: readonly string[] = []): string[] {
    this.declarations.store.noticeRemovals();
    const { problems, allocation, topology } = this.declarations.store.derived();
    const all = [...problems, ...brokenChecksums(topology, this.declarations.store.engine.version)];
    const frozen = this.book._frozenProblem(this.owner.node.path, allocation.missing);
    const errors = [...all.map((problem) => this.text(problem)), ...others, ...(frozen === undefined ? [] : [frozen])];
    if (errors.length === 0) this.book._record(this.owner.node.path, allocation);
    return errors;
  }

  /** What keeps the claims from being true, that of the facts themselves included. */
  public failures(): string[] {
    return failuresOf(this.declarations.store).map((failure) => this.text(failure));
  }

  /** The stack of the owner is being written: from here on nothing may be declared. */
  public wrote(): void {
    this.declarations.wrote(TerraformStack.of(this.owner).node.path);
    // An app that skips validations comes here without any.
    this.book._record(this.owner.node.path, this.declarations.store.derived().allocation);
  }

  /** cdktf puts the path of the owner before each of these itself. */
  private text({ code, path, message }: { readonly code: string; readonly path: string; readonly message: string }): string {
    return `${path === this.owner.node.path ? '' : `[${path}] `}${message} (${code})`;
  }
}
