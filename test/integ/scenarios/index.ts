// Every scenario by the name that `--scenarios` takes.
import * as attacks from './attacks';
import * as attacks2Denial from './attacks-2-denial';
import * as attacks2Dns from './attacks-2-dns';
import * as attacks2Forged from './attacks-2-forged';
import * as attacks2Frames from './attacks-2-frames';
import * as attacks2Groups from './attacks-2-groups';
import * as attacks2Helpers from './attacks-2-helpers';
import * as attacks2Host from './attacks-2-host';
import * as attacks2Lan from './attacks-2-lan';
import * as attacks2Lines from './attacks-2-lines';
import * as attacks2Others from './attacks-2-others';
import * as attacks2Overlays from './attacks-2-overlays';
import * as attacks2Standing from './attacks-2-standing';
import * as attacks2Vrf from './attacks-2-vrf';
import * as attacks3 from './attacks-3';
import * as audit from './audit';
import * as book from './book';
import * as changes from './changes';
import * as cis from './cis';
import * as cisHost from './cis-host';
import * as collect from './collect';
import * as combinations from './combinations';
import * as compose from './compose';
import * as conduit from './conduit';
import * as configFiles from './config-files';
import * as configFilesApi from './config-files-api';
import * as dockerBench from './docker-bench';
import * as dualStack from './dual-stack';
import * as egressAndHost from './egress-and-host';
import * as enginePackets from './engine-packets';
import * as engineRules from './engine-rules';
import { examples } from './examples';
import * as existingNetworks from './existing-networks';
import * as generated from './generated';
import * as generatedForged from './generated-forged';
import * as guides from './guides';
import * as hostArtefacts from './host-artefacts';
import * as hosts from './hosts';
import * as ipvlan from './ipvlan';
import * as liveChange from './live-change';
import * as macvlan from './macvlan';
import * as monitoring from './monitoring';
import * as mutation from './mutation';
import * as namesAndMtu from './names-and-mtu';
import * as otherFirewalls from './other-firewalls';
import * as profiles from './profiles';
import * as properties from './properties';
import * as publishing from './publishing';
import * as realServices from './real-services';
import * as recipes from './recipes';
import * as registry from './registry';
import * as resolvers from './resolvers';
import * as restarts from './restarts';
import * as review from './review';
import * as saveRestore from './save-restore';
import * as sctp from './sctp';
import * as sealedSwarm from './sealed-swarm';
import * as secrets from './secrets';
import * as secretsHosts from './secrets-hosts';
import * as sharedNetwork from './shared-network';
import * as socketProxy from './socket-proxy';
import { stacks } from './stacks';
import * as startOrder from './start-order';
import * as survival from './survival';
import * as swarm from './swarm';
import * as swarmIngress from './swarm-ingress';
import * as terraformInput from './terraform-input';
import * as threeTier from './three-tier';
import * as unguardedDaemon from './unguarded-daemon';
import * as unguardedDualStack from './unguarded-dual-stack';
import * as upgradeHost from './upgrade-host';
import * as users from './users';
import * as vlan from './vlan';
import * as volumes from './volumes';
import * as vpnGateway from './vpn-gateway';
import * as wireIpv6 from './wire-ipv6';
import type { Checks } from '../harness/checks';
import type { EngineId } from '../lab/cache';

export interface Scenario {
  /** Where it runs, when that is not on the usual engines. */
  readonly engines?: readonly EngineId[];
  /** It takes modules that the kernel of a small machine lacks, and then runs in a guest that has them. */
  readonly needsModules?: boolean;
  run(engine: EngineId, checks: Checks): void;
  /** What it needs besides the lab, fetched once and kept in the cache. */
  prepare?(): Promise<void>;
}

/** Those that every landing runs on every engine of theirs; all others take turns: see `schedule.ts`. */
export const CORE: readonly string[] = ['three-tier', 'attacks', 'survival', 'engine-rules', 'engine-packets'];

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'three-tier': threeTier,
  recipes,
  registry,
  resolvers,
  generated,
  'generated-forged': generatedForged,
  'unguarded-daemon': unguardedDaemon,
  'unguarded-dual-stack': unguardedDualStack,
  'live-change': liveChange,
  'real-services': realServices,
  'egress-and-host': egressAndHost,
  'names-and-mtu': namesAndMtu,
  profiles,
  publishing,
  macvlan,
  vlan,
  volumes,
  'vpn-gateway': vpnGateway,
  swarm,
  'sealed-swarm': sealedSwarm,
  'swarm-ingress': swarmIngress,
  sctp,
  ipvlan,
  'wire-ipv6': wireIpv6,
  'upgrade-host': upgradeHost,
  'dual-stack': dualStack,
  'existing-networks': existingNetworks,
  collect,
  combinations,
  compose,
  conduit,
  guides,
  users,
  properties,
  changes,
  secrets,
  'secrets-hosts': secretsHosts,
  'config-files': configFiles,
  'config-files-api': configFilesApi,
  'host-artefacts': hostArtefacts,
  hosts,
  'terraform-input': terraformInput,
  cis,
  'cis-host': cisHost,
  'docker-bench': dockerBench,
  'engine-rules': engineRules,
  'engine-packets': enginePackets,
  book,
  attacks,
  'attacks-2-denial': attacks2Denial,
  'attacks-2-dns': attacks2Dns,
  'attacks-2-forged': attacks2Forged,
  'attacks-2-frames': attacks2Frames,
  'attacks-2-groups': attacks2Groups,
  'attacks-2-helpers': attacks2Helpers,
  'attacks-2-host': attacks2Host,
  'attacks-2-lines': attacks2Lines,
  'attacks-2-others': attacks2Others,
  'attacks-2-overlays': attacks2Overlays,
  'attacks-2-standing': attacks2Standing,
  'attacks-2-vrf': attacks2Vrf,
  'attacks-2-lan': attacks2Lan,
  'attacks-3': attacks3,
  audit,
  monitoring,
  mutation,
  'shared-network': sharedNetwork,
  'socket-proxy': socketProxy,
  ...stacks,
  ...examples,
  'start-order': startOrder,
  restarts,
  survival,
  'other-firewalls': otherFirewalls,
  review,
  'save-restore': saveRestore,
};
