import { defineRule } from '../../private/define-rule';
import { isPositive } from '../../private/limits';
import { Severity } from '../../severity';

/** What every container has that says nothing. */
const DEFAULT_SHARES = '1024';

export const cpuLimit = defineRule({
  ruleId: 'BH-C19',
  title: 'no processor limit',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.12'],
  why: 'One busy container can take the processor time of everything else on the host, including the guard and the SSH server.',
  fix: "set 'cpu_period' to 100000 and 'cpu_quota' to the microseconds of processor time in each, such as 50000; or set 'cpu_shares' to a weight other than 1024",
  links: ['https://docs.docker.com/engine/containers/resource_constraints/#cpu'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const shares = container.rawText('cpu_shares');
    const limited = ['cpu_quota', 'cpus'].some((attribute) => isPositive(container.rawText(attribute)));
    return limited || (isPositive(shares) && shares !== DEFAULT_SHARES)
      ? []
      : [{ detail: 'cpu', message: "neither 'cpu_quota' nor 'cpu_shares' limits its processor time" }];
  },
});
