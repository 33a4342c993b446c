import { defineRule } from '../../private/define-rule';
import { onDefaultBridge } from '../../private/networks';
import { Severity } from '../../severity';

export const defaultBridge = defineRule({
  ruleId: 'BH-N01',
  title: 'container on the default bridge',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.30'],
  why: 'Containers without an explicit network share docker0: they reach each other on every port unless the daemon forbids it, and an attacker who gets into one of them can attack all of them.',
  fix: "create a docker_network, and refer to its id in a block 'networks_advanced'; or set 'network_mode' to 'none' if the container needs no network",
  links: ['https://docs.docker.com/engine/network/drivers/bridge/'],
  resourceTypes: ['docker_container'],
  find: (container) => (onDefaultBridge(container) ? [{ detail: 'bridge', message: 'the container is on the default bridge' }] : []),
});
