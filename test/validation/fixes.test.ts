import { App, TerraformStack } from 'cdktf';
import { META } from '../../src/validation/private/meta-rules';
import { ENGINES } from '../support/fixes/engines';
import { EXPOSURE } from '../support/fixes/exposure';
import { everyRule, followEach, notFollowed } from '../support/fixes/follow';
import { FORGERS } from '../support/fixes/forgers';
import { HOSTS } from '../support/fixes/hosts';
import { IMAGES } from '../support/fixes/images';
import { ISOLATION } from '../support/fixes/isolation';
import { LIMITS } from '../support/fixes/limits';
import { META_FIXES, UNCHECKED } from '../support/fixes/meta';
import { NETWORKS } from '../support/fixes/networks';
import type { FixPair } from '../support/fixes/pair';
import { PROVIDERS } from '../support/fixes/providers';
import { PUBLICATIONS } from '../support/fixes/publications';
import { SERVICES } from '../support/fixes/services';
import { TRAPS } from '../support/fixes/traps';

const PAIRS: readonly FixPair[] = [
  ...[ISOLATION, FORGERS, LIMITS, NETWORKS, PUBLICATIONS, IMAGES, SERVICES, PROVIDERS, ENGINES, HOSTS, EXPOSURE, TRAPS, META_FIXES].flat(),
  UNCHECKED,
];
const RULES = [...everyRule(), ...Object.values(META)];

/** Findings that nothing but a suppression clears, with the reason; none today. */
const ACCEPTED_ALONE: Readonly<Record<string, string>> = {};

/** Of a HardenedDaemon the same: it has no property for them. */
const ACCEPTED_ON_HARDENED: Readonly<Record<string, string>> = {
  'BH-D08': 'nothing of ours was run yet with users that the engine remaps',
  'BH-D10': 'an authorization plugin is a separate program, which the operator must choose and run',
  'BH-D11': 'its containers say json-file themselves, so that the driver of the engine would change nothing',
};

test.each(RULES.map((rule) => [rule.ruleId, rule] as const))('%s: every word of its fix is followed by some program', (ruleId, { fix }) => {
  expect(notFollowed(fix, PAIRS.filter((pair) => pair.ruleId === ruleId))).toBe(''); // prettier-ignore
});

test('a word that nobody follows shows', () => {
  const [pair] = PAIRS.map((each) => ({ ...each, follows: ['set one', 'the other to 1'] }));
  expect(notFollowed('set one, and the other to 1', [pair])).toBe('');
  expect(notFollowed('set one, and the other to 1; or take both out', [pair])).toBe('or take both out');
  expect(notFollowed('set one, and the other to 2', [pair])).toContain("'the other to 1' is no part of");
});

test('no program is for a rule that is none', () => {
  const known = RULES.map(({ ruleId }) => ruleId);
  expect(PAIRS.filter(({ ruleId }) => !known.includes(ruleId))).toEqual([]);
});

test('what a suppression alone clears is named here, and says so', () => {
  const cleared = new Set(PAIRS.filter(({ accepts }) => !accepts).map(({ ruleId }) => ruleId));
  expect(RULES.filter(({ ruleId }) => !cleared.has(ruleId)).map(({ ruleId }) => ruleId)).toEqual(Object.keys(ACCEPTED_ALONE));
  const onHardened = PAIRS.filter(({ follows }) => follows.some((words) => /^a HardenedDaemon .*suppress this/.test(words)));
  expect(onHardened.map(({ ruleId }) => ruleId)).toEqual(Object.keys(ACCEPTED_ON_HARDENED));
});

describe('what the check says of itself', () => followEach(META_FIXES));

test('BH-M02: a synth tells of a stack that nobody checks, until there is a pack', () => {
  const synth = (isFixed: boolean) => (TerraformStack.of(UNCHECKED.program(isFixed)).node.root as App).synth();
  expect(() => synth(false)).toThrow(new RegExp(`\\[other] .*${META.unchecked.fix.replace(/[.()]/g, '\\$&')} \\(BH-M02\\)`));
  expect(() => synth(true)).not.toThrow();
});
