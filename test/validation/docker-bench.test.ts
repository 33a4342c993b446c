import { DOCKER_BENCH } from '../../scripts/docker-bench';
import { cisPage } from '../../scripts/print-cis';
import { Rules } from '../../src';
import { CIS_CONTROLS, controlIn16 } from '../../src/validation/private/cis-controls';

/** What it warned of, or left open, when the scenario docker-bench ran it on 28.5. */
const FOUND =
  '1.1.3 1.1.4 1.1.6 1.1.7 1.1.8 1.1.9 1.1.10 1.1.11 1.1.12 1.1.14 1.1.15 1.1.16 1.1.17 1.1.18 1.2.1 2.1 2.9 2.10 2.12 2.13 4.2 4.3 4.4 4.5 4.6 4.8 4.10 4.11 4.12 5.2 5.8 5.9 5.12 5.15 5.23 5.24 5.27 5.29'.split(' '); // prettier-ignore

test('each finding of docker-bench-security is explained, and nothing else is', () => {
  expect(Object.keys(DOCKER_BENCH).sort()).toEqual([...FOUND].sort());
});

test('a finding is about a control, and the page has a row for it', () => {
  const known = Object.keys(CIS_CONTROLS).map(controlIn16);
  const page = cisPage(Rules.all());
  for (const [id, [reason]] of Object.entries(DOCKER_BENCH)) {
    expect(known).toContain(id);
    expect(page).toContain(`| ${id} | ${Object.keys(CIS_CONTROLS).find((control) => controlIn16(control) === id)!} | ${reason} | `);
  }
});
