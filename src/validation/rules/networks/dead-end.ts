import { HOST_NAME } from '../../../hardening/private/host-name';
import { addTo } from '../../../private/multimap';
import type { PortSpec } from '../../../topology/private/terms';
import type { ICheckedResource } from '../../checked-resource';
import { daemonOf, storeOf } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import { holdsExpression } from '../../private/json';
import { hostsInConfig, type NamedHost, namedHosts } from '../../private/named-hosts';
import { between, type Declared, declaredOf } from '../../private/reach-by-name';
import { rememberOfStack } from '../../private/remember';
import { variablesOf } from '../../private/secret-variables';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0)$/;
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

/** Paths of the containers of the stack that have a further name, by that name. */
const aliasesOf = rememberOfStack((anyone: ICheckedResource): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const container of anyone.others('docker_container')) {
    const names = container.blocks('networks_advanced').flatMap((network) => network.rawTexts('aliases'));
    for (const name of new Set(names)) addTo(found, name.toLowerCase(), pathOf(container));
  }
  return found;
});

const pathOf = ({ path }: ICheckedResource) => path.replace(/\/Resource$/, '');

export const deadEnd = defineRule({
  ruleId: 'BH-N09',
  title: 'setting with an address that the container cannot reach',
  severity: Severity.WARNING,
  inDefaults: true,
  why: 'The program in the container tries to connect there, and nothing answers: the name does not resolve, or no flow is declared. Nothing else reports this before it runs.',
  fix: "write the 'dnsName' of the other container, and declare the flow with connections.allowTo(other, port); for a port of the host, declare it with allowTo(Peer.host(), port), and write 'host.docker.internal'; to keep the name, add it to 'aliases' of the other container, or with an address outside to 'hostEntries'; if the program does not connect there, suppress this finding with that reason",
  resourceTypes: ['docker_container'],
  find: (container) => {
    const daemon = daemonOf(container);
    if (daemon === undefined) return [];
    const store = storeOf(daemon);
    const declared = declaredOf(store);
    const own = declared.networkOf(pathOf(container));
    if (own === undefined) return [];
    const named = settingsOf(container).flatMap(([name, text]) =>
      namedHosts(name, text).map((host) => ({ where: name ?? 'command', host })),
    );
    // In a config file only the name of a container counts: any word may be before a number there.
    const isContainer = ({ host }: NamedHost) => declared.byName.has(host) || aliasesOf(container).has(host);
    const { config } = declared.topology.workloads.find(({ path }) => path === pathOf(container)) ?? {};
    for (const { target, text } of config?.files ?? []) {
      named.push(
        ...hostsInConfig(text)
          .filter(isContainer)
          .map((host) => ({ where: target, host })),
      );
    }
    const hosts = new Set(container.blocks('host').map((block) => block.rawText('host')?.toLowerCase()));
    const searches = container.rawTexts('dns_search').length > 0;
    const found = named.flatMap(({ where, host }): Violation[] => {
      const why = deadEndOf(host, { container, declared, own, hosts, searches, hasGuard: store.hasGuard });
      return why === undefined ? [] : [{ detail: `${where} ${textOf(host)}`, message: `'${where}' names '${textOf(host)}', ${why}` }];
    });
    return [...new Map(found.map((violation) => [violation.detail, violation])).values()];
  },
});

/** Values of variables and words of the command that are text at synth. */
function settingsOf(container: ICheckedResource): [name: string | undefined, text: string][] {
  const words = [...container.rawTexts('entrypoint'), ...container.rawTexts('command')];
  const all: [string | undefined, string][] = [...variablesOf(container), ...words.map((word) => [undefined, word] as [undefined, string])];
  return all.filter(([, text]) => !holdsExpression(text));
}

const textOf = ({ host, port }: NamedHost) => (port === undefined ? host : `${host}:${port}`);

interface Asking {
  readonly container: ICheckedResource;
  readonly declared: Declared;
  /** Path of the workload whose network the container is in. */
  readonly own: string;
  /** Names in its hosts file. */
  readonly hosts: ReadonlySet<string | undefined>;
  readonly searches: boolean;
  readonly hasGuard: boolean;
}

/** Why a connection there fails; undefined if nothing is known against it. */
function deadEndOf({ host, port }: NamedHost, { container, declared, own, hosts, searches, hasGuard }: Asking): string | undefined {
  const { topology, byName, flows, toHost } = declared;
  if (LOOPBACK.test(host)) return undefined;
  const isOpen = (open: readonly PortSpec[] = []) => open.some(({ first, last }) => port === undefined || (first <= port && port <= last));
  if (topology.hostAddresses.includes(host)) {
    const isOwn = topology.publications.some(({ workload, hostPort }) => workload === own && (port === undefined || (hostPort.first <= port && port <= hostPort.last))); // prettier-ignore
    return isOwn || !hasGuard ? undefined : 'an address of the host, where a container reaches nothing, not even what is published there';
  }
  if (host === HOST_NAME) {
    return isOpen(toHost.get(own)) || (!hasGuard && hosts.has(host)) ? undefined : 'and no flow leads from here to that port of the host';
  }
  const others =
    aliasesOf(container)
      .get(host)
      ?.flatMap((path) => declared.networkOf(path) ?? []) ?? [];
  const path = byName.get(host);
  const targets = path === undefined ? others : [path, ...others];
  if (targets.length > 0) {
    const isReached = targets.some((target) => target === own || isOpen(flows.get(between(own, target))));
    return isReached || hosts.has(host)
      ? undefined
      : `and no flow leads from here to ${port === undefined ? 'that container' : 'that port of the container'}`;
  }
  if (host.includes('.') || IPV4.test(host) || hosts.has(host) || searches || host === container.rawText('hostname')?.toLowerCase()) {
    return undefined;
  }
  const [like] = [...byName.keys()].filter((name) => name.endsWith(`-${host}`));
  return `and no container has this name${like === undefined ? '' : `; one has '${like}'`}`;
}
