import { Annotations } from 'cdktf';
import { Construct } from 'constructs';
import { RestartPolicy } from './container-limits';
import type { HardenedContainerProps, PublishOptions } from './hardened-container-props';
import { type CheckedContainer, checkContainer } from './private/check-container';
import { checkImage } from './private/common';
import { containerConfig, lateBlocks } from './private/container-config';
import { environmentList } from './private/environment';
import { HARDENED } from './private/hardened-defaults';
import { publicationFact } from './private/publication';
import { refusedBeside } from './private/refused-beside';
import type { IWorkload } from './workload';
import { Connections } from '../connections/connections';
import type { Port } from '../firewall/port';
import { Image, LateContainer } from '../private/bindings';
import { orderStacks } from '../private/cdktf-hooks';
import { lateValue } from '../private/late';
import { childPath } from '../private/names';
import { brand } from '../private/type-test';
import { asSegment } from '../segments/private/as-segment';
import { checkWireAddress } from '../segments/private/wire-address';
import type { ISegment } from '../segments/segment';
import type { PeerFact } from '../topology/private/facts';
import type { Registry } from '../topology/private/registry';
import { Suppressions } from '../validation/suppressions';

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
    checkImage(checked.path, props.image);
    registry.checkDeclaration(checked.path, [`container ${checked.name}`]);
    checkWireAddress(checked.path, registry.segmentFact(segment.node.path), props.ipv4Address);
    super(scope, id);
    const { path } = this.node;

    this.segment = segment;
    this.dnsName = checked.name;
    this.peerText = path;
    this._peerFact = { kind: 'workload', path };
    this._peerRegistry = registry;
    this.connections = new Connections(this, props.defaultPort);
    this.ipv4Address = lateValue(() => registry.placesOf(path)[0]?.member.ipv4 ?? '');
    if (registry.has('ipv6')) {
      this.ipv6Address = lateValue(() => registry.placesOf(path)[0]?.member.ipv6 ?? '');
    }
    brand(this, 'workload');
    brand(this, 'peer');

    orderStacks(this, segment);
    const { ipv4Address, ipv6Address, dns, aliases, hostEntries } = props;
    const forging = (props.capabilities ?? []).filter(({ _forges }) => _forges);
    const named = { path, name: checked.name, segment: segment.node.path, aliases };
    registry.addWorkload({ ...named, ipv4Address, ipv6Address, dns, hostEntries, forges: forging.length > 0 });
    this.makeResource(props, checked, environment);
    this.acceptReasons(props);
    for (const { text, reason } of forging) {
      Annotations.of(this).addWarning(
        `holds ${text} (${reason}): it can forge addresses towards neighbours, so it must be alone in its segment, and its flows run in conduits`,
      );
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

  /** Who gave a reason here need not give it once more to the rules that ask for one. */
  private acceptReasons({ capabilities = [], writableRootReason, notSecret = {} }: HardenedContainerProps): void {
    const accepted = Suppressions.of(this);
    for (const { text, reason } of capabilities) {
      if (reason !== undefined) {
        const name = text.replace(/^CAP_/, '');
        accepted._imply('BH-C13', name, reason);
        accepted._imply('BH-C14', name, reason);
      }
    }
    if (writableRootReason !== undefined) accepted._imply('BH-C15', 'read_only', writableRootReason);
    for (const [name, reason] of Object.entries(notSecret)) accepted._imply('BH-C26', name, reason);
  }

  private makeResource(props: HardenedContainerProps, checked: CheckedContainer, environment: string[]): void {
    const { daemon } = this.segment;
    const provider = daemon._providerFor(this);
    const image = props.image.pulled && new Image(this, 'Image', { provider, name: props.image.text, keepLocally: true });
    if (image) props.image._acceptAt(Suppressions.of(image));
    const config = containerConfig(props, checked, {
      image: image ? image.imageId : props.image.text,
      environment,
      stamp: daemon._stampPath,
      restart: props.restartPolicy ?? RestartPolicy.onFailure(HARDENED.maxRetries),
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
