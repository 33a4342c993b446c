import { TerraformStack } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';

/** How a workload names a network for Terraform, wherever it stands. */
export type NetworkReference = (from: IConstruct) => string;

/**
 * By id inside of the stack that has the network: Terraform then replaces a network and its containers in one apply. A reference that appears while
 * rendering is not rewritten for another stack, so the name is used there and the stacks are ordered.
 */
export function networkReference(owner: Construct, network: { readonly id: string }, networkName: string): NetworkReference {
  // Each call of the getter makes a new reference.
  const { id } = network;
  return (from) => (TerraformStack.of(owner) === TerraformStack.of(from) ? id : networkName);
}
