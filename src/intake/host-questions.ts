import { InputError } from './input-error';
import { changesOf, distinctSenders, endOf, type Opening, type Sender } from './private/host/host-changes';
import type { HostNote } from './private/host/host-note';
import { hostWords } from './private/host/host-words';
import type { IntakeHost } from './private/host/intake-host';
import { type PortClass, portClasses, unionOf } from './private/host/port-classes';
import { ELSEWHERE, endNamed, endsOf, familyOf, outsideEnd, type QuestionEnd } from './private/host/question-ends';
import { sourceClasses } from './private/host/source-classes';
import { portOf } from './private/ports';
import type { IpProtocol } from '../firewall/private/ir';
import { groupBy } from '../private/multimap';
import type { Step } from '../private/step';
import { Disposition } from '../reachability/disposition';
import { Explanation } from '../reachability/explanation';
import { decidersOf } from '../reachability/private/deciders';
import { placeText } from '../reachability/private/explain';
import { explanationText } from '../reachability/private/explanation-text';
import { EVERY_PORT, isEmpty, type PortSet, shortPortSetText, subtract } from '../reachability/private/matrix/port-set';
import { Host } from '../reachability/private/walk/host';
import { type Outcome, type ProbeSpec, RANK } from '../reachability/private/walk/outcome';
import { walk } from '../reachability/private/walk/walk';
import type { Exposure, ReachabilityChange, ReachableCell } from '../reachability/results';
import type { Family } from '../topology/private/terms';

/** Something that the outside reaches, and what lets it through. */
export interface HostExposure extends Exposure {
  /** Interface of the host that clients come in by. */
  readonly interface: string;
  /** The publication or rule that leads there. */
  readonly by: string;
  readonly certain: boolean;
}

interface Found {
  readonly to: string;
  readonly address: string;
  readonly ports: PortSet;
  readonly targetPorts: PortSet;
  readonly certain: boolean;
  readonly outcome: Outcome;
}

/** Answers about a host that Bulkhead did not set up. */
export class HostQuestions {
  private readonly bridges: ReadonlySet<string>;
  /** Every end and address is asked about all of them. */
  private readonly ports: Readonly<Record<Family, readonly PortClass[]>>;

  /** @param again the same host on an engine of another version, where the input tells enough for that */
  constructor(
    public readonly host: IntakeHost,
    private readonly again?: (version: string) => HostQuestions,
    private readonly step: Step = () => undefined,
  ) {
    this.bridges = new Set(
      host.names.networks.flatMap(({ driver, interface: name }) => (driver === 'bridge' && name !== undefined ? [name] : [])),
    );
    this.ports = { ipv4: portClasses(host.view, 'ipv4'), ipv6: portClasses(host.view, 'ipv6') };
  }

  /** What is missing or not understood; it goes with each answer. */
  public get notes(): readonly HostNote[] {
    return this.host.notes;
  }

  /** Every two ends with an open connection. */
  public open(): ReachableCell[] {
    return this.openings().map(({ ports, ...ends }) => ({ ...ends, ports: shortPortSetText(ports) }));
  }

  /** What is open here and was not in the other, and the other way round, for all senders that rules of either distinguish. */
  public changesSince(before: HostQuestions): ReachabilityChange[] {
    const outside = distinctSenders([...before.outside(), ...this.outside()]);
    return changesOf(before.openings(outside), this.openings(outside), outside);
  }

  /** The same host on an engine of another version. @throws InputError where the input has the rules of the engine that wrote them */
  public onEngine(version: string): HostQuestions {
    if (this.again === undefined) {
      throw new InputError("whatif needs what a host is made of, not the rules that its engine has already written; give it a topology.json, or what 'terraform show -json' prints"); // prettier-ignore
    }
    return this.again(version);
  }

