import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const pidsLimit = defineRule({
  ruleId: 'BH-C28',
  title: 'no limit on the number of processes',
  severity: Severity.INFO,
  inDefaults: true,
  cisControls: ['5.29'],
  why: 'A container that forks without limit uses up the process ids of the host. Neither the provider nor daemon.json can set a limit.',
  fix: "set 'cgroup_parent' to a slice of systemd whose unit has TasksMax, and suppress BH-C24 with that reason; on a HardenedContainer, use its Terraform resource: (container.node.findChild('Resource') as TerraformResource).addOverride('cgroup_parent', 'shop.slice')",
  links: ['https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html#TasksMax=N'],
  resourceTypes: ['docker_container'],
  find: (container) => (container.rawText('cgroup_parent') ? [] : [{ detail: 'pids', message: 'nothing limits its number of processes' }]),
});
