// What the tasks of a swarm hold: their rights, their storage, and the names that they find each other by.
import { asks, SECRET, type Stage, type Task, tasksOf } from './swarm-stage';
import { type HardenedService, Reachability } from '../../../src';
import type { Checks } from '../harness/checks';
import { until } from '../lab/exec';

/** What a task can do, with what Terraform cannot set for a service and the engine does. */
export function hardening(checks: Checks, stage: Stage): void {
  const [task] = tasksOf(stage, stage.services.api.dnsName);
  const shown = inside(
    task,
    'cat /proc/self/status /etc/shop.conf; echo $MODE; touch /here || echo read-only; ls /.bulkhead-guard; grep " /tmp " /proc/mounts; cat /proc/self/limits',
  );
  const wanted = [
    ...[/^NoNewPrivs:\s1$/m, /^CapBnd:\s0+$/m, /^Uid:\s10001\s/m, /^price = 1on$/m, /^read-only$/m, /^\/\.bulkhead-guard$/m],
    ...[/^tmpfs \/tmp .*noexec/m, /^tmpfs \/tmp .*nosuid/m, /^tmpfs \/tmp .*nodev/m, /^tmpfs \/tmp .*size=65536k/m],
    /^Max open files +\d+ +4096 /m,
  ];
  checks.shown(
    'a task holds nothing that it was not given',
    wanted.every((each) => each.test(shown)),
    shown,
  );
}

/** A volume stays on its node and outlives its task, a folder is that of the node, a secret is for the user alone. */
export function storage(checks: Checks, stage: Stage): void {
  const { keeper, agent } = stage.others;
  const [manager, ...workers] = stage.labs;
  const [first] = tasksOf(stage, keeper.dnsName);
  inside(first, 'echo kept > /data/note');
  first.lab.docker('kill', first.id);
  const hasNext = until(() => tasksOf(stage, keeper.dnsName).some(({ id }) => id !== first.id), 60_000);
  const [next] = tasksOf(stage, keeper.dnsName);
  checks.shown('what a task wrote to its volume, the next one reads', hasNext && inside(next, 'cat /data/note') === 'kept');
  const volumes = (lab: Stage['labs'][number]) => lab.docker('volume', 'ls', '--format', '{{.Name}}').split('\n');
  checks.shown(
    'the volume is on its node alone',
    next.lab === manager && volumes(manager).includes('app-data') && workers.every((lab) => !volumes(lab).includes('app-data')),
  );
  const secret = inside(next, 'ls -ln /run/secrets/key; cat /run/secrets/key');
  checks.shown(
    'a secret is read by the user of the task alone',
    /^-r-------- +1 10001 +10001 /.test(secret) && secret.endsWith(SECRET),
    secret,
  );

  const areThere = until(() => tasksOf(stage, agent.dnsName).length === 3, 60_000);
  const read = tasksOf(stage, agent.dnsName).map((task) => [
    stage.labs.indexOf(task.lab),
    inside(task, 'cat /agent/number; touch /agent/number 2>/dev/null || echo read-only'),
  ]);
  checks.shown(
    'on every node is one task, which reads the folder of that node and cannot write to it',
    areThere && [0, 1, 2].every((node) => read.some(([at, text]) => at === node && text === `node ${node}\nread-only`)),
    JSON.stringify(read),
  );
}

/** Names resolve between those that may talk, as predicted, and to the one address that the kernel would spread if it could. */
export function names(checks: Checks, stage: Stage): void {
  const { web, api, vault, lone } = stage.services;
  const { agent, front } = stage.others;
  const proof = Reachability.ofSwarm(stage.cluster);
  const pairs: [HardenedService, HardenedService][] = [
    ...([web, vault, lone, agent] as const).map((asker): [HardenedService, HardenedService] => [asker, api]),
    ...([web, api, agent] as const).map((asker): [HardenedService, HardenedService] => [asker, vault]),
  ];
  for (const [asker, named] of pairs) {
    const isFound = addressesOf(tasksOf(stage, asker.dnsName)[0], named.dnsName).length > 0;
    const predicted = proof.resolves(asker, named);
    checks.shown(`${asker.dnsName} ${predicted ? 'resolves' : 'does not resolve'} ${named.dnsName}, as predicted`, isFound === predicted);
  }
  const [webTask] = tasksOf(stage, web.dnsName);
  checks.shown('another name of a service leads to it', asks(webTask, 'prices', 8080).includes('api'));
  const elsewhere = addressesOf(tasksOf(stage, vault.dnsName)[0], 'prices');
  checks.shown('on the overlay alone that it was placed in', elsewhere.length === 0, elsewhere.join());

  const [agentTask] = tasksOf(stage, agent.dnsName);
  const one = addressesOf(agentTask, front.dnsName);
  const all = addressesOf(agentTask, `tasks.${front.dnsName}`);
  checks.shown(
    'a service has one address by its name, beside those of its tasks',
    one.length === 1 && all.length === 2 && !all.includes(one[0]),
    `${one.join()} ${all.join()}`,
  );
}

/** What Docker's resolver says to a task. */
function addressesOf(task: Task, name: string): string[] {
  const said = task.lab.host(['timeout', '10', 'docker', 'exec', task.id, 'nslookup', '-type=a', name, '127.0.0.11']).stdout;
  return [...said.matchAll(/^Name:.*\n+Address(?: \d+)?: (\S+)/gm)].map(([, address]) => address);
}

function inside({ lab, id }: Task, line: string): string {
  return lab.docker('exec', id, 'sh', '-c', line);
}
