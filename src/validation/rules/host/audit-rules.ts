import { AUDITED } from '../../../hardening/private/engine-files';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const auditRules = defineRule({
  ruleId: 'BH-H01',
  title: 'no audit rules for the engine',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: Object.keys(AUDITED),
  why: 'An attacker who replaces a program of the engine or changes its settings can become root, and leaves no trace.',
  fix: "set 'auditRules' of the HardenedDaemon to true: its host files then contain the rules, and its user data installs auditd",
  links: ['https://docs.docker.com/engine/security/'],
  resourceTypes: ['host'],
  applies: (host) => host.isTrue('managed'),
  find: (host) => {
    const watched = host.texts('audit_rules');
    const missing = Object.entries(AUDITED).flatMap(([control, paths]) => (paths.every((path) => watched.includes(path)) ? [] : [control]));
    return missing.length === 0
      ? []
      : [{ detail: 'audit rules', message: `the host files have no audit rules for ${missing.length} of ${Object.keys(AUDITED).length} paths of the engine` }]; // prettier-ignore
  },
});
