import { spawnSync } from 'node:child_process';
import { IPTABLES } from '../../src/engine/private/docker-rules/lines';
import {
  ADVISORIES,
  advisorySummary,
  advisoryTable,
  advisoryText,
  type Component,
  knownAgainst,
} from '../../src/engine/private/known-advisories';
import { compareVersions } from '../../src/engine/private/versions';
import { FILES } from '../../src/host/private/programs.generated';

/** Advisories that the project has, too, but which could not be read there. */
const UNREAD = ['CVE-2026-115538', 'CVE-2026-119101'];

const cves = (component: Component, version: string) => knownAgainst(component, version)?.advisories.flatMap(({ ids }) => ids.filter((id) => id.startsWith('CVE'))) ?? []; // prettier-ignore

/** For each CVE, of each line its last release that has it and its first that has not; `undefined` where the line has no such release. */
test.each<[Component, string, string | undefined, string | undefined]>([
  ['Engine', 'CVE-2023-28840', '20.10.23', '20.10.24'],
  ['Engine', 'CVE-2023-28841', '23.0.2', '23.0.3'],
  ['Engine', 'CVE-2023-28842', undefined, '24.0.0'],
  ['Engine', 'CVE-2024-23652', '20.10.27', undefined],
  ['Engine', 'CVE-2024-23653', '24.0.9', undefined],
  ['Engine', 'CVE-2024-23653', '25.0.1', '25.0.2'],
  ['Engine', 'CVE-2024-29018', '20.10.27', undefined],
  ['Engine', 'CVE-2024-29018', '23.0.10', '23.0.11'],
  ['Engine', 'CVE-2024-29018', '24.0.9', undefined],
  ['Engine', 'CVE-2024-29018', '25.0.4', '25.0.5'],
  ['Engine', 'CVE-2024-29018', undefined, '26.0.0'],
  ['Engine', 'CVE-2024-41110', '20.10.27', undefined],
  ['Engine', 'CVE-2024-41110', '23.0.14', '23.0.15'],
  ['Engine', 'CVE-2024-41110', '24.0.9', undefined],
  ['Engine', 'CVE-2024-41110', '25.0.5', '25.0.6'],
  ['Engine', 'CVE-2024-41110', '26.1.4', '26.1.5'],
  ['Engine', 'CVE-2024-41110', '27.1.0', '27.1.1'],
  ['Engine', 'CVE-2024-32473', '26.0.1', '26.0.2'],
  ['Engine', 'CVE-2024-32473', undefined, '25.0.5'],
  ['Engine', 'CVE-2025-54410', '25.0.12', '25.0.13'],
  ['Engine', 'CVE-2025-54410', '27.5.1', undefined],
  ['Engine', 'CVE-2025-54410', undefined, '28.0.0'],
  ['Engine', 'CVE-2025-54388', '28.3.2', '28.3.3'],
  ['Engine', 'CVE-2025-54388', undefined, '28.1.1'],
  ['Engine', 'CVE-2026-34040', '25.0.15', '25.0.16'],
  ['Engine', 'CVE-2026-33997', '28.5.2', undefined],
  ['Engine', 'CVE-2026-34040', '29.3.0', '29.3.1'],
  ['Engine', 'CVE-2026-41567', '25.0.16', '25.0.17'],
  ['Engine', 'CVE-2026-41568', '28.5.2', undefined],
  ['Engine', 'CVE-2026-42306', '29.5.0', '29.5.1'],
  ['Engine', 'CVE-2026-17106', '29.6.1', '29.7.0'],
  ['Engine', 'CVE-2026-92542', '25.0.18', '25.0.19'],
  ['Engine', 'CVE-2026-92542', '29.8.1', '29.8.2'],
  ['Engine', 'CVE-2026-115538', '29.9.2', '29.9.3'],
  ['runc', 'CVE-2024-21626', '1.1.11', '1.1.12'],
  ['runc', 'CVE-2024-45310', '1.1.13', '1.1.14'],
  ['runc', 'CVE-2025-31133', '1.1.15', undefined],
  ['runc', 'CVE-2025-52565', '1.2.7', '1.2.8'],
  ['runc', 'CVE-2025-52881', '1.3.2', '1.3.3'],
  ['runc', 'CVE-2025-52881', undefined, '1.4.0'],
  ['runc', 'CVE-2026-41579', '1.2.9', undefined],
  ['runc', 'CVE-2026-41579', '1.3.5', '1.3.6'],
  ['runc', 'CVE-2026-41579', '1.4.2', '1.4.3'],
  ['runc', 'CVE-2026-41579', undefined, '1.5.0'],
  ['runc', 'CVE-2026-119101', '1.3.6', '1.3.7'],
  ['runc', 'CVE-2026-119101', '1.4.3', '1.4.4'],
  ['runc', 'CVE-2026-119101', '1.5.2', '1.5.3'],
  ['containerd', 'CVE-2024-25621', '1.6.39', undefined],
  ['containerd', 'CVE-2024-25621', '1.7.28', '1.7.29'],
  ['containerd', 'CVE-2024-25621', '2.0.6', '2.0.7'],
  ['containerd', 'CVE-2024-25621', '2.1.4', '2.1.5'],
  ['containerd', 'CVE-2025-47290', '2.1.0', '2.1.1'],
  ['containerd', 'CVE-2025-47290', undefined, '2.0.5'],
  ['containerd', 'CVE-2026-53488', '1.7.32', '1.7.33'],
  ['containerd', 'CVE-2026-53488', '2.0.9', '2.0.10'],
  ['containerd', 'CVE-2026-53488', '2.1.8', '2.1.9'],
  ['containerd', 'CVE-2026-53488', '2.2.4', '2.2.5'],
  ['containerd', 'CVE-2026-53488', '2.3.1', '2.3.2'],
  ['containerd', 'CVE-2026-53492', undefined, '2.0.9'],
  ['containerd', 'CVE-2026-53489', '2.1.8', '2.1.9'],
  ['containerd', 'CVE-2026-53492', '2.2.4', '2.2.5'],
  ['containerd', 'CVE-2026-53492', '2.3.1', '2.3.2'],
])('%s, %s: %s has it, %s does not', (component, cve, last, first) => {
  if (last !== undefined) expect(cves(component, last)).toContain(cve);
  if (first !== undefined) expect(cves(component, first)).not.toContain(cve);
});

