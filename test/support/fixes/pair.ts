import type { Container, ContainerConfig } from '@cdktf/provider-docker/lib/container';
import { Network } from '@cdktf/provider-docker/lib/network';
import { Service, type ServiceConfig } from '@cdktf/provider-docker/lib/service';
import type { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { type Rule, Suppressions } from '../../../src';
import { RawStack } from '../raw-stack';

/** What the fix of a rule says, done to a program. */
export interface FixPair {
  readonly ruleId: string;
  /** Words of the fix that are followed. All pairs of a rule together have all of its words. */
  readonly follows: readonly string[];
  /** The program, and the same with just that done to it. */
  readonly program: (isFixed: boolean) => TerraformStack;
  /** Other rules that such a program raises by its nature. */
  readonly beside?: readonly string[];
  /** Rules that speak up because the fix was followed; none of them with an error. */
  readonly thereafter?: readonly string[];
  /** Whether the words say to accept the finding, there or at another place. */
  readonly accepts?: boolean;
  /** Rules that look; every one there is unless told. */
  readonly rules?: (isFixed: boolean) => Rule[];
}

/** How a pair differs from the usual. */
export interface More extends Pick<FixPair, 'beside' | 'thereafter' | 'accepts'> {
  /** Settings of the only engine, in a file beside the resource. */
  readonly engine?: object;
}

type Config = Partial<ContainerConfig>;
type NetworkSettings = ConstructorParameters<typeof Network>[2];

/** More of a program, where attributes alone do not make it; what it returns is set on the resource. */
export type Around<C> = (raw: RawStack, isFixed: boolean) => Partial<C> | void;

export const IMAGE = `registry.example.com/shop/web:1.4@sha256:${'a'.repeat(64)}`;
export const DROP_ALL = { drop: ['ALL'] };
export const CLOSED_INSIDE = { 'com.docker.network.bridge.enable_icc': 'false' };
export const OVERLAY_OPTIONS = { encrypted: 'true', 'com.docker.network.driver.overlay.vxlanid_list': '4097' };
const SLICE = 'shop.slice';
const REASON = 'the site has looked at it and accepts it';

/** A container that no rule has anything against. */
export const CLEAN: Config = {
  image: IMAGE,
  user: '10001:10001',
  readOnly: true,
  memory: 128,
  memorySwap: 128,
  cpuPeriod: 100_000,
  cpuQuota: 50_000,
  capabilities: DROP_ALL,
  securityOpts: ['no-new-privileges:true'],
  networkMode: 'none',
  healthcheck: { test: ['CMD', '/healthy'] },
  labels: [{ label: 'healthcheck-hash', value: '1f2e3d' }],
  ulimit: [{ name: 'nofile', soft: 1024, hard: 4096 }],
  logDriver: 'fluentd',
  cgroupParent: SLICE,
};

/** An engine that no rule has anything against. */
export const ENGINE = {
  icc: false,
  'no-new-privileges': true,
  'live-restore': true,
  'userland-proxy': false,
  'userns-remap': 'default',
  'authorization-plugins': ['opa'],
  'log-driver': 'fluentd',
  'default-ulimits': { nofile: { Name: 'nofile', Soft: 1024, Hard: 4096 } },
};

/** The same as a node of a swarm. */
export const NODE = { ...ENGINE, 'live-restore': false };

const TASK = {
  containerSpec: { image: IMAGE, user: '10001:10001', readOnly: true, capDrop: ['ALL'] },
  resources: { limits: { memoryBytes: 128 * 2 ** 20, nanoCpus: 500_000_000 } },
};

type Task = ServiceConfig['taskSpec'];

/** A task of a service that no rule has anything against, but for what is given. */
export function task(spec: Partial<Task['containerSpec']> = {}, rest: Partial<Task> = {}): Task {
  return { ...TASK, ...rest, containerSpec: { ...TASK.containerSpec, ...spec } };
}

export function accept(construct: IConstruct, ruleId: string, detail?: string): void {
  Suppressions.of(construct).add({ ruleId, reason: REASON, ...(detail !== undefined && { detail }) });
}

export function addClean(raw: RawStack, id: string, config: Config = {}): Container {
  const added = raw.container(id, { ...CLEAN, ...config });
  // Only a slice limits processes, and any group of a container's own is asked for.
  if (added.cgroupParentInput === SLICE) accept(added, 'BH-C24');
  return added;
}

export function addNetwork(raw: RawStack, id: string, config: object = {}): Network {
  return raw.network(id, { options: CLOSED_INSIDE, ...config });
}

/** A container on a network of its own. */
export function joined(raw: RawStack): Config {
  return { networkMode: undefined, networksAdvanced: [{ name: addNetwork(raw, 'Front').id }] };
}

/** Settings of an engine in a file, as a raw program brings them to a host. */
export function addEngine(raw: RawStack, settings: object, name = 'engine'): void {
  const content = JSON.stringify(settings);
  raw.stack.addOverride(`resource.local_file.${name}`, { filename: '/etc/docker/daemon.json', content });
}

function begun(settings: object | undefined): RawStack {
  const raw = new RawStack();
  if (settings !== undefined) addEngine(raw, settings);
  return raw;
}

/** A program of raw resources; the one that the rule is about is what `build` returns. */
function rawPair(
  ruleId: string,
  follows: readonly string[],
  { engine: settings, ...more }: More,
  build: (raw: RawStack, isFixed: boolean) => IConstruct | void,
): FixPair {
  const made = (isFixed: boolean) => {
    const raw = begun(settings);
    const resource = build(raw, isFixed);
    if (resource && isFixed && more.accepts) accept(resource, ruleId);
    return raw.stack;
  };
  return { ruleId, follows, program: made, ...more };
}

/** A container with something wrong, and what changes of it. */
export function container(
  ruleId: string,
  follows: readonly string[],
  bad: Config,
  change: Config,
  more: More = {},
  around?: Around<ContainerConfig>,
): FixPair {
  return rawPair(ruleId, follows, more, (raw, isFixed) => {
    const further = around?.(raw, isFixed);
    return addClean(raw, 'Web', { ...bad, ...(isFixed && change), ...further });
  });
}

/** A network with something wrong, and what changes of it. */
export function network(
  ruleId: string,
  follows: readonly string[],
  bad: Partial<NetworkSettings>,
  change: Partial<NetworkSettings>,
  more: More = {},
): FixPair {
  return rawPair(ruleId, follows, more, (raw, isFixed) => addNetwork(raw, 'Front', { ...bad, ...(isFixed && change) }));
}

/** A service with something wrong, and what changes of it, on an engine that is in order. */
export function service(
  ruleId: string,
  follows: readonly string[],
  bad: Partial<ServiceConfig>,
  change: Partial<ServiceConfig>,
  more: More = {},
  around?: Around<ServiceConfig>,
): FixPair {
  return rawPair(ruleId, follows, { ...more, engine: more.engine ?? NODE }, (raw, isFixed) => {
    const further = around?.(raw, isFixed);
    return new Service(raw.stack, 'Web', { name: 'web', taskSpec: task(), ...bad, ...(isFixed && change), ...further });
  });
}

/** Settings of an engine with something wrong, and what changes of them; undefined takes a key out. */
export function engine(ruleId: string, follows: readonly string[], bad: object, change: object, more: More = {}): FixPair {
  return rawPair(ruleId, follows, more, (raw, isFixed) => addEngine(raw, { ...ENGINE, ...bad, ...(isFixed && change) }));
}

/** A program of raw resources that is none of these. */
export function program(
  ruleId: string,
  follows: readonly string[],
  build: (raw: RawStack, isFixed: boolean) => void,
  more: More = {},
): FixPair {
  return rawPair(ruleId, follows, more, (raw, isFixed) => build(raw, isFixed));
}

/** A program with constructs of ours. */
export function ours(ruleId: string, follows: readonly string[], build: (isFixed: boolean) => TerraformStack, more: More = {}): FixPair {
  return { ruleId, follows, program: build, ...more };
}
