import { compareVersions } from './versions';

/** Whether the provider passes options of a mount of a volume: it asks for API 1.45. */
export function takesVolumeOptions(version: string): boolean {
  return compareVersions(version, '26.0') >= 0;
}
