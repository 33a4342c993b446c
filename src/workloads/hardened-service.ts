import * as crypto from 'crypto';
import { Annotations, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { HardenedServiceProps, ServicePublishOptions } from './hardened-service-props';
import { checkProps } from '../private/check-props';
import { type CheckedService, checkService } from './private/check-service';
import { givenBack } from './private/common';
import { environmentList } from './private/environment';
import { servicePublicationFact } from './private/publication';
import { type PublishedPort, serviceBlocks, serviceConfig } from './private/service-config';
import { EndpointMode, PublishMode } from './service-policies';
import { Connections, type IConnectable } from '../connections/connections';
import type { IPeer } from '../connections/peer';
import type { Port } from '../firewall/port';
import { needPort } from '../firewall/private/need-port';
import { Config, LateService } from '../private/bindings';
import { orderStacks, requireProvider, warn } from '../private/cdktf-hooks';
import { ValidationError } from '../private/errors';
import { brand } from '../private/type-test';
import { warnUnread } from '../private/warn-unread';
import type { EncryptedOverlay } from '../segments/encrypted-overlay';
import type { Declarations } from '../topology/private/declarations';
import type { PeerFact } from '../topology/private/facts';
import { serviceHardening } from '../validation/rules/services/service-hardening';
import { serviceSecrets } from '../validation/rules/services/service-secrets';
import { Suppressions } from '../validation/suppressions';

function mountOfSecret(file: string): string {
  return `SwarmSecret.of({ secretName: '${file}', secretId: '…' }) to 'secrets'`;
}

/**
 * A service of a swarm that can do only what the program declares.
 *
 * Its tasks run on any node, and move if a node fails. All capabilities are dropped, the root file system is read-only, the user is not root, memory,
 * processor and logs are limited, and no task starts on a node whose guard is not in force. Terraform cannot set no-new-privileges and ulimits for a
 * service: the engines of a `SwarmCluster` set no-new-privileges and the number of open files for all of their containers.
 *
 * Members of its overlay reach each other on every port, whatever you declare (see `EncryptedOverlay`). A service has no egress (`OverlayFlow`): its
 * tasks leave a node with addresses that no rule can know in advance.
 *
 * Needs version 4 of the Terraform provider, the only one that reads networks of a service back as they were written.
 *
 * @see https://docs.docker.com/engine/swarm/how-swarm-mode-works/services/
 */
export class HardenedService extends Construct implements IPeer, IConnectable {
  /** Overlay that the service was placed in. Flows make it a member of other segments. */
  public readonly overlay: EncryptedOverlay;

  /** The name by which other members reach the service, on every overlay that both share. */
  public readonly dnsName: string;

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

  private readonly endpointMode: EndpointMode;
  private readonly ports: PublishedPort[] = [];

  constructor(scope: Construct, id: string, props: HardenedServiceProps) {
    const checked = checkService(scope, id, props);
    const environment = environmentList(checked.path, props, { howToMount: mountOfSecret });
    super(scope, id);
    warnUnread(this, 'HardenedServiceProps', props);
    const { path } = this.node;
    const declarations = props.overlay._peerDeclarations;
    this.overlay = props.overlay;
    this.dnsName = checked.name;
    this.endpointMode = props.endpointMode ?? EndpointMode.VIP;
    this.peerText = path;
    this._peerFact = { kind: 'workload', path };
    this._peerDeclarations = declarations;
    this.connections = new Connections(this, props.defaultPort);
    brand(this, 'workload');
    brand(this, 'peer');

    orderStacks(this, props.overlay);
    declarations.addWorkload({
      path,
      name: checked.name,
      segment: props.overlay.node.path,
      aliases: props.aliases,
      capabilities: givenBack(props.capabilities),
      user: checked.user._fact,
    });
    props.volumes?.forEach(({ _volume }) => _volume?._useOfService(this));
    this.makeResource(props, checked, environment);
    this.acceptReasons(props);
    Annotations.of(this).addInfo(
      "Terraform cannot set no-new-privileges for a service; set 'no-new-privileges' in the daemon.json of every node. Nothing limits the number of processes of a task",
    );
    if (checked.scattered.length > 0) {
      warn(
        this,
        `${checked.scattered.join(', ')} is a directory of the node that runs the task: every node has different content, and a task does not start on a node without it; place the service on one node, or share the directory between all nodes`,
      );
    }
  }

  /**
   * Opens a port of the service on every address of the nodes of its swarm, only for the sources. Services never reach a publication: they need a
   * flow.
   *
   * @param port the port on the nodes; `targetPort` is the port of the container if it differs
   */
  public publish(port: Port, options: ServicePublishOptions): void {
    const { path } = this.node;
    needPort(path, 'port', port);
    checkProps(path, 'ServicePublishOptions', options ?? {}, ['sources']);
    const mode = options?.mode ?? PublishMode.INGRESS;
    if (mode === PublishMode.INGRESS && this.endpointMode === EndpointMode.DNSRR) {
      throw new ValidationError(
        'ServiceValue',
        path,
        `cannot publish ${port.text} in mode INGRESS: with EndpointMode.DNSRR the service has no address that the ingress could forward to; publish in mode HOST, or use EndpointMode.VIP`,
      );
    }
    const nodes = this.overlay.cluster._nodes.map(({ _declarations }) => _declarations);
    const request = { ...options, workload: path, segment: this.overlay.node.path, port, swarmMode: mode };
    this._peerDeclarations.addPublication(servicePublicationFact(this._peerDeclarations, nodes, request));
    const { protocol, ...published } = port._spec();
    this.ports.push({ protocol, published, target: (options.targetPort ?? port)._spec(), mode });
  }

  /** An author who gave a reason here need not give it again for the rules that ask for one. */
  private acceptReasons({ image, user, capabilities = [], writableRootReason, notSecretReasons = {} }: HardenedServiceProps): void {
    const accepted = Suppressions.of(this);
    image._acceptAt(accepted);
    for (const { text, reason } of capabilities) {
      if (reason !== undefined) accepted._imply(serviceHardening, text.replace(/^CAP_/, ''), reason);
    }
    if (user?.reason !== undefined) accepted._imply(serviceHardening, 'root', user.reason);
    if (writableRootReason !== undefined) accepted._imply(serviceHardening, 'read_only', writableRootReason);
    for (const [name, reason] of Object.entries(notSecretReasons)) accepted._imply(serviceSecrets, name, reason);
  }

  private makeResource(props: HardenedServiceProps, checked: CheckedService, environment: readonly string[]): void {
    const { cluster } = this.overlay;
    const provider = cluster._nodes[0]._providerFor(this);
    requireProvider(TerraformStack.of(this), '>= 4.0.0');
    const configIds = (props.configs ?? []).map(({ configName, text }, index) => {
      const digest = crypto
        .createHash('sha256')
        .update(JSON.stringify([this.node.path, text]))
        .digest('hex')
        .slice(0, 12);
      const name = `${configName}-${digest}`;
      const data = Buffer.from(text, 'utf8').toString('base64');
      const { id } = new Config(this, `Config${index}`, { provider, name, data, lifecycle: { createBeforeDestroy: true } });
      return { id, name };
    });
    const config = serviceConfig(props, checked, { environment, stamp: cluster._stampPath, configIds });
    new LateService(this, 'Resource', { provider, ...config }, () =>
      serviceBlocks(
        this._peerDeclarations,
        this.node.path,
        { ports: this.ports, home: this.overlay.node.path, aliases: props.aliases },
        (segment, kind) => this.overlayAt(segment)._networkReference(this, kind),
      ),
    );
  }

  private overlayAt(path: string): EncryptedOverlay {
    return path === this.overlay.node.path ? this.overlay : this._peerDeclarations.store.constructAt<EncryptedOverlay>(path);
  }
}
