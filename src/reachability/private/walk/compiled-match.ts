import type { Packet } from './packet';

export type Predicate = (packet: Packet) => boolean;

/** A match as a function, or the reason why the result is unknown. Whether a match is understood never depends on the packet. */
export type CompiledMatch = Predicate | string;
