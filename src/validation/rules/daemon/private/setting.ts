import { ENGINE_SETTINGS, type SettingKey } from '../../../../hardening/private/engine-settings';
import type { ICheckedResource } from '../../../checked-resource';

/** Whether a setting is what a HardenedDaemon makes of it. */
export function isAsOurs(engine: ICheckedResource, key: SettingKey): boolean {
  return isSetTo(engine, key, ENGINE_SETTINGS[key].ours === true);
}

/** Whether a setting is what it must be, and is not left out. One that Terraform alone knows counts: what cannot be known is reported by itself. */
export function isSetTo(engine: ICheckedResource, key: string, wanted: boolean): boolean {
  const text = engine.text(key);
  return text === undefined ? engine.has(key) : text === `${wanted}`;
}
