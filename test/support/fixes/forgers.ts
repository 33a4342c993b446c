import { Container, type ContainerConfig } from '@cdktf/provider-docker/lib/container';
import { hardened } from './networks';
import { accept, CLEAN, DROP_ALL, type FixPair, ours } from './pair';
import { Capability, ContainerUser, HealthCheck } from '../../../src';

const healthCheck = HealthCheck.command(['/healthy']);
const FORGER = { user: '0:0', capabilities: { drop: ['ALL'], add: ['CAP_NET_RAW'] } };

/** A segment, and a raw container on its network. */
function beside(raw: Partial<ContainerConfig> | undefined) {
  const program = hardened();
  const front = program.segment('Front');
  if (raw !== undefined) {
    const networksAdvanced = [{ name: front._networkReference(program.stack, 'segment') }];
    const made = new Container(program.stack, 'Raw', { name: 'raw', ...CLEAN, networkMode: undefined, networksAdvanced, ...raw, image: CLEAN.image! }); // prettier-ignore
    ['BH-C17', 'BH-C24'].forEach((ruleId) => accept(made, ruleId));
  }
  return program;
}

/** Who can forge the members of a segment. */
export const FORGERS: readonly FixPair[] = [
  ours(
    'BH-C34',
    ["set 'drop' in 'capabilities' to ['ALL']"],
    (isFixed) => beside({ ...FORGER, capabilities: isFixed ? DROP_ALL : { drop: ['CAP_CHOWN'] } }).stack,
    { beside: ['BH-C12', 'BH-C14'] },
  ),
  ours(
    'BH-C34',
    ["remove NET_RAW and NET_ADMIN from 'add'"],
    (isFixed) => beside({ ...FORGER, ...(isFixed && { capabilities: DROP_ALL }) }).stack,
    { beside: ['BH-C14'] },
  ),
  ours(
    'BH-C34',
    [
      "declare a HardenedContainer that is alone in its segment, with 'user: ContainerUser.root({ reason })' and the capability with its reason",
    ],
    (isFixed) => {
      const program = beside(isFixed ? undefined : FORGER);
      if (isFixed) {
        const forger = program.container('Forger', program.segment('Alone'), {
          healthCheck,
          user: ContainerUser.root({ reason: 'its image has no other user' }),
          capabilities: [Capability.of('NET_RAW', { reason: 'pings its upstreams' })],
        });
        ['BH-C28', 'BH-C30'].forEach((ruleId) => accept(forger.node.findChild('Resource'), ruleId));
      }
      return program.stack;
    },
    { beside: ['BH-C14'] },
  ),
];