  private openings(outside?: readonly Sender[]): Opening[] {
    const all = endsOf(this.host);
    const own = all.filter(({ kind }) => kind === 'host').flatMap(({ addresses }) => addresses);
    const isHere = (name: string) => all.some((end) => end.kind === 'outside' && end.interface === name);
    const senders = outside === undefined ? all : [...all.filter(({ kind }) => kind !== 'outside'), ...outside.filter((each) => isHere(each.interface)).map(endOf)]; // prettier-ignore
    return senders.flatMap((from, done) => {
      this.step(done, senders.length);
      const atHost = own.flatMap((address) => this.found(from, address));
      return all.flatMap((to) => (from.text === to.text ? [] : this.cells(from, to, atHost)));
    });
  }

  private outside(): Sender[] {
    const names = endsOf(this.host).flatMap(({ kind, interface: name }) => (kind === 'outside' && name !== undefined ? [name] : []));
    const classes = (['ipv4', 'ipv6'] as const).flatMap((family) => sourceClasses(this.host.view, family));
    return names.flatMap((name) => classes.map(({ block, address }) => ({ interface: name, block, address })));
  }

  /** What each interface outside lets in, at the host's addresses and at those of containers: from anywhere, and from senders that rules name. */
  public exposures(): HostExposure[] {
    const ends = endsOf(this.host);
    const targets = ends.filter(({ kind }) => kind !== 'outside');
    const places = [...new Set(targets.flatMap(({ addresses }) => addresses))];
    const all = ends.flatMap(({ kind, interface: name }) =>
      kind === 'outside' && name !== undefined ? places.flatMap((address) => this.exposuresAt(name, address)) : [],
    );
    return [...(this.host.isBare ? all.filter(({ workload }) => workload !== 'host') : all), ...this.doubtedExposures()];
  }

  public disposition(source: string, destination: string, port: string): Disposition {
    return Disposition[this.best(source, destination, port).outcome.disposition];
  }

  public explain(source: string, destination: string, port: string): Explanation {
    const { outcome, probe, from, to } = this.best(source, destination, port, true);
    const deciders = probe && decidersOf(this.host.view, probe, outcome);
    const words = hostWords(outcome, deciders, from, to, port, this.bridges);
    const labels = { declarationsOf: () => [], port: String };
    const text = explanationText(words, outcome.steps, labels);
    return Explanation._of(
      words,
      text.split('\n').filter((line) => /^[ >] /.test(line)),
      text,
    );
  }

  /** Of the addresses of the destination the one counts that gets furthest. */
  private best(source: string, destination: string, port: string, trace = false): Best {
    const [from, to] = [endNamed(this.host, source), endNamed(this.host, destination)];
    if (from.text === to.text) throw new InputError(`'${source}' and '${destination}' are the same end; name two`);
    const { protocol, first } = portOf(port)._spec();
    const doubt = this.doubtOf(from, to);
    if (doubt !== undefined) return { outcome: doubted(doubt), from, to };
    const direct = to.addresses.map((address) => ({ address, port: protocol === 'icmp' ? 0 : first }));
    const answers = [...direct, ...this.publishedPlaces(to, protocol, first)].flatMap(({ address, port: at }) => {
      const asked: IpProtocol = protocol === 'icmp' ? (familyOf(address) === 'ipv4' ? 'icmp' : 'ipv6-icmp') : protocol;
      const probe = probeOf(from, address, { protocol: asked, port: at });
      if (probe === undefined) return [];
      const outcome = walk(this.host.view, probe, { trace });
      // Another container may publish that port of the host by now.
      const isOther = outcome.receiver !== undefined && to.kind === 'container' && outcome.receiver.container !== to.text;
      return isOther ? [] : [{ outcome, probe }];
    });
    const [answer] = [...answers].sort((a, b) => RANK[b.outcome.disposition] - RANK[a.outcome.disposition]);
    if (answer === undefined) throw new InputError(`'${source}' and '${destination}' have no addresses of one family; name an address`);
    return { ...answer, from, to };
  }

