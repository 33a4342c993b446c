// Counts what was checked, prints failures at once and the sum at the end. A check that cannot be made here is told loudly, never passed over.
export class Checks {
  passed = 0;
  failed = 0;
  readonly skipped: string[] = [];
  readonly failures: string[] = [];
  private readonly prefix: string;

  constructor(title: string) {
    this.prefix = `[${title}]`;
  }

  say(text: string): void {
    console.log(`${this.prefix} ${text}`);
  }

  /** One check; `detail` is printed when it fails. */
  check(what: string, holds: boolean, detail: string | (() => string) = ''): boolean {
    if (holds) {
      this.passed++;
    } else {
      this.failed++;
      const text = typeof detail === 'function' ? detail() : detail;
      this.failures.push(`${what}${text ? `: ${text.slice(0, 300)}` : ''}`);
      console.log(`${this.prefix} FAILED ${what}${text ? `\n    ${text.replace(/\n/g, '\n    ')}` : ''}`);
    }
    return holds;
  }

  /** The same, told when it holds, too. */
  shown(what: string, holds: boolean, detail: string | (() => string) = ''): boolean {
    if (this.check(what, holds, detail)) this.say(`ok ${what}`);
    return holds;
  }

  skip(what: string, why: string): void {
    this.skipped.push(`${what}: ${why}`);
    console.log(`${this.prefix} SKIPPED ${what}: ${why}`);
  }

  /** A step that must not throw; the error is a failure like any other. */
  step<T>(what: string, run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      this.check(what, false, (error as Error).stack ?? String(error));
      return undefined;
    }
  }
}
