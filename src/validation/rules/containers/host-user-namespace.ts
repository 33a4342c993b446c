import { inHostNamespace } from './private/host-namespace';
import { NAMESPACES } from '../../../hardening/private/namespaces';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const hostUserNamespace = defineRule({
  ruleId: 'BH-C05',
  title: 'excluded from user namespace remapping',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: [NAMESPACES.user.control],
  why: 'Even if the engine remaps users, root in this container is root on the host.',
  fix: "remove 'userns_mode'",
  links: ['https://docs.docker.com/engine/security/userns-remap/'],
  resourceTypes: ['docker_container'],
  find: (container) => inHostNamespace(container, NAMESPACES.user),
});
