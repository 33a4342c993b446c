import { isIn, type Span } from './versions';

/** A program that runs containers on a host, by its name in `docker version`. */
export type Component = 'Engine' | 'runc' | 'containerd';

/** One mistake, or several that the same releases have. */
export interface Advisory {
  readonly component: Component;
  /** From the list of CVEs, and from the project if we could read it. */
  readonly ids: readonly string[];
  readonly what: string;
  /** Releases with the flaw, each span up to the first release without it. A line that ended with the flaw is in the span of the next. */
  readonly spans: readonly Span[];
}

/** A version, and all that is known against it. */
export interface KnownAgainst {
  readonly component: Component;
  readonly version: string;
  readonly advisories: readonly Advisory[];
  /** The next release against which nothing is known. */
  readonly least: string;
}

type Releases = readonly [from: string, below: string];

/**
 * Known escapes from a container or past the engine. Version numbers are those of the projects: a distribution may fix an older number. Lines older
 * than 20.10, 1.0 and 1.6 are not covered. docs/decisions/021-what-a-look-believes.md lists the source of each entry.
 *
 * @see https://github.com/moby/moby/security/advisories
 * @see https://github.com/opencontainers/runc/security/advisories
 * @see https://github.com/containerd/containerd/security/advisories
 */
export const ADVISORIES: readonly Advisory[] = [
  advisory(
    'Engine',
    'encrypted overlays send and accept packets that are not encrypted',
    [
      ...['CVE-2023-28840', 'GHSA-232p-vwff-86mp'],
      ...['CVE-2023-28841', 'GHSA-33pg-m6jh-5237'],
      ...['CVE-2023-28842', 'GHSA-6wrf-mxfj-pf5p'],
    ],
    [
      ['20.10', '20.10.24'],
      ['23.0', '23.0.3'],
    ],
  ),
  advisory(
    'Engine',
    'a build deletes files of the host or runs with all privileges',
    ['CVE-2024-23652', 'GHSA-4v98-7qmw-rqr8', 'CVE-2024-23653', 'GHSA-wr6v-9f75-vh2g'],
    [['20.10', '25.0.2']],
  ),
  advisory(
    'Engine',
    'DNS queries leave internal networks',
    ['CVE-2024-29018', 'GHSA-mq39-4gv4-mvpx'],
    [
      ['20.10', '23.0.11'],
      ['24.0', '25.0.5'],
    ],
  ),
  advisory(
    'Engine',
    'requests without a body bypass authorization plugins',
    ['CVE-2024-41110', 'GHSA-v23v-6jw2-98fq'],
    [
      ['20.10', '23.0.15'],
      ['24.0', '25.0.6'],
      ['26.0', '26.1.5'],
      ['27.0', '27.1.1'],
    ],
  ),
  advisory(
    'Engine',
    'interfaces of macvlan and ipvlan networks without IPv6 have IPv6',
    ['CVE-2024-32473', 'GHSA-x84c-p2g9-rqv9'],
    [['26.0', '26.0.2']],
  ),
  advisory(
    'Engine',
    'a reload of firewalld removes the isolation between bridge networks',
    ['CVE-2025-54410', 'GHSA-4vq8-7jfc-9cvp'],
    [
      ['20.10', '25.0.13'],
      ['26.0', '28.0.0'],
    ],
  ),
  advisory(
    'Engine',
    'a reload of firewalld opens published ports to machines on the networks of the host',
    ['CVE-2025-54388', 'GHSA-x4rx-4gw3-53p4'],
    [['28.2.0', '28.3.3']],
  ),
  advisory(
    'Engine',
    'large requests bypass authorization plugins, and a plugin can get a privilege that the user did not accept',
    ['CVE-2026-34040', 'GHSA-x744-4wpc-v9h2', 'CVE-2026-33997', 'GHSA-pxq6-2prw-chj9'],
    [
      ['20.10', '25.0.16'],
      ['26.0', '29.3.1'],
    ],
  ),
  advisory(
    'Engine',
    "a copy into a container runs the container's programs as root of the host and writes outside of it",
    [
      ...['CVE-2026-41567', 'GHSA-x86f-5xw2-fm2r'],
      ...['CVE-2026-41568', 'GHSA-vp62-88p7-qqf5'],
      ...['CVE-2026-42306', 'GHSA-rg2x-37c3-w2rh'],
    ],
    [
      ['20.10', '25.0.17'],
      ['26.0', '29.5.1'],
    ],
  ),
  advisory(
    'Engine',
    'archives that are unpacked write outside their directory',
    ['CVE-2026-17106', 'GHSA-hfg8-hc9c-6c3h'],
    [['20.10', '29.7.0']],
  ),
  advisory(
    'Engine',
    'any process on a swarm node can send packets into encrypted overlays',
    ['CVE-2026-92542', 'GHSA-6m9p-4h64-m6vh'],
    [
      ['20.10', '25.0.19'],
      ['26.0', '29.8.2'],
    ],
  ),
  advisory('Engine', 'firewalld deletes the rules that encrypt overlays', ['CVE-2026-115538'], [['20.10', '29.9.3']]),
  advisory('runc', 'a working directory leads to files of the host', ['CVE-2024-21626', 'GHSA-xr7r-f8xq-vfvv'], [['1.0', '1.1.12']]),
  advisory(
    'runc',
    'volumes that change during a start make empty files on the host',
    ['CVE-2024-45310', 'GHSA-jfvp-7x6p-h2pv'],
    [['1.0', '1.1.14']],
  ),
  advisory(
    'runc',
    'mounts that are made while a container starts lead to files of the host',
    [
      ...['CVE-2025-31133', 'GHSA-9493-h29p-rfm2'],
      ...['CVE-2025-52565', 'GHSA-qw9x-cqr3-wc7r'],
      ...['CVE-2025-52881', 'GHSA-cgrx-mc8f-2prm'],
    ],
    [
      ['1.0', '1.2.8'],
      ['1.3', '1.3.3'],
    ],
  ),
  advisory(
    'runc',
    'an image whose /dev is a link makes files on the host',
    ['CVE-2026-41579', 'GHSA-xjvp-4fhw-gc47'],
    [
      ['1.0', '1.3.6'],
      ['1.4', '1.4.3'],
    ],
  ),
  advisory(
    'runc',
    'a container that is restored from a checkpoint mounts directories of the host',
    ['CVE-2026-119101'],
    [
      ['1.3', '1.3.7'],
      ['1.4', '1.4.4'],
      ['1.5', '1.5.3'],
    ],
  ),
  advisory(
    'containerd',
    'users of the host reach its directories',
    ['CVE-2024-25621', 'GHSA-pwhc-rpq9-4c8w'],
    [
      ['1.6', '1.7.29'],
      ['2.0', '2.0.7'],
      ['2.1', '2.1.5'],
    ],
  ),
  advisory(
    'containerd',
    'an image that is pulled reaches files of the host',
    ['CVE-2025-47290', 'GHSA-cm76-qm8v-3j95'],
    [['2.1', '2.1.1']],
  ),
  advisory(
    'containerd',
    'where its CRI plugin is on, a label of an image runs a program on the host',
    ['CVE-2026-53488', 'GHSA-xhf5-7wjv-pqxp'],
    [
      ['1.7', '1.7.33'],
      ['2.0', '2.0.10'],
      ['2.1', '2.1.9'],
      ['2.2', '2.2.5'],
      ['2.3', '2.3.2'],
    ],
  ),
  advisory(
    'containerd',
    'where its CRI plugin is on, a checkpoint that is restored brings mounts and reads files of the host',
    ['CVE-2026-53492', 'GHSA-33vj-92qq-66hc', 'CVE-2026-53489', 'GHSA-rgh6-rfwx-v388'],
    [
      ['2.1', '2.1.9'],
      ['2.2', '2.2.5'],
      ['2.3', '2.3.2'],
    ],
  ),
];

