import type { Disposition } from './disposition';
import type { Explanation } from './explanation';
import { dispositionOf, explain, portsAsked, type Question } from './private/ask';
import { changesBetween } from './private/changes';
import { cellsOf, exposuresOf } from './private/describe';
import { deviationCell } from './private/deviation-text';
import type { IPeer } from '../connections/peer';
import { forgedChanges, forgedLines } from './private/forged/forged-text';
import { intersect, isEmpty, portSetOf } from './private/matrix/port-set';
import { Proof } from './private/proof';
import { exposuresOnHost } from './private/segmentless';
import { selectionOf } from './private/selection';
import { shadowedRules } from './private/shadowed';
import type { Exposure, ReachabilityChange, ReachableCell, ShadowedRule, WorkloadWithoutSegment } from './results';
import { isPeer } from '../connections/private/is-peer';
import { gotInstead } from '../connections/private/not-a-peer';
import type { Port } from '../firewall/port';
import { needPort } from '../firewall/private/need-port';
import { UnscopedValidationError, ValidationError } from '../private/errors';
import { isA } from '../private/type-test';
import type { IDaemon } from '../topology/daemon';
import type { Declarations } from '../topology/private/declarations';
import { shareNetwork } from '../topology/private/sharers';
import type { ISwarmCluster } from '../topology/swarm';

/**
 * Which connections are reachable on the host of a daemon: computed for all packets from the rules that its engine version makes and from the rules
 * of Bulkhead.
 *
 * It covers the declarations at the time of its creation; after more declarations, create another one. It does not contact an engine and sends no
 * packet. If a sender can choose between paths (another interface, another of its addresses), the most permissive path counts.
 *
 * @example
 * const reachability = Reachability.of(daemon);
 * reachability.canReach(web, db, Port.tcp(5432)); // false
 * reachability.explain(web, db, Port.tcp(5432)).text;
 */
export class Reachability {
  /** The reachability of all declarations for a daemon so far. */
  public static of(daemon: IDaemon): Reachability {
    if (!isA(daemon, 'daemon')) {
      throw new UnscopedValidationError('NotADaemon', 'Reachability.of() takes a daemon of Bulkhead, such as a HardenedDaemon');
    }
    return new Reachability(daemon._declarations);
  }

  /**
   * The reachability of all declarations for a swarm so far: between members of its overlays, and from outside to the nodes, treated as one host with
   * all of their addresses.
   */
  public static ofSwarm(cluster: ISwarmCluster): Reachability {
    if (!isA(cluster, 'swarm')) {
      throw new UnscopedValidationError('NotASwarm', 'Reachability.ofSwarm() takes a SwarmCluster');
    }
    return new Reachability(cluster._declarations);
  }

  /** @internal */
  public static _of(declarations: Declarations): Reachability {
    return new Reachability(declarations);
  }

  private readonly proof: Proof;

  private constructor(private readonly declarations: Declarations) {
    this.proof = Proof.of(declarations.store.derived(), declarations.store.engine);
  }

  /**
   * Whether a connection arrives and its reply comes back: from some member of the source to some member of the destination, on some port of the
   * range. For UDP and pings a datagram that arrives is enough, even one with a forged source. An uncertain result counts as no.
   *
   * @param port a port of the destination: for a publication the port of the container, not of the host
   */
  public canReach(source: IPeer, destination: IPeer, port: Port): boolean {
    needPort(this.declarations.store.daemonPath, 'port', port);
    this.needPeers(source, destination);
    return !isEmpty(intersect(portsAsked(this.proof, source._peerFact, destination._peerFact).open, portSetOf(port._spec())));
  }

  /** The result of a connection; of several members, addresses and ports the one that gets furthest counts. */
  public disposition(source: IPeer, destination: IPeer, port: Port): Disposition {
    needPort(this.declarations.store.daemonPath, 'port', port);
    return dispositionOf(this.proof, this.question(source, destination, port));
  }

  /** Why a connection arrives or does not: the rule that decides, its origin, the path of the packet, and what to change. */
  public explain(source: IPeer, destination: IPeer, port: Port): Explanation {
    needPort(this.declarations.store.daemonPath, 'port', port);
    return explain(this.proof, this.question(source, destination, port));
  }

  /**
   * Every two ends with an open connection, with the ports. It leaves out connections between the host and the outside, which Bulkhead does not
   * control.
   */
  public matrix(): ReachableCell[] {
    return [...cellsOf(this.proof.matrix, this.proof.labels), ...forgedLines(this.proof.forged, this.proof.labels)];
  }

