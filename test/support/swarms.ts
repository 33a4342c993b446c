import type { TerraformStack } from 'cdktf';
import { newDaemon, newStack } from './programs';
import { Cidr, type HardenedDaemon, type HardenedDaemonProps, SwarmCluster, type SwarmClusterProps } from '../../src';

/** One manager and two workers, at 192.0.2.10, .12 and .13. */
export class SwarmProgram {
  public readonly manager: HardenedDaemon;
  public readonly workers: HardenedDaemon[];
  public readonly cluster: SwarmCluster;

  constructor(
    props: Partial<SwarmClusterProps> = {},
    daemon: Partial<HardenedDaemonProps> = {},
    public readonly stack: TerraformStack = newStack(),
  ) {
    this.manager = newNode(stack, 'One', 10, daemon);
    this.workers = [newNode(stack, 'Two', 12, daemon), newNode(stack, 'Three', 13, daemon)];
    this.cluster = new SwarmCluster(stack, 'Swarm', {
      managers: [this.manager],
      workers: this.workers,
      addressPool: Cidr.parse('10.64.0.0/16'),
      ...props,
    });
  }
}

export function newNode(stack: TerraformStack, id: string, last: number, props: Partial<HardenedDaemonProps> = {}): HardenedDaemon {
  return newDaemon(stack, { hostAddress: `192.0.2.${last}`, liveRestore: false, ...props }, id);
}
