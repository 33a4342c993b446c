import { inHostNamespace } from './private/host-namespace';
import { NAMESPACES } from '../../../hardening/private/namespaces';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const hostPidNamespace = defineRule({
  ruleId: 'BH-C03',
  title: 'process namespace of the host',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: [NAMESPACES.pid.control],
  why: 'The container sees every process of the host with its arguments and environment, and can signal and trace processes of the same user.',
  fix: "remove 'pid_mode'",
  links: ['https://docs.docker.com/engine/containers/run/#pid-settings---pid'],
  resourceTypes: ['docker_container'],
  find: (container) => inHostNamespace(container, NAMESPACES.pid),
});
