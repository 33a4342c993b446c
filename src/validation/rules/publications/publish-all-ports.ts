import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const publishAllPorts = defineRule({
  ruleId: 'BH-P03',
  title: 'every exposed port published',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.9'],
  why: 'Every port that an image lists with EXPOSE is then open on the host, on ports that the engine chooses: a new version of the image can open more ports without a declaration.',
  fix: "remove 'publish_all_ports', and publish the ports that are needed, one by one, in 'ports'",
  resourceTypes: ['docker_container'],
  find: (container) =>
    container.isTrue('publish_all_ports') ? [{ detail: 'publish_all_ports', message: "'publish_all_ports' is true" }] : [],
});
