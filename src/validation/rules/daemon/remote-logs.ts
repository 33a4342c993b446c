import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { keepsLogs } from '../private/remote-logs';

export const remoteLogs = defineRule({
  ruleId: 'BH-D11',
  title: 'logs stay on the host',
  severity: Severity.WARNING,
  inDefaults: false,
  cisControls: ['2.14'],
  why: 'Who takes the host over takes the traces with it.',
  fix:
    "set 'log-driver' in daemon.json to one that sends logs elsewhere, such as fluentd, or syslog with 'syslog-address' tcp+tls://HOST:PORT in 'log-opts'; " +
    'a HardenedDaemon writes json-file: where something on its host collects the files, suppress this with that reason',
  links: ['https://docs.docker.com/engine/logging/configure/'],
  resourceTypes: ['daemon.json'],
  find: (engine) => {
    const driver = engine.text('log-driver') ?? (engine.has('log-driver') ? undefined : 'json-file');
    return driver !== undefined && keepsLogs(driver, engine.rawText('log-opts.syslog-address'))
      ? [{ detail: driver, message: `'log-driver' is ${driver}, which keeps logs on the host` }]
      : [];
  },
});
