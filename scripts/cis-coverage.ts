import { ENGINE_SETTINGS, keysOf, SETTING_LOOKS, type SettingKey } from '../src/hardening/private/engine-settings';
import { NAMESPACES } from '../src/hardening/private/namespaces';

/** What the host files of a HardenedDaemon, or the constructs themselves, do about a control; and where nothing can be done here, why. */
export interface Coverage {
  readonly configured?: string;
  readonly outside?: string;
}

const AUDIT = '`/etc/audit/rules.d/50-bulkhead.rules`, with `auditRules: true`';
const BUILD = 'Bulkhead runs images and builds none: a matter of the Dockerfile and of scanners';
const DAY = 'a habit, not a state: nothing of a stack or a host shows whether it is kept';
const NO_PROPERTY = 'HardenedContainer has no property for it';
const NO_ATTRIBUTE = 'the provider has no attribute for it, so it cannot be shared';
const PACKAGE = 'the package of the engine installs it';

function configured(text: string): Coverage {
  return { configured: text };
}

function outside(text: string): Coverage {
  return { outside: text };
}

function each(controls: readonly string[], coverage: Coverage): Record<string, Coverage> {
  return Object.fromEntries(controls.map((control) => [control, coverage]));
}

function from(section: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `${section}.${first + index}`);
}

/** What the table of settings says of a control, out of the key that it is about and of those that stand beside it. */
function ofSettings(control: string): Coverage {
  const [key, ...others] = keysOf(control);
  const { left, note = '' } = ENGINE_SETTINGS[key];
  if (left !== undefined) return outside(left);
  const beside = others.flatMap((other) => {
    const { ours, since } = ENGINE_SETTINGS[other];
    return ours === undefined ? [] : [`, and ${since === undefined ? '' : `from ${parseInt(since, 10)} on `}${written(other)}`];
  });
  return configured(`${written(key)}${beside.join('')}${note}`);
}

function written(key: SettingKey): string {
  const { ours } = ENGINE_SETTINGS[key];
  if (ours === undefined) return `no \`${key}\``;
  return typeof ours === 'object' ? `\`${key}\`` : `\`${key}: ${String(ours)}\``;
}

export const CIS_COVERAGE: Readonly<Record<string, Coverage>> = {
  '1.1.1': outside('disks are created with the machine, before Bulkhead installs any file'),
  '1.1.2': configured('no file that Bulkhead installs adds a user to the group'),
  ...each(from('1.1', 3, 18), configured(AUDIT)),
  '1.2.1': outside('a matter of the operating system; its distribution has its own benchmark'),
  '1.2.2': {
    configured: 'the host files do not let an engine of another generation than the declared one start',
    outside: 'the latest patch changes from day to day, and rules have no network access',
  },
  '2.1': outside('the guard is in the network namespace of the host, and the networks of a rootless engine are not'),
  ...Object.fromEntries(Object.keys(SETTING_LOOKS).map((control) => [control, ofSettings(control)])),
  ...each(['3.1', '3.2'], configured(`${PACKAGE}; the drop-in that Bulkhead installs is root:root 0644`)),
  ...each(['3.3', '3.4', '3.15', '3.16', '3.23', '3.24'], outside(PACKAGE)),
  ...each(['3.5', '3.6'], configured('created root:root 0755 if it does not exist')),
  ...each(from('3', 7, 8), outside('Bulkhead does not install certificates of registries')),
  ...each(from('3', 9, 14), outside('there is no TLS listener on a HardenedDaemon')),
  ...each(['3.17', '3.18'], configured('written root:root 0644')),
  ...each(from('3', 19, 22), outside(`${PACKAGE}; settings are in daemon.json`)),
  '4.1': configured('HardenedContainer refuses root without a reason'),
  ...each(['4.3', '4.4', '4.7', '4.8', '4.9', '4.11'], outside(BUILD)),
  '4.2': outside('the site decides which registries are trusted'),
  '4.5': outside('a setting of the client, and the provider knows none; images are named by digest instead'),
  '4.6': outside(`${BUILD}; a container can be given one (5.27)`),
  '4.10': outside(BUILD),
  '4.12': outside('the engine checks no signatures; images are named by digest'),
  '5.1': configured('a host is a node only where a SwarmCluster names it'),
  '5.2': configured('nothing removes the profile of the engine'),
  '5.3': configured('nothing removes the label'),
  '5.4': configured('HardenedContainer drops ALL, and adds what is named'),
  '5.5': configured('HardenedContainer cannot be privileged'),
  '5.6': configured('HardenedContainer refuses such directories'),
  '5.7': outside('only the live host knows what runs in a container'),
  '5.8': configured('only declared publications are opened'),
  '5.9': configured('only declared publications are opened, and the proof lists them'),
  ...Object.fromEntries(
    Object.values(NAMESPACES).map(({ control, attribute }) => [control, attribute ? configured(NO_PROPERTY) : outside(NO_ATTRIBUTE)]),
  ),
  [NAMESPACES.cgroup.control]: configured(`${NO_PROPERTY}; ${written('default-cgroupns-mode')}`),
  [NAMESPACES.net.control]: configured('HardenedContainer lives in segments unless `ContainerNetwork.host()` gives a reason'),
  '5.11': configured('HardenedContainer has a limit'),
  '5.12': configured('HardenedContainer has a limit'),
  '5.13': configured('HardenedContainer has a read-only root unless a reason is given'),
  '5.14': configured('publications name one address'),
  '5.15': configured(
    '`restartPolicy: RestartPolicy.onFailure(5)`; by default HardenedContainer is started again whenever it ends, with a reason',
  ),
  ...each(['5.18', '5.20'], configured(NO_PROPERTY)),
  '5.19': configured('HardenedContainer sets nofile'),
  '5.22': configured('HardenedContainer keeps the filter of the engine'),
  ...each(['5.23', '5.24'], outside('commands that a user runs by hand appear only in the audit log of the host')),
  '5.26': configured('HardenedContainer sets no-new-privileges'),
  '5.27': configured('`healthCheck` of HardenedContainer; none by itself'),
  '5.28': configured('ContainerImage requires a digest, or a reason'),
  '5.29': outside('the provider has no attribute for it; `docker update --pids-limit` sets one until the container is replaced'),
  '5.30': configured('HardenedContainer is in separate segments'),
  '5.32': configured('HardenedContainer refuses it'),
  ...each(['6.1', '6.2'], outside(DAY)),
  '7.1': configured('SwarmCluster warns of an even number of managers'),
  '7.2': configured('`bulkhead-swarm` makes the swarm with a listen address'),
  '7.3': configured('EncryptedOverlay'),
  '7.4': configured('secrets of HardenedService; what looks like one is refused in its environment'),
  '7.5': configured('managers are locked unless a reason is given'),
  '7.6': outside(DAY),
  '7.7': configured('`bulkhead-swarm` makes the swarm with certificates of 90 days'),
  '7.8': outside(DAY),
  '7.9': configured('`bulkhead-swarm` names the address of the data plane'),
};
