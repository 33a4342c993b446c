import type { DaemonProps } from './daemon-props';
import type { EngineFirewall } from '../engine/engine-firewall';

/**
 * Properties of an unguarded daemon: what is true of a host that somebody else keeps. The engine is taken to make its rules (`iptables` is its default;
 * without them it keeps no two networks apart) and to be at its defaults in all that is not asked here.
 */
export interface UnguardedDaemonProps extends DaemonProps {
  /**
   * Whether the engine runs docker-proxy for publications: `userland-proxy` of its daemon.json.
   *
   * @default true
   */
  readonly userlandProxy?: boolean;

  /**
   * What the engine makes its rules with: `firewall-backend` of its daemon.json.
   *
   * @default EngineFirewall.IPTABLES
   */
  readonly engineFirewall?: EngineFirewall;

  /**
   * Whether the policy of the chain FORWARD of iptables is DROP on the host, whatever happens there. The engine sets it only where it turns forwarding on
   * itself. Before 28 it decides whether neighbours of the host reach ports that nobody published.
   *
   * @default false
   */
  readonly forwardPolicyDrop?: boolean;

  /**
   * What /etc/docker/daemon.json of the host says, for the rules that look at the settings of an engine; read it from a copy in your repository. It
   * changes nothing of what is proved: that is told by the other properties. Errors: `DaemonJson`, `UnresolvedValue`.
   *
   * @default - the rules know nothing of the settings of the engine
   * @see https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
   */
  readonly daemonJson?: string;
}
