import { knowsCapability } from '../../engine/private/capabilities';
import { capabilitiesWith, capabilityFacts } from '../../hardening/private/capabilities';
import { shownValue } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import type { Capability } from '../capability';
import type { ContainerUser } from '../container-user';
import { ROOT_CALLS } from './root-calls';

/** What a root entry point needs to run its program as another user: set the user, and the groups. */
const TO_DROP = ['CAP_SETUID', 'CAP_SETGID'];

/** The message for a user that was not made by ContainerUser: the call for a number, and for root those that take a reason. */
export function notAUser(given: unknown): string {
  const [, uid, gid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(String(given)) ?? [];
  const isRoot = given === 'root' || /^0+$/.test(uid ?? '') || String(given).startsWith('root:');
  const wanted = isRoot
    ? `root needs a reason: write ${ROOT_CALLS}`
    : uid === undefined
      ? 'write numbers, such as ContainerUser.of(10001)'
      : `write ContainerUser.of(${gid === undefined ? uid : `${uid}, ${gid}`})`;
  return `'user' must be made by ContainerUser, got ${shownValue(given)}; ${wanted}`;
}

/** Whether the engine knows the capabilities, whether the user can hold them, and whether one that is root at start can drop. */
export function checkUser(path: string, user: ContainerUser, capabilities: readonly Capability[], engine: string): void {
  const texts = capabilities.map(({ text }) => text);
  const unknown = texts.find((text) => !knowsCapability(engine, text));
  if (unknown !== undefined) {
    throw new ValidationError(
      'UnknownCapability',
      path,
      `'capabilities' holds ${unknown}, which the engine knows from ${capabilityFacts(unknown)!.since} on, and this one is ${engine}; remove it, or use a later engine`,
    );
  }
  const { mode } = user._fact;
  if (mode === 'fixed' && texts.length > 0) {
    const ports = texts.includes('CAP_NET_BIND_SERVICE')
      ? ", and outside the host's network it lets every user listen on ports below 1024"
      : '';
    throw new ValidationError(
      'InertCapability',
      path,
      `'capabilities' holds ${texts.join(', ')}, but the container runs as user ${user.text}, and Docker gives capabilities only to root${ports}; remove ${texts.length === 1 ? 'it' : 'them'}; if the program file of the image has ${texts.length === 1 ? 'it' : 'them'} ('operation not permitted' at the start), set 'fileCapabilities' of an ImageProfile.of() and pass that as 'profile'; or set 'user' to ${ROOT_CALLS}`,
    );
  }
  if (mode !== 'root-at-start') return;
  const other = texts.find((text) => !capabilityFacts(text)?.isForStart);
  if (other !== undefined) {
    throw new ValidationError(
      'RootAtStartCapability',
      path,
      `'capabilities' holds ${other}, which is lost when the image drops root; a container that is root at start can have only ${capabilitiesWith('isForStart').join(', ')}: remove it, or use ContainerUser.root({ reason }) if the image keeps a process of root`,
    );
  }
  const missing = TO_DROP.filter((text) => !texts.includes(text));
  if (missing.length > 0) {
    throw new ValidationError(
      'RootCannotDrop',
      path,
      `'user' is ContainerUser.rootAtStart(), but root cannot become another user without ${missing.join(' and ')}; add Capability.SETUID and Capability.SETGID to 'capabilities'`,
    );
  }
}
