import type { Binding } from './bindings';
import { Rules23 } from './g23';
import type { EngineNetwork, EngineSubnet } from './input';

/** 27.0 to 27.5: gateway mode `routed`, in which a network has no address translation but the same walls. */
export class Rules27 extends Rules23 {
  protected override get version(): string {
    return '27.0';
  }

  protected override masquerades(network: EngineNetwork, subnet: EngineSubnet): boolean {
    return super.masquerades(network, subnet) && subnet.mode !== 'routed';
  }

  protected override portNat(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    if (subnet.mode !== 'routed') {
      super.portNat(network, subnet, binding);
    }
  }

  protected override portToSelf(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    if (subnet.mode !== 'routed') {
      super.portToSelf(network, subnet, binding);
    }
  }
}
