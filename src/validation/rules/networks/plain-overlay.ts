import { defineRule } from '../../private/define-rule';
import { isOverlay } from '../../private/networks';
import { Severity } from '../../severity';

export const plainOverlay = defineRule({
  ruleId: 'BH-N02',
  title: 'overlay network in the clear',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['7.3'],
  why: 'What the tasks of a swarm say to each other passes between the nodes in VXLAN frames that everybody on the way reads, and can forge: who sends such a frame to a node is in the network.',
  // The engine asks for the key alone, whatever its value.
  fix: "set 'encrypted' to 'true' in 'options', and let ESP (IP protocol 50) pass between the nodes; or use an EncryptedOverlay",
  links: ['https://docs.docker.com/engine/network/drivers/overlay/#encryption'],
  resourceTypes: ['docker_network'],
  applies: isOverlay,
  // Options that are text as a whole are known to Terraform only.
  find: (network) =>
    network.names('options').includes('encrypted') || network.rawText('options') !== undefined
      ? []
      : [{ detail: 'encrypted', message: `the ${network.isTrue('ingress') ? 'ingress' : 'overlay'} network is not encrypted` }],
});
