import { Construct } from 'constructs';
import type { ContainerAttributes } from './container-attributes';
import type { IWorkload } from './workload';
import { isAddress } from '../addressing/private/ip';
import { Connections } from '../connections/connections';
import { checkProps } from '../private/check-props';
import { ValidationError } from '../private/errors';
import { childPath } from '../private/names';
import { matching, plainText } from '../private/text';
import { brand } from '../private/type-test';
import { asSegment } from '../segments/private/as-segment';
import { checkExistingAddress } from '../segments/private/check-existing';
import type { ISegment } from '../segments/segment';
import type { Declarations } from '../topology/private/declarations';
import type { PeerFact } from '../topology/private/facts';

/** A container that Bulkhead does not manage. It has no resource: Terraform neither reads nor changes it. */
export class ExistingContainer extends Construct implements IWorkload {
  public readonly segment: ISegment;
  public readonly dnsName: string;
  public readonly peerText: string;
  public readonly connections: Connections;
  public readonly _peerFact: PeerFact;
  public readonly _peerDeclarations: Declarations;
  private readonly givenAddress?: string;

  constructor(scope: Construct, id: string, attributes: ContainerAttributes) {
    const place = childPath(scope, id);
    checkProps(place, 'ContainerAttributes', attributes);
    const { segment: given, containerName, ipv4Address, defaultPort } = attributes;
    const segment = asSegment(place, 'segment', given);
    const declarations = segment.daemon._declarations;
    const fact = declarations.store.segmentFact(segment.node.path);
    if (fact.existing === undefined) {
      throw new ValidationError(
        'NotASegment',
        place,
        `'segment' is a network that Bulkhead manages, and other programs attach no containers to it; use a segment made by BridgeSegment.fromSegmentAttributes()`,
      );
    }
    const pattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}$/;
    const name = matching(place, 'containerName', containerName, pattern, 'ContainerName', '2 or more letters, digits, _, . or -');
    if (ipv4Address !== undefined && !isAddress(plainText(place, 'ipv4Address', ipv4Address))) {
      throw new ValidationError('AddressSyntax', place, `'ipv4Address' must be an IPv4 address, got '${ipv4Address}'`);
    }
    checkExistingAddress(place, fact, ipv4Address);
    declarations.checkDeclaration(place, [`container ${name}`]);
    super(scope, id);
    const { path } = this.node;
    this.segment = segment;
    this.dnsName = name;
    this.peerText = path;
    this.givenAddress = ipv4Address;
    this._peerFact = { kind: 'workload', path };
    this._peerDeclarations = declarations;
    this.connections = new Connections(this, defaultPort);
    brand(this, 'workload');
    brand(this, 'peer');
    declarations.addWorkload({ path, name, segment: segment.node.path, ipv4Address, isTheirs: true });
  }

  public get ipv4Address(): string {
    if (this.givenAddress === undefined) {
      throw new ValidationError(
        'ExistingAddress',
        this.node.path,
        `the address of the container is not declared; set 'ipv4Address', or use 'dnsName', which is '${this.dnsName}'`,
      );
    }
    return this.givenAddress;
  }
}
