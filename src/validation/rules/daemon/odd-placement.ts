import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const oddPlacement = defineRule({
  ruleId: 'BH-D09',
  title: 'non-default control group or base size',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: [...controlsOf('cgroup-parent'), ...controlsOf('storage-opts')],
  why: 'Under another control group, limits that other programs rely on do not apply; no maintained storage driver supports another base size.',
  fix: "remove 'cgroup-parent', and 'dm.basesize' of 'storage-opts', from daemon.json",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => {
    const parent = engine.text('cgroup-parent') ?? '';
    const sizes = engine.texts('storage-opts').filter((option) => option.trim().startsWith('dm.basesize'));
    return [
      ...(parent === '' ? [] : [{ detail: 'cgroup-parent', message: `'cgroup-parent' is '${parent}'` }]),
      ...sizes.map((option) => ({ detail: 'dm.basesize', message: `'storage-opts' has '${option}'` })),
    ];
  },
});
