import { defineRule } from '../../private/define-rule';
import { isOverlay } from '../../private/networks';
import { Severity } from '../../severity';

export const attachableOverlay = defineRule({
  ruleId: 'BH-N06',
  title: 'overlay that containers can be attached to by hand',
  severity: Severity.WARNING,
  inDefaults: false,
  why: 'Who may start a container on any node joins the network without a service that anybody reviewed, and nothing inside an overlay narrows what it reaches.',
  fix: "take 'attachable' out, and run what belongs on the network as a service",
  resourceTypes: ['docker_network'],
  applies: isOverlay,
  find: (network) => (network.isTrue('attachable') ? [{ detail: 'attachable', message: "'attachable' is true" }] : []),
});
