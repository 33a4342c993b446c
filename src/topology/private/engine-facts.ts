import type { Family } from './terms';
import type { SettingFact } from '../../hardening/private/engine-settings';

/** The facts of a daemon that determine the rules on its host, except networks. Plain data. */
export interface EngineFacts {
  /** Such as `28.5.2`. */
  readonly version: string;
  readonly settings: EngineSettings;
  /** What the engine makes its own rules with: `firewall-backend` of its settings. */
  readonly engineFirewall: EngineFirewallName;
  /**
   * The backend of the guard; undefined if Bulkhead has access only to the engine's API: no Bulkhead rules are on the host, and its settings are not
   * those that they need.
   */
  readonly guardBackend?: GuardBackendName;
  /** Docker's resolver forwards nothing from a container whose networks are all internal, not even to another container there. */
  readonly keepsInternalNames?: boolean;
  /** Bridge networks beside which it starts no member of an ipvlan that routes: all, or those that are not internal. */
  readonly conflictsWithRouted?: 'all' | 'outward';
}

/** nftables: 29.0 and later. */
export type EngineFirewallName = 'iptables' | 'nftables';

export type GuardBackendName = 'iptables';

/**
 * The engine's configuration, as far as its rules depend on it (keys, and releases that know them: see the table of engine settings), and the state
 * of its host.
 */
export interface EngineSettings extends Readonly<Record<SettingFact, boolean>> {
  /** Forwarding of the host before the daemon started: an engine that turns it on itself sets the policy of FORWARD to DROP. */
  readonly forwardingBefore: Readonly<Record<Family, boolean>>;
  /** Policy of the filter table's FORWARD before the daemon started. */
  readonly forwardPolicyBefore: Readonly<Record<Family, 'accept' | 'drop'>>;
  /** `bridge-accept-fwmark`, 29.0 and later. */
  readonly acceptMark?: { readonly value: number; readonly mask: number };
}
