import { NAMESPACES } from '../../../hardening/private/namespaces';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const cgroupParent = defineRule({
  ruleId: 'BH-C24',
  title: 'custom parent control group',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: [NAMESPACES.cgroup.control],
  why: 'The limits of the parent control group apply to the container, and monitoring of the containers on the host may not see it.',
  fix: "remove 'cgroup_parent'; if that group limits the container, suppress this finding with that reason",
  resourceTypes: ['docker_container'],
  find: (container) => {
    const parent = container.rawText('cgroup_parent');
    return parent ? [{ detail: parent, message: `'cgroup_parent' is '${parent}'` }] : [];
  },
});
