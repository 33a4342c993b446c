import type { Family } from '../../../topology/private/terms';
import type { Capabilities } from '../capabilities';
import type { HostRules } from '../host-rules';
import type { Ruleset } from '../ir';

/**
 * How guard and pass become rules of a host. `guard-backends` has one backend for each name that the facts of a daemon may contain; a caller never
 * asks which backend it uses.
 *
 * Not to be confused with the engine's `firewall-backend`, which determines how Docker creates *its* rules: `engineFirewall` in the facts of an
 * engine.
 */
export interface GuardBackend {
  /** What its rules can express; `render` gets nothing else. */
  readonly capabilities: Capabilities;
  /**
   * Whether it opens declared pairs inside Docker's own chains, by the pass. Docker then keeps a segment closed inside. Otherwise Docker accepts
   * everything inside a segment, and only the guard filters: then `place` and `render` omit the pass.
   */
  readonly opensPairs: boolean;
  readonly needs: HostNeeds;
  /**
   * Docker's rules and Bulkhead's rules as one host has them, for the proof: base chains with hooks and priorities, or chains to which one of
   * Docker's jumps.
   */
  place(dockers: HostRules, ours: Ruleset): HostRules;
  /** What the host loads, and what it reads back, as files of one folder. */
  render(rulesets: Readonly<Record<Family, Ruleset>>): readonly GuardFile[];
}

export interface GuardFile {
  readonly name: string;
  readonly content: string;
}

/** The requirements of these rules on a host and on its program. */
export interface HostNeeds {
  /** Commands that the program calls, by the Debian package that contains them. */
  readonly tools: Readonly<Record<string, readonly string[]>>;
  /** Modules of the kernel that they match with. */
  readonly modules: readonly string[];
  /** File below src/host with the functions of the program for these rules; no other file of the program knows them. */
  readonly program: string;
}
