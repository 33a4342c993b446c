import { DeclaredSteps } from './declared-steps';
import { isEmpty, type PortSet, portSetOf, portSetText, subtract } from './matrix/port-set';
import type { Party } from './matrix/reach';
import type { Step } from './walk/outcome';
import type { Topology } from '../../topology/private/topology';

/** The text for readers instead of a port that only the engine will know. */
export const CHOSEN = 'a port that the engine chooses';

/** A container and those that share its network are one party. */
export function containerName(path: string, sharers?: readonly string[]): string {
  return sharers === undefined ? path : `${path}, with ${sharers.join(', ')} in its network`;
}

/** Names for readers where the proof has a placeholder, or one party for several. */
export class Labels {
  private readonly placeholderPorts: readonly PortSet[];
  private readonly onHost: readonly string[];
  private readonly sharers: ReadonlyMap<string, readonly string[]>;
  /** Created when an explanation is requested: a synth without one need not index all pairs. */
  private steps?: DeclaredSteps;

  constructor(private readonly topology: Topology) {
    const { publications, workloads, segmentless = [] } = topology;
    this.placeholderPorts = publications.filter(({ isChosen }) => isChosen).map(({ hostPort }) => portSetOf(hostPort));
    this.sharers = new Map(workloads.flatMap(({ path, sharers }) => (sharers ? [[path, sharers] as const] : [])));
    this.onHost = segmentless.filter(({ mode }) => mode === 'host').map(({ path }) => path);
  }

  /** Each declaration that accepts a packet at a step. */
  public declarationsOf(step: Step): readonly string[] {
    this.steps ??= new DeclaredSteps(this.topology);
    return this.steps.originsOf(step);
  }

  /** The host is one party with the containers on its network, and a container with those that share its own. */
  public party(party: Party): string {
    if (party.kind === 'container') return containerName(party.key, this.sharers.get(party.key));
    return party.kind === 'host' && this.onHost.length > 0 ? `host, with ${this.onHost.join(', ')} on its network` : party.kind;
  }

  /** Known ports of the host, and placeholders for those that the engine chooses. */
  public split(ports: PortSet): { readonly rest: PortSet; readonly chosen: readonly PortSet[] } {
    const chosen = this.placeholderPorts.filter((port) => isEmpty(subtract(port, ports)));
    return { rest: chosen.reduce((sum, port) => subtract(sum, port), ports), chosen };
  }

  /** The ports of the questions at an address of the host. */
  public asked(ports: PortSet): string {
    const { rest, chosen } = this.split(ports);
    if (chosen.length === 0) return portSetText(ports);
    const words = [
      ...new Set(chosen.map((port) => `${(['tcp', 'udp', 'sctp'] as const).find((each) => port[each].length > 0)}/${CHOSEN}`)),
    ];
    return [...(isEmpty(rest) ? [] : [portSetText(rest)]), ...words].join(', ');
  }

  /** A port in the way of a packet. */
  public port(number: number): string {
    const isPlaceholder = this.placeholderPorts.some((set) =>
      [set.tcp, set.udp, set.sctp].some((ranges) => ranges.some(([first]) => first === number)),
    );
    return isPlaceholder ? '(chosen by the engine)' : String(number);
  }
}
