import type { DaemonProps } from './daemon-props';
import type { EngineFirewall } from '../engine/engine-firewall';

/**
 * Properties of an unguarded daemon: facts about a host that Bulkhead does not manage. Bulkhead assumes that the engine makes its rules (`iptables`
 * is its default; without them it does not separate networks), and has default values for all settings that are not listed here.
 */
export interface UnguardedDaemonProps extends DaemonProps {
  /**
   * Whether the engine runs docker-proxy for publications: `userland-proxy` of its daemon.json.
   *
   * @default true
   */
  readonly userlandProxy?: boolean;

  /**
   * Backend of the engine's firewall rules: `firewall-backend` of its daemon.json.
   *
   * @default EngineFirewall.IPTABLES
   */
  readonly engineFirewall?: EngineFirewall;

  /**
   * Whether the policy of the iptables chain FORWARD is always DROP on the host. The engine sets it only if it turns forwarding on itself. Before 28
   * it decides whether machines on the networks of the host reach unpublished ports.
   *
   * @default false
   */
  readonly forwardPolicyDrop?: boolean;

  /**
   * Content of /etc/docker/daemon.json of the host, for the rules that check the settings of an engine; read it from a copy in your repository. It
   * does not change the proof, which uses the other properties. Errors: `DaemonJson`, `UnresolvedValue`.
   *
   * @default - the rules do not check the settings of the engine
   * @see https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
   */
  readonly daemonJson?: string;
}
