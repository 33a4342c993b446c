import { chainText } from './explain';
import type { HostView } from './walk/host-view';
import type { Outcome, ProbeSpec, RulePlace, Step } from './walk/outcome';
import { walk } from './walk/walk';
import type { HostChain } from '../../firewall/private/host-rules';

/** What decides about one packet. */
export interface Deciders {
  /** The rule or policy that decides, and those that decide the same one after another if those before them do not. */
  readonly places: readonly RulePlace[];
  /** What becomes of the packet without all of them. */
  readonly without: Outcome;
}

/** A sentence with more places is too long to read. */
const MOST = 12;

/** Where people and programs filter. */
const FILTERING: readonly Step['at'][] = ['forward', 'input', 'output'];

/** Takes away what decides about a packet, by the model, until its result is another one. */
export function decidersOf(view: HostView, probe: ProbeSpec, outcome: Outcome): Deciders {
  return outcome.disposition === 'DELIVERED' ? acceptersOf(view, probe, outcome) : droppersOf(view, probe, outcome);
}

function droppersOf(view: HostView, probe: ProbeSpec, outcome: Outcome): Deciders {
  const places: RulePlace[] = [];
  let [left, without] = [view, outcome];
  while (without.disposition === 'DROPPED' && without.decidedBy !== undefined && places.length < MOST) {
    places.push(without.decidedBy);
    left = withoutPlace(left, probe, without.decidedBy);
    without = walk(left, probe);
  }
  return { places, without };
}

function acceptersOf(view: HostView, probe: ProbeSpec, outcome: Outcome): Deciders {
  const accepting = acceptingSteps(outcome);
  for (const { place } of accepting) {
    const without = walk(withoutPlace(view, probe, place!), probe);
    if (without.disposition !== 'DELIVERED') return { places: [place!], without };
  }
  // Alone none of them decides: at the last one something else takes its place.
  const at = (accepting.find((step) => FILTERING.includes(step.at)) ?? accepting[0] ?? lastPolicy(outcome))?.at;
  const places: RulePlace[] = [];
  let [left, without] = [view, outcome];
  while (without.disposition === 'DELIVERED' && places.length < MOST) {
    const next = (acceptingSteps(without).find((step) => step.at === at) ?? lastPolicy(without, at))?.place;
    if (next === undefined || places.some((place) => chainText(place) === chainText(next))) break;
    places.push(next);
    left = withoutPlace(left, probe, next);
    without = walk(left, probe, { trace: true });
  }
  return { places, without };
}

/** Rules that accept the packet, the last one first; what they do with the answer follows from that. */
function acceptingSteps({ steps }: Outcome): Step[] {
  return steps
    .filter(({ place, direction, what }) => place?.rule !== undefined && direction === 'original' && what.startsWith('accept'))
    .reverse();
}

/** The policy that lets the packet through where no rule of a chain does. */
function lastPolicy({ steps }: Outcome, at?: Step['at']): Step | undefined {
  return [...steps]
    .reverse()
    .find((step) => step.what === 'policy accept' && step.direction === 'original' && step.place!.table !== 'nat' && (at === undefined || step.at === at)); // prettier-ignore
}

/** The same host, where a rule does nothing, or where a policy is the other one. Each rule keeps its number. */
function withoutPlace(view: HostView, { family }: ProbeSpec, { table, chain, index }: RulePlace): HostView {
  const changed = (found: HostChain): HostChain => {
    if (index === undefined) return { ...found, base: found.base && { ...found.base, policy: found.base.policy === 'drop' ? 'accept' : 'drop' } }; // prettier-ignore
    return { ...found, rules: found.rules.map((rule, i) => (i === index ? { ...rule, verdict: { kind: 'continue', text: '' } } : rule)) };
  };
  const rules = view.rules[family];
  const chains = rules.chains.map((found) => (found.table === table && found.name === chain ? changed(found) : found));
  return { ...view, rules: { ...view.rules, [family]: { ...rules, chains } } };
}
