import { HostQuestions } from './host-questions';
import type { EngineVersion } from '../engine/engine-version';
import type { Step } from '../private/step';
import { type HostNote, missing } from './private/host/host-note';
import { withDefaults } from './private/planned/default-settings';
import { HOST_PLACEHOLDERS, hostOfPlan, type PlannedHost } from './private/planned/planned-host';

/** Printed with every answer: no description of networks and containers has this. */
const ASSUMED = [
  'services of the host itself are not known, and exposure does not list them',
  `${HOST_PLACEHOLDERS.join(' and ')} stand for the addresses of the host, and the first free address for each that Docker chooses`,
];

interface Plan extends Pick<PlannedHost, 'networks' | 'containers' | 'notes'> {
  /** What the description is. */
  readonly text: HostNote['text'];
  /** More that the answers assume, said first. */
  readonly assumed: readonly string[];
  readonly engine: EngineVersion;
  readonly step?: Step;
  /** The same on an engine of another version. */
  again(version: string): HostQuestions;
}

/** Questions to the host that a description leads to. */
export function askPlan({ text, assumed, engine, networks, containers, notes, again, step }: Plan): HostQuestions {
  const all = [...[...assumed, ...ASSUMED].map((sentence) => missing(text, sentence)), ...notes];
  return new HostQuestions(hostOfPlan({ ...withDefaults(engine), networks, containers, notes: all }), again, step);
}
