import { Construct } from 'constructs';
import type { ContainerImage } from './container-image';
import { ContainerUser } from './container-user';
import { HardenedContainer } from './hardened-container';
import { HealthCheck } from './health-check';
import { PROXY_PORT, socketProxyConfig } from './private/socket-proxy-config';
import { CONFIG_VARIABLE, PROXY_CHECK, PROXY_PROGRAM } from './private/socket-proxy-program';
import { SocketAccess } from './socket-access';
import { VolumeMount } from './volume-mount';
import { Port } from '../firewall/port';
import { HARDENED } from '../hardening/private/hardened-defaults';
import { checkProps } from '../private/check-props';
import { ValidationError } from '../private/errors';
import { lateText } from '../private/late';
import { childPath, nameFromPath } from '../private/names';
import { warnUnread } from '../private/warn-unread';
import { asSegment } from '../segments/private/as-segment';
import type { ISegment } from '../segments/segment';
import type { Declarations } from '../topology/private/declarations';

/** Properties of a socket proxy. */
export interface SocketProxyProps {
  /** Segment of the proxy, a `BridgeSegment`. Clients in other segments become members of it. */
  readonly segment: ISegment;

  /** Image of HAProxy 2.6 or later, such as the official `haproxy`, with a shell and `stat`. */
  readonly image: ContainerImage;

  /**
   * Number of the group that owns `/run/docker.sock` on the host, such as 998: `stat -c %g /run/docker.sock` prints it there. The proxy then runs as user 10001 with
   * this group. With a wrong number the container ends at once, and its log shows the right one.
   *
   * @default - the proxy runs as root without any capability, because root owns the socket and the number of its group differs from host to host
   */
  readonly socketGroup?: number;

  /**
   * Name of the container, which is also its DNS name: 2 to 63 letters, digits, `_`, `.` or `-`.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly containerName?: string;
}

/**
 * The only way to the engine's API from a container: HAProxy in a separate container, which has the socket of the engine, and passes for each client only the calls that
 * `allow()` lists. All other calls get status 403, and all other containers get no answer.
 *
 * HAProxy recognizes a client by its source address, which the address book keeps fixed. A container without `NET_RAW` cannot use the address of another one for a TCP
 * connection; a container with `NET_RAW` or `NET_ADMIN` has no neighbours, because its flows run in conduits. So this is also true on an `UnguardedDaemon`.
 *
 * An attacker who takes over HAProxy itself has the socket, and with it root access to the host. A restart of the engine that makes a new socket restarts the proxy.
 *
 * Errors: `NotASegment` for a segment that is not a `BridgeSegment`, `OverlayTakesServices`, `UserNumber`, and those of a `HardenedContainer`.
 *
 * @see https://docs.docker.com/engine/security/#docker-daemon-attack-surface
 */
export class SocketProxy extends Construct {
  /** The container of HAProxy, for `startAfter()` and for questions about reachability. Publishing it gives no access: HAProxy answers its clients only. */
  public readonly container: HardenedContainer;

  /** Address of the engine for clients (`DOCKER_HOST`), such as `tcp://shop-socket:2375`. */
  public readonly url: string;

  private readonly declarations: Declarations;
  private readonly clients = new Set<HardenedContainer>();