  /** Ports of the host that lead to a port of the container, where the question names no address. */
  private publishedPlaces({ kind, text, addresses }: QuestionEnd, protocol: string, port: number): { address: string; port: number }[] {
    const container = this.host.names.containers.find(({ name }) => kind === 'container' && name === text);
    if (container === undefined || addresses.length < container.addresses.length) return [];
    const own = endNamed(this.host, 'host').addresses;
    return container.ports
      .filter((each) => each.protocol === protocol && each.targetPort === port)
      .flatMap(({ hostAddress, hostPort }) => {
        const places = hostAddress === '0.0.0.0' || hostAddress === '::' ? own.filter((each) => each.includes(':') === hostAddress.includes(':')) : [hostAddress]; // prettier-ignore
        return places.map((address) => ({ address, port: hostPort }));
      });
  }

  /** Ports of an address that lead to a receiver, by the receiver. */
  private found(from: QuestionEnd, address: string): Found[] {
    const groups = new Map<string, { readonly outcome: Outcome; readonly ports: PortSet[]; readonly targets: PortSet[] }>();
    for (const each of this.ports[familyOf(address)]) {
      const probe = probeOf(from, address, each);
      if (probe === undefined) continue;
      const outcome = walk(this.host.view, probe);
      if (outcome.disposition !== 'DELIVERED' && outcome.disposition !== 'UNKNOWN') continue;
      const receiver = outcome.receiver ?? outcome.receivers?.[0];
      const who = receiver === undefined ? '' : (receiver.container ?? receiver.kind);
      const moved = (receiver?.port ?? each.port) - each.port;
      const key = JSON.stringify([outcome.disposition, who, moved]);
      const group = groups.get(key) ?? { outcome, ports: [], targets: [] };
      groups.set(key, group);
      group.ports.push(each.ports);
      group.targets.push(moved === 0 ? each.ports : shifted(each, moved));
    }
    return [...groups].map(([key, { outcome, ports, targets }]) => ({
      to: (JSON.parse(key) as string[])[1],
      address,
      ports: unionOf(ports),
      targetPorts: unionOf(targets),
      certain: outcome.disposition === 'DELIVERED',
      outcome,
    }));
  }

  /** What is published at the host counts for the container that gets it, with the ports that it has there. */
  private cells(from: QuestionEnd, to: QuestionEnd, atHost: readonly Found[]): Opening[] {
    if (this.doubtOf(from, to) !== undefined) return [{ source: from.text, destination: to.text, ports: EVERY_PORT, certain: false }];
    const addresses = to.kind === 'outside' ? this.placesAt(to) : to.addresses;
    const direct = to.kind === 'host' ? atHost : addresses.flatMap((address) => this.found(from, address));
    const published = to.kind === 'container' ? atHost.map((each) => ({ ...each, ports: each.targetPorts })) : [];
    const receiver = to.kind === 'container' ? to.text : to.kind;
    const found = [...direct.filter((each) => each.to === '' || each.to === receiver), ...published.filter((each) => each.to === receiver)];
    return [true, false].flatMap((certain) => {
      const ports = unionOf(found.filter((each) => each.certain === certain).map((each) => each.ports));
      return isEmpty(ports) ? [] : [{ source: from.text, destination: to.text, ports, certain }];
    });
  }

  /** Addresses of the internet, where the host sends those over the interface. */
  private placesAt({ interface: name }: QuestionEnd): string[] {
    const host = Host.of(this.host.view);
    return (['ipv4', 'ipv6'] as const).flatMap((family) => {
      const hop = host.hopTo(family, host.valueOf(family, ELSEWHERE[family])!);
      return hop !== undefined && hop.interface === name ? [ELSEWHERE[family]] : [];
    });
  }

  /** What is not known about one of the ends, so that neither an arrival nor its absence is certain. */
  private doubtOf(...ends: readonly QuestionEnd[]): string | undefined {
    const keys = ends.filter(({ kind }) => kind === 'container').map(({ text }) => text);
    return this.host.view.containers.find(({ key, doubt }) => doubt !== undefined && keys.includes(key))?.doubt;
  }

