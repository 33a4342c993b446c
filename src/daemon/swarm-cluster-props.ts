import { HardenedDaemon } from './hardened-daemon';
import type { Cidr } from '../addressing/cidr';

/** Properties of a swarm. */
export interface SwarmClusterProps {
  /**
   * Hosts that store the state of the swarm, at least one. The first one creates the swarm when its engine starts for the first time, and Terraform
   * connects to it. Three managers tolerate the loss of one, five the loss of two.
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
   * UDP port of frames between nodes, 1024 to 49151; use another port than 4789 if the underlay uses 4789 itself. Before 23.0.7 an engine encrypts
   * only on 4789. It cannot change after the swarm is created.
   *
   * @default 4789
   */
  readonly dataPort?: number;

  /**
   * MTU of the network between the nodes in bytes, 1280 to 65535: the smallest MTU of the links between any two of them.
   *
   * @default - the smallest `uplinkMtu` of the nodes, at most 1500
   */
  readonly underlayMtu?: number;

  /**
   * Why the keys of a manager are stored unencrypted on its disk, at least 10 characters. The manager then restarts without an unlock key.
   *
   * @default - a manager that restarts stays locked until an operator gives it the key (`docker swarm unlock`)
   */
  readonly withoutAutolockReason?: string;

  /**
   * Why connections that one node accepts for a task on another (`PublishMode.INGRESS`) are not encrypted between the two, at least 10 characters,
   * such as a kernel without ESP. It cannot change after the swarm is created.
   *
   * @default - they are encrypted
   */
  readonly unencryptedIngressReason?: string;
}
