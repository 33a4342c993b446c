import { CAPABILITIES, capabilitiesWith, forges } from '../../src/hardening/private/capabilities';
import { attainable, boundingSet, capabilitySets } from '../../src/hardening/private/held-capabilities';

const NOTHING = { inheritable: [], permitted: [], effective: [], bounding: [], ambient: [] };
const ALL = Object.keys(CAPABILITIES);
const USERS = [true, false];
const PRIVILEGES = [true, false];

describe.each(USERS.flatMap((isRoot) => PRIVILEGES.map((noNewPrivileges) => ({ isRoot, noNewPrivileges }))))('%j', (start) => {
  const { isRoot, noNewPrivileges } = start;

  test.each(ALL)('%s added to nothing', (name) => {
    const given = { ...start, add: [name], drop: ['ALL'] };
    const held = isRoot ? [name] : [];
    expect(capabilitySets(given)).toEqual({ ...NOTHING, bounding: [name], permitted: held, effective: held });
    expect(attainable(given)).toEqual(isRoot || !noNewPrivileges ? [name] : []);
  });

  test('everything dropped is nothing', () => {
    const given = { ...start, add: [], drop: ['ALL'] };
    expect(capabilitySets(given)).toEqual(NOTHING);
    expect(attainable(given)).toEqual([]);
  });

  test('a container that says nothing can forge, unless its user is not root and gains nothing', () => {
    const given = { ...start, add: [], drop: [] };
    expect(capabilitySets(given).bounding).toEqual(capabilitiesWith('isDefault').sort());
    expect(forges({ capabilities: attainable(given) })).toBe(isRoot || !noNewPrivileges);
  });
});

test.each([
  ['one of the defaults dropped', [], ['NET_RAW'], (all: string[]) => all.includes('CHOWN') && !all.includes('NET_RAW')],
  ['all added but one', ['ALL'], ['SYS_ADMIN'], (all: string[]) => all.length === ALL.length - 1 && !all.includes('SYS_ADMIN')],
  ['all added and dropped, of which adding wins', ['ALL'], ['ALL'], (all: string[]) => all.length === ALL.length],
  ['added by name, and dropped by name', ['NET_RAW'], ['NET_RAW'], (all: string[]) => all.includes('NET_RAW')],
  ['twice', ['CHOWN', 'CHOWN'], ['ALL'], (all: string[]) => all.join() === 'CHOWN'],
] as const)('%s', (_, add, drop, holds) => expect(holds(boundingSet({ add, drop }))).toBe(true));
