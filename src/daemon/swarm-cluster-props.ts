import { HardenedDaemon } from './hardened-daemon';
import type { Cidr } from '../addressing/cidr';

/** Properties of a swarm. */
export interface SwarmClusterProps {
  /**
   * Hosts that hold the state of the swarm, at least one. The first one makes the swarm when its engine starts for the first time, and Terraform speaks
   * with it. Three bear the loss of one, five of two.
   */
  readonly managers: HardenedDaemon[];

  /**
   * Further hosts that run tasks.
   *
   * @default - the managers run all tasks
   */
  readonly workers?: HardenedDaemon[];

  /** IPv4 block that overlays, and the networks that Swarm needs on every node, get their blocks from; no node may use any of it. */
  readonly addressPool: Cidr;

  /**
   * UDP port of frames between nodes, 1024 to 49151; other than 4789 where the underlay takes that for itself. Before 23.0.7 an engine encrypts on 4789
   * only. It is chosen once, when the swarm is made.
   *
   * @default 4789
   */
  readonly dataPort?: number;

  /**
   * Bytes that a packet between the nodes may have, 1280 to 65535; what the narrowest link between any two of them takes.
   *
   * @default - the smallest `uplinkMtu` of the nodes, at most 1500
   */
  readonly underlayMtu?: number;

  /**
   * Why the keys of a manager lie readable on its disk, at least 10 characters. Then it comes back from a restart by itself.
   *
   * @default - a manager that restarts stays locked until somebody gives it the key (`docker swarm unlock`)
   */
  readonly withoutAutolockReason?: string;

  /**
   * Why connections that one node takes for a task of another (`PublishMode.INGRESS`) pass in the clear between the two, at least 10 characters, such as a
   * kernel without ESP. It is chosen once, when the swarm is made.
   *
   * @default - they pass encrypted
   */
  readonly unencryptedIngressReason?: string;
}
