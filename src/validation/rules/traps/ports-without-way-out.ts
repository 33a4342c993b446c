import { defineTrap } from './private/define-trap';
import { attachmentsOf } from '../../private/networks';

// Reported: kreuzwerker/terraform-provider-docker#319.
export const portsWithoutWayOut = defineTrap({
  ruleId: 'BH-T06',
  title: 'ports of a container that is only on internal networks',
  differs: 'ports',
  why: 'The engine does not publish ports on an internal network: the port is not open, the engine reports none, and every apply replaces the container to open it.',
  fix: "remove 'ports', or also attach the container to a network that is not internal",
  links: ['https://github.com/kreuzwerker/terraform-provider-docker/issues/319'],
  resourceTypes: ['docker_container'],
  applies: (container) => container.blocks('ports').length > 0 && attachmentsOf(container).length > 0,
  find: (container) =>
    attachmentsOf(container).every(({ network }) => network?.isTrue('internal') === true)
      ? [{ detail: 'ports', message: 'ports are published, and every network of the container is internal' }]
      : [],
});