test.each<[Component, string, string | undefined]>([
  ['Engine', '20.10.27', '29.9.3'],
  ['Engine', '25.0.19', '29.9.3'],
  ['Engine', '29.9.2', '29.9.3'],
  ['Engine', '29.9.3', undefined],
  ['Engine', '29.10.1', undefined],
  ['Engine', '30.0.0', undefined],
  ['Engine', '28.2', undefined],
  ['Engine', '2.0.0', undefined],
  // 1.3.6 has the next mistake.
  ['runc', '1.2.9', '1.3.7'],
  ['runc', '1.3.7', undefined],
  ['runc', '1.4.0', '1.4.4'],
  ['runc', '1.4.4', undefined],
  ['runc', '1.5.3', undefined],
  ['runc', '1.6.0', undefined],
  ['runc', '1.10.0', undefined],
  ['containerd', '1.6.39', '1.7.33'],
  ['containerd', '1.7.33', undefined],
  ['containerd', '2.0.10', undefined],
  ['containerd', '2.1.0', '2.1.9'],
  ['containerd', '2.2.5', undefined],
  ['containerd', '2.3.2', undefined],
  ['containerd', '2.4.0', undefined],
])('%s %s: the least is %s', (component, version, least) => expect(knownAgainst(component, version)?.least).toBe(least));

test('every entry has its ids, and spans that neither meet nor are out of order', () => {
  for (const { ids, spans } of ADVISORIES) {
    const [list, project] = [/^CVE-20\d\d-\d{4,}$/, /^GHSA(-[0-9a-z]{4}){3}$/].map((form) => ids.filter((id) => form.test(id)));
    expect([...list, ...project].sort()).toEqual([...ids].sort());
    expect(list.length).toBeGreaterThan(0);
    expect(project).toHaveLength(list.filter((id) => !UNREAD.includes(id)).length);
    const bounds = spans.flatMap(({ from, below }) => [from, below]);
    bounds.slice(1).forEach((bound, i) => expect(compareVersions(bounds[i], bound)).toBeLessThan(0));
  }
  const all = ADVISORIES.flatMap(({ ids }) => ids);
  expect(new Set(all).size).toBe(all.length);
  expect(UNREAD.filter((id) => !all.includes(id))).toEqual([]);
});

