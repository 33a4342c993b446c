import { changesOf } from './private/changes-of';
import { defineRule } from '../../private/define-rule';
import { keeps } from '../../private/linux-capabilities';
import { Severity } from '../../severity';

export const rawSockets = defineRule({
  ruleId: 'BH-C14',
  title: 'raw sockets not dropped',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.4'],
  why: 'With NET_RAW a container can forge its addresses towards other members of its network and read their traffic. On current engines ping does not need NET_RAW.',
  fix: "set 'drop' in 'capabilities' to ['ALL'] or ['CAP_NET_RAW'], and remove NET_RAW from 'add'",
  links: ['https://docs.docker.com/engine/security/#linux-kernel-capabilities'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const changes = changesOf(container);
    if (!keeps(changes, 'NET_RAW') || (!changes.isWhole && !changes.add.includes('NET_RAW'))) return [];
    const isAdded = ['NET_RAW', 'ALL'].some((name) => changes.add.includes(name));
    return [{ detail: 'NET_RAW', message: `'NET_RAW' is ${isAdded ? 'added' : 'not dropped'}` }];
  },
});
