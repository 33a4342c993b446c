import type { HardenedContainer } from './hardened-container';
import { containerCall, ENGINE_READS } from '../hardening/private/engine-api';
import { checkProps } from '../private/check-props';
import { reasonText } from '../private/text';

/** Why a client of a socket proxy needs calls that change something or read logs. */
export interface SocketAccessOptions {
  /** Why the client needs it, at least 10 characters; it appears in the reports. */
  readonly reason: string;
}

/**
 * Calls of the engine's API that a `SocketProxy` passes for a client. Each one but the last three is a `GET` or `HEAD` request that changes nothing. Every client
 * also gets `/_ping` and `/version`.
 *
 * No call here creates a container, runs a program in one, copies a file out of one, or reads the tokens of a swarm.
 *
 * @see https://docs.docker.com/reference/api/engine/
 */
export class SocketAccess {
  /**
   * The list of containers: `/containers/json`. It shows names, images, commands, labels, addresses, ports and the source of each mount of all
   * containers, but no environment.
   */
  public static containerList(): SocketAccess {
    return SocketAccess.reading('list containers', ENGINE_READS.containerList);
  }

  /**
   * The list of containers, and everything about each one: `/containers/json` and `/containers/NAME/json`. It also shows the environment of all
   * containers, and every secret that a container has there.
   */
  public static containers(): SocketAccess {
    return SocketAccess.reading('list and inspect containers', ENGINE_READS.containers);
  }

  /** The events of the engine, as they happen: `/events`. Events carry the names, images and labels of containers. */
  public static events(): SocketAccess {
    return SocketAccess.reading('watch events', ENGINE_READS.events);
  }

  /** The list of images, and everything about each one: `/images/json` and `/images/NAME/json`. An image shows its default environment. */
  public static images(): SocketAccess {
    return SocketAccess.reading('list and inspect images', ENGINE_READS.images);
  }

  /** Information about the engine and its host: `/info`. */
  public static info(): SocketAccess {
    return SocketAccess.reading('read the information of the engine', ENGINE_READS.info);
  }

  /** The list of networks, and the members and addresses of each one: `/networks` and `/networks/NAME`. */
  public static networks(): SocketAccess {
    return SocketAccess.reading('list and inspect networks', ENGINE_READS.networks);
  }

  /** The nodes of a swarm: `/nodes` and `/nodes/ID`. Only a manager answers. */
  public static nodes(): SocketAccess {
    return SocketAccess.reading('list and inspect nodes', ENGINE_READS.nodes);
  }

  /** The services of a swarm, with their environment: `/services` and `/services/ID`. Only a manager answers. */
  public static services(): SocketAccess {
    return SocketAccess.reading('list and inspect services', ENGINE_READS.services);
  }

  /** The use of processor, memory, network and disk by a container: `/containers/NAME/stats`. */
  public static stats(): SocketAccess {
    return SocketAccess.reading('read statistics of containers', ENGINE_READS.stats);
  }

  /** The tasks of a swarm, with their environment: `/tasks` and `/tasks/ID`. Only a manager answers. */
  public static tasks(): SocketAccess {
    return SocketAccess.reading('list and inspect tasks', ENGINE_READS.tasks);
  }

  /** The list of volumes, and their paths on the host: `/volumes` and `/volumes/NAME`. */
  public static volumes(): SocketAccess {
    return SocketAccess.reading('list and inspect volumes', ENGINE_READS.volumes);
  }

  /** The logs of all containers: `/containers/NAME/logs`. Error: `ReasonTooShort`. */
  public static logs(options: SocketAccessOptions): SocketAccess {
    return SocketAccess.reading('read logs of containers', ENGINE_READS.logs, reasonOf(options));
  }

  /**
   * Restarts of one container: `POST /containers/NAME/restart`, by its name and not by its id. Error: `ReasonTooShort`.
   *
   * @param container the container that the client may restart, on the daemon of the proxy
   */
  public static restart(container: HardenedContainer, options: SocketAccessOptions): SocketAccess {
    return new SocketAccess(() => `restart ${container.peerText}`, [], ['restart'], reasonOf(options), container);
  }

  /**
   * Stops and starts of one container: `POST /containers/NAME/start` and `/stop`, by its name and not by its id. A plan of Terraform shows a change while the
   * container is stopped. Error: `ReasonTooShort`.
   *
   * @param container the container that the client may start and stop, on the daemon of the proxy
   */
  public static startAndStop(container: HardenedContainer, options: SocketAccessOptions): SocketAccess {
    return new SocketAccess(() => `start and stop ${container.peerText}`, [], ['start', 'stop'], reasonOf(options), container);
  }

  private static reading(text: string, reads: readonly string[], reason?: string): SocketAccess {
    return new SocketAccess(() => text, reads, [], reason);
  }

  private constructor(
    private readonly words: () => string,
    /**
     * Targets of requests that read, as regular expressions.
     *
     * @internal
     */
    public readonly _reads: readonly string[],
    private readonly actions: readonly ('restart' | 'start' | 'stop')[],
    /** Why the client needs it; nothing for calls that only read what the engine knows. */
    public readonly reason?: string,
    /**
     * The container that the calls change.
     *
     * @internal
     */
    public readonly _container?: HardenedContainer,
  ) {}

  /** What the client may do, in words, such as `list containers`. */
  public get text(): string {
    return this.words();
  }

  /**
   * Targets of requests that change a container of a name.
   *
   * @internal
   */
  public _writes(name: string): string[] {
    return this.actions.map((action) => containerCall(name, action));
  }
}

function reasonOf(options: SocketAccessOptions): string {
  checkProps(undefined, 'SocketAccessOptions', options);
  return reasonText(undefined, 'reason', options.reason);
}
