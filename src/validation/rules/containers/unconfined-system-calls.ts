import { securityOptions } from './private/security-options';
import { defineRule } from '../../private/define-rule';
import { isObject, objectsOf } from '../../private/json';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

const LETS_PASS: readonly unknown[] = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'];

/** Whether a profile, as JSON, refuses no call at all. */
function allowsEverything(profile: string): boolean {
  const parsed = json(profile);
  if (!isObject(parsed) || !LETS_PASS.includes(parsed.defaultAction)) return false;
  const names = objectsOf(parsed.syscalls).flatMap((entry) => (LETS_PASS.includes(entry.action) ? [] : [entry.names, entry.name].flat()));
  return names.every((name) => !name);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const unconfinedSystemCalls = defineRule({
  ruleId: 'BH-C10',
  title: 'system calls or system paths unconfined',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.22'],
  why: "The filter blocks system calls through which most vulnerabilities of the kernel are reachable; the masked paths contain settings of the host's kernel.",
  fix: 'remove the option, so that the default profile and masked paths of the engine apply, or name a profile that blocks system calls',
  links: ['https://docs.docker.com/engine/security/seccomp/'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const { valuesOf } = securityOptions(container);
    const refuses = (option: string, isBad: (value: string) => boolean, words: string): Violation[] =>
      valuesOf(option).some(isBad) ? [{ detail: option, message: `'security_opts' ${words}` }] : [];
    return [
      ...refuses(
        'seccomp',
        (value) => value.toLowerCase() === 'unconfined' || allowsEverything(value),
        "leaves 'seccomp' without a filter",
      ),
      ...refuses('systempaths', (value) => value.toLowerCase() === 'unconfined', "shows 'systempaths' of the kernel unmasked"),
      ...refuses('writable-cgroups', (value) => !/^(0|f|false)$/i.test(value), "makes cgroups writable by 'writable-cgroups'"),
    ];
  },
});
