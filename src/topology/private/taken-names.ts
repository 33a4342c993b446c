import { ValidationError } from '../../private/errors';

/** Docker names and interfaces of one daemon, and which construct has each. Names are the same in capital and in small letters. */
export class TakenNames {
  private readonly owners = new Map<string, string>();

  /** What was taken out of the tree has no name any more. */
  constructor(private readonly inTree: (path: string) => boolean) {}

  public ownerOf(name: string): string | undefined {
    const owner = this.owners.get(name.toLowerCase());
    return owner !== undefined && this.inTree(owner) ? owner : undefined;
  }

  public take(name: string, path: string): void {
    this.refuseTaken(name, path);
    this.owners.set(name.toLowerCase(), path);
  }

  public refuseTaken(name: string, path: string): void {
    const owner = this.ownerOf(name);
    if (owner !== undefined && owner !== path) {
      throw new ValidationError(
        'DuplicateName',
        path,
        `the ${name.replace(' ', " name '")}' is already used by '${owner}' on the same daemon; give one of them another name`,
      );
    }
  }
}
