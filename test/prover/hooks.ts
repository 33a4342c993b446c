import { holds, isReply, labelled, type Place } from './matches';
import { type Network, NotModelled } from './network';
import type { Run } from './packet';
import { and, bool, eq, FALSE, inRange, ite, masked, not, num, or, type Term, TRUE, withBits } from './terms';
import { type BaseChain, type Hook, type HostChain, type HostRules } from '../../src/firewall/private/host-rules';
import type { Rule } from '../../src/firewall/private/ir';
import { addressNumber } from '../oracle/packet-oracle';

/** Where nf_conntrack and nf_nat are registered (linux/netfilter_ipv4.h), whatever the priority of a chain of type nat. */
const CONNTRACK = -200;
const NAT: Readonly<Partial<Record<Hook, { readonly priority: number; readonly end: End }>>> = {
  prerouting: { priority: -100, end: 'destination' },
  output: { priority: -100, end: 'destination' },
  input: { priority: 100, end: 'source' },
  postrouting: { priority: 100, end: 'source' },
};
type End = 'source' | 'destination';

/** All that is registered at a hook, in the order of the kernel. Afterwards `run.guard` are the cases in which the packet goes on. */
export function passHook(network: Network, hook: Hook, run: Run): void {
  if (run.guard === FALSE) return;
  const rules = network.view.rules[network.family];
  if (rules.notUnderstood.length > 0) throw new NotModelled(rules.notUnderstood[0]);
  const place: Place = { network, rules, hook };
  for (const step of stepsOf(rules, hook)) {
    if (step === 'conntrack') track(run);
    else if (step === 'nat') translate(place, run);
    else passBase(place, run, step, undefined);
  }
}

type Step = HostChain | 'conntrack' | 'nat';

function stepsOf({ chains }: HostRules, hook: Hook): Step[] {
  const bases = chains.flatMap((chain) =>
    chain.base?.hook === hook && chain.base.type !== 'nat' ? [{ chain, at: chain.base.priority }] : [],
  );
  const steps: { readonly at: number; readonly order: number; readonly step: Step }[] = bases.map(({ chain, at }, i) => ({
    at,
    order: i,
    step: chain,
  }));
  // Of one priority, conntrack was there first; a chain of a filter at the priority of nat is not expected.
  if (hook === 'prerouting' || hook === 'output') steps.push({ at: CONNTRACK, order: -1, step: 'conntrack' });
  const nat = NAT[hook];
  if (nat) steps.push({ at: nat.priority, order: bases.length, step: 'nat' });
  return steps.sort((a, b) => a.at - b.at || a.order - b.order).map(({ step }) => step);
}

/** Messages of ICMP that a connection may begin with, and those that are never tracked (nf_conntrack_proto_icmp.c, …icmpv6.c). */
const REQUESTS: Readonly<Record<string, readonly number[]>> = { icmp: [8, 13, 15, 17], 'ipv6-icmp': [128, 139] };
const NEVER_TRACKED = [130, 131, 132, 133, 134, 135, 136, 143];

function track(run: Run): void {
  // What comes back over the loopback interface keeps its entry.
  if (run.connection) return;
  const { packet, protocol } = run;
  if (protocol === 'ipv6-icmp') {
    run.isUntracked = or(run.isUntracked, ...NEVER_TRACKED.map((type) => eq(packet.icmpType, num(8, type))));
  }
  if (run.answered) {
    run.connection = run.answered;
    run.isTracked = not(run.isUntracked);
    return;
  }
  const opens = run.isIcmp
    ? or(...REQUESTS[protocol].map((type) => eq(packet.icmpType, num(8, type))))
    : bool(protocol !== 'tcp' || !run.isAnswer);
  run.isTracked = and(opens, not(run.isUntracked));
  const { source, sourcePort, destination, destinationPort } = packet;
  run.connection = {
    ...{ source, sourcePort, destination, destinationPort },
    ...{ isDnat: FALSE, isSnat: FALSE, toAddress: destination, toPort: destinationPort, fromAddress: source },
    ...{ destinationIsDecided: FALSE, sourceIsDecided: FALSE },
    labels: new Map(),
  };
}

