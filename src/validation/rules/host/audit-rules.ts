import { AUDITED } from '../../../hardening/private/engine-files';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const auditRules = defineRule({
  ruleId: 'BH-H01',
  title: 'nobody records who touches the engine',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: Object.keys(AUDITED),
  why: 'Who replaces a program of the engine or changes its settings is root soon after, and leaves no trace.',
  fix: "set 'auditRules' of the HardenedDaemon to true: its host files then have the rules, and its user data installs auditd",
  links: ['https://docs.docker.com/engine/security/'],
  resourceTypes: ['host'],
  applies: (host) => host.isTrue('managed'),
  find: (host) => {
    const watched = host.texts('audit_rules');
    const missing = Object.entries(AUDITED).flatMap(([control, paths]) => (paths.every((path) => watched.includes(path)) ? [] : [control]));
    return missing.length === 0
      ? []
      : [{ detail: 'audit rules', message: `the host files have no audit rules for ${missing.length} of ${Object.keys(AUDITED).length} places of the engine` }]; // prettier-ignore
  },
});
