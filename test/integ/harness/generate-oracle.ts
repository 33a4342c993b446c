// What a plan declares, worked out from its plain words and the addresses that the engine tells. Nothing under src/ is asked.
import { HOSTS, type Plan, type PortRange, type Protocol, placesOf, standsFor } from './generate';

/** What the engine says: addresses of each container by network name, and the gateway of each network. */
export interface Inventory {
  readonly containers: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly gateways: ReadonlyMap<string, string>;
}

export interface Asked {
  /** A container's id, `host`, `lanA`, `lanB` or `inet`. */
  readonly source: string;
  readonly address: string;
  readonly protocol: Protocol;
  readonly port: number;
}

export interface Answer {
  readonly open: boolean;
  /** Who has to be there when it is open. */
  readonly by?: string;
}

export const OUTSIDE = { lanA: '192.0.2.20', lanB: '192.0.2.21', inet: '203.0.113.7' } as const;
const POOL = '10.20.0.0/16';
const LINK_LOCAL = '169.254.0.0/16';

export class Oracle {
  private readonly home: ReadonlyMap<string, string>;
  private readonly networkOf: ReadonlyMap<string, string>;
  /** Segments (not gateways) that a container should be a member of. */
  private readonly joined = new Map<string, Set<string>>();
  private readonly gateways = new Set<string>();
  /** Container and network by address. */
  private readonly owners = new Map<string, { readonly id: string; readonly network: string }>();

  constructor(
    private readonly plan: Plan,
    private readonly inventory: Inventory,
  ) {
    this.home = new Map(plan.containers.map(({ id, segment }) => [id, segment]));
    this.networkOf = new Map(plan.segments.map(({ id, network }) => [id, network]));
    plan.containers.forEach(({ id, segment }) => this.joined.set(id, new Set([segment])));
    for (const { source, destination } of plan.flows) {
      for (const id of standsFor(plan, source)) {
        if (destination.kind === 'block') this.gateways.add(id);
        else placesOf(plan, destination).forEach((segment) => this.joined.get(id)!.add(segment));
      }
    }
    plan.publications.forEach(({ container }) => this.gateways.add(container));
    for (const [id, networks] of inventory.containers) {
      for (const [network, address] of networks) this.owners.set(address, { id, network });
    }
  }

  /** Networks that a container should be on, and no other. */
  networks(id: string): string[] {
    const inside = [...this.joined.get(id)!].map((segment) => this.networkOf.get(segment)!);
    return [...inside, ...(this.gateways.has(id) ? [`${this.networkOf.get(this.home.get(id)!)}-gw`] : [])].sort();
  }

  hasGateway(id: string): boolean {
    return this.gateways.has(id);
  }

  answer(asked: Asked): Answer {
    const { source, address } = asked;
    const owner = this.owners.get(address);
    const inside = this.home.has(source);
    if (owner) {
      if (inside) return closedUnless(this.between(source, owner.id, owner.network, asked), owner.id);
      return closedUnless(source === 'host' && this.fromHost(owner, asked), owner.id);
    }
    const outsider = Object.entries(OUTSIDE).find(([, own]) => own === address)?.[0];
    if (outsider) return closedUnless(!inside || this.egress(asked), outsider);
    return this.atHost(asked, inside);
  }

  /** Between containers: on a network that both are members of, when some flow stands for the two of them and the port. */
  private between(source: string, target: string, network: string, asked: Asked): boolean {
    const segment = [...this.networkOf].find(([, name]) => name === network)?.[0];
    const edge = [...this.networkOf].find(([, name]) => `${name}-gw` === network)?.[0];
    const isThere = segment !== undefined ? this.joined.get(source)!.has(segment) : this.gateways.has(source) && this.home.get(source) === edge; // prettier-ignore
    if (!isThere) return false;
    return this.plan.flows.some(
      (flow) =>
        covers(flow.port, asked) &&
        standsFor(this.plan, flow.source).includes(source) &&
        standsFor(this.plan, flow.destination).includes(target),
    );
  }

  /** The host meets a container at its place, not where it joined. */
  private fromHost({ id, network }: { readonly id: string; readonly network: string }, asked: Asked): boolean {
    if (network !== this.networkOf.get(this.home.get(id)!)) return false;
    return this.plan.flows.some(
      ({ source, destination, port }) => source.kind === 'host' && covers(port, asked) && standsFor(this.plan, destination).includes(id),
    );
  }

  private egress(asked: Asked): boolean {
    const excluded = [POOL, LINK_LOCAL].some((block) => isIn(asked.address, block));
    return this.plan.flows.some(
      ({ source, destination, port }) =>
        destination.kind === 'block' &&
        !excluded &&
        isIn(asked.address, destination.block) &&
        covers(port, asked) &&
        standsFor(this.plan, source).includes(asked.source),
    );
  }

  /** An address of the host: its own, a gateway, or loopback. */
  private atHost(asked: Asked, inside: boolean): Answer {
    const { source, address, protocol } = asked;
    if (inside) {
      const gateway = this.inventory.gateways.get(this.networkOf.get(this.home.get(source)!)!);
      const declared = this.plan.flows.some(
        (flow) => flow.destination.kind === 'host' && covers(flow.port, asked) && standsFor(this.plan, flow.source).includes(source),
      );
      return closedUnless(address === gateway && declared, 'host');
    }
    const publication = this.plan.publications.find(
      ({ port, hostAddress }) =>
        covers(port, asked) && (hostAddress === address || (hostAddress === '0.0.0.0' && HOSTS.some((own) => own === address))),
    );
    if (protocol !== 'icmp' && publication) {
      const from = source in OUTSIDE ? OUTSIDE[source as keyof typeof OUTSIDE] : undefined;
      // The host's own processes are no outside: nothing is forwarded.
      return closedUnless(from === undefined || publication.sources.some((block) => isIn(from, block)), publication.container);
    }
    // The host's own services: towards its network they are the administrator's, and stay as they are.
    return { open: true, by: 'host' };
  }
}

function closedUnless(open: boolean, by: string): Answer {
  return open ? { open, by } : { open };
}

function covers(range: PortRange, { protocol, port }: Asked): boolean {
  return range.protocol === protocol && (protocol === 'icmp' || (range.first <= port && port <= range.last));
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function isIn(address: string, block: string): boolean {
  const [network, length] = block.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(toNumber(address) / size) === Math.floor(toNumber(network) / size);
}
