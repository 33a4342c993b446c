import { remember } from './remember';
import type { Resource } from './view';
import type { ICheckedResource } from '../checked-resource';

const DEFAULT_BRIDGE = ['', 'bridge', 'default'];

/** Whether a container is on Docker's default bridge: the provider leaves it there by default. */
export function onDefaultBridge(container: ICheckedResource): boolean {
  const networks = container.blocks('networks_advanced');
  if (networks.some((network) => network.rawText('name')?.trim() === 'bridge')) return true;
  if (networks.length > 0 || container.has('networks_advanced')) return false;
  // Whose network it is may be known only to Terraform: it is that of a container in any case.
  if (container.rawText('network_mode')?.startsWith('container:')) return false;
  const mode = container.has('network_mode') ? container.text('network_mode') : '';
  return mode !== undefined && DEFAULT_BRIDGE.includes(mode.trim());
}

/** What is known of a network that a container is on; undefined for one that is not made in the stack. */
export type Attachment = { readonly network: ICheckedResource | undefined; readonly text: string };

/** Networks that a container joins, by reference, or by the name that one of the stack has. */
export const attachmentsOf = remember((container: ICheckedResource): readonly Attachment[] => {
  const named = container.blocks('networks_advanced').map((network) => network.rawText('name') ?? '');
  const mode = container.rawText('network_mode') ?? '';
  // Of the mode only a network counts, and only where nothing replaces it.
  const texts = named.length > 0 ? named : DEFAULT_BRIDGE.includes(mode) || mode.startsWith('container:') ? [] : [mode];
  return texts.map((text) => ({ text, network: networkNamed(container, text) }));
});

/** Whether a network spans the nodes of a swarm; so does a network that forwards to its tasks. */
export function isOverlay(network: ICheckedResource): boolean {
  return network.text('driver')?.toLowerCase() === 'overlay' || network.isTrue('ingress');
}

/** Whether a network is a bridge, which is the default. */
export function isBridge(network: ICheckedResource): boolean {
  const driver = network.has('driver') ? network.text('driver') : '';
  return !network.isTrue('ingress') && (driver === '' || driver === 'bridge');
}

/** An option of a network's driver, as Docker reads it: `False`, `f` and `0` are false, too. */
export function isOptionFalse(network: ICheckedResource, option: string): boolean {
  return ['0', 'f', 'false'].includes((network.entries('options')[option] ?? '').toLowerCase());
}

/** The network of the same stack that a text refers to, by reference or by its name. */
export function networkNamed(resource: ICheckedResource, text: string): ICheckedResource | undefined {
  return text.includes('${') ? resource.referencedBy(text) : (resource as Resource).stack.named('docker_network', text);
}
