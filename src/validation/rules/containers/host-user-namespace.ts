import { inHostNamespace } from './private/host-namespace';
import { NAMESPACES } from '../../../hardening/private/namespaces';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const hostUserNamespace = defineRule({
  ruleId: 'BH-C05',
  title: 'left out of the remapping of users',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: [NAMESPACES.user.control],
  why: 'Where the engine remaps users, root in this container is root on the host all the same.',
  fix: "take 'userns_mode' out",
  links: ['https://docs.docker.com/engine/security/userns-remap/'],
  resourceTypes: ['docker_container'],
  find: (container) => inHostNamespace(container, NAMESPACES.user),
});
