import type { Facts, StartUser } from './facts';
import type { Problem } from './problem';

/** A container that sees the processes of the host can read those of its own user: their environment, their files and their memory. */
export function seenProcesses({ workloads, segmentless = [], swarm, hostMounts = [] }: Facts): Problem[] {
  const all = [...workloads, ...segmentless, ...(swarm?.services ?? []), ...(swarm?.quietServices ?? [])];
  return hostMounts
    .filter(({ source, monitoringReason }) => source === '/proc' && monitoringReason !== undefined)
    .flatMap(({ path }): Problem[] => {
      const number = numberOf(all.find((each) => each.path === path)?.user);
      const others = all.filter((each) => each.path !== path && each.user !== undefined && numberOf(each.user) === number);
      return others.length === 0
        ? []
        : [
            {
              code: 'SensitiveHostPath',
              path,
              message: `'/proc' of the host is mounted, and ${others.map((each) => `'${each.path}'`).join(', ')} ${others.length === 1 ? 'has' : 'have'} the same user ${number}, so that this container could read their secrets and write to their volumes; give it a number of its own, such as ContainerUser.of(10900)`,
            },
          ];
    });
}

function numberOf(user: StartUser | undefined): string | undefined {
  return user?.text.split(':')[0];
}
