import { defineRule } from '../../private/define-rule';
import { isOverlay } from '../../private/networks';
import { Severity } from '../../severity';

export const plainOverlay = defineRule({
  ruleId: 'BH-N02',
  title: 'unencrypted overlay network',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['7.3'],
  why: 'Traffic between tasks of a swarm passes between the nodes in VXLAN frames. An attacker on the network path can read and forge these frames, and a sender of such a frame to a node is inside the overlay network.',
  // The engine checks only whether the key exists, whatever its value is.
  fix: "set 'encrypted' to 'true' in 'options', and permit ESP (IP protocol 50) between the nodes; or use an EncryptedOverlay",
  links: ['https://docs.docker.com/engine/network/drivers/overlay/#encryption'],
  resourceTypes: ['docker_network'],
  applies: isOverlay,
  // Options that are text as a whole are known to Terraform only.
  find: (network) =>
    network.names('options').includes('encrypted') || network.rawText('options') !== undefined
      ? []
      : [{ detail: 'encrypted', message: `the ${network.isTrue('ingress') ? 'ingress' : 'overlay'} network is not encrypted` }],
});
