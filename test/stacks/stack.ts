// Public stacks as programs, each in the file of its name. They name the images of the public stacks: a test synthesizes them, and the scenario `stacks` runs
// them with stand-ins under these names.
import type { TerraformStack } from 'cdktf';
import { ContainerImage, type IDaemon, Peer } from '../../src';

export interface StackGiven {
  readonly stack: TerraformStack;
  readonly daemon: IDaemon;
}

export interface PublicStack {
  readonly program: (given: StackGiven) => void;
  /** Whether its containers have IPv6 addresses, too. */
  readonly dualStack?: boolean;
}

export const image = (name: string): ContainerImage =>
  ContainerImage.fromRegistry(name, { tagReason: 'the project publishes it under this tag' });

export const HOST = '192.0.2.10';
/** Everybody who reaches the host. */
export const PUBLIC = { hostAddress: HOST, sources: [Peer.anyIpv4()] };
/** Some machines of the LAN. */
export const LAN = { hostAddress: HOST, sources: [Peer.cidr('192.0.2.16/28')] };
/** A resolver on the LAN. */
export const RESOLVER = Peer.address('192.0.2.1');
