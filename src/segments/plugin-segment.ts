import type { Construct } from 'constructs';
import type { PluginSegmentProps } from './plugin-segment-props';
import { checkPlugin } from './private/check-plugin';
import { WireSegment } from './wire-segment';

/**
 * A network made by a plugin that is on the host already. Nothing is known of what it lets through: of its members the proof says `UNKNOWN`, between them
 * and towards the outside, and every claim that something is closed there fails. A flow with a workload of another segment runs in that segment, where the
 * guard narrows.
 *
 * Plugins that are no longer there for Docker throw: Weave Net (archived), Calico and Cilium (their plugins for Docker were removed), Flannel (never had one).
 *
 * @see https://docs.docker.com/engine/extend/plugins_network/
 */
export class PluginSegment extends WireSegment {
  constructor(scope: Construct, id: string, props: PluginSegmentProps) {
    const checked = checkPlugin(scope, id, props);
    super(scope, id, props.daemon, checked, props.options ?? {});
  }
}
