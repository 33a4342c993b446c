import type { Resource } from './view';
import { addTo } from '../../private/multimap';
import type { FactStore } from '../../topology/private/fact-store';
import type { PublicationPlan, Topology } from '../../topology/private/topology';
import type { ICheckedResource } from '../checked-resource';

/** Represents a daemon in its own stack, where its proof is checked, and in every other stack that has its workloads. */
export const DAEMON = 'daemon';
export const DAEMON_ELSEWHERE = 'daemon.elsewhere';

/** Facts of the daemon that a subject represents. */
export function storeOf(daemon: ICheckedResource): FactStore {
  return (daemon as Resource).store!;
}

/** The Bulkhead daemon of a resource, by its provider; for a raw provider nothing is known. */
export function daemonOf(resource: ICheckedResource): ICheckedResource | undefined {
  const provider = resource.rawText('provider') ?? 'docker';
  const isOfProvider = (daemon: ICheckedResource) => daemon.text('provider') === provider;
  return resource.others(DAEMON).find(isOfProvider) ?? resource.others(DAEMON_ELSEWHERE).find(isOfProvider);
}

/** Whether the resource is a Bulkhead workload. */
export function isOurs(resource: ICheckedResource): boolean {
  const daemon = daemonOf(resource);
  return daemon !== undefined && workloadsOf(storeOf(daemon)).has(workloadOf(resource));
}

/** What a Bulkhead workload publishes, if the guard of its daemon accepts only the sources; undefined for every other resource. */
export function guardedPublications(resource: ICheckedResource): readonly PublicationPlan[] | undefined {
  const daemon = daemonOf(resource);
  if (daemon === undefined || !storeOf(daemon).hasGuard) return undefined;
  return workloadsOf(storeOf(daemon)).get(workloadOf(resource));
}

/** The construct that the resource is made by. */
function workloadOf({ path }: ICheckedResource): string {
  return path.replace(/\/Resource$/, '');
}

const known = new WeakMap<object, ReadonlyMap<string, readonly PublicationPlan[]>>();

/** Publications by workload, of each workload of a snapshot. */
function workloadsOf(store: FactStore): ReadonlyMap<string, readonly PublicationPlan[]> {
  const { topology } = store.derived();
  const found = known.get(topology) ?? byWorkload(topology);
  known.set(topology, found);
  return found;
}

function byWorkload({ workloads, publications }: Topology): ReadonlyMap<string, PublicationPlan[]> {
  const found = new Map<string, PublicationPlan[]>(workloads.map(({ path }) => [path, []]));
  // A node knows services of a swarm only by their publications.
  publications.forEach((plan) => addTo(found, plan.workload, plan));
  return found;
}
