import { ENGINE_SETTINGS, type SettingKey } from '../../../../hardening/private/engine-settings';
import type { ICheckedResource } from '../../../checked-resource';

/** Whether a setting is what a HardenedDaemon makes of it. */
export function isAsOurs(engine: ICheckedResource, key: SettingKey): boolean {
  return isSetTo(engine, key, ENGINE_SETTINGS[key].ours === true);
}

/**
 * Whether a setting has its required value, and is not omitted. A value that only Terraform knows counts: another finding reports what cannot be
 * known.
 */
export function isSetTo(engine: ICheckedResource, key: string, wanted: boolean): boolean {
  const text = engine.text(key);
  return text === undefined ? engine.has(key) : text === `${wanted}`;
}
