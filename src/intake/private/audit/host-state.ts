import { type Difference, difference, notCompared } from './difference';
import { compareVersions } from '../../../engine/private/versions';
import type { Topology } from '../../../topology/private/topology';
import type { HostText, HostTexts } from '../host/host-texts';
import { at, entriesAt, type Json, listAt, readJson, readList, textAt } from '../host/json-text';

/** A file as the program puts it on the host. */
export interface WantedFile {
  readonly path: string;
  /** Octal, such as `0600`. */
  readonly mode?: string;
  readonly text: string;
  /** Start of the SHA-256, as `collect` prints it. */
  readonly sum: string;
}

type Why = (of: HostText) => string;

const DROP_INS = '/etc/systemd/system/docker.service.d/';
/** Below these folders `collect` prints every file. */
const TOLD = /^\/etc\/bulkhead\/[^/]+$|^\/etc\/docker\/daemon\.json$|^\/etc\/sysctl\.d\/99-bulkhead\.conf$|^\/etc\/(audit\/rules\.d\/50-bulkhead\.rules|systemd\/network\/05-bulkhead\.network|NetworkManager\/conf\.d\/90-bulkhead\.conf)$|^\/etc\/modules-load\.d\/bulkhead\.conf$|^\/etc\/systemd\/system\/(bulkhead-[^/]+|docker\.service\.d\/[^/]+)$|^\/usr\/local\/sbin\/bulkhead-[^/]+$/; // prettier-ignore

export function compareFiles(wanted: readonly WantedFile[], { daemonId }: Topology, texts: HostTexts, why: Why): Difference[] {
  if (texts.files === undefined) return [notCompared('files of the host', why('files'))];
  const found = new Map(
    texts.files.split('\n').flatMap((line) => {
      const [, sum, mode, owner, path] = /^(\S+) (\d+) (\S+) (\/.*)$/.exec(line) ?? [];
      return path === undefined ? [] : [[path, { sum, mode, owner }] as const];
    }),
  );
  const known = new Set(wanted.map(({ path }) => path));
  const stamp = `/run/bulkhead/stamp-${daemonId}`;
  return [
    ...wanted.flatMap(({ path, mode, sum }): Difference[] => {
      const file = found.get(path);
      if (!TOLD.test(path)) return [notCompared(path, 'collect does not print this file')];
      if (file === undefined) return [difference('file-missing', path, 'a file', 'no such file')];
      const rights = `${mode?.replace(/^0+/, '')} root:root`;
      return [
        ...(file.sum === '-' ? [notCompared(path, 'the file can hold a password, so collect does not print its sum')] : []),
        ...(file.sum !== '-' && file.sum !== sum ? [difference('file-changed', path, `content ${sum}`, `content ${file.sum}`)] : []),
        ...(mode !== undefined && `${file.mode} ${file.owner}` !== rights
          ? [difference('file-mode', path, rights, `${file.mode} ${file.owner}`)]
          : []),
      ];
    }),
    ...[...found.keys()].filter((path) => path.startsWith(DROP_INS) && !known.has(path)).map((path) => difference('file-extra', path, 'no such file', 'a file')), // prettier-ignore
    ...(found.has(stamp) ? [] : [difference('stamp-missing', stamp, 'the stamp of an applied guard', 'no such file')]),
  ];
}

export function compareUnits(wanted: readonly WantedFile[], texts: HostTexts, why: Why): Difference[] {
  const units = wanted.flatMap(({ path }) => /^\/etc\/systemd\/system\/(bulkhead-(?:firewall|watch)\.service|bulkhead-check\.timer)$/.exec(path)?.[1] ?? []); // prettier-ignore
  if (units.length === 0) return [];
  if (texts.units === undefined) return [notCompared('units of the host', why('units'))];
  const found = new Map(texts.units.split('\n').map((line) => [line.split(' ')[0], line.split(' ').slice(1).join(' ')]));
  return units.flatMap((unit): Difference[] => {
    const state = found.get(unit);
    if (state === undefined) return [notCompared(unit, 'the program that collected does not print this unit')];
    return state === 'loaded active enabled' ? [] : [difference('unit-stopped', unit, 'loaded active enabled', state)];
  });
}

