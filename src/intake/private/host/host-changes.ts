import { outsideEnd, type QuestionEnd } from './question-ends';
import { groupBy } from '../../../private/multimap';
import { isEmpty, NO_PORTS, type PortSet, portSetText, subtract, union } from '../../../reachability/private/matrix/port-set';
import type { ReachabilityChange } from '../../../reachability/results';

/** Ports that are open from one end to another. */
export interface Opening {
  readonly source: string;
  readonly destination: string;
  readonly ports: PortSet;
  readonly certain: boolean;
}

/** A sender outside at an interface, which represents its block. */
export interface Sender {
  readonly interface: string;
  readonly block: string;
  readonly address: string;
}

export function distinctSenders(senders: readonly Sender[]): Sender[] {
  return [...new Map(senders.map((sender) => [nameOf(sender), sender])).values()];
}

export function endOf(sender: Sender): QuestionEnd {
  return { ...outsideEnd(sender.interface, sender.address), text: nameOf(sender) };
}

function nameOf({ interface: name, block }: Sender): string {
  return `${block} at ${name}`;
}

/**
 * What is not certain counts as open. Senders at one interface with the same change are in one line.
 * @param senders all that were asked, apart from containers and the host
 */
export function changesOf(before: readonly Opening[], now: readonly Opening[], senders: readonly Sender[]): ReachabilityChange[] {
  const [was, is] = [totals(before), totals(now)];
  const placeOf = new Map(senders.map((sender) => [nameOf(sender), sender]));
  const changes = [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [source, destination] = JSON.parse(key) as [string, string];
    const [old, current] = [was.get(key) ?? NO_PORTS, is.get(key) ?? NO_PORTS];
    const [opened, closed] = [subtract(current, old), subtract(old, current)];
    return isEmpty(opened) && isEmpty(closed) ? [] : [{ source, destination, opened: textOf(opened), closed: textOf(closed) }];
  });
  const alike = groupBy(changes, ({ source, ...rest }) => JSON.stringify([placeOf.get(source)?.interface ?? [source], rest]));
  return [...alike.values()]
    .map((group) => ({
      ...group[0],
      source:
        joined(
          group.flatMap(({ source }) => placeOf.get(source) ?? []),
          senders,
        ) ?? group[0].source,
    }))
    .sort((a, b) => (`${a.source} ${a.destination}` < `${b.source} ${b.destination}` ? -1 : 1));
}

function totals(openings: readonly Opening[]): Map<string, PortSet> {
  const sums = new Map<string, PortSet>();
  for (const { source, destination, ports } of openings) {
    const key = JSON.stringify([source, destination]);
    sums.set(key, union(sums.get(key) ?? NO_PORTS, ports));
  }
  return sums;
}

function textOf(ports: PortSet): string {
  return isEmpty(ports) ? '' : portSetText(ports);
}

/** The blocks of these, by interface; for all senders that no rule names, with the blocks that are not among these. */
function joined(group: readonly Sender[], senders: readonly Sender[]): string | undefined {
  if (group.length === 0) return undefined;
  const [{ interface: name }] = group;
  const there = senders.filter((sender) => sender.interface === name);
  const isIn = ({ block }: Sender) => group.some((sender) => sender.block === block);
  if (there.every(isIn)) return `outside at ${name}`;
  const everywhere = group.filter(({ block }) => block.endsWith('/0')).map(({ block }) => block);
  const isCovered = (block: string) => everywhere.some((each) => each.includes(':') === block.includes(':'));
  const except = there.filter((sender) => isCovered(sender.block) && !isIn(sender)).map(({ block }) => block);
  const named = group.filter(({ block }) => !isCovered(block)).map(({ block }) => block);
  return `${[...everywhere, ...named].join(', ')} at ${name}${except.length === 0 ? '' : ` except ${except.join(', ')}`}`;
}
