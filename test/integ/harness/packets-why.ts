// What helps to find out who is wrong, the walk or the model: the way that the packet should have taken, and what the walk makes of the real rules.
import { readRules } from './engine-read';
import type { Answered } from './packets-ask';
import { probeOf } from './packets-questions';
import type { HostView } from '../../../src/reachability/private/walk/host-view';
import type { Outcome, Step } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import type { Lab } from '../lab/lab';

export class Why {
  private real: HostView | undefined;

  constructor(
    private readonly lab: Lab,
    private readonly view: HostView,
  ) {}

  /** The rules are read once: they stay while a topology does. */
  text(answered: Answered): string {
    const probe = probeOf(answered);
    this.real ??= { ...this.view, rules: readRules(this.lab) };
    const steps = walk(this.view, probe, { trace: true }).steps.map(stepText);
    return [...steps, `with the rules that the host really has: ${outcomeText(walk(this.real, probe))}`].join('\n');
  }
}

function stepText({ at, direction, what, packet, place }: Step): string {
  const { source, sourcePort, destination, destinationPort } = packet;
  const link = `${packet.in || '-'} > ${packet.out || '-'}`;
  const where = place ? ` [${place.table} ${place.chain} ${place.index ?? 'policy'}: ${place.rule?.origin ?? ''}]` : '';
  return `${direction} ${at}: ${what} ${source}:${sourcePort} -> ${destination}:${destinationPort} ${link} ${packet.state}${where}`;
}

function outcomeText({ disposition, reason, receiver }: Outcome): string {
  return `${disposition} (${reason})${receiver ? ` ${receiver.kind} ${receiver.container ?? receiver.address}` : ''}`;
}
