import type { ICheckedResource } from '../../src/validation/checked-resource';
import { EVERYWHERE, evaluate } from '../../src/validation/private/evaluate';
import { stackView } from '../../src/validation/private/stack-view';
import type { Subject } from '../../src/validation/private/subject';
import { Rule, type Violation } from '../../src/validation/rule';
import { Severity } from '../../src/validation/severity';

/** Blames what it is asked for, as heavily as that says. */
class Blame extends Rule {
  constructor(ruleId: string) {
    super({ ruleId, title: 'blamed', severity: Severity.WARNING, why: 'it says so itself', fix: 'say nothing', resourceTypes: ['thing'] });
  }

  public check(thing: ICheckedResource): Violation[] {
    return [{ detail: thing.text('detail')!, message: 'it is blamed', severity: thing.text('severity') as Severity }];
  }
}

const thing = (path: string, detail: string, severity: Severity): Subject => ({
  resourceType: 'thing',
  path,
  address: `thing.${severity}`,
  attributes: { detail, severity },
});

function told(subjects: readonly Subject[], ruleIds = ['B-1', 'A-1']): string[] {
  const rules = ruleIds.map((ruleId) => ({ rule: new Blame(ruleId), severity: Severity.WARNING, covers: EVERYWHERE }));
  const resources = stackView({}, 'app', subjects);
  const { findings } = evaluate({ resources, rules, suppressions: [], baseline: [], today: '2026-11-22' });
  return findings.map(({ severity, path, ruleId, detail }) => `${severity} ${path} ${ruleId} ${detail}`);
}

test('the heaviest come first, then by path, rule and detail', () => {
  const subjects = [
    thing('app/b', 'two', Severity.INFO),
    thing('app/b', 'one', Severity.INFO),
    thing('app/c', 'one', Severity.ERROR),
    thing('app/a', 'one', Severity.WARNING),
  ];
  expect(told(subjects)).toEqual([
    'error app/c A-1 one',
    'error app/c B-1 one',
    'warning app/a A-1 one',
    'warning app/a B-1 one',
    'info app/b A-1 one',
    'info app/b A-1 two',
    'info app/b B-1 one',
    'info app/b B-1 two',
  ]);
});

test('what two resources of one path are blamed for alike is told once, by the heavier of the two, whichever comes first', () => {
  const subjects = [thing('app/a', 'one', Severity.INFO), thing('app/a', 'one', Severity.ERROR), thing('app/a', 'one', Severity.WARNING)];
  expect(told(subjects, ['A-1'])).toEqual(['error app/a A-1 one']);
  expect(told([...subjects].reverse(), ['A-1'])).toEqual(['error app/a A-1 one']);
});
