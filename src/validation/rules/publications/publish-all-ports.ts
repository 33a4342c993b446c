import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const publishAllPorts = defineRule({
  ruleId: 'BH-P03',
  title: 'every exposed port published',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.9'],
  why: 'Whatever an image names with EXPOSE is then open at the host, on ports that nobody chose: a new version of the image opens more without anybody having declared it.',
  fix: "take 'publish_all_ports' out, and publish the ports that are needed, one by one, in 'ports'",
  resourceTypes: ['docker_container'],
  find: (container) =>
    container.isTrue('publish_all_ports') ? [{ detail: 'publish_all_ports', message: "'publish_all_ports' is true" }] : [],
});
