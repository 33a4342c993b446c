import type { TerraformStack } from 'cdktf';
import { newDaemon, newStack, synth } from './programs';
import {
  Cidr,
  ContainerImage,
  EncryptedOverlay,
  type EncryptedOverlayProps,
  type HardenedDaemon,
  type HardenedDaemonProps,
  HardenedService,
  type HardenedServiceProps,
  SwarmCluster,
  type SwarmClusterProps,
} from '../../src';

const PULLED = ContainerImage.fromRegistry(`registry.example/shop@sha256:${'a'.repeat(64)}`);

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

/** The same with overlays and services on demand. */
export class Services extends SwarmProgram {
  public overlay(id: string, props: Partial<EncryptedOverlayProps> = {}): EncryptedOverlay {
    return new EncryptedOverlay(this.stack, id, { cluster: this.cluster, ...props });
  }

  public service(id: string, overlay: EncryptedOverlay, props: Partial<HardenedServiceProps> = {}): HardenedService {
    return new HardenedService(this.stack, id, { overlay, image: PULLED, ...props });
  }

  /** Resources of a type by their name in Docker. */
  public resource(type: 'docker_network' | 'docker_service' | 'docker_config', name: string): Record<string, any> {
    const { json } = synth(this.stack);
    const all = Object.values((json.resource as Record<string, Record<string, any>>)[type] ?? {});
    return all.find((each) => each.name === name);
  }
}

export function newNode(stack: TerraformStack, id: string, last: number, props: Partial<HardenedDaemonProps> = {}): HardenedDaemon {
  return newDaemon(stack, { hostAddress: `192.0.2.${last}`, liveRestore: false, ...props }, id);
}
