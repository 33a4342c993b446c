import type { Sink } from './exit';
import type { Step } from '../private/step';

/** Shorter work needs no word. */
const SILENT_MS = 1_000;
const EVERY_MS = 200;

/** How far a long piece of work is: one line on a terminal, which goes when the work ends; nothing in a pipe. */
export class Progress {
  private readonly began = Date.now();
  private shown = 0;

  constructor(private readonly sink: Sink) {}

  public readonly step: Step = (done, total) => {
    const now = Date.now();
    if (this.sink.isTTY !== true || now - this.began < SILENT_MS || now - this.shown < EVERY_MS) return;
    this.shown = now;
    this.sink.write(`\r\u001b[K${done} of ${total} …`);
  };

  /** Removes the line. */
  public end(): void {
    if (this.shown > 0) this.sink.write('\r\u001b[K');
    this.shown = 0;
  }
}
