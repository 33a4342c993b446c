import type { Construct } from 'constructs';
import type { PluginSegmentProps } from './plugin-segment-props';
import { warnUnread } from '../private/warn-unread';
import { checkPlugin } from './private/check-plugin';
import { WireSegment } from './wire-segment';

/**
 * A network of a plugin that is already on the host. Bulkhead does not know what it permits: the proof reports `UNKNOWN` for connections between its
 * members and with the outside, and every requirement that something is closed there fails. A flow with a workload of another segment runs in that
 * segment, where the guard restricts it.
 *
 * Plugins that no longer support Docker throw: Weave Net (archived), Calico and Cilium (their plugins for Docker were removed), Flannel (never had
 * one).
 *
 * @see https://docs.docker.com/engine/extend/plugins_network/
 */
export class PluginSegment extends WireSegment {
  constructor(scope: Construct, id: string, props: PluginSegmentProps) {
    const checked = checkPlugin(scope, id, props);
    super(scope, id, props.daemon, checked, props.options ?? {});
    warnUnread(this, 'PluginSegmentProps', props);
  }
}
