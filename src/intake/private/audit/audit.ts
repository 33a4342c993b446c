import { compareContainers, type WantedContainer } from './containers';
import { type Difference, notCompared } from './difference';
import { compareEngine, compareFiles, compareKernel, compareSettings, compareUnits, type WantedFile } from './host-state';
import { compareNetworks, type WantedNetwork } from './networks';
import { type Resource, resourcesNamed, type StackJson } from './resources';
import { compareRules } from './rules';
import { SHOWN_SETTINGS } from '../../../hardening/private/engine-settings';
import type { Member } from '../../../topology/private/topology';
import type { HostDump } from '../host/archive';
import type { HostText } from '../host/host-texts';
import { type Json, readList, textAt } from '../host/json-text';
import type { ReadTopology } from '../read-topology';

/** What a synth says about one daemon. */
export interface Program extends ReadTopology {
  /** Undefined where the guard is not that of Bulkhead. */
  readonly files?: readonly WantedFile[];
  /** Every stack of the synth; empty if only the topology is there. */
  readonly stacks: readonly StackJson[];
}

const NO_STACK = 'no cdk.tf.json is beside the topology; give the whole folder of the synth';

/** Every difference between a program and its host, and what could not be compared. */
export function audit(program: Program, { texts, lacks }: HostDump): Difference[] {
  const why = (of: HostText) => lacks.find((lack) => lack.of === of)?.why ?? 'the input does not tell it';
  const { topology, files } = program;
  // Of some texts only a part may be there.
  const parts = lacks.filter(({ of }) => texts[of] !== undefined).map(({ of, why: part }) => notCompared(`a part of ${of}`, part));
  return [
    ...parts,
    ...docker(program, texts, why),
    ...(files === undefined
      ? [notCompared('rules, files and settings of the host', 'the program does not set up this host: it has no host/ beside the topology')]
      : [
          ...(['ipv4', 'ipv6'] as const).flatMap((family) => guard(program, files, family, texts, why)),
          ...compareEngine(files, texts, why),
          ...compareSettings(files, SHOWN_SETTINGS, texts, why),
          ...compareFiles(files, topology, texts, why),
          ...compareUnits(files, texts, why),
          ...compareKernel(files, topology, texts, why),
        ]),
  ];
}

type Texts = HostDump['texts'];
type Why = (of: HostText) => string;

function docker(program: Program, texts: Texts, why: Why): Difference[] {
  const { topology, stacks } = program;
  const wanted = networksOf(program);
  const services = [...resourcesNamed(stacks, 'docker_service').keys()];
  const networks = readList(texts, 'docker-networks');
  const containers = readList(texts, 'docker-containers');
  const named = [...topology.workloads, ...(topology.segmentless ?? [])].map(({ name }) => name);
  const all = resourcesNamed(stacks, 'docker_container');
  const plans = [...new Set([...named.filter((name) => !services.includes(name)), ...all.keys()])];
  return [
    ...(stacks.length === 0 ? [notCompared('settings of networks and containers', NO_STACK)] : []),
    ...services.map((name) => notCompared(`service ${name}`, whyNoService(name, containers))),
    ...(networks === undefined ? [notCompared('networks', why('docker-networks'))] : compareNetworks(wanted, networks)),
    ...(containers === undefined
      ? [notCompared('containers', why('docker-containers'))]
      : compareContainers(
          { containers: plans.map((name): WantedContainer => ({ name, resource: only(all.get(name)) })), networks: wanted, services },
          { containers, images: readList(texts, 'docker-images') },
        )),
  ];
}

/** A host knows the tasks that it runs; only a manager knows what the service is. */
function whyNoService(service: string, containers: readonly Json[] | undefined): string {
  const tasks = (containers ?? []).flatMap((json) => textAt(json, 'Name')?.replace(/^\//, '') ?? []).filter((name) => name.startsWith(`${service}.`));
  const here = tasks.length === 0 ? 'none of its tasks is on this host' : `its tasks on this host are ${tasks.join(', ')}`;
  return `collect does not ask a swarm for its services; ${here}; on a manager, look at 'docker service inspect ${service}'`;
} // prettier-ignore

/** Two stacks can have a container of one name, on two hosts. */
const only = (resources: readonly Resource[] | undefined) => (resources?.length === 1 ? resources[0] : undefined);

function networksOf({ topology, stacks }: Program): WantedNetwork[] {
  const all = resourcesNamed(stacks, 'docker_network');
  const names = new Map([...topology.workloads].map(({ path, name }) => [path, name]));
  const membersOf = (members: readonly Member[]) =>
    new Map(
      members.map(({ workload, ipv4, ipv6, isNominal }) => [names.get(workload) ?? workload, isNominal === true ? {} : { ipv4, ipv6 }]),
    );
  const blocks = (plan: { readonly ipv4: { readonly block: string }; readonly ipv6?: { readonly block: string } }) => [plan.ipv4.block, ...(plan.ipv6 === undefined ? [] : [plan.ipv6.block])]; // prettier-ignore
  return [
    ...topology.networks.map((plan) => ({ name: plan.networkName, resource: only(all.get(plan.networkName)), blocks: blocks(plan), members: membersOf(plan.members) })), // prettier-ignore
    // Tasks of services have names of their own.
    ...topology.wires.map((plan) => ({ name: plan.networkName, resource: only(all.get(plan.networkName)), blocks: blocks(plan), ...(plan.overlay === undefined && { members: membersOf(plan.members) }) })), // prettier-ignore
    ...topology.existing.map((plan) => ({ name: plan.networkName, blocks: [plan.ipv4.block] })),
  ];
}

function guard({ topology }: Program, files: readonly WantedFile[], family: 'ipv4' | 'ipv6', texts: Texts, why: Why): Difference[] {
  const text = (name: string) => files.find(({ path }) => path === `/etc/bulkhead/${name}`)?.text;
  const version = family === 'ipv4' ? 'v4' : 'v6';
  const [rules, sets, chains] = [text(`rules.${version}`), text(`sets.${version}`), text('chains')];
  if (rules === undefined || chains === undefined) {
    return [notCompared(`rules of ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`, 'the program has no file with them')];
  }
  const blocks = [...topology.networks].flatMap(({ ipv4, ipv6 }) =>
    family === 'ipv4' ? [ipv4.block] : ipv6 === undefined ? [] : [ipv6.block],
  );
  return compareRules({ family, rules, sets: sets ?? '', chains, blocks }, texts, why);
}
