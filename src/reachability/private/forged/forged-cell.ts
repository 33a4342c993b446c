import type { AddressEnd } from '../matrix/endpoints';
import type { Cell } from '../matrix/matrix';
import type { ProbeSource, ProbeSpec } from '../walk/outcome';

/** Datagrams that a sender gets to an address with a source that is not its own, beyond what the sender reaches anyway. */
export interface ForgedCell extends Cell {
  readonly forged: Forged;
}

export interface Forged {
  /** The owner of the source address, if it has one. */
  readonly as: AddressEnd;
  /** Unmanaged containers on the default network of every engine. */
  readonly isOnDefaultBridge: boolean;
  /** Only as packets of a connection that others have opened. */
  readonly within?: Cell;
  readonly from: ProbeSource;
  /** First packet of the connection that it is to belong to. */
  readonly opener?: ProbeSpec;
  readonly direction: 'original' | 'reply';
}
