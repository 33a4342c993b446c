import { type Broken, brokenBy, type Claim } from './private/claims';
import type { Proof } from './private/proof';
import type { IPeer } from '../connections/peer';
import { isPeer } from '../connections/private/is-peer';
import { gotInstead } from '../connections/private/not-a-peer';
import type { Port } from '../firewall/port';
import { needPort } from '../firewall/private/need-port';
import { UnscopedValidationError } from '../private/errors';
import { brand } from '../private/type-test';

/**
 * A claim about reachability that the synth must prove; otherwise it fails.
 *
 * @example
 * daemon.require(Requirement.unreachable(web, db), Requirement.onlyReachableFrom(web, [Peer.cidr('192.0.2.0/24')]));
 */
export class Requirement {
  /**
   * Every member of the source reaches every member of the destination, on every port of the range.
   *
   * @param port a port of the destination: for a publication the port of the container
   */
  public static reachable(source: IPeer, destination: IPeer, port: Port): Requirement {
    checkPeers(source, destination);
    needPort(undefined, 'port', port);
    return new Requirement(`${source.peerText} must reach ${destination.peerText} on ${port.text}`, {
      kind: 'reachable',
      source,
      destination,
      port: port._spec(),
    });
  }

  /**
   * No member of the source reaches any member of the destination, on none of the ports. An uncertain result breaks the claim, and so does a datagram
   * that arrives with a forged source.
   *
   * @param port ports of the destination. Default: every port and protocol
   */
  public static unreachable(source: IPeer, destination: IPeer, port?: Port): Requirement {
    checkPeers(source, destination);
    if (port !== undefined) needPort(undefined, 'port', port);
    return new Requirement(`${source.peerText} must not reach ${destination.peerText} on ${port?.text ?? 'any port'}`, {
      kind: 'unreachable',
      source,
      destination,
      port: port?._spec(),
    });
  }

  /**
   * Only the listed peers reach any member of the destination. This covers the host and every address outside.
   *
   * @param port ports of the destination. Default: every port and protocol
   */
  public static onlyReachableFrom(destination: IPeer, sources: IPeer[], port?: Port): Requirement {
    if (!Array.isArray(sources)) {
      throw new UnscopedValidationError('PropertyShape', "'sources' must be a list, each entry a peer: write [web] instead of web");
    }
    checkPeers(destination, ...sources);
    if (port !== undefined) needPort(undefined, 'port', port);
    const names = sources.length === 0 ? 'nobody' : sources.map((source) => source.peerText).join(', ');
    return new Requirement(`only ${names} may reach ${destination.peerText} on ${port?.text ?? 'any port'}`, {
      kind: 'only',
      sources,
      destination,
      port: port?._spec(),
    });
  }

  /**
   * The same on every port, as far as an engine holds it without a guard: by connections, and at the addresses of the destination itself where what it
   * publishes on the host is left out.
   *
   * @internal
   */
  public static _noConnection(source: IPeer, destination: IPeer, isStraight = false): Requirement {
    const where = isStraight ? 'except through its publications' : 'on any port';
    return new Requirement(`${source.peerText} must not reach ${destination.peerText} ${where}`, {
      kind: 'unreachable',
      source,
      destination,
      isStraight,
      isOfConnections: true,
    });
  }

  private constructor(
    /** The claim as a sentence. */
    public readonly text: string,
    private readonly claim: Claim,
  ) {
    brand(this, 'requirement');
  }

  /** Same as `text`. */
  public toString(): string {
    return this.text;
  }

  /**
   * What breaks the claim, in words; nothing when it holds.
   *
   * @internal
   */
  public _brokenBy(proof: Proof): Broken | undefined {
    return brokenBy(this.claim, proof);
  }

  /**
   * Peers that the claim names.
   *
   * @internal
   */
  public get _peers(): readonly IPeer[] {
    const { claim } = this;
    return claim.kind === 'only' ? [claim.destination, ...claim.sources] : [claim.source, claim.destination];
  }
}

function checkPeers(...peers: readonly unknown[]): void {
  const other = peers.find((peer) => !isPeer(peer));
  if (other !== undefined || peers.includes(undefined)) {
    throw new UnscopedValidationError(
      'NotAPeer',
      `a requirement takes workloads, groups or segments of Bulkhead, or peers made by Peer, such as Peer.anyIpv4(), ${gotInstead(other)}`,
    );
  }
}
