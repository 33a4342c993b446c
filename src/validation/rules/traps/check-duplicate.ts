import { defineTrap } from './private/define-trap';

// Measured: with 4.x the plan fails.
export const checkDuplicate = defineTrap({
  ruleId: 'BH-T14',
  title: 'argument that the next provider does not know',
  why: 'The engine always refuses a second network of the same name, and the provider lost the argument in 4.0: with that line the first plan after an upgrade fails.',
  fix: "take 'check_duplicate' out",
  resourceTypes: ['docker_network'],
  find: (network) => (network.has('check_duplicate') ? [{ detail: 'check_duplicate', message: "'check_duplicate' is set" }] : []),
});
