import { DNS_NAME, reservedName } from './check-names';
import { Cidr } from '../../addressing/cidr';
import { isAddress } from '../../addressing/private/ip';
import { ValidationError } from '../../private/errors';
import { RUNTIME_NAME, RUNTIME_WORDS } from '../../private/names';
import { matching, wholeNumber } from '../../private/text';
import type { FactStore } from '../../topology/private/fact-store';
import { Device } from '../device';
import type { HardenedContainerProps } from '../hardened-container-props';
import { LogDriver } from '../log-driver';

/** The largest number that the engine takes for a group. */
const LARGEST_GROUP = 2 ** 31 - 1;

export interface CheckedSettings {
  /** Numbers of groups, sorted; undefined for none. */
  readonly groups?: string[];
  /** In MiB; undefined for the default of the engine. */
  readonly sharedMemory?: number;
  readonly logDriver: LogDriver;
  readonly devices: readonly Device[];
}

/** What a container has besides its networks, files and users. */
export function checkSettings(path: string, props: HardenedContainerProps, memory: number, store: FactStore): CheckedSettings {
  const { hostname, extraGroups = [], limits, devices = [], runtime, logDriver = LogDriver.jsonFile() } = props;
  if (hostname !== undefined) checkHostname(path, hostname);
  const groups = checkGroups(path, extraGroups);
  const given = limits?.sharedMemoryMebibytes;
  const sharedMemory =
    given === undefined ? undefined : wholeNumber(path, 'limits.sharedMemoryMebibytes', given, 1, 1_048_576, 'SharedMemory');
  if (sharedMemory !== undefined && sharedMemory > memory) {
    throw new ValidationError(
      'SharedMemory',
      path,
      `'limits.sharedMemoryMebibytes' is ${sharedMemory}, more than the ${memory} MiB of 'limits.memoryMebibytes', which it counts for; raise 'limits.memoryMebibytes', or lower it`,
    );
  }
  checkLogs(path, logDriver, limits?.logMebibytes, store);
  if (runtime !== undefined) checkRuntime(path, runtime, store);
  checkDevices(path, devices);
  return { groups: groups.length > 0 ? groups : undefined, sharedMemory, logDriver, devices };
}

function checkLogs(path: string, logDriver: LogDriver, mebibytes: number | undefined, store: FactStore): void {
  if (!(logDriver instanceof LogDriver)) {
    throw new ValidationError('LogOption', path, "'logDriver' must be made by LogDriver, such as LogDriver.local()");
  }
  if (mebibytes !== undefined && !logDriver._hasFiles) {
    throw new ValidationError(
      'LogLimit',
      path,
      `'limits.logMebibytes' is ${mebibytes}, and the log driver '${logDriver.driver}' writes no file of that size; remove it, or use LogDriver.jsonFile() or LogDriver.local()`,
    );
  }
  const [, server = ''] = /\/\/\[?(.*?)\]?:\d+$/.exec(logDriver._syslogAddress ?? '') ?? [];
  const pool = isAddress(server) ? store.addressPools.find((block) => Cidr.parse(block).containsAddress(server)) : undefined;
  if (pool !== undefined) {
    throw new ValidationError(
      'LogOption',
      path,
      `the syslog server ${server} is in the address pool ${pool}, which contains only containers, and the engine sends from the host, for which containers are closed; use a server outside`,
    );
  }
}

function checkRuntime(path: string, runtime: string, { runtimes }: FactStore): void {
  matching(path, 'runtime', runtime, RUNTIME_NAME, 'ContainerRuntime', RUNTIME_WORDS);
  if (runtime === 'nvidia') {
    throw new ValidationError(
      'ContainerRuntime',
      path,
      "'runtime' is 'nvidia', which gives the container graphics processors; add Device.allGpus({ reason }) to 'devices' instead",
    );
  }
  if (runtimes !== undefined && runtime !== 'runc' && !runtime.startsWith('io.containerd.') && !runtimes.includes(runtime)) {
    throw new ValidationError(
      'ContainerRuntime',
      path,
      `'runtime' is '${runtime}', which the daemon does not know; add it to the daemon, such as runtimes: { ${/^\w+$/.test(runtime) ? runtime : `'${runtime}'`}: '/usr/local/bin/${runtime}' }`,
    );
  }
}

function checkDevices(path: string, devices: readonly Device[]): void {
  const strange = devices.findIndex((device) => !(device instanceof Device));
  if (strange >= 0) {
    throw new ValidationError(
      'DeviceRefused',
      path,
      `'devices[${strange}]' must be made by Device, such as Device.of('/dev/net/tun', { reason }); anything else is refused`,
    );
  }
  const paths = devices.map((device) => device.path);
  const twice = paths.find((each, index) => paths.indexOf(each) !== index);
  if (twice !== undefined) throw new ValidationError('DeviceRefused', path, `'devices' contains '${twice}' twice; remove one`);
}

function checkHostname(path: string, hostname: string): void {
  matching(path, 'hostname', hostname, DNS_NAME, 'HostName', "a DNS name of at most 63 letters, digits, '-' and '.'");
  if (hostname.length > 63) {
    throw new ValidationError(
      'HostName',
      path,
      `'hostname' has ${hostname.length} characters, and the kernel takes a DNS name of at most 63`,
    );
  }
  const why = reservedName(hostname);
  if (why !== undefined) {
    throw new ValidationError('HostName', path, `'hostname' is '${hostname}', which is ${why}; use another name`);
  }
}

function checkGroups(path: string, groups: readonly number[]): string[] {
  for (const [index, group] of groups.entries()) {
    if (group === 0) {
      throw new ValidationError(
        'UserNumber',
        path,
        "'extraGroups' contains 0, the group of root, which may read files that are closed to others; remove it, and give the files another group",
      );
    }
    wholeNumber(path, `extraGroups[${index}]`, group, 1, LARGEST_GROUP, 'UserNumber');
  }
  return [...new Set(groups)].sort((a, b) => a - b).map(String);
}
