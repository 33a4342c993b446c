// Three hosts that become a swarm, and the program that they run; the scenario `swarm` asks them.
import * as path from 'node:path';
import type { TerraformStack } from 'cdktf';
import {
  Cidr,
  ContainerImage,
  DataVolume,
  EncryptedOverlay,
  EndpointMode,
  HardenedDaemon,
  HardenedService,
  type HardenedServiceProps,
  HealthCheck,
  type IDaemon,
  Peer,
  Placement,
  Port,
  PublishMode,
  SwarmCluster,
  SwarmConfig,
  SwarmSecret,
  VolumeMount,
} from '../../../src';
import { outputFolder } from '../../../src/reports/private/output-folder';
import type { Checks } from '../harness/checks';
import { declaredVersion, Deployment, type Program } from '../harness/deployment';
import { isGuest, LabError } from '../lab/exec';
import type { Lab, Unit } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

/** For `NET.lanA` alone. */
export const PUBLISHED = 18_080;
/** For everybody. */
export const OPEN = 18_081;
/** Last numbers of the addresses of the workers. */
export const WORKERS = [12, 13];
/** Holds another text on each node. */
export const OWN_FOLDER = '/srv/agent';
const NO_ESP = 'the kernel of this machine has no ESP';
export const SECRET = 'key of the shop';

export interface Stage {
  readonly labs: readonly Lab[];
  readonly deployment: Deployment;
  readonly said: string[];
  watches: Unit[];
  cluster: SwarmCluster;
  services: Record<'web' | 'api' | 'vault' | 'lone', HardenedService>;
  /** What is asked for its storage, its number and its name alone. */
  others: Record<'keeper' | 'agent' | 'front', HardenedService>;
  secretId?: string;
}

/** A task that runs, by its container. */
export interface Task {
  readonly lab: Lab;
  readonly id: string;
}

function programFor(stage: () => Stage, lab: Lab): Program {
  return ({ stack, daemon }) => {
    const workers = WORKERS.map((last) => nodeOf(stack, lab, last));
    const cluster = new SwarmCluster(stack, 'Swarm', {
      managers: [daemon as HardenedDaemon],
      workers,
      addressPool: Cidr.parse('10.64.0.0/16'),
      unencryptedIngressReason: NO_ESP,
    });
    const [front, back] = ['Front', 'Back'].map((id) => new EncryptedOverlay(stack, id, { cluster, unencryptedReason: NO_ESP }));
    new EncryptedOverlay(stack, 'Sealed', { cluster });
    const web = serviceOn(stack, 'Web', front, { replicas: 3, replicasPerNode: 1 });
    const api = serviceOn(stack, 'Api', front, {
      placements: [Placement.WORKERS],
      defaultPort: Port.tcp(8080),
      aliases: ['prices'],
      environment: { MODE: 'on' },
      healthCheck: HealthCheck.command(['true']),
      configs: [SwarmConfig.fromText('shop.conf', 'price = 1', '/etc/shop.conf')],
    });
    const vault = serviceOn(stack, 'Vault', back, { placements: [Placement.MANAGERS] });
    const lone = serviceOn(stack, 'Lone', back, { placements: [Placement.onNode(daemon)] });
    web.connections.allowTo(api);
    api.connections.allowTo(vault, Port.tcp(5432));
    web.publish(Port.tcp(PUBLISHED), { targetPort: Port.tcp(8080), sources: [Peer.address(NET.lanA)], mode: PublishMode.HOST });
    web.publish(Port.tcp(OPEN), { targetPort: Port.tcp(9090), sources: [Peer.anyIpv4()], mode: PublishMode.HOST });
    const others = storage(stack, cluster, daemon, stage().secretId);
    Object.assign(stage(), { cluster, services: { web, api, vault, lone }, others });
  };
}

export function serviceOn(
  stack: TerraformStack,
  id: string,
  overlay: EncryptedOverlay,
  props: Partial<HardenedServiceProps> = {},
): HardenedService {
  const image = ContainerImage.fromRegistry('lab:1', { tagReason: 'it is unguarded on every node' });
  return new HardenedService(stack, id, { overlay, image, endpointMode: EndpointMode.DNSRR, ...props });
}

/** A volume of one node, which is never lost, a folder of each, a secret; and a name that leads to one address. */
function storage(stack: TerraformStack, cluster: SwarmCluster, home: IDaemon, secretId = 'a'.repeat(25)): Stage['others'] {
  const side = new EncryptedOverlay(stack, 'Side', { cluster, unencryptedReason: NO_ESP });
  const data = new DataVolume(stack, 'Data', { daemon: home });
  return {
    keeper: serviceOn(stack, 'Keeper', side, {
      placements: [Placement.onNode(home)],
      volumes: [VolumeMount.volume(data, '/data')],
      secrets: [SwarmSecret.of({ secretId, secretName: 'key' })],
    }),
    agent: serviceOn(stack, 'Agent', side, { onEveryNode: true, volumes: [VolumeMount.hostPath(OWN_FOLDER, '/agent')] }),
    front: serviceOn(stack, 'One', side, { replicas: 2, endpointMode: EndpointMode.VIP }),
  };
}

