import { Questions } from './questions';
import { topologyAt } from './topology-file';

/** Questions to one daemon of a synth. @throws InputError */
export function ask(input: string, daemon?: string): Questions {
  return new Questions(topologyAt(input, daemon));
}
