import type { IConstruct } from 'constructs';
import type { IDaemon } from './daemon';
import type { Declarations } from './private/declarations';

/** Several hosts whose engines are one swarm, on which overlays and services are placed. */
export interface ISwarmCluster extends IConstruct {
  /** Twelve hexadecimal characters that name the swarm on its hosts. They follow from the construct path. */
  readonly clusterId: string;

  /** MTU of the network between the nodes in bytes. */
  readonly underlayMtu: number;

  /**
   * Facts of the swarm as a whole.
   *
   * @internal
   */
  readonly _declarations: Declarations;

  /**
   * The first one is the manager to which Terraform connects.
   *
   * @internal
   */
  readonly _nodes: readonly IDaemon[];

  /**
   * @internal
   */
  readonly _stampPath: string;
}
