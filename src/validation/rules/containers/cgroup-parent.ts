import { NAMESPACES } from '../../../hardening/private/namespaces';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const cgroupParent = defineRule({
  ruleId: 'BH-C24',
  title: 'control group of its own choice',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: [NAMESPACES.cgroup.control],
  why: 'Under another control group the limits of that one count, and what watches the containers of the host may not see it.',
  fix: "take 'cgroup_parent' out; where its group is what limits the container, suppress this with that reason",
  resourceTypes: ['docker_container'],
  find: (container) => {
    const parent = container.rawText('cgroup_parent');
    return parent ? [{ detail: parent, message: `'cgroup_parent' is '${parent}'` }] : [];
  },
});
