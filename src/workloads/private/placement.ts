import { capabilityFacts } from '../../hardening/private/capabilities';
import { ValidationError } from '../../private/errors';
import { shown } from '../../private/text';
import { asSegment } from '../../segments/private/as-segment';
import type { ISegment } from '../../segments/segment';
import type { IDaemon } from '../../topology/daemon';
import type { SegmentlessFact } from '../../topology/private/facts';
import { needDaemon } from '../../topology/private/need-daemon';
import { ContainerNetwork } from '../container-network';
import type { HardenedContainerProps } from '../hardened-container-props';
import type { IWorkload } from '../workload';
import { checkSharer } from './shared-network';

/** Where a container is: in a segment of its daemon, on another network, or in the network of another container. */
export interface Placement {
  readonly daemon: IDaemon;
  readonly segment?: ISegment;
  readonly segmentless?: Pick<SegmentlessFact, 'mode' | 'reason' | 'sharesWith'>;
  /** Whose network it shares. */
  readonly other?: IWorkload;
}

/** What a separate network would need. */
const IN_NEITHER = ['ipv4Address', 'ipv6Address', 'aliases'] as const;
const NOT_IN_NONE = ['dns', 'hostEntries'] as const;

export function placementOf(path: string, props: HardenedContainerProps): Placement {
  const { segment, network, daemon } = props;
  if (network === undefined) {
    if (daemon !== undefined && segment === undefined) {
      throw new ValidationError(
        'NetworkChoice',
        path,
        "neither 'segment' nor 'network' is set; write segment: new BridgeSegment(scope, id, { daemon }) instead of 'daemon', or add network: ContainerNetwork.none({ reason })",
      );
    }
    if (daemon !== undefined) {
      throw new ValidationError('NetworkChoice', path, "the segment already has a daemon; set 'daemon' only together with 'network'");
    }
    const place = asSegment(path, 'segment', segment);
    return { daemon: place.daemon, segment: place };
  }
  if (segment !== undefined) {
    throw new ValidationError('NetworkChoice', path, "'segment' and 'network' are both set; remove one of them");
  }
  if (!(network instanceof ContainerNetwork)) {
    throw new ValidationError(
      'NetworkChoice',
      path,
      `'network' must be made by ContainerNetwork, got ${shown(network)}; ${network === 'host' ? 'write ContainerNetwork.host({ reason })' : "for a segment use 'segment', or write ContainerNetwork.none({ reason })"}`,
    );
  }
  const { _other: other, reason } = network;
  if (other !== undefined) {
    if (daemon !== undefined) {
      throw new ValidationError('NetworkChoice', path, "the container whose network is shared already has a daemon; remove 'daemon'");
    }
    checkSharer(path, props, other);
    return {
      daemon: other.segment.daemon,
      segmentless: { mode: 'container', reason, sharesWith: other.node.path },
      other,
    };
  }
  needDaemon(path, daemon);
  const segmentless = { mode: network.mode as SegmentlessFact['mode'], reason };
  if (segmentless.mode === 'host') checkHost(path, props);
  else checkNone(path, props);
  return { daemon: daemon!, segmentless };
}

function checkHost(path: string, props: HardenedContainerProps): void {
  refuseGiven(
    path,
    props,
    [...IN_NEITHER, 'hostname'],
    'HostNetworkRefused',
    "a container on the host's network uses the addresses and the names of the host",
  );
  for (const { text } of props.capabilities ?? []) {
    const onHost = capabilityFacts(text)?.onHost;
    if (onHost !== undefined) {
      throw new ValidationError(
        'HostNetworkRefused',
        path,
        `'capabilities' holds ${text}, which on the host's network gives control over the host: ${onHost}; remove it, or place the container in a segment`,
      );
    }
  }
  const sysctl = (props.sysctls ?? []).find(({ sysctl: key }) => key.startsWith('net.'));
  if (sysctl !== undefined) {
    throw new ValidationError(
      'HostNetworkRefused',
      path,
      `'sysctls' sets ${sysctl.sysctl}, which on the host's network would change the whole host, so the engine refuses it; remove it`,
    );
  }
}

function checkNone(path: string, props: HardenedContainerProps): void {
  refuseGiven(
    path,
    props,
    [...IN_NEITHER, ...NOT_IN_NONE],
    'NoNetworkRefused',
    'a container without a network has no addresses and resolves no names',
  );
}

function refuseGiven(
  path: string,
  props: HardenedContainerProps,
  keys: readonly (keyof HardenedContainerProps)[],
  code: 'HostNetworkRefused' | 'NoNetworkRefused',
  why: string,
): void {
  const given = keys.find((key) => props[key] !== undefined);
  if (given !== undefined) {
    throw new ValidationError(code, path, `'${given}' is set, but ${why}; remove it, or place the container in a segment`);
  }
}

/** What only a segment brings, asked of a container that is in none. */
export function refuseSegmentless(path: string, { mode, sharesWith }: Pick<SegmentlessFact, 'mode' | 'sharesWith'>, what: string): never {
  if (sharesWith !== undefined) {
    throw new ValidationError(
      'SharedNetworkRefused',
      path,
      `${what}, but the network belongs to '${sharesWith}', and the engine publishes ports of that container only; call publish() there`,
    );
  }
  if (mode === 'host') {
    throw new ValidationError(
      'HostNetworkRefused',
      path,
      `${what}, but the container is on the host's network and listens on the addresses of the host; place it in a segment`,
    );
  }
  throw new ValidationError('NoNetworkRefused', path, `${what}, but the container is on no network; place it in a segment`);
}
