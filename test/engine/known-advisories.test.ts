import { IPTABLES } from '../../src/engine/private/docker-rules/lines';
import { advisoryOn, advisoryText, type Component, LEAST_VERSIONS } from '../../src/engine/private/known-advisories';

test.each<[Component, string, string | undefined]>([
  ['Engine', '20.10.23', '20.10.24'],
  ['Engine', '20.10.24', undefined],
  ['Engine', '24.0.9', '25.0.13'],
  ['Engine', '26.1.4', '26.1.5'],
  ['Engine', '27.5.1', undefined],
  ['Engine', '28.2.0', '28.3.3'],
  ['Engine', '28.5.2', undefined],
  ['Engine', '29.3.0', '29.3.1'],
  ['Engine', '28.2', undefined],
  ['Engine', '2.0.0', undefined],
  ['runc', '1.1.15', '1.2.8'],
  ['runc', '1.3.2', '1.3.3'],
  ['runc', '1.10.0', undefined],
  ['containerd', '1.7.28', '1.7.29'],
  ['containerd', '2.2.0', undefined],
])('%s %s: the least is %j', (component, version, least) => expect(advisoryOn(component, version)?.least).toBe(least));

test('every line of the engine has a least version, with a CVE and an advisory of the project', () => {
  const lines = LEAST_VERSIONS.filter(({ component }) => component === 'Engine').map(({ line }) => line);
  const newest = IPTABLES.at(-1)!.since.split('.')[0];
  // Against a new line nothing may be known yet.
  const known = IPTABLES.filter(({ since }) => lines.includes(newest) || !since.startsWith(`${newest}.`));
  for (const { since } of known) expect(lines.filter((line) => since === line || since.startsWith(`${line}.`))).toHaveLength(1);
  for (const { advisories } of LEAST_VERSIONS) {
    expect(advisories.filter((id) => /^CVE-20\d\d-\d{4,}$/.test(id)).length).toBe(
      advisories.filter((id) => /^GHSA(-[0-9a-z]{4}){3}$/.test(id)).length,
    );
  }
});

test('what it says has the version, the ids and the way out', () => {
  expect(advisoryText('28.2.0', advisoryOn('Engine', '28.2.0')!)).toBe(
    'Engine 28.2.0 has known vulnerabilities: a reload of firewalld opens published ports to machines on the networks of the host (CVE-2025-54388, GHSA-x4rx-4gw3-53p4); install 28.3.3 or later, or a package of your distribution that has the fix',
  );
});
