import type { NamespaceFacts } from '../../../../hardening/private/namespaces';
import type { ICheckedResource } from '../../../checked-resource';
import { namedContainer } from '../../../private/named-container';
import type { Violation } from '../../../rule';

/** The fault if an attribute such as `pid_mode` leads into a namespace of the host, directly or through containers of the same stack. */
export function inHostNamespace(container: ICheckedResource, { attribute }: NamespaceFacts): Violation[] {
  if (attribute === undefined || !container.has(attribute)) return [];
  const message = sharing(container, attribute, []);
  return message === undefined ? [] : [{ detail: attribute, message }];
}

/** Whether a name, or its target, is the network that represents the host's own. */
export function isHostNetwork(resource: ICheckedResource, raw: string | undefined, literal: () => string | undefined): boolean {
  const network = resource.referencedBy(raw);
  const name = network?.resourceType.endsWith('docker_network') ? network.text('name') : literal();
  return isHost(name);
}

function sharing(container: ICheckedResource, attribute: string, seen: readonly string[]): string | undefined {
  const raw = container.rawText(attribute);
  const [, joined] = /^container:(.+)$/s.exec(raw ?? '') ?? [];
  const other = joined === undefined ? undefined : namedContainer(container, joined);
  if (other === undefined) {
    return isHostNetwork(container, raw, () => container.text(attribute)) ? `'${attribute}' is that of the host` : undefined;
  }
  return !seen.includes(other.address) && sharing(other, attribute, [...seen, other.address]) !== undefined
    ? `'${attribute}' is that of ${other.address}, which has that of the host`
    : undefined;
}

function isHost(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === 'host';
}
