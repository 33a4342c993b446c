import type { Family } from '../../topology/private/terms';

/** The packet that shows a fault. */
export interface ShownPacket {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port?: number;
}

/** A command that fixes a fault, and the result of the walk for the packet after it. */
export interface Mend {
  readonly commands: readonly string[];
  /** Undefined where it was not tried. */
  readonly outcome?: string;
  /** Whether the packet then does what it should. */
  readonly works?: boolean;
}

/** Something that the walk proves of a host, as plain data. */
export interface Fault {
  readonly kind: FaultKind;
  readonly family: Family;
  /** The rule, or what else of the host it is about. */
  readonly rule: string;
  /** What happens, in one sentence without a full stop. */
  readonly statement: string;
  readonly packet?: ShownPacket;
  readonly mend?: Mend;
  /** Assumptions that the rules do not show; empty if the result is certain. */
  readonly unless: readonly string[];
}

export const FAULT_KINDS = [
  'InputNeverSees',
  'HostPortAfterTranslation',
  'ContainerPortBeforeTranslation',
  'AddressAfterTranslation',
  'ChainNeverCalled',
  'RuleBehindVerdict',
  'OtherInterface',
  'OtherProtocolOpen',
  'OtherFamilyOpen',
  'RuleNeverMeets',
  'AnswersDropped',
  'AcceptSkipsDocker',
  'AcceptAcrossBridges',
  'ForwardPolicyAccept',
  'LoopbackPublication',
  'InternalReachesHost',
  'InternalReachesOutside',
  'SourceHidden',
  'LogOnly',
  'LogWithoutLimit',
  'RateCountsPackets',
  'RateSharedByAll',
  'RateWithoutEffect',
  'TwoBackends',
  'NotUnderstood',
  'TextIncomplete',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];
