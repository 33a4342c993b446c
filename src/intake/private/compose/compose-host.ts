import { refusals } from './addresses';
import type { ComposeNetwork, ComposeProject, ComposeService } from './project';
import { InputError } from '../../input-error';
import { type Endpoint, type EngineContainer, type EngineNetwork, interfaceOf, type PublishedPort } from '../host/engine-objects';
import { type HostNote, notUnderstood } from '../host/host-note';
import { DEFAULT_NETWORK } from '../planned/default-network';
import { unreadOptions } from '../planned/engine-input-for';
import { CHOSEN_PORT } from '../planned/planned-host';
import { WITHOUT_IPV4, WANTS_IPV6 } from '../planned/with-addresses';

/** What `docker compose up` asks the engine for. */
export interface ComposeObjects {
  readonly networks: readonly EngineNetwork[];
  readonly containers: readonly EngineContainer[];
  readonly notes: readonly HostNote[];
}

/** Containers that all reach each other are many pairs. */
const MOST_CONTAINERS = 1_000;

/**
 * The networks and containers of a project.
 * @param profiles those that are on; a service that has some takes one of them
 */
export function composeObjects(project: ComposeProject, profiles: readonly string[] = []): ComposeObjects {
  const isOn = ({ profiles: wanted }: ComposeService) => wanted.length === 0 || profiles.includes('*') || wanted.some((each) => profiles.includes(each)); // prettier-ignore
  const notes = [...project.notes];
  for (const { place, name, profiles: wanted } of project.services.filter((each) => !isOn(each))) {
    notes.push(notUnderstood('compose', place, `service ${name} starts only with the profile ${wanted.join(' or ')}; it is left out (--profile ${wanted[0]} includes it)`)); // prettier-ignore
  }
  const services = project.services.filter(isOn);
  const used = new Set(services.flatMap(({ networks }) => networks.map(({ network }) => network)));
  const declared = project.networks.filter(({ key }) => used.has(key));
  const networks = [DEFAULT_NETWORK, ...declared.filter((each) => kindOf(each) === 'made').map((network) => networkOf(network, notes))];
  const maker = new Maker(project.name, services, new Map(declared.map((network) => [network.key, network])), notes);
  const count = services.reduce((sum, { replicas }) => sum + replicas, 0);
  if (count > MOST_CONTAINERS) throw new InputError(`the files make ${count} containers, and at most ${MOST_CONTAINERS} are modelled; give services fewer replicas`); // prettier-ignore
  const containers = services.flatMap((service) => maker.containers(service));
  notes.push(...refusals({ networks, containers }).map((sentence) => notUnderstood('compose', project.name, sentence)));
  return { networks, containers, notes };
}

/** Networks that every engine has are joined, whatever the files say about them. */
function kindOf({ external, name, driver }: ComposeNetwork): 'made' | 'host' | 'none' | 'bridge' {
  if (driver === 'host' || (external && name === 'host')) return 'host';
  if (driver === 'null' || driver === 'none' || (external && name === 'none')) return 'none';
  return external && name === DEFAULT_NETWORK.name ? 'bridge' : 'made';
}

function networkOf(network: ComposeNetwork, notes: HostNote[]): EngineNetwork {
  const { name, place, driver, external, internal, options, subnets, ipv4, ipv6 } = network;
  if (external) notes.push(notUnderstood('compose', place, `network ${name} is made elsewhere: it is taken for a bridge with default settings, and no other container is taken to be in it`)); // prettier-ignore
  if (driver === 'overlay') notes.push(notUnderstood('compose', place, `network ${name} is an overlay: containers on other nodes are not in the answers`)); // prettier-ignore
  const made: EngineNetwork = {
    name,
    id: '',
    driver,
    internal,
    blocks: subnets.map(({ subnet }) => subnet),
    gateways: subnets.flatMap(({ subnet, gateway }) => (gateway === undefined ? [] : `${gateway}/${subnet.split('/')[1]}`)),
    interface: interfaceOf(driver, name, options),
    mode: options.macvlan_mode ?? options.ipvlan_mode,
    options: { ...options, ...(ipv6 && { [WANTS_IPV6]: 'true' }), ...(!ipv4 && { [WITHOUT_IPV4]: 'true' }) },
  };
  for (const option of unreadOptions(made)) {
    notes.push(notUnderstood('compose', place, `option ${option} of network ${name} is not modelled: what it changes about packets is not in the answers`)); // prettier-ignore
  }
  return made;
}

class Maker {
  private chosen = CHOSEN_PORT;

  constructor(
    private readonly project: string,
    private readonly services: readonly ComposeService[],
    private readonly networks: ReadonlyMap<string, ComposeNetwork>,
    private readonly notes: HostNote[],
  ) {}

