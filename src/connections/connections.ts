import type { FlowOptions } from './flow-options';
import type { IPeer } from './peer';
import { checkFlow, refuseWithoutGuard } from './private/check-flow';
import { isPeer } from './private/is-peer';
import { gotInstead } from './private/not-a-peer';
import { isSingle, parseBlock } from '../addressing/private/ip';
import { Port } from '../firewall/port';
import { needPort } from '../firewall/private/need-port';
import { checkProps } from '../private/check-props';
import { ValidationError } from '../private/errors';
import { plainText } from '../private/text';
import { isA } from '../private/type-test';

/** How the owner queries a resolver outside. */
export interface DnsOptions {
  /**
   * Whether queries use TLS, TCP port 853, instead of UDP and TCP port 53. Docker's own resolver does not support it: the program in the container
   * must, or a resolver next to it.
   *
   * @default false
   */
  readonly tls?: boolean;

  /**
   * What the flows are for; printable text, at most 80 characters. It appears in the comments of the rules and in reports.
   *
   * @default - 'SOURCE > DESTINATION PORT'
   */
  readonly description?: string;
}

/** Something whose flows can be declared. */
export interface IConnectable {
  /** Declares which connections are allowed. */
  readonly connections: Connections;
}

/**
 * Declares the flows of a workload, a group or a segment. Undeclared connections are closed.
 *
 * A flow runs inside the segment of its destination, which its source joins with another address; nothing is routed between segments.
 */
export class Connections {
  /** Port that `allowTo` of a peer uses when the call gives none. Undefined by default: then the call must give a port. */
  public readonly defaultPort?: Port;

  private readonly owner: IPeer;

  /**
   * Created by constructs of Bulkhead.
   * @param owner the peer whose flows are declared
   * @param defaultPort port on which the owner accepts connections
   */
  constructor(owner: IPeer, defaultPort?: Port) {
    this.owner = owner;
    this.defaultPort = defaultPort;
  }

  /**
   * Allows the owner to open connections to a peer.
   *
   * To a block of addresses it is egress, and the workload gets a gateway network (a network with access to the outside) for it.
   *
   * @param destination a workload, group, segment, block of addresses, or the host
   * @param port the port on the destination. Default: the default port of the destination; without one it throws `NoDefaultPort`
   */
  public allowTo(destination: IPeer, port?: Port, options: FlowOptions = {}): void {
    this.declare(this.owner, this.peer(destination, 'destination'), port ?? this.defaultPortOf(destination), options);
  }

  /**
   * Allows a peer to open connections to the owner.
   *
   * Addresses outside cannot be a source here: publish a port instead and name them as its sources.
   *
   * @param source a workload, group, segment, or the host
   * @param port the port on the owner. Default: the owner's default port; without one it throws `NoDefaultPort`
   */
  public allowFrom(source: IPeer, port?: Port, options: FlowOptions = {}): void {
    this.declare(this.peer(source, 'source'), this.owner, port ?? this.defaultPortOf(this.owner), options);
  }

  /**
   * Allows the owner to query a resolver: by UDP, and by TCP if an answer is too long for a datagram. It becomes the resolver of the owner's
   * containers, unless they list their own in `dns.servers`, or `tls` is set.
   *
   * The resolver is one address outside, made by `Peer.address()`; a container, which is queried over IPv4 in a segment of both; or the host, made by
   * `Peer.host()`, where the resolver must listen on the gateway address of the owner's segment. Queries for names outside then leave from there: a
   * container that is a resolver needs a resolver outside in turn. Anything else throws `ResolverNotOneAddress`.
   *
   * @param resolver an address outside, a container, or the host
   * @see https://www.rfc-editor.org/rfc/rfc7766
   */
  public allowDnsTo(resolver: IPeer, options: DnsOptions = {}): void {
    const peer = this.peer(resolver, 'resolver');
    checkProps(this.owner.peerText, 'DnsOptions', options);
    const isOutside = peer._peerFact.kind === 'block';
    if (!isResolver(peer)) {
      throw new ValidationError(
        'ResolverNotOneAddress',
        this.owner.peerText,
        `'resolver' must be one address outside, such as Peer.address('192.0.2.53'), a container, or Peer.host(), got ${peer.peerText}`,
      );
    }
    const ports = options.tls ? [Port.tcp(853)] : [Port.udp(53), Port.tcp(53)];
    const { description } = options;
    // Docker asks a resolver inside at its IPv4 address.
    const flow = isOutside ? { description } : { description, ipv4Only: true };
    ports.forEach((port) => this.declare(this.owner, peer, port, flow, !isOutside && !options.tls));
  }

  private declare(source: IPeer, destination: IPeer, port: Port, options: FlowOptions, asResolver = false): void {
    const place = this.owner.peerText;
    needPort(place, 'port', port);
    checkProps(place, 'FlowOptions', options);
    const description = plainText(place, 'description', options.description ?? `${source.peerText} > ${destination.peerText} ${port.text}`);
    if (options.description !== undefined && (description.length > 80 || description.length === 0)) {
      throw new ValidationError('DescriptionLength', place, `'description' must have 1 to 80 characters, got ${description.length}`);
    }
    const declarations = checkFlow(place, source, destination, port, options);
    if (options.rate !== undefined) {
      refuseWithoutGuard(declarations, place, `a rate on ${port.text}`, 'declare the flow without it');
    }
    const ends = { source: source._peerFact, destination: destination._peerFact };
    declarations.addFlow(
      {
        ...ends,
        port: port._spec(),
        rate: options.rate?._spec(),
        ipv4Only: options.ipv4Only,
        asResolver: asResolver || undefined,
        conduit: declarations.conduitFor(place, ends, options.conduit ?? false),
        origin: description,
      },
      place,
    );
  }

  private peer(value: IPeer, what: string): IPeer {
    if (!isPeer(value)) {
      throw new ValidationError(
        'NotAPeer',
        this.owner.peerText,
        `'${what}' must be a workload, group or segment of Bulkhead, or a peer made by Peer, such as Peer.address('198.51.100.7'), ${gotInstead(value)}`,
      );
    }
    return value;
  }

  private defaultPortOf(peer: IPeer): Port {
    const port =
      isA(peer, 'workload') || isA(peer, 'group') ? (peer as unknown as { connections: Connections }).connections.defaultPort : undefined;
    if (port === undefined) {
      throw new ValidationError(
        'NoDefaultPort',
        this.owner.peerText,
        `'${peer.peerText}' has no default port; pass a port, such as Port.tcp(8080)`,
      );
    }
    return port;
  }
}

/** A member with one address: an overlay gives each service, and each of its tasks, an address of its choice. */
function isResolver({ _peerFact: fact, _peerDeclarations: declarations }: IPeer): boolean {
  if (fact.kind === 'block') return isSingle(parseBlock(fact.block));
  return (fact.kind === 'workload' && declarations?.store.swarm.isWhole !== true) || fact.kind === 'host';
}
