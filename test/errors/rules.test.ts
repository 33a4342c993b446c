import { followEach } from './entry';
import { RULES } from './tables/rules';
import { SecureDefaults, Suppressions } from '../../src';
import { accept, addClean } from '../support/fixes/pair';
import { RawStack } from '../support/raw-stack';

describe('rules', () => followEach(RULES));

describe('BH-M01: a suppression at the wrong place says where it belongs', () => {
  const REASON = 'the site has looked at it and accepts it';
  const told = (props: { inherited?: boolean; detail?: string }, atStack: boolean) => {
    const raw = new RawStack();
    const web = addClean(raw, 'Web', { privileged: true });
    Suppressions.of(atStack ? raw.stack : web).add({ ruleId: 'BH-C01', reason: REASON, ...props });
    return new SecureDefaults().check(raw.stack).filter(({ state }) => state === 'open');
  };

  test("above it: 'inherited: true' works as written", () => {
    const [finding] = told({}, true).filter(({ ruleId }) => ruleId === 'BH-M01');
    expect(finding.message).toMatch(/matched no finding, but 'raw\/Web' below it has one: add 'inherited: true'/);
    expect(told({ inherited: true }, true).map(({ ruleId }) => ruleId)).not.toContain('BH-M01');
    expect(told({ inherited: true }, true).map(({ ruleId }) => ruleId)).not.toContain('BH-C01');
  });

  test('by another detail: that of the finding works as written', () => {
    const [finding] = told({ detail: 'elsewhere' }, false).filter(({ ruleId }) => ruleId === 'BH-M01');
    const [, detail] = /has one with the detail '([^']*)': write that as 'detail'/.exec(finding.message)!;
    expect(told({ detail }, false).map(({ ruleId }) => ruleId)).not.toContain('BH-C01');
  });

  test('a rule that no pack has is told as such', () => {
    const raw = new RawStack();
    accept(addClean(raw, 'Web'), 'SHOP-99');
    const [finding] = new SecureDefaults().check(raw.stack).filter(({ ruleId }) => ruleId === 'BH-M01');
    expect(finding.message).toMatch(/matched no finding, since no rule pack of this stack has the rule$/);
  });

  test('where there is none it only says so', () => {
    const raw = new RawStack();
    accept(addClean(raw, 'Web'), 'BH-C01');
    const [finding] = new SecureDefaults().check(raw.stack).filter(({ ruleId }) => ruleId === 'BH-M01');
    expect(finding.message).toMatch(/matched no finding$/);
  });
});
