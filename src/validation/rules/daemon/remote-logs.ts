import { controlsOf, ENGINE_SETTINGS } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { keepsLogs } from '../private/remote-logs';

const USUAL = String(ENGINE_SETTINGS['log-driver'].usual);

export const remoteLogs = defineRule({
  ruleId: 'BH-D11',
  title: 'logs stay on the host',
  severity: Severity.WARNING,
  inDefaults: false,
  cisControls: controlsOf('log-driver'),
  why: 'An attacker who takes over the host can delete the logs.',
  fix:
    "set 'log-driver' in daemon.json to a driver that sends logs to another machine, such as fluentd, or syslog with 'syslog-address' tcp+tls://HOST:PORT in 'log-opts'; " +
    'a HardenedDaemon uses json-file: if a program on its host collects the files, suppress this finding with that reason',
  links: ['https://docs.docker.com/engine/logging/configure/'],
  resourceTypes: ['daemon.json'],
  find: (engine) => {
    const driver = engine.text('log-driver') ?? (engine.has('log-driver') ? undefined : USUAL);
    return driver !== undefined && keepsLogs(driver, engine.rawText('log-opts.syslog-address'))
      ? [{ detail: driver, message: `'log-driver' is ${driver}, which keeps logs on the host` }]
      : [];
  },
});