export function compareEngine(wanted: readonly WantedFile[], texts: HostTexts, why: Why): Difference[] {
  const file = wanted.find(({ path }) => path === '/etc/bulkhead/engine');
  if (file === undefined) return [];
  const version = texts.engine?.trim();
  if (version === undefined) return [notCompared('version of the engine', why('engine'))];
  const told = new Map(file.text.split('\n').map((line) => line.split(' ') as [string, string]));
  const [minimum, below] = [told.get('minimum'), told.get('below')];
  // Neither needs to be a version that Bulkhead knows.
  const found = /^\d+(\.\d+)*/.exec(version)?.[0];
  if (found === undefined) return [notCompared('version of the engine', `'${version.slice(0, 40)}' is not a version`)];
  const fits =
    (minimum === undefined || compareVersions(found, minimum) >= 0) && (below === undefined || compareVersions(found, below) < 0);
  return fits
    ? []
    : [difference('engine-version', 'version of the engine', `${minimum ?? 'any'} or later, before ${below ?? 'any'}`, version)];
}

/** Settings of the engine that the program writes, by what the engine was started with. */
export function compareSettings(wanted: readonly WantedFile[], shown: readonly string[], texts: HostTexts, why: Why): Difference[] {
  const file = wanted.find(({ path }) => path === '/etc/docker/daemon.json');
  if (file === undefined) return [];
  const program = JSON.parse(file.text) as Readonly<Record<string, Json>>;
  const host = readJson(texts, 'daemon-json');
  const differences: Difference[] = [];
  if (host === undefined) {
    differences.push(notCompared('daemon.json', why('daemon-json')));
  } else {
    const keys = new Set([...Object.keys(program), ...entriesAt(host).map(([key]) => key)]);
    for (const key of shown) {
      const [a, b] = [at(program, key), at(host, key)].map((value) => (value === undefined ? 'not set' : sortedJson(value)));
      if (keys.has(key) && a !== b) differences.push(difference('setting-changed', `daemon.json: ${key}`, a, b));
    }
  }
  const flags = texts['daemon-flags'];
  if (flags === undefined) return [...differences, notCompared('command line of dockerd', why('daemon-flags'))];
  for (const line of flags.split('\n').filter((each) => each.trim() !== '')) {
    const [, key, value] = /^(\S+)(?: (.*))?$/.exec(line) ?? [];
    const isOpen = key === 'hosts' && /^tcp:/.test(value ?? '');
    if ((key !== 'hosts' && key !== 'live-restore') || isOpen) {
      const a = at(program, key);
      if (a === undefined || isOpen || String(a) !== value) differences.push(difference('setting-changed', `command line of dockerd: ${key}`, a === undefined ? 'not set' : String(a), value ?? 'set')); // prettier-ignore
    }
  }
  return differences;
}

function sortedJson(value: Json): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** Settings of the kernel that the program sets, and that of each of its bridges. */
export function compareKernel(wanted: readonly WantedFile[], { networks }: Topology, texts: HostTexts, why: Why): Difference[] {
  const file = wanted.find(({ path }) => path.startsWith('/etc/sysctl.d/'));
  if (file === undefined) return [];
  return [
    ...sysctls(file, texts, why),
    ...bridges(
      networks.map(({ bridge }) => bridge),
      texts,
      why,
    ),
  ];
}

function sysctls({ text }: WantedFile, texts: HostTexts, why: Why): Difference[] {
  if (texts.sysctls === undefined) return [notCompared('settings of the kernel', why('sysctls'))];
  const found = new Map(texts.sysctls.split('\n').map((line) => line.split(' = ') as [string, string]));
  return text.split('\n').flatMap((line): Difference[] => {
    const [key, value] = line.split(' = ');
    if (value === undefined || line.startsWith('#')) return [];
    const name = key.replace(/[./]/g, (character) => (character === '/' ? '.' : '/')).replace(/^-/, '');
    const current = found.get(name);
    if (current === undefined) return [notCompared(name, 'the archive does not tell it')];
    return current.trim() === value.trim() ? [] : [difference('sysctl-changed', name, value, current)];
  });
}

/** Rules of the host see what stays on a bridge only where its own switch is on. */
function bridges(names: readonly string[], texts: HostTexts, why: Why): Difference[] {
  const list = readList(texts, 'addresses');
  if (list === undefined) return [notCompared('bridges of the host', why('addresses'))];
  return names.flatMap((name): Difference[] => {
    const bridge = list.find((each) => textAt(each, 'ifname') === name);
    // A network that is missing is a difference of its own.
    if (bridge === undefined) return [];
    const on = at(bridge, 'linkinfo', 'info_data', 'nf_call_iptables');
    if (on === undefined) return [notCompared(name, 'the archive does not tell whether rules see what stays on this bridge')];
    const isUp = listAt(bridge, 'flags').includes('UP');
    return [
      ...(on === 1 || on === true
        ? []
        : [difference('bridge-unfiltered', name, 'nf_call_iptables = 1', `nf_call_iptables = ${String(on)}`)]),
      ...(isUp ? [] : [difference('bridge-unfiltered', name, 'a bridge that is up', 'it is down')]),
    ];
  });
}