/** nf_nat: the first packet of a connection asks the chains once for each end, all others follow it. */
function translate(place: Place, run: Run): void {
  const { connection, packet } = run;
  const { end } = NAT[place.hook]!;
  if (!connection) return;
  if (isReply(run)) {
    if (end === 'destination') {
      const when = and(run.isTracked, connection.isSnat);
      packet.destination = ite(when, connection.source, packet.destination);
    } else {
      const when = and(run.isTracked, connection.isDnat);
      packet.source = ite(when, connection.destination, packet.source);
      packet.sourcePort = ite(when, connection.destinationPort, packet.sourcePort);
    }
    return;
  }
  const isDecided = end === 'destination' ? connection.destinationIsDecided : connection.sourceIsDecided;
  const asks = and(run.isTracked, not(isDecided));
  if (end === 'destination') connection.destinationIsDecided = or(isDecided, run.isTracked);
  else connection.sourceIsDecided = or(isDecided, run.isTracked);
  const nat: Nat = { end, asks, isDone: FALSE };
  const chains = place.rules.chains.filter(({ base }) => base?.hook === place.hook && base.type === 'nat');
  for (const chain of [...chains].sort((a, b) => a.base!.priority - b.base!.priority)) passBase(place, run, chain, nat);
}

interface Nat {
  readonly end: End;
  readonly asks: Term;
  isDone: Term;
}

function passBase(place: Place, run: Run, chain: HostChain, nat: Nat | undefined): void {
  const enters = and(run.guard, nat ? and(nat.asks, not(nat.isDone)) : TRUE);
  if (enters === FALSE) return;
  const traversal = new Traversal(place, run, nat);
  const fallsOff = traversal.chain(chain, enters);
  const base = chain.base as BaseChain;
  run.guard = and(run.guard, not(traversal.dropped), base.policy === 'drop' ? not(fallsOff) : TRUE);
  if (nat) nat.isDone = or(nat.isDone, traversal.translated);
}

/** One base chain with all that it jumps to. */
class Traversal {
  public dropped: Term = FALSE;
  public translated: Term = FALSE;

  constructor(
    private readonly place: Place,
    private readonly run: Run,
    private readonly nat: Nat | undefined,
  ) {}

  /** The cases in which a packet that enters comes to its end, or returns. */
  public chain({ table, rules }: HostChain, enters: Term): Term {
    let here = enters;
    let leaves: Term = FALSE;
    for (const rule of rules) {
      if (here === FALSE) break;
      const met = and(here, ...rule.matches.map((match) => holds(match, this.run, this.place)));
      if (met === FALSE) continue;
      labelled(rule.matches, this.run, met);
      const { verdict } = rule;
      switch (verdict.kind) {
        case 'accept':
          here = and(here, not(met));
          break;
        case 'drop':
        case 'reject':
          this.dropped = or(this.dropped, met);
          here = and(here, not(met));
          break;
        case 'return':
          leaves = or(leaves, met);
          here = and(here, not(met));
          break;
        case 'jump':
          here = or(and(here, not(met)), this.chain(this.target(table, verdict.chain), met));
          break;
        case 'goto':
          leaves = or(leaves, this.chain(this.target(table, verdict.chain), met));
          here = and(here, not(met));
          break;
        default:
          if (this.act(rule, met)) here = and(here, not(met));
      }
    }
    return or(leaves, here);
  }

  private target(table: string, name: string): HostChain {
    const found = this.place.rules.chains.filter((chain) => chain.table === table && chain.name === name);
    if (found.length !== 1) throw new NotModelled(`the chain ${name}`);
    return found[0];
  }

