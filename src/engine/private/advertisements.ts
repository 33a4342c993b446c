import { compareVersions } from './versions';

/**
 * Sysctls by which a container takes no router advertisements, or takes them, on any of its interfaces; undefined where the engine knows no such setting.
 *
 * The value of `all` decides nothing here. From 28.0 on an engine makes the interfaces once the sysctls are set, so that they begin with those of
 * `default`. Before 27.0 it made them first, and sysctls may name each. In between it does both the wrong way round: interfaces come first, and sysctls
 * that name one are refused, or move to a network that the Terraform provider leaves at once.
 */
export function advertisementSysctls(version: string, interfaces: number, isWanted: boolean): Record<string, string> | undefined {
  const value = isWanted ? '1' : '0';
  if (compareVersions(version, '28.0') >= 0) return { 'net.ipv6.conf.default.accept_ra': value };
  if (compareVersions(version, '27.0') >= 0) return undefined;
  return Object.fromEntries(Array.from({ length: interfaces }, (_, index) => [`net.ipv6.conf.eth${index}.accept_ra`, value]));
}

/** Whether an interface of a container is up before its sysctls are set: it accepts what a router announces in between. */
export function hearsAtStart(version: string): boolean {
  return compareVersions(version, '28.0') < 0;
}
