import { isProved, proofOf } from './private/proofs';
import { addTo } from '../../../private/multimap';
import type { Proof } from '../../../reachability/private/proof';
import type { ProbeSource } from '../../../reachability/private/walk/outcome';
import type { PublicationPlan } from '../../../topology/private/topology';
import type { ICheckedResource } from '../../checked-resource';
import { DAEMON, daemonOf, isOurs, storeOf } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

export const proxiedPublication = defineRule({
  ruleId: 'BH-E04',
  title: 'publication that docker-proxy serves',
  severity: Severity.WARNING,
  // It asks the proof for more than a synth does, so users must choose it.
  inDefaults: false,
  why: 'The proof finds clients that connect through docker-proxy: this program of the host accepts the connection and opens a second one to the container, so rules in FORWARD and DOCKER-USER do not apply, and the container sees the address of the host instead of the client. docker-proxy keeps listening when the rules of the engine are flushed.',
  fix: "set 'userland-proxy' to false in the daemon.json of the host, and declare it with 'userlandProxy: false' of the UnguardedDaemon",
  links: ['https://docs.docker.com/engine/network/port-publishing/'],
  resourceTypes: [DAEMON, 'docker_container'],
  applies: (resource) => (resource.resourceType === DAEMON ? isProved(resource) : isRawOfKnown(resource)),
  find: (resource) => (resource.resourceType === DAEMON ? ofDaemon(resource) : ofContainer(resource)),
});

/** A container that Bulkhead does not manage, on a daemon of which it is known whether it has a proxy. */
function isRawOfKnown(container: ICheckedResource): boolean {
  return daemonOf(container) !== undefined && !isOurs(container) && container.blocks('ports').length > 0;
}

function ofContainer(container: ICheckedResource): Violation[] {
  return daemonOf(container)!.isTrue('userland_proxy')
    ? [{ detail: 'ports', message: 'the engine of this daemon runs docker-proxy for each published port' }]
    : [];
}

function ofDaemon(daemon: ICheckedResource): Violation[] {
  const proof = proofOf(storeOf(daemon));
  if (proof.view.proxies.length === 0) return [];
  return proof.derived.topology.publications.flatMap((plan) => {
    const by = proxiedOf(proof, plan);
    if (by === undefined) return [];
    const { protocol, first, last } = plan.hostPort;
    const text = `${protocol}/${first === last ? first : `${first}-${last}`} on ${plan.hostAddress}`;
    return [{ detail: text, message: `docker-proxy serves ${text} for ${plan.workload} to connections from ${by}` }];
  });
}

/** The clients that come in by the proxy, if any: the outside, the host, or members of a bridge of the container. */
function proxiedOf(proof: Proof, plan: PublicationPlan): string | undefined {
  const { family, hostPort, hostAddress } = plan;
  for (const to of addressesOf(proof, plan)) {
    for (const [who, from] of askers(proof, plan)) {
      const { receiver } = proof.trace({ family, from, to, protocol: hostPort.protocol, port: hostPort.first });
      if (receiver?.proxied) return to === hostAddress ? who : `${who} (at ${to})`;
    }
  }
  return undefined;
}

function addressesOf({ derived }: Proof, { family, hostAddress }: PublicationPlan): string[] {
  if (hostAddress !== '0.0.0.0' && hostAddress !== '::') return [hostAddress];
  const own = derived.topology.hostAddresses.filter((address) => address.includes(':') === (family === 'ipv6'));
  return [...own, ...(family === 'ipv4' ? ['127.0.0.1'] : [])];
}

function askers({ matrix, derived }: Proof, { family, workload }: PublicationPlan): [string, ProbeSource][] {
  const outside = matrix.outside.filter(({ address }) => address.includes(':') === (family === 'ipv6')).slice(0, 1);
  const neighbours = new Map<string, ProbeSource[]>();
  for (const { bridge, members } of derived.topology.networks) {
    if (!members.some((member) => member.workload === workload)) continue;
    for (const member of members.filter((each) => each.workload !== workload)) {
      const address = member[family];
      if (address !== undefined) addTo(neighbours, member.workload, { kind: 'container', key: member.workload, via: bridge, address });
    }
  }
  return [
    ...outside.map(({ from }): [string, ProbeSource] => ['clients outside', from]),
    ['the host itself', { kind: 'host' }],
    ...[...neighbours].flatMap(([who, sources]) => sources.map((source): [string, ProbeSource] => [who, source])),
  ];
}
