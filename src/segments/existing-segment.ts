import { Construct, type IConstruct } from 'constructs';
import { type NetworkReference, networkReference } from './network-reference';
import { checkExisting } from './private/check-existing';
import type { ISegment } from './segment';
import type { SegmentAttributes } from './segment-attributes';
import { Connections } from '../connections/connections';
import { DataDockerNetwork } from '../private/bindings';
import { warn } from '../private/cdktf-hooks';
import { brand } from '../private/type-test';
import type { IDaemon } from '../topology/daemon';
import type { Declarations } from '../topology/private/declarations';
import type { PeerFact } from '../topology/private/facts';

/** Options of a bridge network with which it is still as the proof takes it to be. */
const HARMLESS_OPTIONS = [
  'com.docker.network.bridge.name',
  'com.docker.network.bridge.host_binding_ipv4',
  'com.docker.network.container_iface_prefix',
  'com.docker.network.driver.mtu',
  'com.docker.network.enable_ipv4',
  'com.docker.network.enable_ipv6',
];
/** Those that must say yes where they are there. */
const WANTED_OPTIONS = ['com.docker.network.bridge.enable_icc', 'com.docker.network.bridge.enable_ip_masquerade'];

/** A bridge network that Bulkhead does not manage. Terraform reads it, and every plan fails if it differs from the program. */
export class ExistingSegment extends Construct implements ISegment {
  public readonly daemon: IDaemon;
  public readonly networkName: string;
  public readonly ipv4Block: string;
  public readonly peerText: string;
  public readonly connections: Connections;
  public readonly _peerFact: PeerFact;
  public readonly _peerDeclarations: Declarations;
  private readonly network: NetworkReference;

  constructor(scope: Construct, id: string, attributes: SegmentAttributes) {
    const { networkName, ipv4Block, prefixLength, existing, reason } = checkExisting(scope, id, attributes);
    super(scope, id);
    const { path } = this.node;
    const { daemon } = attributes;
    this.daemon = daemon;
    this.networkName = networkName;
    this.ipv4Block = ipv4Block;
    this.peerText = path;
    this._peerFact = { kind: 'segment', path };
    this._peerDeclarations = daemon._declarations;
    this._peerDeclarations.addSegment({
      path,
      networkName,
      ipv4Block,
      prefixLength,
      icc: true,
      noPublicationsReason: `Bulkhead does not manage '${networkName}', and cannot restrict who connects to a port published from it; place the workload in a BridgeSegment`,
      existing,
    });
    const postcondition = conditions(ipv4Block, existing.gateway, existing.internal).map(([condition, errorMessage]) => ({
      condition: `\${${condition}}`,
      errorMessage: `${path}: ${errorMessage}`,
    }));
    const found = new DataDockerNetwork(this, 'Resource', {
      provider: daemon._providerFor(this),
      name: networkName,
      lifecycle: { postcondition },
    });
    this.network = networkReference(this, found, networkName);
    this.connections = new Connections(this);
    brand(this, 'segment');
    brand(this, 'peer');
    const ways = existing.internal ? ' and the host' : ', the host and every address outside';
    warn(
      this,
      `Bulkhead does not manage '${networkName}' and does not restrict it: every container attached to it reaches the workloads that are members, on every port, and these workloads reach every attached container${ways}. The reason given: ${reason}`,
    );
  }

  public _networkReference(from: IConstruct): string {
    return this.network(from);
  }
}

/** What must be so of the network, as expressions of Terraform. The provider of either line gives empty text where the engine says nothing. */
function conditions(block: string, gateway: string, internal: boolean): [condition: string, message: string][] {
  const option = (key: string) => `try(self.options["${key}"], "")`;
  const known = [...HARMLESS_OPTIONS, ...WANTED_OPTIONS].map((key) => `"${key}"`).join(', ');
  return [
    [`self.driver == "bridge"`, 'the network is not a bridge network'],
    [
      `length(self.ipam_config) == 1 && alltrue([for each in self.ipam_config : each.subnet == "${block}"])`,
      `the network has blocks other than ${block}`,
    ],
    [
      `alltrue([for each in self.ipam_config : contains(["", "${gateway}"], try(coalesce(each.gateway, ""), ""))])`,
      `the gateway of the network is not ${gateway}`,
    ],
    [
      internal ? 'self.internal' : '!self.internal',
      internal ? "the network is not internal, but 'isInternal' is true" : "the network is internal, but 'isInternal' is false",
    ],
    [
      `length(setsubtract(try(keys(self.options), []), [${known}])) == 0`,
      'the network has options that can change what is open, and that Bulkhead does not model',
    ],
    [
      WANTED_OPTIONS.map((key) => `contains(["", "true"], ${option(key)})`).join(' && '),
      'the options of the network turn off inter-container communication (enable_icc) or address translation (enable_ip_masquerade)',
    ],
    [
      `length(regexall("^bh-", ${option('com.docker.network.bridge.name')})) == 0`,
      'the bridge of the network has a name starting with bh-, which is reserved for bridges of Bulkhead',
    ],
  ];
}
