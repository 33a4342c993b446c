import { isOurs } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import { attachmentsOf } from '../../private/networks';
import { Severity } from '../../severity';

export const betweenNetworks = defineRule({
  ruleId: 'BH-N04',
  title: 'container on an internal network and on a network with access to the outside',
  severity: Severity.WARNING,
  inDefaults: false,
  why: 'Only its members keep an internal network isolated: a member that is also on a network with access to the outside can carry data out, and an attacker who gets into it from there is inside. A workload of Bulkhead is not a finding: it leaves by a gateway network that it shares with no other segment.',
  fix: 'remove the container from one of the two networks; if it is the intended gateway between them, suppress this finding with that reason',
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
