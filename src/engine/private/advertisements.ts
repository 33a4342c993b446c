import { compareVersions } from './versions';

/**
 * Sysctls by which a container ignores router advertisements, or accepts them, on any of its interfaces; undefined if the engine has no such setting.
 *
 * The value of `all` has no effect here. From 28.0 on, an engine creates the interfaces after it set the sysctls, so they begin with those of
 * `default`. Before 27.0 it created them first, and sysctls may name each. In between, it has neither advantage: interfaces come first, and sysctls
 * that name one are refused, or moved to a network that the Terraform provider leaves at once.
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
