import type { Resource } from './view';
import { addTo } from '../../private/multimap';
import type { FactStore } from '../../topology/private/fact-store';
import type { PublicationPlan, Topology } from '../../topology/private/topology';
import type { ICheckedResource } from '../checked-resource';

/** Stands for a daemon in its own stack, where its proof is asked, and in every other stack that has workloads of it. */
export const DAEMON = 'daemon';
export const DAEMON_ELSEWHERE = 'daemon.elsewhere';

/** Facts of the daemon that a subject stands for. */
export function storeOf(daemon: ICheckedResource): FactStore {
  return (daemon as Resource).store!;
}

/** The daemon of ours that a resource lives on, by its provider; of a raw provider nothing is known. */
export function daemonOf(resource: ICheckedResource): ICheckedResource | undefined {
  const provider = resource.rawText('provider') ?? 'docker';
  const isOfProvider = (daemon: ICheckedResource) => daemon.text('provider') === provider;
  return resource.others(DAEMON).find(isOfProvider) ?? resource.others(DAEMON_ELSEWHERE).find(isOfProvider);
}

/** Whether the resource is a workload of ours. */
export function isOurs(resource: ICheckedResource): boolean {
  const daemon = daemonOf(resource);
  return daemon !== undefined && workloadsOf(storeOf(daemon)).has(workloadOf(resource));
}

/** What a workload of ours publishes, where the guard of its daemon lets in nobody but the sources; undefined for every other resource. */
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
  // Services of a swarm are known to a node by what they publish alone.
  publications.forEach((plan) => addTo(found, plan.workload, plan));
  return found;
}
