import { type CheckedHost, checkHost } from './check-host';
import { checkIpv6Pool } from './check-ipv6-pool';
import { type UnguardedEngine, manages6 } from './engine-settings';
import { EngineFirewall } from '../../engine/engine-firewall';
import { can } from '../../engine/private/capabilities';
import { checkProps } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import { isTokenText, passedText } from '../../private/text';
import { readDaemonJson } from '../../validation/private/embedded';
import { isObject, type JsonObject } from '../../validation/private/json';
import type { UnguardedDaemonProps } from '../unguarded-daemon-props';

export interface CheckedUnguarded extends CheckedHost, UnguardedEngine {
  readonly engineFirewall: EngineFirewall;
  readonly daemonJson?: JsonObject;
}

/** Checks before anything enters the tree. */
export function checkUnguarded(
  scope: { readonly node: { readonly path: string } },
  id: string,
  props: UnguardedDaemonProps,
): CheckedUnguarded {
  const path = childPath(scope, id);
  checkProps(path, 'UnguardedDaemonProps', props);
  const host = checkHost(path, props);
  const { engineFirewall = EngineFirewall.IPTABLES, userlandProxy = true, forwardPolicyDrop = false } = props;
  if (engineFirewall === EngineFirewall.NFTABLES && !can(props.engine.version, 'nftables')) {
    throw new ValidationError(
      'NftablesTooEarly',
      path,
      `'engineFirewall' is nftables, and engine ${props.engine.version} has no nftables backend; remove it, or declare engine 29 or later`,
    );
  }
  checkIpv6Pool(path, props);
  if ((props.dualStack || props.ipv6Pool !== undefined) && !manages6(props.engine)) {
    throw new ValidationError(
      'Ipv6NotTranslated',
      path,
      `'dualStack' is set for engine ${props.engine.version}, which writes no rules for IPv6: nothing on that host would separate two networks over IPv6; remove it, use engine 27.0 or later, or use a HardenedDaemon`,
    );
  }
  return { ...host, engineFirewall, userlandProxy, forwardPolicyDrop, daemonJson: checkDaemonJson(path, props.daemonJson) };
}

function checkDaemonJson(path: string, text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  if (isTokenText(passedText(path, 'daemonJson', text))) {
    throw new ValidationError(
      'UnresolvedValue',
      path,
      "'daemonJson' must be known at synth, got a Terraform reference; pass the text of the file",
    );
  }
  const read = readDaemonJson(text);
  if (!isObject(read)) {
    throw new ValidationError(
      'DaemonJson',
      path,
      `'daemonJson' is not a JSON object, and no engine starts with it: '${text.slice(0, 40)}'; pass what 'cat /etc/docker/daemon.json' prints on the host`,
    );
  }
  return read;
}
