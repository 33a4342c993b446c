import { markdownTable, markdownText } from '../../private/markdown';
import { Proof } from '../../reachability/private/proof';
import { weaknessesOf } from '../../reachability/private/weaknesses';
import type { Weakness } from '../../reachability/weakness';
import type { FactStore } from '../../topology/private/fact-store';
import type { FlowFact } from '../../topology/private/facts';
import type { WirePlan } from '../../topology/private/topology';

/** The part of a swarm that no host filters, for the reports of its nodes: the proof of a node does not contain it. */
export interface Overlays {
  /** Path of the swarm. */
  readonly swarm: string;
  readonly overlays: readonly WirePlan[];
  /** Flows between services. */
  readonly flows: readonly FlowFact[];
  /** What is open between members and not declared. */
  readonly weaknesses: readonly Weakness[];
  readonly proof: Proof;
}

/** Undefined on a host of no swarm, and where the swarm has no overlay. */
export function overlaysOf({ swarm: { whole } }: FactStore): Overlays | undefined {
  if (whole === undefined) return undefined;
  const proof = Proof.of(whole.derived(), whole.engine);
  const { topology } = proof.derived;
  if (topology.wires.length === 0) return undefined;
  return {
    swarm: whole.swarm.path!,
    overlays: topology.wires,
    flows: whole.facts().flows,
    weaknesses: weaknessesOf(proof).filter(({ code }) => code === 'OverlayOpen'),
    proof,
  };
}

/** The members of each overlay, and where the rest of the answer is. */
export function overlaySection(input: Overlays | undefined): string[] {
  if (input === undefined) return [];
  const rows = input.overlays.map(({ networkName, segment, members }) => [
    networkName,
    segment,
    members.map(({ workload }) => workload).join(', '),
  ]);
  return [
    '## Overlays of the swarm',
    '',
    `This host is a node of ${markdownText(input.swarm)}. The proof and the other lists of this report are about the host: they do not contain the connections between services inside an overlay. Its members reach each other on every port, on any node. \`Reachability.ofSwarm(cluster)\` in the program answers questions about services.`,
    '',
    ...markdownTable(['network', 'overlay', 'members'], rows),
    '',
  ];
}
