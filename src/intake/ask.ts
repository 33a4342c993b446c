import * as fs from 'node:fs';
import type { HostQuestions } from './host-questions';
import { InputError } from './input-error';
import { isHostDump, readDump } from './private/host/dump';
import { Questions } from './questions';
import { topologyAt } from './topology-file';

/** Questions to one daemon of a synth. @throws InputError */
export function ask(input: string, daemon?: string): Questions {
  return new Questions(topologyAt(input, daemon));
}

/** Questions to the host of a text that `bulkhead collect` made; undefined if the input is not about a host. @throws InputError */
export function askHost(input: string): HostQuestions | undefined {
  if (fs.statSync(input, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const text = fs.readFileSync(input, 'utf8');
  if (!isHostDump(text)) return undefined;
  const { texts, lacks } = readDump(text);
  if (texts.addresses === undefined && texts['docker-networks'] === undefined) {
    const why = lacks.find(({ of }) => of === 'addresses')?.why;
    throw new InputError(`${input} has neither the interfaces nor the Docker networks of the host${why === undefined ? '' : ` (${why})`}, so it does not tell which connections are possible; give the text that 'bulkhead collect' makes, or let 'bulkhead review' check these rules`); // prettier-ignore
  }
  // A topology needs none of these.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { hostOf } = require('./private/host/intake-host') as typeof import('./private/host/intake-host');
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { HostQuestions: Asked } = require('./host-questions') as typeof import('./host-questions');
  return new Asked(hostOf(texts));
}
