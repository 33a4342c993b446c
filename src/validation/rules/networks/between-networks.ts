import { isOurs } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import { attachmentsOf } from '../../private/networks';
import { Severity } from '../../severity';

export const betweenNetworks = defineRule({
  ruleId: 'BH-N04',
  title: 'container between an internal network and one with a way out',
  severity: Severity.WARNING,
  inDefaults: false,
  why: 'An internal network is cut off by nothing but its members: one that is also on a network with a way out carries data out, and whoever breaks into it from there is inside. A workload of Bulkhead is content: it has its way out on a gateway network that it shares with no other segment.',
  fix: 'take the container out of one of the two networks; where it is meant to be the gateway between them, suppress this finding with that reason',
  resourceTypes: ['docker_container'],
  applies: (container) => !isOurs(container) && attachmentsOf(container).length > 1,
  find: (container) => {
    const networks = attachmentsOf(container).flatMap(({ network }) => network ?? []);
    const inner = networks.filter((network) => network.isTrue('internal'));
    const outer = networks.filter((network) => !network.isTrue('internal') && network.rawText('internal')?.includes('${') !== true);
    return inner.length > 0 && outer.length > 0
      ? [
          {
            detail: 'internal',
            message: `the container is on ${inner[0].address}, which is internal, and on ${outer[0].address}, which is not`,
          },
        ]
      : [];
  },
});
