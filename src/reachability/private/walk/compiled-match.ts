import type { Packet } from './packet';

export type Predicate = (packet: Packet) => boolean;

/** A match as a function, or the words for why nobody can say. Whether a match is understood never depends on the packet. */
export type CompiledMatch = Predicate | string;