  public containers(service: ComposeService): EngineContainer[] {
    const mode = this.modeOf(service);
    const { name, place, ports, replicas } = service;
    if (ports.length > 0 && mode !== undefined) {
      const why = mode === 'host' ? 'the ports of the container are ports of the host without publishing' : mode === 'none' ? 'it has no network' : 'Docker refuses ports of a container that shares a network'; // prettier-ignore
      this.note(place, `ports of service ${name} are ignored: ${why}`);
    }
    if (ports.length > 0 && mode === undefined && this.isInward(service)) {
      this.note(place, `ports of service ${name} have no effect, because all of its networks are internal`);
    }
    if (mode === 'host') {
      this.note(place, `service ${name} uses the network of the host: whatever it listens on is a port of the host, and is not listed`);
    }
    if (ports.some(({ hostPorts }) => hostPorts !== undefined && hostPorts.first === hostPorts.last) && replicas > 1) {
      this.note(
        place,
        `service ${name} has ${replicas} replicas and one port of the host: only the first starts, and the others are left out`,
      );
      return [this.container(service, 1, mode)];
    }
    return Array.from({ length: replicas }, (_, i) => this.container(service, i + 1, mode));
  }

  private container(service: ComposeService, number: number, mode: EngineContainer['mode']): EngineContainer {
    return {
      name: this.nameOf(service, number),
      id: '',
      isRunning: true,
      ...(mode !== undefined && { mode }),
      endpoints: mode === undefined ? this.endpointsOf(service) : [],
      ports: mode === undefined && !this.isInward(service) ? service.ports.flatMap((port) => this.published(service, port)) : [],
    };
  }

  /** The engine publishes nothing of a container whose networks are all internal. */
  private isInward({ networkMode, networks }: ComposeService): boolean {
    return networkMode === undefined && networks.every(({ network }) => this.networks.get(network)!.internal);
  }

  private nameOf({ containerName, name }: ComposeService, number = 1): string {
    return containerName ?? `${this.project}-${name}-${number}`;
  }

  private modeOf({ name, place, networkMode = '', networks }: ComposeService): EngineContainer['mode'] {
    const kinds = networks.flatMap(({ network }) => {
      const known = this.networks.get(network);
      return known === undefined ? [] : [kindOf(known)];
    });
    if (networkMode === 'host' || kinds.includes('host')) return 'host';
    if (networkMode === 'none' || (kinds.length > 0 && kinds.every((kind) => kind === 'none'))) return 'none';
    if (networkMode.startsWith('service:')) {
      const owner = this.services.find((each) => `service:${each.name}` === networkMode);
      if (owner !== undefined) return { sharesWith: this.nameOf(owner) };
      this.note(place, `service ${name} shares the network of ${networkMode.slice('service:'.length)}, which is not there or not on`);
      return { sharesWith: networkMode.slice('service:'.length) };
    }
    if (!networkMode.startsWith('container:')) return undefined;
    const owner = networkMode.slice('container:'.length);
    this.note(
      place,
      `service ${name} shares the network of the container ${owner}, which the files do not make: what reaches it is not in the answers`,
    );
    return { sharesWith: owner };
  }

  private endpointsOf({ networkMode, networks }: ComposeService): Endpoint[] {
    if (networkMode !== undefined) {
      const network = networkMode === 'default' ? DEFAULT_NETWORK.name : networkMode;
      return [{ network, networkId: '', priority: 0 }];
    }
    return networks.map(({ network, ipv4, ipv6, priority }) => ({
      network: this.networks.get(network)!.name,
      networkId: '',
      ...(ipv4 !== undefined && { ipv4 }),
      ...(ipv6 !== undefined && { ipv6 }),
      priority,
    }));
  }

  /** Without an address the engine binds the port for both families. */
  private published(
    { name, place }: ComposeService,
    { protocol, targetPort, hostAddress, hostPorts }: ComposeService['ports'][number],
  ): PublishedPort[] {
    const isChosen = hostPorts === undefined || hostPorts.first !== hostPorts.last;
    const hostPort = hostPorts?.first ?? this.chosen++;
    if (isChosen) {
      this.note(
        place,
        `the engine chooses the port of the host for ${targetPort}/${protocol} of service ${name}; ${hostPort} stands for it`,
      );
    }
    const addresses = hostAddress === undefined ? ['0.0.0.0', '::'] : [hostAddress];
    return addresses.map((address) => ({ protocol, hostAddress: address, hostPort, targetPort }));
  }

  private note(place: string, sentence: string): void {
    this.notes.push(notUnderstood('compose', place, sentence));
  }
}
