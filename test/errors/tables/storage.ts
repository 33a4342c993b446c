import { ContainerUser, DataVolume, FileOwner, VolumeMount } from '../../../src';
import { IMAGE } from '../../support/programs';
import { type Entry, program, told, value } from '../entry';

const mounted = ({ mounts }: any) => mounts.map(({ source }: any) => source);

/** Directories that the host makes. */
function hostDirectories(): Entry[] {
  const made = (path: string, options = {}) => [VolumeMount.hostDirectory(path, '/data', options)];
  const two = (says: string, follow: string, bad: VolumeMount[], good: VolumeMount[]) =>
    program('HostDirectory', told('app/Api', says, follow), (p, isMended) => {
      const segment = p.segment('Back');
      p.container('Db', segment, { volumes: made('/srv/db') });
      p.container('Api', segment, { volumes: isMended ? good : bad });
      return (s) => mounted(s.container('app-api')).length === 2;
    });
  return [
    value('HostDirectory', told(undefined, "got '/srv/my data'", "'.', '_', '@', '+', '-'"), (isMended) =>
      VolumeMount.hostDirectory(isMended ? '/srv/my-data' : '/srv/my data', '/data'),
    ),
    two('with the mode 0700', "give both mounts the same 'owner' and 'mode'", made('/srv/db', { mode: '0700' }), made('/srv/db')),
    two("is in '/srv/db', which 'app/Db' can write", 'choose directories beside each other', made('/srv/db/api'), made('/srv/api')),
    two("user 10001:10001 could not write to it", "set 'readOnly' of the mount", made('/srv/api', { owner: FileOwner.of(5) }), made('/srv/api', { owner: FileOwner.of(5), readOnly: true })), // prettier-ignore
  ];
}

/** What containers keep, and whom it belongs to. */
export const STORAGE: readonly Entry[] = [
  ...hostDirectories(),
  program('TmpfsReasonUnused', told('app/Web', "contains '/run'", 'add it there with its size in MiB'), (p, isMended) => {
    const executableTmpfsReasons = { '/run': 'its supervisor executes files there' };
    p.container('Web', p.segment('Front'), { executableTmpfsReasons, ...(isMended && { tmpfsMebibytes: { '/run': 16 } }) });
    return (s) => s.container('app-web').tmpfs['/run'].includes(',exec,');
  }),
  program('VolumeOwner', told('app/Api', "user 10001 here and by user 999 in 'app/Db'", 'FileOwner.of(999)'), (p, isMended) => {
    const data = new DataVolume(p.stack, 'Data', { daemon: p.daemon, ...(isMended && { owner: FileOwner.of(999) }) });
    const volumes = [VolumeMount.volume(data, '/data')];
    p.container('Db', p.segment('Back'), { user: ContainerUser.of(999), volumes });
    p.container('Api', p.segment('Front'), { volumes });
    return (s) => s.container('app-data-owner').command.includes('999:999');
  }),
  program(
    'VolumeOwner',
    told('app/Data', "'owner' has no effect: no HardenedContainer mounts the volume", "name an 'ownerImage'"),
    (p, isMended) => {
      new DataVolume(p.stack, 'Data', { daemon: p.daemon, owner: FileOwner.of(999), ...(isMended && { ownerImage: IMAGE }) });
      return (s) => s.container('app-data-owner').command.includes('999:999');
    },
  ),
  program('SensitiveHostPath', told('app/Node', "'/proc' of the host is mounted", 'such as ContainerUser.of(10900)'), (p, isMended) => {
    const volumes = [VolumeMount.procOfHost('/host/proc', { reason: 'node exporter reads the counters of the host' })];
    p.container('Node', p.segment('Monitor'), { user: ContainerUser.of(isMended ? 10900 : 1000), volumes });
    return (s) => mounted(s.container()).includes('/proc');
  }),
  program('FolderMode', told('app/Data', "'mode' '0777' lets every user write", "write '0770'"), (p, isMended) => {
    const data = new DataVolume(p.stack, 'Data', { daemon: p.daemon, mode: isMended ? '0770' : '0777' });
    p.container('Db', p.segment('Back'), { volumes: [VolumeMount.volume(data, '/data')] });
    return (s) => s.container('app-data-owner').command.includes('0770');
  }),
];
