import { controlsOf, ENGINE_SETTINGS } from '../../../hardening/private/engine-settings';
import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { isPositive } from '../../private/limits';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';
import { keepsLogs } from '../private/remote-logs';

const DEFAULT = String(ENGINE_SETTINGS['log-driver'].usual);

export const logBounds = defineRule({
  ruleId: 'BH-C30',
  title: 'logs without a size limit, or only on the host',
  severity: Severity.INFO,
  inDefaults: false,
  cisControls: controlsOf('log-driver'),
  why: 'A log without a size limit fills the disk of the host. A log that exists only on the host is lost with the host, and an attacker who gets in can delete it.',
  fix: "set 'log_driver' to a driver that sends logs to another machine, such as 'fluentd', or 'syslog' with a remote 'syslog-address' in 'log_opts'; if the logs stay on the host, set 'max-size' in 'log_opts' and suppress the remaining finding",
  links: ['https://docs.docker.com/engine/logging/configure/'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const daemons = container.others('daemon.json');
    return (daemons.length > 0 ? daemons : [undefined]).flatMap((daemon) => problems(container, daemon));
  },
});

function problems(container: ICheckedResource, daemon: ICheckedResource | undefined): Violation[] {
  const ofEngine = daemon?.rawText('log-driver') ?? DEFAULT;
  const driver = container.rawText('log_driver') ?? ofEngine;
  // The engine adds its own options where the driver is the same as its own.
  const option = (name: string) =>
    container.rawText(`log_opts.${name}`) ?? (driver === ofEngine ? daemon?.rawText(`log-opts.${name}`) : undefined);
  return [
    ...(driver === DEFAULT && !isPositive(option('max-size'))
      ? [{ detail: 'max-size', message: `the driver is '${driver}' without a 'max-size'` }]
      : []),
    ...(keepsLogs(driver, option('syslog-address'))
      ? [{ detail: driver, message: `the driver '${driver}' does not send logs to another machine` }]
      : []),
  ];
}