test('what is to be installed is newer, and has nothing against it', () => {
  for (const { component, spans } of ADVISORIES) {
    for (const { below } of spans) {
      const known = knownAgainst(component, below);
      if (known === undefined) continue;
      expect(compareVersions(below, known.least)).toBeLessThan(0);
      expect(knownAgainst(component, known.least)).toBeUndefined();
    }
  }
});

test('no line of the engine before the last mend is left out', () => {
  const releases = IPTABLES.map(({ since }) => since.replace(/^(\d+\.\d+)$/, '$1.0')).filter(
    (since) => compareVersions(since, '29.9.3') < 0,
  );
  expect(releases.length).toBeGreaterThan(10);
  expect(releases.filter((since) => knownAgainst('Engine', since) === undefined)).toEqual([]);
});

test('what it says has the version, the ids and the way out', () => {
  expect(advisoryText(knownAgainst('containerd', '1.7.28')!)).toBe(
    'containerd 1.7.28 has known vulnerabilities: users of the host reach its directories (CVE-2024-25621, GHSA-pwhc-rpq9-4c8w); where its CRI plugin is on, a label of an image runs a program on the host (CVE-2026-53488, GHSA-xhf5-7wjv-pqxp); install 1.7.33 or later, or a package of your distribution that has the fix',
  );
});

test('the end of a synth says one of several, how many there are, and where the rest is', () => {
  const known = knownAgainst('Engine', '26.1.4')!;
  expect(known.advisories.length).toBeGreaterThan(2);
  const summary = advisorySummary(known);
  expect(summary).toContain(`Engine 26.1.4 has ${known.advisories.length} known vulnerabilities, among them: `);
  expect(summary).toContain(`install ${known.least} or later`);
  expect(summary).toContain('verify.sh lists all of them');
  expect(summary.length).toBeLessThan(350);
  const one = { ...known, advisories: known.advisories.slice(0, 1) };
  expect(advisorySummary(one)).toBe(advisoryText(one));
});

describe('verify.sh', () => {
  const said = (lines: readonly string[]) => {
    const argv = ['-v', `table=${advisoryTable()}`, FILES['verify/advisories.awk']];
    const { status, stdout, stderr } = spawnSync('awk', argv, { input: lines.map((line) => `${line}\n`).join(''), encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    return stdout.split('\n').filter((line) => line !== '');
  };

  test('says the same of every version at which an entry begins or ends', () => {
    const versions = ADVISORIES.flatMap(({ component, spans }) =>
      spans.flatMap(({ from, below }) => [from, below]).map((bound) => [component, bound.replace(/^(\d+\.\d+)$/, '$1.0')] as const),
    );
    const told = versions.map(([component, version]) => knownAgainst(component, version)).filter((known) => known !== undefined);
    expect(told.length).toBeGreaterThan(20);
    expect(said(versions.map(([component, version]) => `${component} ${version}`))).toEqual(
      told.map((known) => `WARN - ${advisoryText(known)}`),
    );
  });

  test('takes versions as distributions and builds write them, and is silent on the others', () => {
    const versions = [
      'Engine 29.9.2+dfsg1',
      'containerd v1.7.32~ds1',
      'runc 1.5.0-rc.2',
      'Engine 29.9.3+dfsg1',
      'Engine 28.2',
      'Engine dev',
    ];
    const others = ['containerd v2.3.2', 'docker-init 0.19.0', 'runc', ''];
    expect(said([...versions, ...others]).map((line) => line.replace(/^WARN - (\S+ \S+) .*; install (\S+) .*$/, '$1: $2'))).toEqual([
      'Engine 29.9.2+dfsg1: 29.9.3',
      'containerd 1.7.32~ds1: 1.7.33',
      'runc 1.5.0-rc.2: 1.5.3',
    ]);
  });
});
