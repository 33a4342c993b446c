import type { LateServiceBlocks, ServiceConfig } from '../../private/bindings';
import { literalText, literalWords } from '../../private/late';
import type { Declarations } from '../../topology/private/declarations';
import type { HardenedServiceProps } from '../hardened-service-props';
import { EndpointMode, UpdatePolicy } from '../service-policies';
import type { CheckedService } from './check-service';
import { duration as ofContainer, givenBack, healthCheckBlock, mountBlock, stampMount } from './common';
import { HARDENED, logOptions } from '../../hardening/private/hardened-defaults';

const MEBIBYTE = 1_048_576;
/** Readable for its user, and for all others. */
const [OWNER_READS, ALL_READ] = [0o400, 0o444];
/** The provider loses the sticky bit when it reads a mode back, and would replace the mount on every plan. */
const WORLD_WRITABLE = 0o777;

/** A published port. */
export interface PublishedPort {
  readonly protocol: string;
  readonly published: { readonly first: number; readonly last: number };
  readonly target: { readonly first: number };
  readonly mode: 'host' | 'ingress';
}

/** Everything of the resource that is known when the service is declared. Only what replans empty with the provider's 4.x line. */
export function serviceConfig(
  props: HardenedServiceProps,
  checked: CheckedService,
  given: { readonly environment: readonly string[]; readonly stamp: string; readonly configIds: readonly { id: string; name: string }[] },
): ServiceConfig {
  const update = props.updatePolicy ?? UpdatePolicy.of();
  const [uid, gid] = [checked.user.uid, checked.user.gid].map(String);
  const rollout = {
    parallelism: update.parallelism,
    delay: duration(update.delaySeconds),
    monitor: duration(update.monitorSeconds),
    maxFailureRatio: '0.0',
    order: update.startFirst ? 'start-first' : 'stop-first',
  };
  return {
    name: checked.name,
    labels: checked.labels.length > 0 ? [...checked.labels] : undefined,
    taskSpec: {
      containerSpec: {
        image: props.image.text,
        args: props.command && literalWords(props.command),
        env: given.environment.length > 0 ? Object.fromEntries(given.environment.map(variable)) : undefined,
        user: checked.user.text,
        readOnly: props.writableRootReason === undefined,
        capDrop: ['ALL'],
        capAdd: givenBack(props.capabilities),
        sysctl: { 'net.ipv4.ip_forward': '0' },
        isolation: 'default',
        stopGracePeriod: duration(checked.stopTimeout),
        // Containers of the same overlays still resolve; names outside would leave past the guard.
        dnsConfig: { nameservers: ['127.0.0.1'] },
        mounts: [
          stampMount(given.stamp),
          ...(props.volumes ?? []).map(mountBlock),
          ...checked.tmpfs.map(({ target, mebibytes }) => ({
            type: 'tmpfs',
            target,
            tmpfsOptions: { sizeBytes: mebibytes * MEBIBYTE, mode: WORLD_WRITABLE },
          })),
        ],
        secrets: props.secrets?.map(({ secretId, secretName, target }) => ({
          secretId,
          secretName,
          fileName: target,
          fileUid: uid,
          fileGid: gid,
          // The image determines the user after the drop; its entry point may be root without the capability to change the owner.
          fileMode: checked.user._fact.mode === 'root-at-start' ? ALL_READ : OWNER_READS,
        })),
        configs: props.configs?.map(({ target }, index) => ({
          configId: given.configIds[index].id,
          configName: given.configIds[index].name,
          fileName: target,
          fileUid: '0',
          fileGid: '0',
          fileMode: ALL_READ,
        })),
        healthcheck: healthCheckBlock(props.healthCheck, duration),
      },
      resources: { limits: { memoryBytes: checked.memory * MEBIBYTE, nanoCpus: checked.cpuMillis * 1_000_000 } },
      restartPolicy: { condition: 'any', delay: '5s', maxAttempts: 0, window: '0s' },
      placement: { constraints: (props.placements ?? []).map(({ text }) => text).sort(), maxReplicas: checked.replicasPerNode },
      logDriver: { name: HARDENED.logDriver, options: logOptions(checked.logMebibytes) },
      forceUpdate: 0,
      runtime: 'container',
    },
    // With an image that a registry answers for, the provider writes its platforms there, and would remove them on every plan.
    lifecycle: { ignoreChanges: ['task_spec[0].placement[0].platforms'] },
    mode: checked.replicas === undefined ? { global: true } : { replicated: { replicas: checked.replicas } },
    updateConfig: { ...rollout, failureAction: update.onFailure },
    rollbackConfig: { ...rollout, failureAction: 'pause' },
    endpointSpec: { mode: props.endpointMode ?? EndpointMode.VIP },
    // Terraform waits until the tasks run, and fails when they do not; the provider does not do so for tasks on every node.
    convergeConfig: checked.replicas === undefined ? undefined : { delay: '1s', timeout: duration(checked.convergeTimeout) },
  };
}

/** Of a service the provider reads it back without zeros at the end: '1m', not '1m0s'. */
function duration(seconds: number): string {
  return ofContainer(seconds).replace(/m0s$/, 'm').replace(/h0m$/, 'h');
}

function variable(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), literalText(line.slice(at + 1))];
}

/** What follows from flows and publications: networks and ports. */
export function serviceBlocks(
  declarations: Declarations,
  path: string,
  { ports, home, aliases = [] }: { readonly ports: readonly PublishedPort[]; readonly home: string; readonly aliases?: string[] },
  reference: (segment: string, kind: 'segment' | 'gateway') => string,
): LateServiceBlocks {
  const overlays = declarations.store.derived().topology.wires.filter(({ members }) => members.some(({ workload }) => workload === path));
  return {
    networks: overlays.map(({ segment, overlay }) => ({
      id: reference(segment, overlay!.kind),
      ...(segment === home && overlay!.kind === 'segment' && aliases.length > 0 && { aliases: [...aliases] }),
    })),
    ports: ports.flatMap(({ protocol, published, target, mode }) =>
      Array.from({ length: published.last - published.first + 1 }, (_, offset) => ({
        protocol,
        publishedPort: published.first + offset,
        targetPort: target.first + offset,
        publishMode: mode,
      })),
    ),
  };
}
