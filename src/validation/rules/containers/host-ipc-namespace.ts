import { inHostNamespace } from './private/host-namespace';
import { NAMESPACES } from '../../../hardening/private/namespaces';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const hostIpcNamespace = defineRule({
  ruleId: 'BH-C04',
  title: 'IPC namespace of the host',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: [NAMESPACES.ipc.control],
  why: 'The container can read and write the shared memory and the message queues of processes on the host, such as databases.',
  fix: "set 'ipc_mode' to 'private'",
  links: ['https://docs.docker.com/engine/containers/run/#ipc-settings---ipc'],
  resourceTypes: ['docker_container'],
  find: (container) => inHostNamespace(container, NAMESPACES.ipc),
});
