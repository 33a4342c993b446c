import { changesOf } from './private/changes-of';
import { privilegesOf } from './private/gained-privileges';
import { CAPABILITIES, forges } from '../../../hardening/private/capabilities';
import { attainable } from '../../../hardening/private/held-capabilities';
import type { NetworkPlan } from '../../../topology/private/topology';
import type { ICheckedResource } from '../../checked-resource';
import { daemonOf, storeOf } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import { namedContainer } from '../../private/named-container';
import { attachmentsOf } from '../../private/networks';
import { isNumbered } from '../../private/users';
import { Severity } from '../../severity';

// Resources of a construct get the changes of overrides and aspects, which the topology does not know.
export const forgerAmongOthers = defineRule({
  ruleId: 'BH-C34',
  title: 'container that can forge its neighbours in a segment',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.4'],
  suppressible: false,
  why: 'With NET_RAW or NET_ADMIN a process sends from the address of any other member of its network. The proof of Bulkhead is true only if no member of a segment holds one of them without a declaration.',
  fix: "set 'drop' in 'capabilities' to ['ALL'], and remove NET_RAW and NET_ADMIN from 'add'; or declare a HardenedContainer that is alone in its segment, with 'user: ContainerUser.root({ reason })' and the capability with its reason",
  links: ['https://docs.docker.com/engine/security/#linux-kernel-capabilities'],
  resourceTypes: ['docker_container'],
  applies: (container) => segmentsOf(container).length > 0,
  find: (container) => {
    const forging = forgingOf(container);
    if (forging.length === 0) return [];
    return segmentsOf(container).map(({ networkName }) => ({
      detail: networkName,
      message: `it can hold ${forging.join(' and ')} in network '${networkName}', ${userText(container)}, and no HardenedContainer declares it`,
    }));
  },
});

/** Segments that it is in, where the topology does not know of its power: of one that declares it, the proof and its own refusals speak. */
function segmentsOf(container: ICheckedResource, seen: readonly string[] = []): NetworkPlan[] {
  const shared = /^container:(.+)$/s.exec(container.rawText('network_mode')?.trim() ?? '')?.[1];
  if (shared !== undefined) return segmentsOfOther(container, shared, [...seen, container.address]);
  return attachmentsOf(container).flatMap(({ network, text }) => {
    const daemon = daemonOf(network ?? container);
    if (daemon === undefined) return [];
    const { networks, workloads } = storeOf(daemon).derived().topology;
    const path = container.path.replace(/\/Resource$/, '');
    if (workloads.some((plan) => plan.path === path && forges(plan))) return [];
    const name = network?.text('name') ?? text;
    return networks.filter(({ networkName }) => networkName === name);
  });
}

/** Of the container whose network it takes over: in this stack, or a workload of the daemon by its name. */
function segmentsOfOther(container: ICheckedResource, text: string, seen: readonly string[]): NetworkPlan[] {
  const other = namedContainer(container, text);
  if (other !== undefined) return seen.includes(other.address) ? [] : segmentsOf(other, seen);
  const daemon = daemonOf(container);
  if (daemon === undefined) return [];
  const { networks, workloads } = storeOf(daemon).derived().topology;
  const paths = workloads.filter(({ name }) => name === text).map(({ path }) => path);
  return networks.filter(({ members }) => members.some(({ workload }) => paths.includes(workload)));
}

/** Which of them a process of it can gain. The image determines a user that is not a number, so it counts as root. */
function forgingOf(container: ICheckedResource): string[] {
  const { add, drop } = changesOf(container);
  const held = attainable({
    isRoot: !isNumbered(container.text('user')),
    add: container.isTrue('privileged') ? ['ALL'] : add,
    drop: container.isTrue('privileged') ? [] : drop,
    noNewPrivileges: privilegesOf(container) === 'kept',
  });
  return held.filter((name) => CAPABILITIES[name]?.forges);
}

function userText(container: ICheckedResource): string {
  const user = container.text('user') ?? '';
  if (user === '') return "'user' is not set, so the image decides the user";
  return isNumbered(user) ? `and a program of the image can give it to user '${user}'` : `as user '${user}'`;
}
