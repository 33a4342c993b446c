// What is tried with a source that is not the sender's, inside standing flows and beside them, and what the walk says of each try.
import { containerActor } from './matrix';
import { type IDaemon, Reachability } from '../../../src';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { HostView } from '../../../src/reachability/private/walk/host-view';
import type { ProbeSource, ProbeSpec } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import type { Lab, Where } from '../lab/lab';

export const UNDECLARED = 6000;
/** Which address and port of the host the kernel translates this flow to over IPv6 is not known here, so nobody can answer it. */
export const UNKNOWN_ANSWER = 'egress-6';

/** An end of a flow: who it is, where, and by which interface of the host its packets come. */
export interface Place {
  readonly name: string;
  readonly where: Where;
  readonly address: string;
  /** Undefined for the host. */
  readonly bridge?: string;
  /** MAC addresses of who is there, by bridge: a neighbour on any of these may send to them past the host. */
  readonly macs?: ReadonlyMap<string, string>;
}

export interface StandingFlow {
  readonly id: string;
  readonly source: Place;
  readonly target: Place;
  /** Address that is asked, where that is not the target's. */
  readonly asked: string;
  /** Address that the target answers to, where that is not the source's. */
  readonly answered: string;
  readonly sport: number;
  readonly port: number;
  /** Nobody declared it, so nothing stands: only first packets are tried. */
  readonly isIdle?: boolean;
}

/** Who sends, over which of its devices, and how. */
export interface Position {
  readonly name: string;
  readonly where: Where;
  readonly uid?: number;
  readonly way: 'freebind' | 'raw' | 'frame' | 'ping' | 'connect';
  readonly device?: string;
  /** Whom a frame goes to. */
  readonly mac?: string;
  /** Interface of the host that it comes by; empty for the host's own. */
  readonly by: string;
}

export interface Try {
  readonly id: string;
  readonly what: string;
  readonly position: Position;
  readonly victim: string;
  /** Where a frame may go besides to the host. */
  readonly mac?: string;
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly port: number;
  readonly predicted: boolean;
  /** The guard promises that it is closed: it comes from where the real sender is not, and has to do with our containers. */
  readonly isJudged: boolean;
}

/** What others do with the host and the outside is theirs; containers of others count as outside where they ask. */
function isJudged({ name }: Position, { source, target }: StandingFlow, from: Place): boolean {
  const isOfOurs = [source, target].some(({ where }) => 'container' in where) || name.startsWith('app-');
  return isOfOurs && !(name === 'stranger' && from === source && from.bridge === UPLINK);
}

/** From a bridge of others, and from an address that is not answered over it. */
function isFar({ by }: Position, from: Place, victim: Place): boolean {
  return by !== '' && by !== UPLINK && !by.startsWith('bh-') && from.bridge !== by && (victim.bridge ?? '').startsWith('bh-');
}

/** Kernels that cannot ask for the way back have no such rule; there the walk stands alone. */
function closesFarSources(lab: Lab): boolean {
  return lab.mustHost('the rule of far sources', ['sh', '-c', 'nft list chain inet bulkhead far 2>/dev/null || :']).includes('fib saddr');
}

/** Where containers are, in both families, as the engine tells it. */
export function placesOf(lab: Lab, daemon: IDaemon, names: readonly string[]): Place[] {
  const { networks } = Reachability.of(daemon)._proof.derived.topology;
  const bridges = new Map(networks.map(({ networkName, bridge }) => [networkName, bridge]));
  return names.flatMap((name) =>
    containerActor(lab, name).endpoints.map(({ network, address }) => {
      return { name, where: { container: name }, address, bridge: bridges.get(network)! };
    }),
  );
}

export class Tries {
  static of(daemon: IDaemon, lab: Lab): Tries {
    const { view, derived } = Reachability.of(daemon)._proof;
    return new Tries(view, new Map(derived.topology.workloads.map(({ name, path }) => [name, path])), closesFarSources(lab));
  }

  private constructor(
    private readonly view: HostView,
    /** Construct path by container name. */
    private readonly paths: ReadonlyMap<string, string>,
    /** The table of frames has what is beside the guard, and unknown to the proof. */
    private readonly closesFar: boolean,
  ) {}

