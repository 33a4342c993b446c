import { defineTrap } from './private/define-trap';

// Measured: with 4.x the plan fails.
export const checkDuplicate = defineTrap({
  ruleId: 'BH-T14',
  title: 'argument that the next provider does not support',
  why: 'The engine always refuses a second network with the same name, and provider 4.0 removed the argument: the first plan after an upgrade fails.',
  fix: "remove 'check_duplicate'",
  resourceTypes: ['docker_network'],
  find: (network) => (network.has('check_duplicate') ? [{ detail: 'check_duplicate', message: "'check_duplicate' is set" }] : []),
});
