import { Annotations } from 'cdktf';
import { Construct } from 'constructs';
import type { Capability } from './capability';
import type { ContainerAttributes } from './container-attributes';
import { ContainerImage } from './container-image';
import { RestartPolicy } from './container-limits';
import { ExistingContainer } from './existing-container';
import type { HardenedContainerProps, PublishOptions } from './hardened-container-props';
import { ownAddress } from './own-address';
import { type CheckedContainer, checkContainer } from './private/check-container';
import { containerConfig, lateBlocks } from './private/container-config';
import { environmentList } from './private/environment';
import { publicationFact } from './private/publication';
import { refusedBeside } from './private/refused-beside';
import type { IWorkload } from './workload';
import { Connections } from '../connections/connections';
import type { Port } from '../firewall/port';
import { Image, LateContainer } from '../private/bindings';
import { orderStacks } from '../private/cdktf-hooks';
import { ValidationError } from '../private/errors';
import { lateValue } from '../private/late';
import { childPath } from '../private/names';
import { brand } from '../private/type-test';
import { asSegment } from '../segments/private/as-segment';
import { checkExistingAddress } from '../segments/private/check-existing';
import { checkWireAddress } from '../segments/private/wire-address';
import type { ISegment } from '../segments/segment';
import type { PeerFact } from '../topology/private/facts';
import type { Registry } from '../topology/private/registry';

/** With these a process sends whatever frames it likes. */
const FORGING: readonly string[] = ['CAP_NET_RAW', 'CAP_NET_ADMIN'];

function canForge(capabilities: readonly Capability[] = []): boolean {
  return capabilities.some(({ text }) => FORGING.includes(text));
}

/**
 * A container that can do what it was declared to do, and no more.
 *
 * All capabilities are dropped, privileges cannot be gained, the root file system is read-only, the user is not root, memory, processor and logs
 * are limited. On a `HardenedDaemon` it talks to nobody until a flow, a publication or egress is declared, and does not start on a host whose guard is
 * not in force. On an `ImportedDaemon` it talks to the members of its segment and to the host from the beginning.
 *
 * A first flow into another segment re-creates the source's container: the provider cannot attach a running one.
 *
 * @see https://docs.docker.com/engine/security/
 */
export class HardenedContainer extends Construct implements IWorkload {
  /**
   * A container that this program does not make, as an end of flows. Nothing attaches it to networks of this program, so its flows run in the network that
   * it is in: a workload that is placed elsewhere becomes a member of that, which the network must say is well (`joinReason`). Nothing narrows them there.
   *
   * Its further networks and its publications are not known: of what is closed between it and the host, the outside or another container of others, the
   * proof says `UNKNOWN`. Reading `ipv4Address` throws `ExistingAddress` unless the address was given.
   *
   * Errors: `NotASegment`, `ContainerName`, `AddressSyntax`, `AddressOutsideBlock`, `AddressIsGateway`, and `DuplicateName` where a container of this
   * program has the name.
   *
   * @param attributes its network and its name
   */
  public static fromContainerAttributes(scope: Construct, id: string, attributes: ContainerAttributes): IWorkload {
    return new ExistingContainer(scope, id, attributes);
  }

  public readonly segment: ISegment;
  public readonly dnsName: string;
  public readonly ipv4Address: string;
  public readonly ipv6Address?: string;
  public readonly peerText: string;
  public readonly connections: Connections;

  /**
   * @internal
   */
  public readonly _peerFact: PeerFact;
  /**
   * @internal
   */
  public readonly _peerRegistry: Registry;

  constructor(scope: Construct, id: string, props: HardenedContainerProps) {
    const segment = asSegment(childPath(scope, id), 'segment', props.segment);
    const registry = segment.daemon._registry;
    const checked = checkContainer(scope, id, props, registry);
    const environment = environmentList(checked.path, props.environment ?? {}, props.notSecret ?? {});
    if (!(props.image instanceof ContainerImage)) {
      throw new ValidationError(
        'NotAnImage',
        checked.path,
        "'image' must be made by ContainerImage, such as ContainerImage.fromRegistry('name@sha256:…')",
      );
    }
    registry.checkDeclaration(checked.path, [`container ${checked.name}`]);
    checkExistingAddress(checked.path, registry.segmentFact(segment.node.path), props.ipv4Address, props.ipv6Address);
    checkWireAddress(checked.path, registry.segmentFact(segment.node.path), props.ipv4Address);
    super(scope, id);
    const { path } = this.node;

    this.segment = segment;
    this.dnsName = checked.name;
    this.peerText = path;
    this._peerFact = { kind: 'workload', path };
    this._peerRegistry = registry;
    this.connections = new Connections(this, props.defaultPort);
    this.ipv4Address = ownAddress(this, registry, segment);
    if (registry.has('ipv6')) {
      this.ipv6Address = lateValue(() => registry.placesOf(path)[0]?.member.ipv6 ?? '');
    }
    brand(this, 'workload');
    brand(this, 'peer');

    orderStacks(this, segment);
    const { ipv4Address, ipv6Address, dns, aliases, hostEntries } = props;
    const forges = canForge(props.capabilities);
    const named = { path, name: checked.name, segment: segment.node.path, aliases };
    registry.addWorkload({ ...named, ipv4Address, ipv6Address, dns, hostEntries, forges });
    this.makeResource(props, checked, environment);
    for (const { text, reason } of props.capabilities ?? []) {
      if (FORGING.includes(text)) {
        Annotations.of(this).addWarning(
          `holds ${text} (${reason}): it can forge addresses towards neighbours, so it must be alone in its segment, and its flows run in conduits`,
        );
      }
    }
  }

  /**
   * Opens a port of the container on an address of the host.
   *
   * Without a host address it is opened on loopback, for the host alone. With one, the sources must be named. Containers never reach a
   * publication: they need a flow.
   *
   * @param port the port on the host; `targetPort` names the one inside when it differs
   */
  public publish(port: Port, options: PublishOptions = {}): void {
    const request = { ...options, workload: this.node.path, segment: this.segment.node.path, port };
    this._peerRegistry.addPublication(publicationFact(this._peerRegistry, request));
  }

  private makeResource(props: HardenedContainerProps, checked: CheckedContainer, environment: string[]): void {
    const { daemon } = this.segment;
    const provider = daemon._providerFor(this);
    const image = props.image.pulled
      ? new Image(this, 'Image', { provider, name: props.image.text, keepLocally: true }).imageId
      : props.image.text;
    const config = containerConfig(props, checked, {
      image,
      environment,
      stamp: daemon._stampPath,
      restart: props.restartPolicy ?? RestartPolicy.onFailure(5),
      dualStack: this._peerRegistry.has('ipv6'),
    });
    const resource = new LateContainer(this, 'Resource', { provider, ...config }, () =>
      lateBlocks(this._peerRegistry, this.node.path, props, (network) =>
        this.networkReference(network.segment, network.kind === 'edge' ? 'edge' : 'segment'),
      ),
    );
    this.node.addValidation({ validate: () => refusedBeside(resource.setBeside()) });
  }

  private networkReference(segmentPath: string, kind: 'segment' | 'edge'): string {
    const segment = segmentPath === this.segment.node.path ? this.segment : this._peerRegistry.constructAt<ISegment>(segmentPath);
    return segment._networkReference(this, kind);
  }
}