  /** What changes the packet; true where it ends the traversal. */
  private act({ verdict }: Rule, met: Term): boolean {
    const { packet } = this.run;
    switch (verdict.kind) {
      case 'set-mark': {
        const kept = masked(packet.mark, 0xffffffffn & ~BigInt(verdict.mask));
        packet.mark = ite(met, withBits(kept, BigInt(verdict.value)), packet.mark);
        return false;
      }
      case 'notrack':
        this.run.isUntracked = or(this.run.isUntracked, and(met, not(this.run.isTracked)));
        return false;
      case 'dnat':
      case 'redirect':
      case 'snat':
      case 'masquerade':
        this.rewrite(verdict, met);
        return true;
      case 'log':
      case 'continue':
      case 'add-source':
        return false;
      default:
        throw new NotModelled(`the verdict ${verdict.kind}`);
    }
  }

  private rewrite(verdict: Rule['verdict'] & { kind: 'dnat' | 'redirect' | 'snat' | 'masquerade' }, met: Term): void {
    const { run, nat } = this;
    const { packet, connection } = run;
    const isDestination = verdict.kind === 'dnat' || verdict.kind === 'redirect';
    if (!connection || !nat || (nat.end === 'destination') !== isDestination) throw new NotModelled(`${verdict.kind} in such a chain`);
    this.translated = or(this.translated, met);
    const address = this.newAddress(verdict);
    if (address === undefined) {
      this.dropped = or(this.dropped, met);
      return;
    }
    if (!isDestination) {
      packet.source = ite(met, address, packet.source);
      connection.fromAddress = packet.source;
      connection.isSnat = or(and(met, not(eq(packet.source, connection.source))), and(not(met), connection.isSnat));
      return;
    }
    const port = newPort(verdict as Rule['verdict'] & { kind: 'dnat' | 'redirect' }, run);
    packet.destination = ite(met, address, packet.destination);
    packet.destinationPort = ite(met, port, packet.destinationPort);
    connection.toAddress = packet.destination;
    connection.toPort = packet.destinationPort;
    const isSame = and(eq(packet.destination, connection.destination), eq(packet.destinationPort, connection.destinationPort));
    connection.isDnat = or(and(met, not(isSame)), and(not(met), connection.isDnat));
  }

  /** Undefined where the kernel has none to take, and drops. */
  private newAddress(verdict: Rule['verdict'] & { kind: 'dnat' | 'redirect' | 'snat' | 'masquerade' }): Term | undefined {
    const { place, run } = this;
    const { network } = place;
    const { packet } = run;
    switch (verdict.kind) {
      case 'dnat':
        return verdict.address === undefined ? packet.destination : network.constant(addressNumber(verdict.address));
      case 'snat':
        return network.constant(addressNumber(verdict.address));
      // What the host sends goes to loopback, what comes in to the first address of its interface (nf_nat_redirect.c).
      case 'redirect': {
        if (place.hook === 'output') return network.constant(network.family === 'ipv4' ? 0x7f000001n : 1n);
        const [first] = network.own.get(run.in) ?? [];
        return first && network.constant(first.address);
      }
      // An address of the outgoing interface, of the subnet of the next hop where there is one (inet_select_addr).
      case 'masquerade': {
        const ways = network.waysTo(packet.destination);
        const next = ways.reduceRight<Term>(
          (other, { when, gateway }) => ite(when, gateway === undefined ? packet.destination : network.constant(gateway), other),
          packet.destination,
        );
        return network.addressToward(run.out, next);
      }
    }
  }
}

/** Inside of the range it stays, else it becomes the first of it. */
function newPort({ first, last }: { readonly first?: number; readonly last?: number }, { packet, hasPorts }: Run): Term {
  const port = packet.destinationPort;
  if (first === undefined || !hasPorts) return port;
  return ite(inRange(port, first, last ?? first), port, num(16, first));
}
