import { changesOf } from './private/changes-of';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const capabilitiesNotDropped = defineRule({
  ruleId: 'BH-C12',
  title: 'default capabilities not dropped',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.4'],
  why: 'The fourteen default capabilities let root in a container change file owners, create devices and forge packets; few programs need any of them.',
  fix: "set 'drop' in 'capabilities' to ['ALL'], and 'add' to the capabilities that the program needs",
  links: ['https://docs.docker.com/engine/security/#linux-kernel-capabilities'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const { drop, isWhole } = changesOf(container);
    if (drop.includes('ALL') || !isWhole) return [];
    return [{ detail: 'drop', message: `'capabilities' drops ${drop.length === 0 ? 'none' : `only ${drop.join(', ')}`}` }];
  },
});
