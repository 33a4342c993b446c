import { hardened } from './networks';
import { accept, type FixPair, ours } from './pair';
import { ContainerUser, DataVolume, type DataVolumeProps, FileOwner, VolumeMount } from '../../../src';

/** What every container of ours is told of, whatever it mounts. */
const OF_CONTAINERS = ['BH-C22', 'BH-C28', 'BH-C30'];

/** A container of user 10001 in group 500, with a volume. */
function mounted(volume: Partial<DataVolumeProps>, readOnly = false) {
  const host = hardened();
  const data = new DataVolume(host.stack, 'Data', { daemon: host.daemon, ...volume });
  const web = host.container('Web', host.segment('Front'), {
    user: ContainerUser.of(10001, 500),
    volumes: [VolumeMount.volume(data, '/data', { readOnly })],
  });
  OF_CONTAINERS.forEach((ruleId) => [web, data.node.findChild('Owner')].forEach((construct) => accept(construct, ruleId)));
  return host.stack;
}

const OTHERS = { owner: FileOwner.of(999), mode: '0750' };

/** Volumes that their users can write, or not. */
export const UNWRITABLE: readonly FixPair[] = [
  ours('BH-C35', ["set 'readOnly' of the mount where the container only reads"], (isFixed) => mounted(OTHERS, isFixed)),
  ours('BH-C35', ["or set 'owner' of the DataVolume to the user that writes"], (isFixed) =>
    mounted(isFixed ? { owner: FileOwner.of(10001, 500) } : { owner: FileOwner.of(999) }),
  ),
  ours('BH-C35', ["where several users write, give them one group, set 'owner' to it, and 'mode' to '0770'"], (isFixed) =>
    mounted(isFixed ? { owner: FileOwner.of(999, 500), mode: '0770' } : OTHERS),
  ),
];
