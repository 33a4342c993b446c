import { type CheckedWire, checkNetwork, checkOwnBlock } from './check-wire';
import { checkProps } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import { matching, passedText, reasonText } from '../../private/text';
import type { PluginSegmentProps } from '../plugin-segment-props';

/** Drivers that come with the engine, and what to use for them. */
const BUILT_IN: Readonly<Record<string, string>> = {
  bridge: 'a BridgeSegment',
  macvlan: 'a MacvlanSegment',
  ipvlan: 'an IpvlanSegment',
  overlay: 'an encrypted overlay of a swarm',
  host: 'no segment at all',
  null: 'no segment at all',
};

/** Drivers that guides still name, and why they do not work. */
const GONE: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/weave/i, 'Weave Net was archived in 2024 and receives no fixes'],
  [/calico/i, "Calico's plugin for Docker ended with version 2.6; current versions support only Kubernetes"],
  [/cilium/i, "Cilium's plugin for Docker was removed in 2026; current versions support only Kubernetes"],
  [/flannel/i, 'Flannel was never a plugin for Docker; it supports Kubernetes'],
];

/** Checks before anything enters the tree. */
export function checkPlugin(scope: { readonly node: { readonly path: string } }, id: string, props: PluginSegmentProps): CheckedWire {
  const path = childPath(scope, id);
  checkProps(path, 'PluginSegmentProps', props);
  const networkName = checkNetwork(path, props);
  const driver = matching(path, 'driver', props.driver, /^[a-z0-9][a-zA-Z0-9_./:@-]*$/, 'PluginDriver', 'the name of a plugin');
  const builtIn = Object.hasOwn(BUILT_IN, driver) ? BUILT_IN[driver] : undefined;
  const gone = GONE.find(([pattern]) => pattern.test(driver))?.[1];
  if (builtIn !== undefined) {
    throw new ValidationError('PluginDriver', path, `'driver' ${driver} comes with the engine; use ${builtIn}`);
  }
  if (gone !== undefined) {
    throw new ValidationError('PluginDriver', path, `'driver' ${driver}: ${gone}; use a segment of the engine's own drivers`);
  }
  for (const [option, value] of Object.entries(props.options ?? {})) {
    passedText(path, `options['${option}']`, value);
  }
  const guardedBy = props.guardedBy === undefined ? undefined : reasonText(path, 'guardedBy', props.guardedBy);
  return {
    networkName,
    ...checkOwnBlock(path, props.ipv4Block),
    // Its members share no interface of the host with other machines, so the name of the segment identifies it.
    wire: { driver, mode: 'plugin', parent: `plugin of ${path}`, taken: [], ...(guardedBy !== undefined && { guardedBy }) },
  };
}
