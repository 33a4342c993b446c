import type { EngineVersion } from '../../engine/engine-version';
import { can, knowsSetting } from '../../engine/private/capabilities';
import { settingFacts } from '../../hardening/private/engine-settings';
import type { EngineSettings } from '../../topology/private/engine-facts';

/** The settings of an engine with Bulkhead's daemon.json and sysctl file, as far as its rules depend on them. */
export function engineSettings(engine: EngineVersion): EngineSettings {
  return {
    ...settingFacts((key) => knowsSetting(engine.version, key)),
    // The sysctl file turns it on before Docker does. For IPv6 Docker turns it on, unless the administrator has: nothing may depend on which one did.
    forwardingBefore: { ipv4: true, ipv6: true },
    // Nothing may depend on a policy that another tool can change.
    forwardPolicyBefore: { ipv4: 'accept', ipv6: 'accept' },
  };
}

/** Facts of an engine that Bulkhead does not install. */
export interface UnguardedEngine {
  readonly userlandProxy: boolean;
  readonly forwardPolicyDrop: boolean;
}

/**
 * The engine's own defaults, and for settings that its host decides, the more open one: on a host that already forwards, the engine sets no policy.
 */
export function unguardedSettings(engine: EngineVersion, { userlandProxy, forwardPolicyDrop }: UnguardedEngine): EngineSettings {
  return {
    ...engineSettings(engine),
    userlandProxy,
    forwardingBefore: { ipv4: true, ipv6: true },
    forwardPolicyBefore: { ipv4: forwardPolicyDrop ? 'drop' : 'accept', ipv6: 'accept' },
  };
}

/** Whether the engine writes rules for IPv6. */
export function manages6(engine: EngineVersion): boolean {
  return can(engine.version, 'ip6tables');
}