/** As somebody would do it: files and engine on every host, and the token by hand. Returns what was printed, and what watches over each host. */
export function makeSwarm(
  labs: readonly Lab[],
  deployment: Deployment,
  cluster: SwarmCluster,
): { readonly said: string[]; readonly watches: Unit[] } {
  const [manager, ...others] = labs;
  const watches: Unit[] = [];
  const folders = [deployment.daemon, ...cluster._nodes.slice(1)].map((daemon) =>
    path.join(deployment.stackDir, 'bulkhead', outputFolder(daemon.node.path)),
  );
  const said = labs.map((lab, index) => {
    const printed = lab.installFiles(path.join(folders[index], 'install.sh'));
    lab.startEngine();
    watches.push(lab.startUnit('bulkhead-watch')!);
    lab.importImage();
    return printed;
  });
  const token = manager.mustHost('asking for a token', ['bulkhead-swarm', 'token', 'worker']);
  said.push(...others.map((lab) => lab.mustHost('joining', ['bulkhead-swarm', 'join'], { input: token })));
  return { said, watches };
}

/** A node whose host is that of a further lab. */
export function nodeOf(stack: TerraformStack, lab: Lab, last: number): HardenedDaemon {
  return new HardenedDaemon(stack, `Node${last}`, {
    engine: declaredVersion(lab),
    hostAddress: `192.0.2.${last}`,
    addressPool: Cidr.parse(`10.${last}.0.0/16`),
    liveRestore: false,
  });
}

/** Where something failed, the engine has mostly said why. */
export function complaints(lab: Lab): string {
  const lines = lab.engine
    .logText()
    .split('\n')
    .filter((line) => /level=(warning|error|fatal)/.test(line));
  return `the engine of ${lab.id} complained:\n${lines.slice(0, 60).join('\n')}`;
}

/** What is said where engines get no processor; it says nothing of the program. */
const STARVED = /DeadlineExceeded|deadline exceeded|did not converge|error on wait for container/;

/** One service at a time, and again where the engines were too busy: a guest has one processor for both. */
export function applied(deployment: Deployment, checks: Checks): boolean {
  const first = deployment.tryApplyInTurn();
  const { code, stdout, stderr } = first.code !== 0 && STARVED.test(first.stderr) ? deployment.tryApplyInTurn() : first;
  if (code === 0) return true;
  if (!isGuest() || !STARVED.test(stderr)) {
    throw new LabError('terraform apply', ['terraform', 'apply'], stdout + stderr);
  }
  checks.skip(
    'all of it',
    `this machine is too slow for a swarm in the guest; twice its engines could not make the services: ${stderr.match(/Error: .*/g)?.join('; ')}`,
  );
  return false;
}

/** Then Terraform. */
export function setTheStage(labs: readonly Lab[]): Stage {
  const [manager] = labs;
  const stage = { labs } as unknown as Stage;
  const deployment = new Deployment(
    manager,
    programFor(() => stage, manager),
    { daemon: { liveRestore: false } },
  );
  Object.assign(stage, { deployment });
  deployment.synth();
  Object.assign(stage, makeSwarm(labs, deployment, stage.cluster));
  labs.forEach((lab, index) => lab.writeFile(`${OWN_FOLDER}/number`, `node ${index}\n`));
  stage.secretId = manager.mustHost('making a secret', ['docker', 'secret', 'create', 'key', '-'], { input: SECRET }).trim();
  deployment.apply();
  return stage;
}

/** Tasks of a service that run, by lab. */
export function tasksOf({ labs }: Pick<Stage, 'labs'>, service: string): Task[] {
  return labs.flatMap((lab) =>
    lab.engine.running
      ? lab
          .docker('ps', '-q', '--no-trunc', '--filter', `label=com.docker.swarm.service.name=${service}`)
          .split('\n')
          .filter(Boolean)
          .map((id) => ({ lab, id }))
      : [],
  );
}

/** Listens in every task that runs, on the ports that are asked for below. */
export function listen(stage: Stage): void {
  for (const [name, { dnsName }] of Object.entries(stage.services)) {
    for (const { lab, id } of tasksOf(stage, dnsName)) {
      new Probes(lab).serve(
        { container: id },
        [8080, 9090, 5432].map((port) => ({ proto: 'tcp' as const, address: '0.0.0.0', port, token: name })),
      );
    }
  }
}

/** What somebody inside a task sees who asks by name; who answered, or nothing. */
export function asks({ lab, id }: Task, name: string, port: number): string {
  return lab.host(['timeout', '6', 'docker', 'exec', id, 'nc', '-w', '3', name, String(port)], { input: '' }).stdout.trim();
}
