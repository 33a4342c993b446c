import { defineRule } from '../../private/define-rule';
import { onDefaultBridge } from '../../private/networks';
import { Severity } from '../../severity';

export const defaultBridge = defineRule({
  ruleId: 'BH-N01',
  title: 'container on the default bridge',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.30'],
  why: 'Everything that nobody placed meets on docker0: such containers reach each other on every port unless the daemon forbids it, and one that is broken into has all of them before it.',
  fix: "make a docker_network, and name it by its id in a block 'networks_advanced'; or set 'network_mode' to 'none' where the container needs no network",
  links: ['https://docs.docker.com/engine/network/drivers/bridge/'],
  resourceTypes: ['docker_container'],
  find: (container) => (onDefaultBridge(container) ? [{ detail: 'bridge', message: 'the container is on the default bridge' }] : []),
});