  /** Inside every standing flow both ways, and beside those between containers as first packets to a declared port and to another. */
  of(flows: readonly StandingFlow[], positions: readonly Position[], first: number): Try[] {
    let count = first;
    return positions.flatMap((position) =>
      flows.flatMap((flow): Try[] => {
        const { source, target, asked, answered, sport, port, isIdle } = flow;
        const [isSix, canSix] = [asked.includes(':'), position.way !== 'freebind' || asked.includes(':')];
        if (!canSix || (isSix ? false : position.way === 'ping' || position.way === 'connect')) return [];
        const opener: ProbeSpec = { ...this.probe(source, asked, port, sport) };
        const make = (
          what: string,
          victim: Place,
          from: Place,
          ends: Pick<Try, 'src' | 'dst' | 'sport' | 'port'>,
          within?: ProbeSpec['within'],
        ): Try => ({
          id: String(count++),
          what: `${flow.id} ${what}`,
          position,
          victim: victim.name,
          ...(position.way === 'frame' ? { mac: victim.macs?.get(position.by) } : {}),
          ...ends,
          predicted: !(this.closesFar && isFar(position, from, victim)) && this.predict(position, ends, victim, within),
          isJudged: (from.bridge ?? '') !== position.by && isJudged(position, flow, from),
        });
        const original = { src: source.address, dst: asked, sport, port };
        const reply = { src: target.address, dst: answered, sport: port, port: sport };
        const isInside = source.bridge !== undefined && source.bridge === target.bridge;
        // From station to station of the LAN nothing passes the host.
        const isOnLan = (place: Place) => position.by === UPLINK && place.bridge === UPLINK;
        const standing = [
          ...(isOnLan(target) || isIdle ? [] : [make('as its source', target, source, original, { opener, direction: 'original' })]),
          ...(isOnLan(source) || isIdle || flow.id === UNKNOWN_ANSWER
            ? []
            : [make('as its target', source, target, reply, { opener, direction: 'reply' })]),
        ];
        const fresh = (isOnLan(target) ? [] : isInside ? [port, UNDECLARED] : [port]).map((to) => {
          const from = 20_000 + count;
          return make(`new to ${to}`, target, source, { src: source.address, dst: asked, sport: from, port: to });
        });
        const all = position.way === 'ping' || position.way === 'connect' ? (isInside ? fresh.slice(0, 1) : []) : [...standing, ...fresh];
        // To itself a container may send what it likes.
        return all.filter(({ victim }) => victim !== position.name);
      }),
    );
  }

  private predict(
    { by, way }: Position,
    { src, dst, port, sport }: Pick<Try, 'src' | 'dst' | 'sport' | 'port'>,
    victim: Place,
    within?: ProbeSpec['within'],
  ): boolean {
    const family = dst.includes(':') ? 'ipv6' : 'ipv4';
    const from: ProbeSource = by === '' ? { kind: 'host', address: src } : { kind: 'outside', interface: by, address: src };
    const what =
      way === 'ping'
        ? ({ protocol: 'ipv6-icmp' } as const)
        : ({ protocol: way === 'connect' ? 'tcp' : 'udp', port, sourcePort: sport } as const);
    // TCP needs its answer, which goes to the owner of the source.
    const mode = way === 'connect' ? {} : within ? { within } : { oneWay: true as const };
    const { disposition, receiver } = walk(this.view, { family, from, to: dst, ...what, ...mode });
    const isVictim =
      'container' in victim.where
        ? receiver?.container === this.paths.get(victim.name)
        : receiver?.kind === ('host' in victim.where ? 'host' : 'outside');
    return disposition === 'DELIVERED' && isVictim;
  }

  private probe({ name, where, address, bridge }: Place, to: string, port: number, sourcePort: number): ProbeSpec {
    const from: ProbeSource =
      'container' in where
        ? { kind: 'container', key: this.paths.get(name)!, via: bridge!, address }
        : 'host' in where
          ? { kind: 'host' }
          : { kind: 'outside', interface: UPLINK, address };
    return { family: to.includes(':') ? 'ipv6' : 'ipv4', from, to, protocol: 'udp', port, sourcePort };
  }
}
