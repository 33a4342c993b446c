import type { AddressEnd } from '../matrix/endpoints';
import type { Cell } from '../matrix/matrix';
import type { ProbeSource, ProbeSpec } from '../walk/outcome';

/** Datagrams that somebody gets to an address though the source is not the sender's own, beyond what the sender reaches by itself. */
export interface ForgedCell extends Cell {
  readonly forged: Forged;
}

export interface Forged {
  /** Whose address the packets carry, as far as somebody has it. */
  readonly as: AddressEnd;
  /** Containers of others on the network that every engine has. */
  readonly isOnDefaultBridge: boolean;
  /** Only as packets of a connection that others have opened. */
  readonly within?: Cell;
  readonly from: ProbeSource;
  /** First packet of the connection that it is to belong to. */
  readonly opener?: ProbeSpec;
  readonly direction: 'original' | 'reply';
}
