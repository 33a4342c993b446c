import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

const MENDED = [3, 7, 0];

export const cpusCrash = defineRule({
  ruleId: 'BH-C20',
  title: "'cpus' with a provider that crashes on it",
  severity: Severity.ERROR,
  inDefaults: true,
  why: 'Releases of the Docker provider before 3.7.0 crash in the middle of an apply, and leave resources half created.',
  fix: "use 'cpu_period' and 'cpu_quota' instead of 'cpus', or require version '>= 3.7.0' of the provider",
  links: ['https://github.com/kreuzwerker/terraform-provider-docker/issues/759'],
  resourceTypes: ['docker_container'],
  applies: (container) => container.has('cpus'),
  find: (container) => {
    const versions = container
      .others('required_provider')
      .filter((provider) => provider.text('name') === 'docker' || provider.text('source')?.endsWith('/docker'))
      .map((provider) => provider.text('version') ?? '');
    const loose = versions.find((constraint) => !demandsAtLeast(constraint, MENDED));
    if (loose === undefined && versions.length > 0) return [];
    const why = loose ? `the version '${loose}' admits a provider before 3.7.0` : 'no version of the provider is required';
    return [{ detail: 'cpus', message: `'cpus' is set, and ${why}` }];
  },
});

/** Whether a version constraint of Terraform, such as `>= 3.6.2, < 5.0.0`, rules out everything below a version. */
function demandsAtLeast(constraint: string, least: readonly number[]): boolean {
  return constraint.split(',').some((part) => {
    const match = /^\s*(?:=|>=?|~>)?\s*(\d+(?:\.\d+)*)\s*$/.exec(part);
    return match !== null && compare(match[1].split('.').map(Number), least) >= 0;
  });
}

function compare(a: readonly number[], b: readonly number[]): number {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, index) => (a[index] ?? 0) - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