/** The known flaws of a version; none if its patch is not declared, since then every patch may be meant. */
export function knownAgainst(component: Component, version: string): KnownAgainst | undefined {
  if (version.split('.').length < 3) return undefined;
  const its = ADVISORIES.filter((entry) => entry.component === component);
  const advisories = its.filter(({ spans }) => spans.some((span) => isIn(span, version)));
  if (advisories.length === 0) return undefined;
  const spans = its.flatMap((entry) => entry.spans);
  // The release that fixes one flaw may have the next: the end of its span is checked in turn.
  let least = version;
  for (let span = spans.find((one) => isIn(one, least)); span; span = spans.find((one) => isIn(one, least))) least = span.below;
  return { component, version, advisories, least };
}

/** The same for people; verify.sh says it in the same words. */
export function advisoryText(known: KnownAgainst): string {
  return `${known.component} ${known.version} has known vulnerabilities: ${known.advisories.map(clause).join('; ')}; ${remedy(known)}`;
}

/** The same in one line, for the end of a synth. */
export function advisorySummary(known: KnownAgainst): string {
  const { component, version, advisories } = known;
  if (advisories.length === 1) return advisoryText(known);
  return `${component} ${version} has ${advisories.length} known vulnerabilities, among them: ${clause(advisories[advisories.length - 1])}; ${remedy(known)}; verify.sh lists all of them`;
}

function remedy({ least }: KnownAgainst): string {
  return `install ${least} or later, or a package of your distribution that has the fix`;
}

/** A line for each entry, for verify/advisories.awk: component, spans of releases, text. */
export function advisoryTable(): string {
  const spans = (entry: Advisory) => entry.spans.map(({ from, below }) => `${from}-${below}`).join(' ');
  return ADVISORIES.map((entry) => `${entry.component}|${spans(entry)}|${clause(entry)}`).join('\n');
}

function clause({ what, ids }: Advisory): string {
  return `${what} (${ids.join(', ')})`;
}

function advisory(component: Component, what: string, ids: readonly string[], releases: readonly Releases[]): Advisory {
  return { component, ids, what, spans: releases.map(([from, below]) => ({ from, below })) };
}
