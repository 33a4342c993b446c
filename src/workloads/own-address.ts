import type { Construct } from 'constructs';
import type { LateContainer } from '../private/bindings';
import { lateValueOrRead } from '../private/late';
import type { ISegment } from '../segments/segment';
import type { Declarations } from '../topology/private/declarations';

/**
 * The address of a container in the segment that it was placed in. In a network that Bulkhead does not manage the engine may choose it, and Terraform
 * reads it back.
 */
export function ownAddress(container: Construct, declarations: Declarations, { networkName }: ISegment): string {
  const read = () => {
    const { friendlyUniqueId } = container.node.findChild('Resource') as LateContainer;
    return `one([for each in docker_container.${friendlyUniqueId}.network_data : each.ip_address if each.network_name == "${networkName}"])`;
  };
  return lateValueOrRead(() => {
    const member = declarations.store.placesOf(container.node.path)[0]?.member;
    return member?.isNominal ? undefined : (member?.ipv4 ?? '');
  }, read);
}