  /** Ports that containers publish whose networks are not known. */
  private doubtedExposures(): HostExposure[] {
    const [uplink] = endsOf(this.host).filter(({ kind }) => kind === 'outside');
    return this.host.view.containers.flatMap(({ key, doubt }) =>
      (doubt === undefined ? [] : this.host.names.containers.filter(({ name }) => name === key).flatMap(({ ports }) => ports)).map(
        ({ protocol, hostAddress, hostPort, targetPort }) => ({
          workload: key,
          hostAddress,
          hostPorts: `${protocol}/${hostPort}`,
          targetPorts: `${protocol}/${targetPort}`,
          sources: [hostAddress.includes(':') ? '::/0' : '0.0.0.0/0'],
          anywhere: true,
          interface: uplink?.interface ?? '',
          by: doubt!,
          certain: false,
        }),
      ),
    );
  }

  private exposuresAt(name: string, address: string): HostExposure[] {
    const [everybody, ...named] = sourceClasses(this.host.view, familyOf(address));
    const anywhere = this.found(outsideEnd(name, everybody.address), address);
    const common = anywhere.map((each) => this.exposure(name, each, [everybody.block], true));
    // What only some may reach, in one line for all of them.
    const further = named.flatMap(({ block, address: source }) =>
      this.found(outsideEnd(name, source), address).flatMap((each) => {
        const known = unionOf(anywhere.filter(({ to, certain }) => to === each.to && certain === each.certain).map(({ ports }) => ports));
        const ports = subtract(each.ports, known);
        return isEmpty(ports) ? [] : [{ block, each: { ...each, ports } }];
      }),
    );
    const groups = groupBy(further, ({ each: { to, ports, certain } }) => JSON.stringify([to, ports, certain]));
    return [...common, ...[...groups.values()].map((group) => this.exposure(name, group[0].each, group.map(({ block }) => block), false))]; // prettier-ignore
  }

  private exposure(
    name: string,
    { to, address, ports, targetPorts, certain, outcome }: Found,
    sources: string[],
    anywhere: boolean,
  ): HostExposure {
    return {
      workload: to === '' ? 'not certain' : to,
      hostAddress: address,
      hostPorts: shortPortSetText(ports),
      targetPorts: shortPortSetText(targetPorts),
      sources,
      anywhere,
      interface: name,
      by: this.wayIn(outcome, address),
      certain,
    };
  }

  private wayIn({ receiver, doubts }: Outcome, address: string): string {
    if (receiver === undefined) return doubts.map((doubt) => placeText(doubt)).join('; ');
    const published = this.host.names.containers
      .filter(({ name }) => name === receiver.container)
      .flatMap(({ ports }) => ports)
      .filter(({ targetPort }) => targetPort === receiver.port)
      .sort((a, b) => Number(isOf(b, address)) - Number(isOf(a, address)))[0];
    if (published !== undefined) {
      const { hostAddress: at } = published;
      return `publication ${at.includes(':') ? `[${at}]` : at}:${published.hostPort} -> ${published.targetPort}/${published.protocol}`;
    }
    return receiver.kind === 'host' ? 'no rule drops it' : 'rules of the host';
  }
}

interface Best {
  readonly outcome: Outcome;
  /** Undefined where no packet can be asked about. */
  readonly probe?: ProbeSpec;
  readonly from: QuestionEnd;
  readonly to: QuestionEnd;
}

/** Undefined where the end has no address of that family. */
function probeOf(from: QuestionEnd, to: string, { protocol, port }: Pick<PortClass, 'protocol' | 'port'>): ProbeSpec | undefined {
  const family = familyOf(to);
  const source = from.sourceIn(family);
  return source && { family, from: source, to, protocol, port };
}

/** Whether a publication is of the family of an address. */
function isOf({ hostAddress }: { readonly hostAddress: string }, address: string): boolean {
  return familyOf(hostAddress) === familyOf(address);
}

function doubted(text: string): Outcome {
  const doubts = [{ table: '', chain: '', text }];
  return { disposition: 'UNKNOWN', direction: 'original', reason: 'not-understood', doubts, possible: ['DELIVERED', 'UNREACHABLE'], steps: [] }; // prettier-ignore
}

function shifted({ ports }: PortClass, by: number): PortSet {
  const move = (ranges: PortSet['tcp']): PortSet['tcp'] => ranges.map(([first, last]) => [first + by, last + by] as const);
  return { ...ports, tcp: move(ports.tcp), udp: move(ports.udp) };
}
