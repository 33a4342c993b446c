// The same on a host that somebody else keeps: only the engine's API is ours, so no file goes there.
import type { TerraformStack } from 'cdktf';
import { Deployment, type Program } from './deployment';
import { type DaemonProps, EngineFirewall, UnguardedDaemon, type UnguardedDaemonProps } from '../../../src';
import type { EngineId } from '../lab/cache';
import type { Lab } from '../lab/lab';

export function firewallOf(engine: EngineId): EngineFirewall {
  return engine === '29-nft' ? EngineFirewall.NFTABLES : EngineFirewall.IPTABLES;
}

export class UnguardedDeployment extends Deployment {
  constructor(
    lab: Lab,
    program: Program,
    private engineProps: Partial<UnguardedDaemonProps> = {},
  ) {
    super(lab, program);
  }

  get unguarded(): UnguardedDaemon {
    return this.daemon as UnguardedDaemon;
  }

  override up(): void {
    this.lab.startEngine();
    this.imageId = this.lab.importImage();
    this.apply();
  }

  /** Something else is true of the host now. */
  told(engineProps: Partial<UnguardedDaemonProps>): void {
    this.engineProps = engineProps;
    this.synth();
  }

  protected override makeDaemon(stack: TerraformStack, props: DaemonProps): UnguardedDaemon {
    return new UnguardedDaemon(stack, 'Edge', { ...props, ...this.engineProps });
  }
}
