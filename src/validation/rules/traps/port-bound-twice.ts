import { defineTrap } from './private/define-trap';
import { can } from '../../../engine/private/capabilities';
import { groupBy } from '../../../private/multimap';
import type { ICheckedResource } from '../../checked-resource';
import { daemonOf, isOurs } from '../../private/daemons';

// Reported for 0.0.0.0 with :: (kreuzwerker/terraform-provider-docker#551, #909). Measured for any two: engines before 28 read them back in reverse,
// later ones by port and address, which is the order that Bulkhead's containers write.
export const portBoundTwice = defineTrap({
  ruleId: 'BH-T07',
  title: 'port of a container published twice',
  differs: 'ports',
  why: 'The provider compares published ports in the order in which the engine reports them. If two lead to the same port of the container, such as 0.0.0.0 and :: of one port, that order often differs from the configuration, and every apply replaces the container.',
  fix: 'publish the port of the container once, on one address; use another port of the container for a second publication',
  links: ['https://github.com/kreuzwerker/terraform-provider-docker/issues/909'],
  resourceTypes: ['docker_container'],
  applies: (container) => container.blocks('ports').length > 1 && !isInOrder(container),
  find: (container) => {
    const inside = groupBy(
      container.blocks('ports').filter((port) => port.num('internal') !== undefined),
      (port) => `${(port.text('protocol') ?? 'tcp').toLowerCase()}/${port.num('internal')}`,
    );
    return [...inside].flatMap(([text, ports]) =>
      ports.length > 1
        ? [{ detail: text, message: `${text} is published ${ports.length} times: ${ports.map((port) => port.rawText('ip') ?? '0.0.0.0').join(', ')}` }] // prettier-ignore
        : [],
    );
  },
});

function isInOrder(container: ICheckedResource): boolean {
  return isOurs(container) && can(daemonOf(container)!.text('engine')!, 'ordersPublications');
}
