import { BRIDGE_PREFIX } from '../../../addressing/private/bridge-name';
import { controlsOf } from '../../../hardening/private/engine-settings';
import type { ICheckedResource } from '../../checked-resource';
import { daemonOf, storeOf } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import { isBridge } from '../../private/networks';
import { Severity } from '../../severity';

export const unfilteredIpv6 = defineRule({
  ruleId: 'BH-N08',
  title: 'network with IPv6 on an engine without IPv6 rules',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('iptables'),
  why: 'Without ip6tables the engine does not isolate networks over IPv6 and drops nothing: every port of every member is open to every machine with a route to it. The guard of a HardenedDaemon protects its networks and closes IPv6 on every engine.',
  fix: "remove 'ipv6' and the IPv6 blocks of 'ipam_config', or use engine 27.0 or later, which writes rules for IPv6 by default; earlier engines need 'ip6tables' and 'experimental' in daemon.json",
  links: ['https://docs.docker.com/engine/daemon/ipv6/'],
  resourceTypes: ['docker_network'],
  applies: (network) => isBridge(network) && daemonOf(network) !== undefined && !isGuarded(network),
  find: (network) =>
    daemonOf(network)!.isFalse('ip6tables') && hasIpv6(network)
      ? [{ detail: 'ipv6', message: `the network has IPv6, and engine ${daemonOf(network)!.text('engine')} writes no rules for it` }]
      : [],
});

/** For LAN segments and overlays, no engine writes rules of that kind, over IPv4 neither. */
/** The guard knows our networks by the names of their bridges. */
function isGuarded(network: ICheckedResource): boolean {
  const store = storeOf(daemonOf(network)!);
  return store.hasGuard && (network.entries('options')['com.docker.network.bridge.name'] ?? '').startsWith(BRIDGE_PREFIX);
}

function hasIpv6(network: ICheckedResource): boolean {
  return network.isTrue('ipv6') || network.blocks('ipam_config').some((block) => block.text('subnet')?.includes(':') === true);
}
