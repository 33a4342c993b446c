import { NAMESPACES } from '../../../hardening/private/namespaces';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const cgroupNamespace = defineRule({
  ruleId: 'BH-C25',
  title: 'control groups of the host',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: [NAMESPACES.cgroup.control],
  why: 'In the namespace of the host a container sees the control groups of all other containers; escapes through control groups start there.',
  fix: "remove 'cgroupns_mode', or set it to 'private'",
  resourceTypes: ['docker_container'],
  find: (container) =>
    container.text(NAMESPACES.cgroup.attribute!)?.trim().toLowerCase() === 'host'
      ? [{ detail: 'host', message: "'cgroupns_mode' is 'host'" }]
      : [],
});
