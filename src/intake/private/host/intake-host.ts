import { containersIn, proxiesOf } from './attachments';
import { containersOf, networksOf } from './engine-objects';
import type { HostNote } from './host-note';
import { missing } from './host-note';
import { rulesOf } from './host-rules';
import type { HostTexts } from './host-texts';
import { bridgesAndUplinks } from './interfaces';
import { readList } from './json-text';
import { linkOf } from './links';
import { type Listener, listenersOf } from './listeners';
import { type ContainerName, containerNames, type NetworkName, networkNames } from './names';
import { routingOf } from './routes';
import { sysctlsOf } from './sysctls';
import type { HostView } from '../../../reachability/private/walk/host-view';
import type { Family } from '../../../topology/private/terms';
import { InputError } from '../../input-error';

/** A host as its tools print it, as the walk takes it. */
export interface IntakeHost {
  readonly view: HostView;
  readonly engineVersion?: string;
  /** What is missing, or not understood, with its place. */
  readonly notes: readonly HostNote[];
  readonly names: HostNames;
  /** The services and the firewall of the host itself are not known, so no exposure of the host is listed. */
  readonly isBare?: true;
}

export interface HostNames {
  readonly containers: readonly ContainerName[];
  readonly networks: readonly NetworkName[];
  /** Sockets of the host itself; undefined where they were not collected. */
  readonly listeners?: readonly Listener[];
}

/**
 * The host of these texts.
 * @throws InputError for a text that is empty, cut, or not what its name says, and where neither interfaces nor networks are known
 */
export function hostOf(texts: HostTexts): IntakeHost {
  const notes: HostNote[] = [];
  const rules = { ipv4: rulesOf(texts, 'ipv4', notes), ipv6: rulesOf(texts, 'ipv6', notes) };
  const networks = networksOf(texts);
  const containers = containersOf(texts);
  const links = readList(texts, 'addresses')?.flatMap((json) => linkOf(json) ?? []);
  if (links?.length === 0) throw new InputError("the text 'addresses' lists no interface; take it again with: ip -j -d address show");
  const sysctls = sysctlsOf(texts);
  const listeners = listenersOf(texts);
  if (networks === undefined) notes.push(missing('docker-networks', 'which networks Docker has is not known'));
  if (containers === undefined) notes.push(missing('docker-containers', 'which containers there are is not known'));
  if (sysctls === undefined) notes.push(missing('sysctls', 'whether the host forwards, and whether bridges show their frames to the rules, is taken as Docker sets it')); // prettier-ignore
  const engine = { networks: networks ?? [], containers: containers ?? [], listeners };
  const attached = containersIn(engine, texts.engine?.trim() || undefined);
  const routing = { ipv4: routingOf(texts, 'ipv4', notes), ipv6: routingOf(texts, 'ipv6', notes) };
  const shape = bridgesAndUplinks({ links, networks: networks ?? [], containers: containers ?? [], sysctls, routing }, notes);
  const policies = { ipv4: routing.ipv4?.policy, ipv6: routing.ipv6?.policy };
  const forwards = (family: Family) => (family === 'ipv4' ? sysctls?.value('net', 'ipv4', 'ip_forward') : sysctls?.value('net', 'ipv6', 'conf', 'all', 'forwarding')); // prettier-ignore
  const routes = [...shape.routes];
  const simple = [{ text: 'the main table', action: 'lookup' as const }];
  return {
    view: {
      rules,
      interfaces: shape.interfaces,
      routes,
      ...((policies.ipv4 ?? policies.ipv6) && { policy: { ipv4: policies.ipv4 ?? simple, ipv6: policies.ipv6 ?? simple } }),
      containers: attached,
      proxies: proxiesOf(engine, texts, notes),
      forwarding: { ipv4: forwards('ipv4') !== '0', ipv6: forwards('ipv6') !== '0' },
      wires: shape.wires,
    },
    ...(texts.engine?.trim() && { engineVersion: texts.engine.trim() }),
    notes,
    names: {
      containers: containerNames(engine.containers, attached),
      networks: networkNames(engine.networks),
      ...(listeners && { listeners }),
    },
  };
}
