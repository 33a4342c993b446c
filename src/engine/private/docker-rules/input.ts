import type { EngineSettings } from '../../../topology/private/engine-facts';
import type { Family, PortSpec } from '../../../topology/private/terms';

/**
 * What determines the rules of an engine: the settings of the daemon, its networks and their endpoints, as plain data. Comes from a topology, or is
 * written by hand for a host without one.
 */
export interface EngineInput {
  /** Of the engine, such as `28.5.2`. */
  readonly version: string;
  readonly firewall: EngineFirewall;
  readonly daemon: EngineSettings;
  /** In the order in which they were created; the default bridge, where there is one, is the first. */
  readonly networks: readonly EngineNetwork[];
  /** Where the ingress of a swarm publishes something. */
  readonly swarm?: SwarmState;
}

/** What an engine writes its rules with. */
export type EngineFirewall = 'iptables' | 'nftables';

export type GatewayMode = 'nat' | 'nat-unprotected' | 'routed' | 'isolated';

export interface EngineNetwork {
  readonly bridge: string;
  readonly internal: boolean;
  /** Whether containers of the network may talk to each other: `com.docker.network.bridge.enable_icc`. */
  readonly icc: boolean;
  /** `com.docker.network.bridge.enable_ip_masquerade`. Of the default bridge `ip-masq`, which counts in neither family without `iptables`. */
  readonly masquerade: boolean;
  /** Interfaces that packets straight to a container may come from, 28.2 and later: `…trusted_host_interfaces`. */
  readonly trustedInterfaces: readonly string[];
  /** Undefined where the network has no addresses of the family. */
  readonly ipv4?: EngineSubnet;
  readonly ipv6?: EngineSubnet;
  readonly endpoints: readonly EngineEndpoint[];
  /** Links of containers of the default bridge, by `--link`. */
  readonly links: readonly EngineLink[];
}

export interface EngineSubnet {
  readonly block: string;
  /** Address of the bridge itself. */
  readonly gateway: string;
  readonly mode: GatewayMode;
  /** Source address of what leaves, instead of that of the interface: `…host_ipv4`, `…host_ipv6`. */
  readonly sourceAddress?: string;
}

export interface EngineEndpoint {
  readonly ipv4?: string;
  readonly ipv6?: string;
  /**
   * By family, whether the container's default route uses this endpoint: only there does a publication create rules (except in routed mode from 29
   * on).
   */
  readonly isGateway: Readonly<Record<Family, boolean>>;
  /** In the order in which the engine opens them. */
  readonly ports: readonly EnginePort[];
}

/** One publication, as in the request to the engine. */
export interface EnginePort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** Undefined for every address of the host. This field has the default address of publications (`ip`, `…host_binding_ipv4`). */
  readonly hostAddress?: string;
  /** As many ports as `targetPort` has; each is a separate binding. */
  readonly hostPort: Pick<PortSpec, 'first' | 'last'>;
  readonly targetPort: Pick<PortSpec, 'first' | 'last'>;
  /** The program asked the engine for any port: `hostPort` is a placeholder, and no output shows it. */
  readonly isChosen?: true;
}

/** Addresses of one family, and a port that the linked container exposes or publishes. */
export interface EngineLink {
  readonly parent: string;
  readonly child: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
}

export interface SwarmState {
  /** Bridge that tasks leave by, an ordinary network without inter-container communication; it is one of `networks`. */
  readonly gatewayBridge: string;
  readonly ingressPorts: readonly IngressPort[];
}

/** A port of every address of the host, and the address on the gateway network that keeps it: a real host has one sandbox for all of them. */
export interface IngressPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
  readonly address: string;
}
