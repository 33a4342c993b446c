import { unguardedSettings } from '../../../daemon/private/engine-settings';
import type { EngineVersion } from '../../../engine/engine-version';
import type { EngineSettings } from '../../../topology/private/engine-facts';

/** An engine of a version with its default settings. */
export function withDefaults(engine: EngineVersion): { readonly version: string; readonly settings: EngineSettings } {
  return { version: engine.version, settings: unguardedSettings(engine, { userlandProxy: true, forwardPolicyDrop: false }) };
}
