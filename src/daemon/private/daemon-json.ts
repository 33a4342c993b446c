import { manages6 } from './engine-settings';
import type { EngineVersion } from '../../engine/engine-version';
import { can } from '../../engine/private/capabilities';
import { HOST_BINDING_OPTION } from '../../host/private/constants';
import { HARDENED, logOptions } from '../../workloads/private/hardened-defaults';

export interface DaemonJsonOptions {
  readonly liveRestore: boolean;
  readonly logMebibytes: number;
  readonly registryMirrors: readonly string[];
  /** Labels of the engine; none unless told. */
  readonly labels?: readonly string[];
}

/** Whether the engine knows defaults for networks made by hand. */
export function hasDefaultNetworkOptions(engine: EngineVersion): boolean {
  return can(engine.version, 'defaultNetworkOptions');
}

/**
 * Secure defaults of the engine. A key that the engine does not know stops it, so each is bound to the version that brought it.
 *
 * @see https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
 */
export function daemonJson(engine: EngineVersion, options: DaemonJsonOptions): string {
  const { logDriver, ulimit } = HARDENED;
  const config: Record<string, unknown> = {
    // The default bridge is not ours, but what is put there by hand starts closed, too.
    icc: false,
    ip: '127.0.0.1',
    iptables: true,
    // docker-proxy answers on INPUT, past the sources that a publication allows.
    'userland-proxy': false,
    'no-new-privileges': true,
    'live-restore': options.liveRestore,
    'log-level': 'info',
    'log-driver': logDriver,
    'log-opts': logOptions(options.logMebibytes),
    'default-ulimits': { [ulimit.name]: { Name: ulimit.name, Soft: ulimit.soft, Hard: ulimit.hard } },
  };
  if (manages6(engine)) {
    config.ip6tables = true;
  }
  if (can(engine.version, 'nftables')) {
    // Asked for on the command line as well, the engine does not start; our rules are for this one.
    config['firewall-backend'] = 'iptables';
  }
  if (hasDefaultNetworkOptions(engine)) {
    config['default-network-opts'] = { bridge: { [HOST_BINDING_OPTION]: '127.0.0.1' } };
  }
  if (options.registryMirrors.length > 0) {
    config['registry-mirrors'] = [...options.registryMirrors];
  }
  if (options.labels && options.labels.length > 0) {
    config.labels = [...options.labels];
  }
  const sorted = Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}
