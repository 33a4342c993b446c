import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { isBridge, isOptionFalse } from '../../private/networks';
import { Severity } from '../../severity';

const OPTION = 'com.docker.network.bridge.enable_icc';

export const openInside = defineRule({
  ruleId: 'BH-N05',
  title: 'network without isolation between its members',
  severity: Severity.INFO,
  inDefaults: false,
  cisControls: controlsOf('icc'),
  why: 'The members of the network reach each other on every port, whatever the images expose: an attacker who gets into one of them can attack the others.',
  fix: `set '${OPTION}' to 'false' in 'options', and open individual pairs with rules in DOCKER-USER, or use a BridgeSegment of a HardenedDaemon, which does both`,
  resourceTypes: ['docker_network'],
  applies: isBridge,
  find: (network) => (isOptionFalse(network, OPTION) ? [] : [{ detail: 'icc', message: `'${OPTION}' is not 'false'` }]),
});
