import { defineRule } from '../../private/define-rule';
import { isOverlay } from '../../private/networks';
import { Severity } from '../../severity';

export const attachableOverlay = defineRule({
  ruleId: 'BH-N06',
  title: 'attachable overlay network',
  severity: Severity.WARNING,
  inDefaults: false,
  why: 'A user who can start a container on any node can join the network without a reviewed service, and nothing restricts connections inside an overlay.',
  fix: "remove 'attachable', and run the members of the network as services",
  resourceTypes: ['docker_network'],
  applies: isOverlay,
  find: (network) => (network.isTrue('attachable') ? [{ detail: 'attachable', message: "'attachable' is true" }] : []),
});
