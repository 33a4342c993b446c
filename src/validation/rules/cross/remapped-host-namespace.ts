import { controlsOf } from '../../../hardening/private/engine-settings';
import { NAMESPACES } from '../../../hardening/private/namespaces';
import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

const REFUSED = Object.values(NAMESPACES).flatMap(({ attribute, isRefusedRemapped }) => (isRefusedRemapped ? (attribute ?? []) : []));

/** If a stack has several engines, it is not known which one a container is for: then all of them must be. */
function isRemapped(engines: readonly ICheckedResource[]): boolean {
  return engines.length > 0 && engines.every((engine) => (engine.text('userns-remap') ?? '') !== '');
}

function finding(what: string): Violation {
  return { detail: what, message: `'${what}' is incompatible with 'userns-remap' of the engine` };
}

export const remappedHostNamespace = defineRule({
  ruleId: 'BH-X01',
  title: 'container that an engine with user namespace remapping refuses',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('userns-remap'),
  why: "With 'userns-remap' the engine refuses privileged containers and containers in namespaces of the host: the apply fails half way.",
  fix: "remove 'privileged', 'network_mode' host and 'pid_mode' host from the container, or 'userns-remap' from daemon.json",
  links: ['https://docs.docker.com/engine/security/userns-remap/#user-namespace-known-limitations'],
  resourceTypes: ['docker_container'],
  applies: (container) => isRemapped(container.others('daemon.json')) && container.text(NAMESPACES.user.attribute!) !== 'host',
  find: (container) => [
    ...(container.isTrue('privileged') ? [finding('privileged')] : []),
    ...REFUSED.filter((key) => container.text(key) === 'host').map((key) => finding(`${key} host`)),
  ],
});
