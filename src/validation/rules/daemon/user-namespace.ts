import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

/** An empty text turns it off. */
function isSet(text: string | undefined, has: boolean): boolean {
  return has && text !== '';
}

export const userNamespace = defineRule({
  ruleId: 'BH-D08',
  title: 'root in containers is root on the host',
  severity: Severity.WARNING,
  inDefaults: false,
  cisControls: controlsOf('userns-remap'),
  why: 'A process that escapes from a container as root is root on the host; with user namespace remapping it would be an unprivileged user.',
  fix: "set 'userns-remap' to default in daemon.json; a HardenedDaemon has no property for this: suppress this finding there with the reason",
  links: ['https://docs.docker.com/engine/security/userns-remap/'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    isSet(engine.text('userns-remap'), engine.has('userns-remap'))
      ? []
      : [{ detail: 'userns-remap', message: "'userns-remap' is not set" }],
});
