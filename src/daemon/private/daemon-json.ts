import type { EngineVersion } from '../../engine/engine-version';
import { can, knowsSetting } from '../../engine/private/capabilities';
import { ENGINE_SETTINGS, SETTING_KEYS, type ToldKey } from '../../hardening/private/engine-settings';
import { logOptions } from '../../hardening/private/hardened-defaults';

export interface DaemonJsonOptions {
  readonly liveRestore: boolean;
  readonly logMebibytes: number;
  readonly registryMirrors: readonly string[];
  /** Paths of programs by their names. */
  readonly runtimes?: Readonly<Record<string, string>>;
  /** Labels of the engine; none unless told. */
  readonly labels?: readonly string[];
}

/** Whether the engine knows defaults for networks made by hand. */
export function hasDefaultNetworkOptions(engine: EngineVersion): boolean {
  return can(engine.version, 'defaultNetworkOptions');
}

/**
 * Secure defaults of the engine, from the table of its settings. An engine does not start with a key that it does not know, so each key has the
 * release that introduced it.
 *
 * @see https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
 */
export function daemonJson(
  { version }: EngineVersion,
  { liveRestore, logMebibytes, registryMirrors, runtimes = {}, labels = [] }: DaemonJsonOptions,
): string {
  const told: Partial<Record<ToldKey, unknown>> = {
    'live-restore': liveRestore,
    'log-opts': logOptions(logMebibytes),
    ...(registryMirrors.length > 0 && { 'registry-mirrors': registryMirrors }),
    ...(Object.keys(runtimes).length > 0 && {
      runtimes: Object.fromEntries(Object.entries(runtimes).map(([name, program]) => [name, { path: program }])),
    }),
    ...(labels.length > 0 && { labels }),
  };
  const config = [...SETTING_KEYS]
    .sort()
    .filter((key) => knowsSetting(version, key))
    .map((key) => [key, (told as Record<string, unknown>)[key] ?? ENGINE_SETTINGS[key].ours]);
  return `${JSON.stringify(Object.fromEntries(config), null, 2)}\n`;
}
