import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

const LOCAL = ['json-file', 'local', 'journald', 'none', ''];

/** Without an address syslog is the one of the host. */
function isElsewhere(address: string | undefined): boolean {
  return address !== undefined && !/^unix(gram)?:/.test(address) && !/:\/\/(localhost|127\.|\[::1\])/.test(address);
}

export const remoteLogs = defineRule({
  ruleId: 'BH-D11',
  title: 'logs stay on the host',
  severity: Severity.WARNING,
  inDefaults: false,
  cisControls: ['2.14'],
  why: 'Who takes the host over takes the traces with it.',
  fix: "set 'log-driver' in daemon.json to one that sends logs elsewhere, such as syslog with 'syslog-address' tcp+tls://HOST:PORT in 'log-opts'",
  links: ['https://docs.docker.com/engine/logging/configure/'],
  resourceTypes: ['daemon.json'],
  find: (engine) => {
    const driver = engine.text('log-driver') ?? (engine.has('log-driver') ? undefined : 'json-file');
    const isLocal =
      driver === 'syslog' ? !isElsewhere(engine.rawText('log-opts.syslog-address')) : driver !== undefined && LOCAL.includes(driver);
    return isLocal ? [{ detail: driver!, message: `'log-driver' is ${driver}, which keeps logs on the host` }] : [];
  },
});
