import { dependable, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { acceptReasons, holdsSocket } from './accepted-reasons';
import type { Capability } from './capability';
import { fillVolumes } from './config-volumes';
import type { ContainerAttributes } from './container-attributes';
import { ExistingContainer } from './existing-container';
import type { HardenedContainerProps } from './hardened-container-props';
import { imageReference } from './image-reference';
import { ownAddress } from './own-address';
import { HOST_NAME } from '../hardening/private/host-name';
import { checkProps } from '../private/check-props';
import { type CheckedContainer, checkContainer, checkGiven } from './private/check-container';
import { forwardedBy } from './private/check-forwarding';
import { checkImage, givenBack } from './private/common';
import { containerConfig, lateBlocks } from './private/container-config';
import { environmentList } from './private/environment';
import { type Placement, placementOf, refuseSegmentless } from './private/placement';
import { publicationFact, type PublicationRequest } from './private/publication';
import { LOOKED_AT, refusedBeside } from './private/refused-beside';
import { checkStart, type Starting } from './private/start-order';
import { withTimeZone } from './private/time-zone';
import { lostData, markedCapabilities, unusedProfile, withProfile } from './private/with-profile';
import { Publication } from './publication';
import type { PublicationOptions, PublishOptions } from './publication-options';
import type { StartOptions } from './start-options';
import { waitForEnd } from './wait-for-end';
import type { IWorkload } from './workload';
import { Connections } from '../connections/connections';
import type { Port } from '../firewall/port';
import { imageSays } from '../hardening/private/images/image-facts';
import { LateContainer } from '../private/bindings';
import { inOneStack, orderStacks, note, warn } from '../private/cdktf-hooks';
import { ValidationError } from '../private/errors';
import { lateExpression, lateValue } from '../private/late';
import { childPath } from '../private/names';
import { brand } from '../private/type-test';
import { warnUnread } from '../private/warn-unread';
import { checkExistingAddress } from '../segments/private/check-existing';
import { checkWireAddresses } from '../segments/private/wire-address';
import type { ISegment } from '../segments/segment';
import type { Declarations } from '../topology/private/declarations';
import type { PeerFact, PublicationFact } from '../topology/private/facts';

/** If Bulkhead has access only to the API, no program on the host keeps a value. */
function mountOfSecret(file: string, hasGuard: boolean): string {
  return hasGuard
    ? `secrets: { files: [new SecretFile(scope, id, { daemon, secretName: '${file}' })] }`
    : `VolumeMount.hostPath('/srv/secrets/${file}', '/run/secrets/${file}') to 'volumes'`;
}

function warningOnHost(reason: string): string {
  return `is on the host's network (${reason}): only the host's own firewall restricts its ports, a flow with it is a flow with every process on the host, and no rule of Bulkhead distinguishes it from the host; place it in a segment if possible`;
}

function warningOfForwarding(families: readonly string[]): string {
  return `forwards ${families.join(' and ')} for its clients: each of them reaches whatever this container reaches, so declare only flows that every client may use; the report lists them`;
}

function warningOfForging({ text, reason }: Capability): string {
  return `has ${text} (${reason}): it can forge addresses towards other members of its network, so it must be alone in its segment, and its flows run in conduits`;
}

/** To the network the two are one. */
function peerFactOf(path: string, { segmentless }: Placement): PeerFact {
  if (segmentless?.sharesWith !== undefined) return { kind: 'workload', path: segmentless.sharesWith, sharer: path };
  return segmentless?.mode === 'host' ? { kind: 'host', path } : { kind: 'workload', path };
}

/** The id of a container is known in its own stack only. */
function checkOther(scope: Construct, path: string, other: IWorkload): void {
  if (!inOneStack(scope, other)) {
    throw new ValidationError(
      'SharedNetworkRefused',
      path,
      `'${other.node.path}' is in another stack, which Terraform applies by itself, so its replacement would not replace this container; declare both in one stack`,
    );
  }
}

function warningsOfSharer({ capabilities = [] }: HardenedContainerProps, { node }: IWorkload, hasGuard: boolean): string[] {
  const forging = capabilities.filter(({ _forges }) => _forges).map((capability) => `${warningOfForging(capability)}; this holds for '${node.path}' as well, whose network it shares`); // prettier-ignore
  return hasGuard ? forging : [...forging, `shares the network of '${node.path}': when that container restarts, this one has no network until it restarts as well, and nothing on the host does that; on a HardenedDaemon the watch does`]; // prettier-ignore
}

/**
 * A container that can do only what the program declares.
 *
 * All capabilities are dropped, privileges cannot be gained, the root file system is read-only, the user is not root unless a reason is given, memory,
 * processor and logs are limited. On a `HardenedDaemon` it has no connections until you declare a flow, a publication or egress, and it does not start on a host whose guard
 * is not in force. On an `UnguardedDaemon` it can connect to the members of its segment and to the host from the beginning.
 *
 * Instead of a segment it can have the network of the host or none, each with a reason (`network`).
 *
 * A first flow into another segment re-creates the source's container: the provider cannot attach a running one.
 *
 * @see https://docs.docker.com/engine/security/
 */
export class HardenedContainer extends Construct implements IWorkload {
  /**
   * A container that this program does not create, as an end of flows. Bulkhead does not attach it to networks of this program, so its flows run in
   * its own network: a workload that is placed elsewhere becomes a member of that network, which must permit this (`joinReason`). Nothing restricts
   * the flows there.
   *
   * Bulkhead does not know its other networks and its publications: the proof reports `UNKNOWN` for everything that seems closed between it and the
   * host, the outside or another container that Bulkhead does not manage. Reading `ipv4Address` throws `ExistingAddress` unless the program gives the
   * address.
   *
   * Errors: `NotASegment`, `ContainerName`, `AddressSyntax`, `AddressOutsideBlock`, `AddressIsGateway`, and `DuplicateName` if a container of this
   * program has the name.
   *
   * @param attributes its network and its name
   */
  public static fromContainerAttributes(scope: Construct, id: string, attributes: ContainerAttributes): IWorkload {
    return new ExistingContainer(scope, id, attributes);
  }

  public readonly dnsName: string;
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
  public readonly _peerDeclarations: Declarations;

  private readonly placement: Placement;
  private readonly starting: Starting & { readonly after: Set<Starting> };

  constructor(scope: Construct, id: string, props: HardenedContainerProps) {
    checkGiven(childPath(scope, id), props);
    props = withProfile(childPath(scope, id), props);
    const placement = placementOf(childPath(scope, id), props);
    const { segment, segmentless, daemon, other } = placement;
    if (other !== undefined) checkOther(scope, childPath(scope, id), other);
    const declarations = daemon._declarations;
    const checked = checkContainer(scope, id, props, declarations);
    const { profile } = props;
    const environment = environmentList(
      checked.path,
      { ...props, environment: withTimeZone(checked.path, props.environment ?? {}, props.timeZone) },
      {
        howToMount: (file) => mountOfSecret(file, declarations.store.hasGuard),
        ...(profile && { fileVariable: (variable: string) => profile._fileVariable(variable) }),
      },
    );
    const marked = markedCapabilities(props);
    props = { ...props, capabilities: [...(props.capabilities ?? []), ...marked] };
    checkImage(checked.path, props.image);
    declarations.checkDeclaration(checked.path, [`container ${checked.name}`]);
    const place = segment && declarations.store.segmentFact(segment.node.path);
    const forwards = forwardedBy(checked.path, props, place, declarations.store.hasGuard);
    if (place) {
      checkExistingAddress(checked.path, place, props.ipv4Address, props.ipv6Address);
      checkWireAddresses(checked.path, place, props);
    }
    super(scope, id);
    warnUnread(this, 'HardenedContainerProps', props);
    const { path } = this.node;

    this.placement = placement;
    this.starting = { path, healthCheck: props.healthCheck, isTask: checked.restart.text === 'no', after: new Set() };
    this.dnsName = other?.dnsName ?? (segmentless?.mode === 'host' ? HOST_NAME : checked.name);
    this.peerText = path;
    this._peerFact = peerFactOf(path, placement);
    this._peerDeclarations = declarations;
    this.connections = new Connections(this, props.defaultPort);
    if (segment?.ipv6Block !== undefined) {
      this.ipv6Address = lateValue(() => declarations.store.placesOf(path)[0]?.member.ipv6 ?? '');
    } else {
      this.ipv6Address = other?.ipv6Address;
    }
    // Terraform creates the other one first, since its id is named.
    if (other instanceof HardenedContainer) this.starting.after.add(other.starting);
    brand(this, 'workload');
    brand(this, 'peer');

    const given = {
      path,
      name: checked.name,
      user: checked.user._fact,
      capabilities: givenBack(props.capabilities),
      ...(checked.devices.length > 0 && { devices: checked.devices.map((device) => (device._isGpus ? 'gpus' : device.path)) }),
      ...(checked.secrets && { secrets: checked.secrets.use }),
      ...(checked.config && { config: checked.config }),
    };
    if (segmentless) {
      declarations.addWorkload({ ...given, ...segmentless });
      if (segmentless.mode === 'host') warn(this, warningOnHost(segmentless.reason));
      if (other !== undefined) warningsOfSharer(props, other, declarations.store.hasGuard).forEach((text) => warn(this, text));
    } else {
      orderStacks(this, segment!);
      const { ipv4Address, ipv6Address, dns, aliases, hostEntries, hostname } = props;
      const forging = (props.capabilities ?? []).filter(({ _forges }) => _forges);
      declarations.addWorkload({
        ...given,
        segment: segment!.node.path,
        aliases,
        ipv4Address,
        ipv6Address,
        dns: dns?.servers,
        hostEntries,
        ...(holdsSocket(props) && { holdsSocket: true }),
        hostname,
        ...(forwards && { forwards }),
      });
      forging.forEach((capability) => warn(this, warningOfForging(capability)));
      if (forwards) warn(this, warningOfForwarding(forwards));
    }
    declarations.store.endless[checked.restart._isEndless ? 'add' : 'delete'](path);
    checked.hostMounts.forEach((fact) => declarations.addHostMount(fact));
    for (const { _volume, target, readOnly } of props.volumes ?? []) {
      _volume?._use({ construct: this, user: checked.user, image: props.image, target, readOnly });
    }
    declarations.store.imageSays.set(path, props.profile?._facts === undefined ? [] : imageSays(props.profile._facts));
    this.makeResource(props, checked, environment);
    acceptReasons(this, props, {
      restart: checked.restart,
      tmpfs: checked.tmpfs,
      marked,
      network: { mode: segmentless?.mode, reason: segmentless?.reason },
    });
    const unused = unusedProfile(props);
    if (unused !== undefined) note(this, unused);
    const lost = lostData(props);
    if (lost !== undefined) warn(this, lost);
  }

  /**
   * The segment that the container was placed in, or the container whose network it shares. On the host's network or on none there is no segment: reading it
   * throws `HostNetworkRefused` or `NoNetworkRefused`.
   */
  public get segment(): ISegment {
    const { segment, segmentless, other } = this.placement;
    return segment ?? other?.segment ?? refuseSegmentless(this.node.path, segmentless!, 'the program reads its segment');
  }

  /** The IPv4 address in its segment, a token. On the host's network and on none reading it throws, as `segment` does. */
  public get ipv4Address(): string {
    const { segment, segmentless, other } = this.placement;
    if (other !== undefined) return other.ipv4Address;
    return segment === undefined
      ? refuseSegmentless(this.node.path, segmentless!, 'the program reads its address')
      : ownAddress(this, this._peerDeclarations, segment);
  }

  /**
   * Opens a port of the container on an address of the host.
   *
   * Without a host address it is opened on loopback, only for the host. With one, sources are required. Containers never reach a publication: they
   * need a flow.
   *
   * @param port the port on the host; `targetPort` is the port of the container if it differs
   */
  public publish(port: Port, options: PublishOptions = {}): Publication {
    checkProps(this.node.path, 'PublishOptions', options);
    const { hostAddress } = this.addPublication({ ...options, port });
    const hostPort = port.size > 1 ? `${port.first}-${port.last}` : `${port.first}`;
    return Publication._of(hostAddress, hostPort, options.targetPort ?? port, false);
  }

  /**
   * Opens a port of the container on a port of the host that the engine chooses among the host's ephemeral ones: for programs with too many similar
   * containers to assign ports by hand. The port is known after the apply, as `hostPort` of the returned object, and changes with each start of the
   * container.
   *
   * The port of the container can be published only once (error: `RandomPortShared`). The defaults are those of `publish()`.
   *
   * @param targetPort one port inside the container
   */
  public publishOnRandomPort(targetPort: Port, options: PublicationOptions = {}): Publication {
    checkProps(this.node.path, 'PublicationOptions', options);
    const { hostAddress } = this.addPublication({ ...options, port: targetPort, isChosen: true });
    const hostPort = lateExpression(
      this.resource.interpolationForAttribute('ports'),
      (ports) =>
        `tostring(one([for port in ${ports} : port.external if port.internal == ${targetPort.first} && port.protocol == "${targetPort.protocol}"]))`,
    );
    return Publication._of(hostAddress, hostPort, targetPort, true);
  }

  /**
   * Makes Terraform create this container after another one of this program, which may be on another daemon.
   *
   * After a restart of the host or the engine, containers start in any order, so a program should still repeat a connection that fails.
   *
   * Errors: `NotAWorkload`, `StartCycle`, `StartWithoutHealth`, `StartWithoutEnd`, `StartTimeout`, and `StackCycle` between stacks.
   *
   * @param other the container that is created first
   * @see https://docs.docker.com/compose/how-tos/startup-order/
   */
  public startAfter(other: HardenedContainer, options: StartOptions = {}): void {
    if (!(other instanceof HardenedContainer)) {
      throw new ValidationError('NotAWorkload', this.node.path, "'other' must be a HardenedContainer of this program");
    }
    checkProps(this.node.path, 'StartOptions', options);
    const wait = checkStart(this.starting, other.starting, options);
    orderStacks(this, other);
    const { resource, starting } = other;
    if (TerraformStack.of(this) === TerraformStack.of(other) && !this.starting.after.has(starting)) {
      this.resource.dependsOn = [...(this.resource.dependsOn ?? []), dependable(resource)];
    }
    this.starting.after.add(starting);
    if (wait === 'end') {
      waitForEnd(other, resource);
    } else if (wait !== undefined) {
      resource.wait = true;
      resource.waitTimeout = Math.max(wait, resource.waitTimeoutInput ?? 0);
    }
  }

  private addPublication(request: Omit<PublicationRequest, 'workload' | 'segment'>): PublicationFact {
    const { segment, segmentless } = this.placement;
    if (segment === undefined) refuseSegmentless(this.node.path, segmentless!, `the program publishes ${request.port?.text ?? 'a port'}`);
    const fact = publicationFact(this._peerDeclarations, { ...request, workload: this.node.path, segment: segment.node.path });
    this._peerDeclarations.addPublication(fact);
    return fact;
  }

  private get resource(): LateContainer {
    return this.node.findChild('Resource') as LateContainer;
  }

  private makeResource(props: HardenedContainerProps, checked: CheckedContainer, environment: string[]): void {
    const { daemon, segmentless, other } = this.placement;
    // By id, so that its replacement replaces this one, and as the engine reads it back.
    const networkMode = other instanceof HardenedContainer ? `container:${other.resource.id}` : segmentless?.mode;
    const provider = daemon._providerFor(this);
    const filled =
      checked.config === undefined || this._peerDeclarations.store.hasGuard
        ? undefined
        : fillVolumes(this, checked.name, daemon, checked.config, props.configFiles!.writerImage ?? props.image);
    const config = containerConfig(props, checked, {
      image: imageReference(this, provider, props.image),
      environment,
      stamp: daemon._stampPath,
      configVolumes: filled?.mounts,
      dualStack: this._peerDeclarations.store.has('ipv6'),
      mode: segmentless?.mode,
      networkMode,
    });
    const { volumes = [] } = props;
    const dependsOn = [...volumes.flatMap(({ _volume }) => _volume?._settledFor(this) ?? []), ...(filled ? [filled.writer] : [])];
    const resource = new LateContainer(this, 'Resource', { provider, ...config, ...(dependsOn.length > 0 && { dependsOn }) }, () => ({
      ...lateBlocks(this._peerDeclarations, this.node.path, props, (network) =>
        this.networkReference(network.segment, network.kind === 'gateway' ? 'gateway' : 'segment'),
      ),
      uncopied: volumes.filter(({ _volume }) => _volume?._isUncopied).map(({ target }) => target),
    }));
    this.node.addValidation({ validate: () => refusedBeside(resource.setBeside(LOOKED_AT), networkMode, props.devices) });
  }

  private networkReference(segmentPath: string, kind: 'segment' | 'gateway'): string {
    const { segment: own } = this.placement;
    const segment = own && segmentPath === own.node.path ? own : this._peerDeclarations.store.constructAt<ISegment>(segmentPath);
    return segment._networkReference(this, kind);
  }
}