  constructor(scope: Construct, id: string, props: SocketProxyProps) {
    const path = childPath(scope, id);
    checkProps(path, 'SocketProxyProps', props);
    const segment = asSegment(path, 'segment', props.segment);
    const declarations = segment.daemon._declarations;
    const { wire, existing } = declarations.store.segmentFact(segment.node.path);
    if (wire !== undefined || existing !== undefined) {
      throw new ValidationError(
        'NotASegment',
        path,
        `'segment' is '${segment.node.path}', where others can use the address of a client; place the proxy in a BridgeSegment`,
      );
    }
    const user =
      props.socketGroup === undefined ? ContainerUser.root({ reason: OWNER_OF_SOCKET }) : ContainerUser.of(HARDENED.uid, props.socketGroup);
    super(scope, id);
    warnUnread(this, 'SocketProxyProps', props);
    this.declarations = declarations;
    const containerName = props.containerName ?? nameFromPath(path);
    this.container = new HardenedContainer(this, 'Container', {
      segment,
      image: props.image,
      containerName,
      user,
      defaultPort: Port.tcp(PROXY_PORT),
      entrypoint: ['/bin/sh', '-c', PROXY_PROGRAM],
      command: [],
      environment: {
        [CONFIG_VARIABLE]: lateText(() => socketProxyConfig(declarations.store.derived().topology, this.container.node.path)),
      },
      volumes: [VolumeMount._engineSocket()],
      tmpfsMebibytes: { '/tmp': 4 },
      limits: { memoryMebibytes: 64 },
      healthCheck: HealthCheck.shell(PROXY_CHECK, { intervalSeconds: 10 }),
    });
    this.url = `tcp://${containerName}:${PROXY_PORT}`;
  }

  /**
   * Opens the proxy to a container, and passes these calls for it. Further calls of `allow()` add to them. Without an access only `/_ping` and `/version` pass.
   *
   * Errors: `NotAWorkload` if the client is not a `HardenedContainer` in a segment, or if a container to restart, start or stop is on another daemon; `FlowAcrossDaemons`, and
   * `TierForbidsFlow` where a pattern forbids the flow.
   *
   * @param client the container that makes the calls @param access the calls that it may make
   */
  public allow(client: HardenedContainer, ...access: SocketAccess[]): void {
    const { path } = this.node;
    if (!(client instanceof HardenedContainer) || client._peerFact.kind !== 'workload' || client === this.container) {
      throw new ValidationError(
        'NotAWorkload',
        path,
        "'client' must be a HardenedContainer in a segment: HAProxy recognizes a client by an address that no other container has; place the client in a segment",
      );
    }
    const { sharer, path: other } = client._peerFact;
    if (sharer !== undefined) {
      throw new ValidationError(
        'NotAWorkload',
        path,
        `'${sharer}' has the address of '${other}', whose network it shares, so HAProxy cannot distinguish them; allow the calls to '${other}', and both have them`,
      );
    }
    const facts = access.map((each) => {
      if (!(each instanceof SocketAccess)) {
        throw new ValidationError('PropertyShape', path, "'access' must be made by SocketAccess, such as SocketAccess.containerList()");
      }
      const { text, reason, _reads, _container } = each;
      return { text, reason, reads: _reads, writes: _container === undefined ? [] : each._writes(this.nameOf(_container)) };
    });
    if (!this.clients.has(client)) client.connections.allowTo(this.container);
    this.clients.add(client);
    for (const { reason, ...calls } of facts) {
      const ends = { proxy: this.container.node.path, client: client.node.path };
      this.declarations.addEngineAccess({ ...ends, ...calls, ...(reason !== undefined && { reason }) });
    }
    if (facts.length === 0) this.declarations.addEngineAccess({ proxy: this.container.node.path, client: client.node.path, text: 'ask for the version', reads: [], writes: [] }); // prettier-ignore
  }

  private nameOf(container: HardenedContainer): string {
    const { _peerDeclarations: declarations, node } = container;
    if (!(container instanceof HardenedContainer) || declarations !== this.declarations) {
      throw new ValidationError(
        'NotAWorkload',
        this.node.path,
        `'${node.path}' is on another daemon than the proxy; name a container on '${this.declarations.store.daemonPath}'`,
      );
    }
    const { store } = declarations;
    return (store.segmentlessFact(node.path) ?? store.workloadFact(node.path)).name;
  }
}

const OWNER_OF_SOCKET =
  'root owns the socket of the engine, and the number of its group differs from host to host; the container holds no capability';
