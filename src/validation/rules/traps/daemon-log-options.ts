import { defineTrap } from './private/define-trap';
import { daemonOf } from '../../private/daemons';

// Reported: kreuzwerker/terraform-provider-docker#340 and #873; 4.1 compares them no more.
export const daemonLogOptions = defineTrap({
  ruleId: 'BH-T08',
  title: 'log options of the daemon that the container does not repeat',
  differs: 'log_opts',
  why: 'The engine adds its own log options to a container with the same driver, and a provider before 4.1 reports them as a change: every apply replaces the container.',
  fix: "repeat them in 'log_opts', such as { max-size = \"10m\", max-file = \"3\" }, with 'log_driver' as 'json-file'",
  links: ['https://github.com/kreuzwerker/terraform-provider-docker/issues/873'],
  resourceTypes: ['docker_container'],
  applies: (container) => daemonOf(container)?.has('log_opts') === true,
  find: (container) => {
    const daemon = daemonOf(container)!;
    const isSameDriver = !container.has('log_driver') || container.rawText('log_driver') === daemon.text('log_driver');
    const own = container.names('log_opts');
    return isSameDriver
      ? daemon
          .texts('log_opts')
          .filter((option) => !own.includes(option))
          .map((option) => ({ detail: option, message: `the daemon has a default for '${option}', and 'log_opts' does not set it` }))
      : [];
  },
});
