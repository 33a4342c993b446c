import { TerraformStack } from 'cdktf';
import { HOST_ADDRESS, IMAGE, newStack } from './programs';
import {
  BridgeSegment,
  Cidr,
  EngineVersion,
  HardenedContainer,
  type HardenedContainerProps,
  UnguardedDaemon,
  type UnguardedDaemonProps,
  type ISegment,
  Peer,
  Port,
  ThreeTierNetwork,
} from '../../src';

/** One stack with one daemon of which only the API is ours. */
export class Unguarded {
  public readonly daemon: UnguardedDaemon;

  constructor(
    props: Partial<UnguardedDaemonProps> = {},
    public readonly stack: TerraformStack = newStack(),
  ) {
    this.daemon = new UnguardedDaemon(stack, 'Edge', {
      engine: EngineVersion.V28,
      hostAddress: HOST_ADDRESS,
      addressPool: Cidr.parse('10.20.0.0/16'),
      ...props,
    });
  }

  public segment(id: string): BridgeSegment {
    return new BridgeSegment(this.stack, id, { daemon: this.daemon });
  }

  public container(id: string, segment: ISegment, props: Partial<HardenedContainerProps> = {}): HardenedContainer {
    return new HardenedContainer(this.stack, id, { segment, image: IMAGE, ...props });
  }

  /** `source > destination ports` of a kind of weakness. */
  public weak(code: string): string[] {
    const found = this.daemon.weaknesses().filter((weakness) => weakness.code === code);
    return found.flatMap(({ cells }) => cells.map(({ source, destination, ports }) => `${source} > ${destination} ${ports}`));
  }

  public warnings(): string[] {
    return this.daemon.node.metadata.map(({ data }) => String(data));
  }
}

/** The three tiers that the README begins with, for everybody and without a rate. */
export function shop(props: Partial<UnguardedDaemonProps> = {}, stack?: TerraformStack) {
  const program = new Unguarded(props, stack);
  const tiers = new ThreeTierNetwork(program.stack, 'Shop', { daemon: program.daemon });
  const web = program.container('Web', tiers.dmz);
  const api = program.container('Api', tiers.app, { defaultPort: Port.tcp(8080) });
  const db = program.container('Db', tiers.data, { defaultPort: Port.tcp(5432) });
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  web.connections.allowTo(api);
  api.connections.allowTo(db);
  return { program, daemon: program.daemon, tiers, web, api, db };
}
