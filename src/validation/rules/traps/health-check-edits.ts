import { defineTrap } from './private/define-trap';
import { SETTINGS_LABEL } from '../../../private/names';
import { Severity } from '../../severity';

// Reported: kreuzwerker/terraform-provider-docker#988; the provider's 3.6.2 and 4.5.0 have the block without a way to update it.
export const healthCheckEdits = defineTrap({
  ruleId: 'BH-T09',
  title: 'health check whose changes have no effect',
  severity: Severity.INFO,
  differs: 'healthcheck',
  why: 'Older providers neither update the health check of a container nor replace the container for it: the apply succeeds, the old check stays, and every later plan shows the same change.',
  fix: "give the container a label whose name contains 'healthcheck' and whose value changes with the check, such as a hash of it: a changed label replaces the container",
  links: ['https://github.com/kreuzwerker/terraform-provider-docker/issues/988'],
  resourceTypes: ['docker_container'],
  applies: (container) => container.blocks('healthcheck').length > 0,
  find: (container) =>
    container.blocks('labels').some((label) => changesWithCheck(label.rawText('label')))
      ? []
      : [{ detail: 'healthcheck', message: 'no label changes with the health check' }],
});

/** Bulkhead's own containers have a digest of all settings that the provider does not change, and of the health check with them. */
function changesWithCheck(label: string | undefined): boolean {
  return label === SETTINGS_LABEL || label?.toLowerCase().includes('healthcheck') === true;
}
