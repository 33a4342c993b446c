import type { EngineVersion } from '../../engine/engine-version';
import type { EngineSettings } from '../../topology/private/engine-facts';

/** What daemon.json and the sysctl file of a hardened daemon make of an engine, as far as its rules follow from it. */
export function engineSettings(engine: EngineVersion): EngineSettings {
  return {
    iptables: true,
    ip6tables: manages6(engine),
    userlandProxy: false,
    ipForward: true,
    ipForwardNoDrop: false,
    // The sysctl file turns it on before Docker does. For IPv6 Docker does, unless the administrator has: nothing may rest on who it was.
    forwardingBefore: { ipv4: true, ipv6: true },
    // Nothing may rest on a policy that another tool can change.
    forwardPolicyBefore: { ipv4: 'accept', ipv6: 'accept' },
    allowDirectRouting: false,
    withoutRawRules: false,
    sctpChecksum: false,
  };
}

/** Before 27 the key `ip6tables` needs the experimental mode; our own rules close IPv6 on every version. */
export function manages6(engine: EngineVersion): boolean {
  return engine.isAtLeast('27.0');
}
