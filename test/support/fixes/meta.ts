import { TerraformVariable, Testing } from 'cdktf';
import { everyRule } from './follow';
import { accept, addClean, type FixPair, program } from './pair';
import { type ICheckedResource, Rule, SecureDefaults, Severity, Suppressions, type Violation } from '../../../src';
import { RawStack } from '../raw-stack';

const DEVICE = { hostPath: '/dev/ttyUSB0', containerPath: '/dev/ttyUSB0', permissions: 'rw' };

/** A rule of a user, which fails where a container has no labels. */
class LabelRule extends Rule {
  constructor(private readonly isMended: boolean) {
    super({ ruleId: 'SHOP-01', title: 'label in capitals', severity: Severity.WARNING, why: 'nobody finds it', fix: 'write it in lower case', resourceTypes: ['docker_container'] }); // prettier-ignore
  }

  public check(resource: ICheckedResource): Violation[] {
    const [first] = resource.blocks('labels');
    const name = this.isMended ? first?.text('label') : first.text('label');
    return name === 'Owner' ? [{ detail: name, message: 'labels are in lower case' }] : [];
  }
}

/** What the check says of itself. */
export const META_FIXES: readonly FixPair[] = [
  program('BH-X03', ['write the value as literal text'], (raw, isFixed) => {
    const variable = new TerraformVariable(raw.stack, 'parent', { type: 'string' });
    addClean(raw, 'Web', { pidMode: isFixed ? 'private' : variable.stringValue });
  }),
  program(
    'BH-X03',
    ['check it at its origin and suppress this finding with that reason'],
    (raw, isFixed) => {
      const variable = new TerraformVariable(raw.stack, 'mode', { type: 'string' });
      if (isFixed) variable.addValidation({ condition: '${var.mode != "host"}', errorMessage: 'not that of the host' });
      const web = addClean(raw, 'Web', { pidMode: variable.stringValue });
      if (isFixed) accept(web, 'BH-X03', 'BH-C03 pid_mode');
    },
    { accepts: true },
  ),
  program('BH-M01', ['remove a suppression that matches nothing'], (raw, isFixed) => {
    const web = addClean(raw, 'Web');
    if (!isFixed) accept(web, 'BH-C22');
  }),
  program(
    'BH-M01',
    ['give an expired one a new reason and a new expiry date'],
    (raw, isFixed) => {
      const web = addClean(raw, 'Web', { devices: [DEVICE] });
      const [reason, expires] = isFixed
        ? ['the new reader comes in spring', '2027-03-31']
        : ['the new reader comes in autumn', '2026-09-30'];
      Suppressions.of(web).add({ ruleId: 'BH-C23', reason, expires });
    },
    { beside: ['BH-C23'] },
  ),
  {
    ...program(
      'BH-M03',
      ['fix the rule', 'if it is a rule of Bulkhead, report the failure to Bulkhead'],
      (raw) => void addClean(raw, 'Web', { healthcheck: undefined, labels: undefined }),
      { beside: ['BH-C22'] },
    ),
    rules: (isFixed) => [...everyRule(), new LabelRule(isFixed)],
  },
];

/** The only finding that no pack tells when it is asked: a synth does, of the stacks that nobody checks. */
export const UNCHECKED: FixPair = {
  ruleId: 'BH-M02',
  follows: ['add a pack to the stack: Aspects.of(stack).add(new SecureDefaults())'],
  program: (isFixed) => {
    const checked = new RawStack('checked', Testing.app()).add(new SecureDefaults());
    addClean(checked, 'Web');
    const other = new RawStack('other', checked.app);
    addClean(other, 'Web');
    if (isFixed) other.add(new SecureDefaults());
    return other.stack;
  },
};
