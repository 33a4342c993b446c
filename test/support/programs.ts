import { App, TerraformStack, Testing } from 'cdktf';
import {
  BridgeSegment,
  type BridgeSegmentProps,
  Cidr,
  ContainerImage,
  EngineVersion,
  HardenedContainer,
  type HardenedContainerProps,
  HardenedDaemon,
  type HardenedDaemonProps,
  type ISegment,
  MacvlanSegment,
  type MacvlanSegmentProps,
} from '../../src';
import type { Topology } from '../../src/topology/private/topology';

/** An image that nobody pulls, so that a container is one resource. */
export const IMAGE = ContainerImage.fromId(`sha256:${'0'.repeat(64)}`);
export const HOST_ADDRESS = '192.0.2.10';
/** Members are stations of 192.168.1.0/24, of which .192 and up are set aside. */
export const LAN_PROPS: Omit<MacvlanSegmentProps, 'daemon'> = {
  reason: 'devices of the LAN find it by broadcast',
  parent: 'eth0',
  ipv4Block: Cidr.parse('192.168.1.0/24'),
  ipv4Gateway: '192.168.1.1',
  ipRange: Cidr.parse('192.168.1.192/27'),
  macLimit: 16,
};
/** One of every mark that somebody downstream could take for its own, without control characters. */
export const METACHARACTERS = `it's "q" \`id\` $(id) ; & | > < * ? # : - {a: [b]} !x \\ ~ é 漢`;

export function newStack(id = 'app'): TerraformStack {
  return new TerraformStack(Testing.app(), id);
}

/** Follows from the id, and is none of those that tests name. */
function otherHost(id: string): string {
  return `198.18.0.${1 + ([...id].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 250)}`;
}

export function newDaemon(stack: TerraformStack, props: Partial<HardenedDaemonProps> = {}, id = 'Edge'): HardenedDaemon {
  return new HardenedDaemon(stack, id, {
    engine: EngineVersion.V28,
    // Each host its own, and the usual one that of tests.
    hostAddress: id === 'Edge' ? HOST_ADDRESS : otherHost(id),
    addressPool: Cidr.parse('10.20.0.0/16'),
    // Without them every daemon has a warning.
    auditRules: true,
    ...props,
  });
}

/** A program in which every place can be filled in a line: one stack, one daemon, segments and containers on demand. */
export class Program {
  public readonly stack: TerraformStack;
  public readonly daemon: HardenedDaemon;

  constructor(props: Partial<HardenedDaemonProps> = {}, stack: TerraformStack = newStack()) {
    this.stack = stack;
    this.daemon = newDaemon(stack, props);
  }

  public get app(): App {
    return this.stack.node.root as App;
  }

  public segment(id: string, props: Partial<BridgeSegmentProps> = {}): BridgeSegment {
    return new BridgeSegment(this.stack, id, { daemon: this.daemon, ...props });
  }

  public lan(id: string, props: Partial<MacvlanSegmentProps> = {}): MacvlanSegment {
    return new MacvlanSegment(this.stack, id, { ...LAN_PROPS, daemon: this.daemon, ...props });
  }

  public container(id: string, segment: ISegment, props: Partial<HardenedContainerProps> = {}): HardenedContainer {
    return new HardenedContainer(this.stack, id, { segment, image: IMAGE, ...props });
  }

  public topology(): Topology {
    return this.daemon._declarations.store.derived().topology;
  }

  /** `source > destination port`, by path, sorted: addresses say nothing to a reader. */
  public pairs(): string[] {
    return readablePairs(this.topology());
  }

  public synth(): Synthesized {
    return synth(this.stack);
  }
}

export interface Synthesized {
  readonly text: string;
  readonly json: any;
  /** The only resource of a type, or the one whose Docker name is given. */
  resource(type: string, name?: string): any;
  container(name?: string): any;
  network(name?: string): any;
  names(type: string): string[];
}

/** With validations: without them half of what the library promises is skipped. */
export function synth(stack: TerraformStack): Synthesized {
  const text = Testing.synth(stack, true);
  const json = JSON.parse(text);
  const all = (type: string): any[] => Object.values(json.resource?.[type] ?? {});
  const resource = (type: string, name?: string) => {
    const found = all(type).filter((entry) => name === undefined || entry.name === name);
    if (found.length !== 1) throw new Error(`${found.length} of ${type} ${name}: ${all(type).map((entry) => entry.name).join(' ')}`); // prettier-ignore
    return found[0];
  };
  return {
    text,
    json,
    resource,
    container: (name) => resource('docker_container', name),
    network: (name) => resource('docker_network', name),
    names: (type) => all(type).map((entry) => entry.name as string).sort(), // prettier-ignore
  };
}

export function readablePairs(topology: Topology): string[] {
  const owner = new Map(topology.networks.flatMap((n) => n.members.map((m) => [m.ipv4, m.workload])));
  const port = ({ protocol, first, last }: { protocol: string; first: number; last: number }) =>
    `${protocol}/${first}${last > first ? `-${last}` : ''}`;
  return topology.pairs.map((p) => `${owner.get(p.source)} > ${owner.get(p.destination)} ${port(p.port)}`).sort();
}

/** Members by network key, as paths. */
export function members(topology: Topology): Record<string, string[]> {
  return Object.fromEntries(topology.networks.map((n) => [n.key, n.members.map((m) => m.workload)]));
}

/** What Terraform makes of the string of a JSON file: `$${` and `%%{` stand for themselves, `${"$"}` is a sign; anything else with a brace is an expression. */
export function terraformUnescape(text: string): string {
  return text.replace(/\$\$\{|%%\{|\$\{(?:"([$%{]?)"\})?|%\{/g, (mark, sign?: string) => {
    if (sign !== undefined) return sign;
    if (mark.length === 2) throw new Error(`Terraform would evaluate ${JSON.stringify(text)}`);
    return mark.slice(1);
  });
}
