// Names as a way out of an overlay: the tasks of a service, on a node alone.
import { arrived, listenEverywhere, questionsOf, RESOLVERS } from './attacks-2-dns-stage';
import { makeSwarm, serviceOn, tasksOf } from './swarm-stage';
import { Cidr, EncryptedOverlay, type HardenedDaemon, SwarmCluster } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { until } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';

const NO_ESP = 'the kernel of this machine has no ESP';
/** A service of others, on an overlay of theirs, that nobody gave a resolver. */
const OTHER = 'other';

export function overlays(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const made: { cluster?: SwarmCluster } = {};
    const program: Program = ({ stack, daemon }) => {
      const addressPool = Cidr.parse('10.64.0.0/16');
      const cluster = new SwarmCluster(stack, 'Swarm', { managers: [daemon as HardenedDaemon], workers: [], addressPool, unencryptedIngressReason: NO_ESP }); // prettier-ignore
      serviceOn(stack, 'Web', new EncryptedOverlay(stack, 'Front', { cluster, unencryptedReason: NO_ESP }));
      Object.assign(made, { cluster });
    };
    const deployment = new Deployment(lab, program, { daemon: { liveRestore: false } });
    deployment.synth();
    makeSwarm([lab], deployment, made.cluster!);
    deployment.apply();
    // Ours have no way out at all, for whom ever; theirs have one.
    lab.docker('network', 'create', '-d', 'overlay', 'theirs');
    lab.docker('service', 'create', '-d', '--name', OTHER, '--network', 'theirs', '--no-resolve-image', 'lab:1');
    for (const [what, resolvers] of Object.entries(RESOLVERS)) {
      lab.writeFile('/etc/resolv.conf', resolvers.map((address) => `nameserver ${address}\n`).join(''));
      const [ours, others] = ['app-web', OTHER].map((service) => again(lab, service));
      const heard = listenEverywhere(lab, [ours]);
      for (const { way, servers } of questionsOf(heard, ours.name)) {
        checks.check(`${what}, overlay: a task by ${way}: nobody hears of it`, servers.length === 0, servers.join());
      }
      checks.say(`${what}, overlay: ${questionsOf(heard, ours.name).length} questions of a task, ${arrived(heard, ours.name, '').length} arrived`); // prettier-ignore
      const control = listenEverywhere(lab, [others]);
      const count = arrived(control, others.name, 'embedded').length;
      checks.shown(`control, ${what}, overlay: a task without a resolver of its own asks outside by Docker's`, count > 0, JSON.stringify(control)); // prettier-ignore
    }
  });
}

/** A task that was started just now, with the resolvers that the host has now. */
function again(lab: Lab, service: string): { name: string; where: { container: string } } {
  const tasks = () => tasksOf({ labs: [lab] }, service).map(({ id }) => id);
  const before = tasks();
  before.forEach((id) => lab.docker('rm', '-f', id));
  if (!until(() => tasks().some((id) => !before.includes(id)), 60_000)) throw new Error(`no task of ${service} comes up`);
  const name = tasks().find((id) => !before.includes(id))!;
  return { name, where: { container: name } };
}
