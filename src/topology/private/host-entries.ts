import type { WorkloadFact } from './facts';
import type { Problem } from './problem';
import type { NetworkPlan, WirePlan } from './topology';
import { contains, parseAddress, parseBlock } from '../../addressing/private/ip';

/** Entries of hosts files that would hide a workload, or lead past the address book to one of Bulkhead's networks. */
export function hostEntryProblems(
  workloads: readonly WorkloadFact[],
  networks: readonly NetworkPlan[],
  wires: readonly WirePlan[],
): Problem[] {
  const facts = new Map(workloads.map((fact) => [fact.path, fact]));
  return workloads.flatMap(({ path, hostEntries = {} }) =>
    Object.keys(hostEntries)
      .sort()
      .flatMap((name) => {
        const address = hostEntries[name];
        const owner = ownerOf(address, networks, wires);
        const hidden = namesake(path, name, facts, [...networks, ...wires]);
        return [
          ...(owner === undefined
            ? []
            : [problem('HostEntryAddress', path, `the entry '${name}' leads to ${address}, which is the address of '${owner}' and may change; use the dnsName of the workload instead of a host entry`)]), // prettier-ignore
          ...(hidden === undefined
            ? []
            : [problem('HostEntryName', path, `the entry '${name}' would hide '${hidden}', which has that name in a segment that both share; give the entry another name`)]), // prettier-ignore
        ];
      }),
  );
}

function ownerOf(address: string, networks: readonly NetworkPlan[], wires: readonly WirePlan[]): string | undefined {
  const wanted = parseAddress(address);
  const network = networks.find(({ ipv4 }) => contains(parseBlock(ipv4.block), wanted));
  return network?.segment ?? wires.flatMap(({ members }) => members).find(({ ipv4 }) => ipv4 === address)?.workload;
}

/** A neighbour that answers to the name: a program reads a hosts file before it asks a resolver. */
function namesake(
  path: string,
  name: string,
  facts: ReadonlyMap<string, WorkloadFact>,
  networks: readonly (NetworkPlan | WirePlan)[],
): string | undefined {
  const wanted = name.toLowerCase();
  for (const { kind, members } of networks) {
    if (kind === 'gateway' || !members.some(({ workload }) => workload === path)) {
      continue;
    }
    const found = members.find(({ workload, home }) => {
      const { name: own, aliases = [] } = facts.get(workload)!;
      return workload !== path && [own, ...(home ? aliases : [])].some((one) => one.toLowerCase() === wanted);
    });
    if (found) {
      return found.workload;
    }
  }
  return undefined;
}

function problem(code: Problem['code'], path: string, message: string): Problem {
  return { code, path, message };
}
