import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { matching, wholeNumber } from '../private/text';
import { isA } from '../private/type-test';
import type { IDaemon } from '../topology/daemon';
import type { SwarmNodeFact } from '../topology/private/facts';
import { NODE_LABEL } from '../topology/private/swarm';

/** How the name of a service resolves. */
export enum EndpointMode {
  /** To one address, for which the kernel of the client's node chooses a task; it needs IPVS. */
  VIP = 'vip',
  /** To the addresses of all tasks. It is not possible for a service that is published in mode `INGRESS`. */
  DNSRR = 'dnsrr',
}

/** On which nodes a published port answers. */
export enum PublishMode {
  /**
   * On all of them: each forwards connections to a node that has a task, and tasks see the address of that node instead of the client's. Engines 29.8
   * and later use other rules than earlier ones: declare their nodes as such, with `EngineVersion.of('29.8')`.
   */
  INGRESS = 'ingress',
  /** On those that have a task, which sees the client's address. */
  HOST = 'host',
}

/** What happens when tasks of a new version do not start. */
export enum UpdateFailure {
  /** Swarm restores the previous version. */
  ROLLBACK = 'rollback',
  /** The update stops where it is. */
  PAUSE = 'pause',
  /** It continues. */
  CONTINUE = 'continue',
}

/** How tasks are replaced when a service changes. */
export interface UpdateOptions {
  /**
   * Tasks that are replaced at a time.
   *
   * @default 1
   */
  readonly parallelism?: number;

  /**
   * Seconds between one batch and the next.
   *
   * @default 10
   */
  readonly delaySeconds?: number;

  /**
   * Seconds that a new task is watched for a failure.
   *
   * @default 10
   */
  readonly monitorSeconds?: number;

  /**
   * What happens when new tasks fail.
   *
   * @default UpdateFailure.ROLLBACK
   */
  readonly onFailure?: UpdateFailure;

  /**
   * Whether a new task starts before the old one ends. If the service publishes a port in mode `HOST`, the new task then finds the port in use on its node.
   *
   * @default false
   */
  readonly startFirst?: boolean;
}

/** How tasks are replaced when a service changes, and when a change is rolled back. */
export class UpdatePolicy {
  /** With your own numbers. */
  public static of(options: UpdateOptions = {}): UpdatePolicy {
    return new UpdatePolicy(options);
  }

  /** Tasks that are replaced at a time. */
  public readonly parallelism: number;
  /** Seconds between one batch and the next. */
  public readonly delaySeconds: number;
  /** Seconds that a new task is watched for a failure. */
  public readonly monitorSeconds: number;
  /** What happens when new tasks fail. */
  public readonly onFailure: UpdateFailure;
  /** Whether a new task starts before the old one ends. */
  public readonly startFirst: boolean;

  private constructor(options: UpdateOptions) {
    checkProps(undefined, 'UpdateOptions', options);
    const { parallelism, delaySeconds, monitorSeconds, onFailure, startFirst } = options;
    this.parallelism = wholeNumber(undefined, 'parallelism', parallelism ?? 1, 1, 1000, 'ServiceValue');
    this.delaySeconds = wholeNumber(undefined, 'delaySeconds', delaySeconds ?? 10, 0, 86_400, 'ServiceValue');
    this.monitorSeconds = wholeNumber(undefined, 'monitorSeconds', monitorSeconds ?? 10, 1, 86_400, 'ServiceValue');
    this.onFailure = onFailure ?? UpdateFailure.ROLLBACK;
    this.startFirst = startFirst ?? false;
  }
}

/** On which nodes tasks may run. */
export class Placement {
  /** Managers only. */
  public static readonly MANAGERS = new Placement('node.role==manager', ({ role }) => role === 'manager');
  /** Workers only, which hold no keys of the swarm. */
  public static readonly WORKERS = new Placement('node.role==worker', ({ role }) => role === 'worker');

  /** One node only. */
  public static onNode(daemon: IDaemon): Placement {
    if (!isA(daemon, 'daemon')) {
      throw new UnscopedValidationError('NotADaemon', 'Placement.onNode() takes a daemon of Bulkhead, such as a HardenedDaemon');
    }
    return new Placement(`engine.labels.${NODE_LABEL}==${daemon.daemonId}`, ({ path }) => path === daemon.node.path);
  }

  /**
   * Nodes with a label, set by `docker node update --label-add NAME=VALUE`.
   * @param name letters, digits, `_`, `.` and `-`
   */
  public static label(name: string, value: string): Placement {
    const [left, right] = [name, value].map((text) =>
      matching(undefined, 'label', text, /^[a-zA-Z0-9_.-]{1,100}$/, 'ServiceValue', 'letters, digits, _, . and -'),
    );
    // It is not known in advance which nodes have it.
    return new Placement(`node.labels.${left}==${right}`, () => true);
  }

  private constructor(
    /** The constraint in Swarm's form. */
    public readonly text: string,
    /**
     * Whether a node may meet it, as far as the program knows.
     *
     * @internal
     */
    public readonly _admits: (node: SwarmNodeFact) => boolean,
  ) {}
}