  /**
   * What is reachable from outside: each workload with the addresses and ports of the host that lead to it. A container on the host's network is open
   * on every port that it listens on, unless the host's own firewall restricts it; no rule of Bulkhead does.
   */
  public exposures(): Exposure[] {
    return [...exposuresOf(this.proof.matrix, this.proof.labels), ...exposuresOnHost(this.proof.derived.topology)];
  }

  /** Containers that are in no segment by choice: in the network of another container, on the host's network, or on none, each with the reason. */
  public withoutSegment(): WorkloadWithoutSegment[] {
    return (this.proof.derived.topology.segmentless ?? []).map(({ path: workload, mode: network, sharesWith, reason }) => ({
      workload,
      network,
      ...(sharesWith !== undefined && { sharesWith }),
      reason,
    }));
  }

  /** Rules that no packet can match, because earlier rules of their chain match all of them. */
  public shadowedRules(): ShadowedRule[] {
    return (['ipv4', 'ipv6'] as const).flatMap((family) =>
      shadowedRules(this.proof.view.rules[family]).map(({ chain, index, by, differs }) => ({
        family,
        chain: `${chain.table} ${chain.name}`,
        rule: chain.rules[index].origin,
        shadowedBy: by.map((i) => chain.rules[i].origin),
        differs,
      })),
    );
  }

  /** What is open but not declared. Empty unless something is wrong, except on an `UnguardedDaemon`, which has no guard. */
  public undeclaredFlows(): ReachableCell[] {
    const { excess, forged, labels } = this.proof;
    return [...excess.map((each) => deviationCell(each, labels)), ...forgedLines(forged, labels)];
  }

  /** What is declared but not reachable. Empty unless something is wrong. */
  public blockedFlows(): ReachableCell[] {
    return this.proof.missing.map((each) => deviationCell(each, this.proof.labels));
  }

  /** What is open here but not in the other, and what is open in the other but not here. An uncertain result counts as open. */
  public changesSince(before: Reachability): ReachabilityChange[] {
    return [...changesBetween(before.proof.matrix, this.proof.matrix), ...forgedChanges(before.matrix(), this.matrix())];
  }

  /**
   * Whether some member of `asker` can resolve the name of some member of `named`: containers resolve the names of all containers on their networks.
   */
  public resolves(asker: IPeer, named: IPeer): boolean {
    this.needPeers(asker, named);
    const [from, to] = [asker, named].map(({ _peerFact: fact }) => selectionOf(fact, this.proof.derived));
    // Both have one hosts file, with the name of the network.
    if (shareNetwork(asker._peerFact, named._peerFact)) return true;
    const { networks, wires, existing } = this.proof.derived.topology;
    const theirs = existing.map((plan) => [
      ...plan.members.map(({ workload }) => workload),
      ...plan.foreignContainers.map(({ key }) => key),
    ]);
    return [...[...networks, ...wires].map(({ members }) => members.map(({ workload }) => workload)), ...theirs].some((here) => {
      return here.some((one) => from.containers.has(one) && here.some((other) => other !== one && to.containers.has(other)));
    });
  }

  /** @internal */
  public get _proof(): Proof {
    return this.proof;
  }

  private question(source: IPeer, destination: IPeer, port: Port): Question {
    this.needPeers(source, destination);
    return {
      source: { fact: source._peerFact, text: source.peerText },
      destination: { fact: destination._peerFact, text: destination.peerText },
      port: port._spec(),
      portText: port.text,
      refusal: this.declarations.refusalOf({ source: source._peerFact, destination: destination._peerFact }),
    };
  }

  private needPeers(...peers: readonly IPeer[]): void {
    for (const peer of peers) {
      if (!isPeer(peer)) {
        throw new ValidationError(
          'NotAPeer',
          this.declarations.store.daemonPath,
          `a question takes workloads, groups or segments of Bulkhead, or peers made by Peer, ${gotInstead(peer)}`,
        );
      }
      if (peer._peerDeclarations !== undefined && peer._peerDeclarations !== this.declarations) {
        throw new ValidationError(
          'FlowAcrossDaemons',
          this.declarations.store.daemonPath,
          `${peer.peerText} is on daemon '${peer._peerDeclarations.store.daemonPath}', but this is the reachability of '${this.declarations.store.daemonPath}'; ask the Reachability of that daemon`,
        );
      }
    }
  }
}
