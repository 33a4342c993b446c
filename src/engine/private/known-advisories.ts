import { compareVersions } from './versions';

/** What runs containers on a host: the names by which `docker version` lists it. */
export type Component = 'Engine' | 'runc' | 'containerd';

/** The least version of a line of releases without the mistakes that its advisories tell of. */
export interface LeastVersion {
  readonly component: Component;
  /** Beginning of its versions, such as `28` or `1.7`. */
  readonly line: string;
  /** Where the line has no such release: the first release of another that is one. */
  readonly least: string;
  readonly advisories: readonly string[];
  readonly what: string;
}

const WORKING_DIRECTORY = ['CVE-2024-21626', 'GHSA-xr7r-f8xq-vfvv'];
const RACING_MOUNTS = [
  'CVE-2025-31133',
  'GHSA-9493-h29p-rfm2',
  'CVE-2025-52565',
  'GHSA-qw9x-cqr3-wc7r',
  'CVE-2025-52881',
  'GHSA-cgrx-mc8f-2prm',
];

/**
 * Known ways out of a container or past the engine, by line of releases, as the advisories of the three projects have them. Numbers are those of the
 * projects: a distribution may have the mend in a package of an older number.
 *
 * @see https://github.com/moby/moby/security/advisories
 * @see https://github.com/opencontainers/runc/security/advisories
 * @see https://github.com/containerd/containerd/security/advisories
 */
export const LEAST_VERSIONS: readonly LeastVersion[] = [
  engine('20.10', '20.10.24', ['CVE-2023-28840', 'GHSA-232p-vwff-86mp'], 'encrypted overlays accept packets that are not encrypted'),
  engine('23.0', '23.0.15', ['CVE-2024-41110', 'GHSA-v23v-6jw2-98fq', 'CVE-2024-29018', 'GHSA-mq39-4gv4-mvpx'], 'requests bypass authorization plugins, and DNS queries leave internal networks'), // prettier-ignore
  engine('24.0', '25.0.13', ['CVE-2024-41110', 'GHSA-v23v-6jw2-98fq'], 'requests bypass authorization plugins'),
  engine(
    '25.0',
    '25.0.13',
    ['CVE-2025-54410', 'GHSA-4vq8-7jfc-9cvp'],
    'a reload of firewalld removes the isolation between bridge networks',
  ),
  engine('26', '26.1.5', ['CVE-2024-41110', 'GHSA-v23v-6jw2-98fq'], 'requests bypass authorization plugins'),
  engine('27', '27.1.1', ['CVE-2024-41110', 'GHSA-v23v-6jw2-98fq'], 'requests bypass authorization plugins'),
  engine(
    '28',
    '28.3.3',
    ['CVE-2025-54388', 'GHSA-x4rx-4gw3-53p4'],
    'a reload of firewalld opens published ports to machines on the networks of the host',
  ),
  engine('29', '29.3.1', ['CVE-2026-34040', 'GHSA-x744-4wpc-v9h2'], 'requests bypass authorization plugins'),
  runc(
    '1.0',
    '1.2.8',
    [...WORKING_DIRECTORY, ...RACING_MOUNTS],
    'a working directory, and mounts that are made at the start, lead to files of the host',
  ),
  runc(
    '1.1',
    '1.2.8',
    [...WORKING_DIRECTORY, ...RACING_MOUNTS],
    'a working directory, and mounts that are made at the start, lead to files of the host',
  ),
  runc('1.2', '1.2.8', RACING_MOUNTS, 'mounts that are made while a container starts lead to files of the host'),
  runc('1.3', '1.3.3', RACING_MOUNTS, 'mounts that are made while a container starts lead to files of the host'),
  containerd('1.6', '1.7.29', ['CVE-2024-25621', 'GHSA-pwhc-rpq9-4c8w'], 'users of the host reach its directories'),
  containerd('1.7', '1.7.29', ['CVE-2024-25621', 'GHSA-pwhc-rpq9-4c8w'], 'users of the host reach its directories'),
  containerd('2.0', '2.0.7', ['CVE-2024-25621', 'GHSA-pwhc-rpq9-4c8w'], 'users of the host reach its directories'),
  containerd('2.1', '2.1.5', ['CVE-2024-25621', 'GHSA-pwhc-rpq9-4c8w'], 'users of the host reach its directories'),
];

/** What is known against a version; nothing where its patch is not told, since then every patch may be meant. */
export function advisoryOn(component: Component, version: string): LeastVersion | undefined {
  const [major, minor, patch] = version.split('.');
  if (patch === undefined) return undefined;
  const entry = LEAST_VERSIONS.find(({ component: of, line }) => of === component && (line === major || line === `${major}.${minor}`));
  return entry && compareVersions(version, entry.least) < 0 ? entry : undefined;
}

/** The same for people. */
export function advisoryText(version: string, { component, least, advisories, what }: LeastVersion): string {
  return `${component} ${version} has known vulnerabilities: ${what} (${advisories.join(', ')}); install ${least} or later, or a package of your distribution that has the fix`;
}

function engine(line: string, least: string, advisories: string[], what: string): LeastVersion {
  return { component: 'Engine', line, least, advisories, what };
}

function runc(line: string, least: string, advisories: string[], what: string): LeastVersion {
  return { component: 'runc', line, least, advisories, what };
}

function containerd(line: string, least: string, advisories: string[], what: string): LeastVersion {
  return { component: 'containerd', line, least, advisories, what };
}
