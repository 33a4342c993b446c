/**
 * How engines write their rules, release by release: one line of descent for each firewall. An entry names the first release with a behaviour, and
 * states only what that release changed. A script prints docs/ENGINES.md from both lines.
 *
 * A new release of Docker with other rules is a new entry here; the maker of its firewall implements its terms.
 */
export interface Cut<Rules> {
  /** First release. */
  readonly since: string;
  readonly changes: Partial<Rules>;
  /** What changed, a sentence each. */
  readonly what: readonly string[];
  /** Hosts that the change affects; by default every host. */
  readonly concerns?: Concern;
}

/** A feature of a host that some releases treat differently. */
export type Concern =
  /** Ports that the ingress of a swarm publishes. */
  | 'ingress'
  /** Rules in ip6tables. */
  | 'ip6tables'
  /** Routed networks, or `DOCKER_INSECURE_NO_IPTABLES_RAW` in the environment of the engine. */
  | 'routed'
  /** Rules that another program appends to DOCKER-USER. */
  | 'DOCKER-USER';

/** What engines with iptables do differently. */
export interface IptablesRules {
  /**
   * `forward`: each network has its rules in FORWARD itself, the newest first, and the policy of FORWARD decides about unpublished ports.
   * `set`, `chains`: unpublished ports are dropped. FORWARD finds networks by a set of their blocks, or by separate chains of the engine.
   */
  readonly layout: 'forward' | 'set' | 'chains';
  /** Families that have DOCKER-USER. */
  readonly userChain: 'ipv4' | 'both';
  /** DOCKER-USER ends in RETURN. */
  readonly userChainReturns: boolean;
  /** What the rules of an internal network match in an IPv6 packet: only its addresses, or also whether it crosses the bridge. */
  readonly internalIpv6: 'addresses' | 'addresses and bridge';
  /** A packet that leaves a network over IPv6 gets the requested address. */
  readonly sourceAddressIpv6: boolean;
  /** Knows the gateway mode `routed`, in which a network has no translation. */
  readonly gatewayModes: boolean;
  /** In which families a network that is not internal is kept apart from the others. */
  readonly isolation: 'both families' | 'families of the network' | 'none';
  /** The networks whose containers reach publications through docker-proxy, if it runs, instead of by translation. */
  readonly skipsDnat: 'translated' | 'masqueraded or routed' | 'masqueraded' | 'none';
  /** Which packets directly to a container the table raw drops. */
  readonly direct: 'nothing' | 'published ports' | 'containers';
  /** Knows `DOCKER_INSECURE_NO_IPTABLES_RAW`. */
  readonly rawSwitch: boolean;
  /** When the answers of a published SCTP port get a checksum. */
  readonly sctpChecksum: 'always' | 'when asked' | 'never';
  /** Ports of a routed network are open wherever the container's default route leads. */
  readonly routedPortsEverywhere: boolean;
  /** Knows `bridge-accept-fwmark`. */
  readonly acceptMark: boolean;
  /** How the ingress of a swarm publishes: by a separate chain, or as ordinary ports of its sandbox. */
  readonly ingress: 'chain' | 'ports';
}

const START: IptablesRules = {
  layout: 'forward',
  userChain: 'ipv4',
  userChainReturns: true,
  internalIpv6: 'addresses',
  sourceAddressIpv6: false,
  gatewayModes: false,
  isolation: 'both families',
  skipsDnat: 'translated',
  direct: 'nothing',
  rawSwitch: false,
  sctpChecksum: 'always',
  routedPortsEverywhere: false,
  acceptMark: false,
  ingress: 'chain',
};

export const IPTABLES: readonly Cut<IptablesRules>[] = [
  { since: '20.10', changes: START, what: ['every network has its rules in FORWARD itself'] },
  {
    since: '23.0',
    changes: { userChain: 'both' },
    what: ['ip6tables also has the chain DOCKER-USER'],
  },
  {
    since: '24.0.6',
    changes: { internalIpv6: 'addresses and bridge' },
    what: ['an internal network admits its own IPv6 neighbour discovery'],
    concerns: 'ip6tables',
  },
  {
    since: '25.0',
    changes: { sourceAddressIpv6: true },
    what: [
      'option `com.docker.network.host_ipv6`: the source address of IPv6 packets that leave a network; before, it was always that of the interface',
    ],
    concerns: 'ip6tables',
  },
  {
    since: '27.0',
    changes: { gatewayModes: true },
    what: ['gateway mode `routed`: a network without translation, with the same isolation'],
  },
  {
    since: '28.0.0',
    changes: {
      layout: 'set',
      skipsDnat: 'masqueraded or routed',
      direct: 'published ports',
      sctpChecksum: 'when asked',
    },
    what: [
      'packets to unpublished ports are dropped, whatever the policy of FORWARD',
      'machines on the LAN cannot reach a published port at the address of its container, or a port that is published on loopback',
      'FORWARD matches the networks with a set of ipset',
      'a routed network is open to the other networks as it is to the outside',
    ],
  },
  {
    since: '28.0.1',
    changes: { layout: 'chains', isolation: 'families of the network' },
    what: [
      'separate chains instead of the set, and one jump in FORWARD',
      'a network is isolated from the others only in its address families; before, in both',
    ],
  },
  {
    since: '28.0.2',
    changes: { skipsDnat: 'masqueraded', rawSwitch: true },
    what: [
      'if docker-proxy is off, containers of a routed network reach publications by translation; before, they never did',
      '`DOCKER_INSECURE_NO_IPTABLES_RAW` turns the rules of the table raw off',
    ],
    concerns: 'routed',
  },
  {
    since: '28.2',
    changes: { direct: 'containers' },
    what: ['no packet from another interface reaches the address of a container, whether it publishes a port or not'],
  },
  {
    since: '28.2.2',
    changes: { userChainReturns: false },
    what: ['DOCKER-USER is empty; before, it ended in RETURN, and rules after it never ran'],
    concerns: 'DOCKER-USER',
  },
  {
    since: '29.0',
    changes: { isolation: 'none', skipsDnat: 'none', sctpChecksum: 'never', routedPortsEverywhere: true, acceptMark: true },
    what: ['no separate rules isolate the networks; the rules that close each network to the outside do'],
  },
  {
    since: '29.8',
    changes: { ingress: 'ports' },
    what: ['a port that the ingress of a swarm publishes is an ordinary port of its sandbox'],
    concerns: 'ingress',
  },
];

/** With nftables all releases write the same rules. */
export type NftablesRules = Record<never, never>;

export const NFTABLES: readonly Cut<NftablesRules>[] = [
  { since: '29.0', changes: {}, what: ['separate tables, in which the chain of a network makes the final decision on packets to it'] },
];

/** Spans in which engines were released; there were no releases between them. */
export const RELEASED: readonly { readonly from: string; readonly below: string }[] = [
  { from: '20.10', below: '20.11' },
  { from: '23.0', below: '30.0' },
];
