// The commands that set a page up, as the page shows them and as the host runs them.
import type { BookContainer, Part, Tries } from './page';
import { DEFAULT_BRIDGE, type NetworkPlan, type PortPlan } from '../harness/engine-topology';
import type { EngineId } from '../lab/cache';

/** The table for rules of one's own beside an engine with nftables. */
export const OWN_TABLE = 'own';
const OWN_CHAIN = [
  `nft add table ip ${OWN_TABLE}`,
  `nft 'add chain ip ${OWN_TABLE} forward { type filter hook forward priority filter - 1; }'`,
];
const OPTION = 'com.docker.network.bridge';

export function setUp({ networks = [], containers = [] }: Part): string[] {
  return [...networks.map(networkCommand), ...containers.map(containerCommand)];
}

function networkCommand({ name, internal, icc, trusted, ipv4 }: NetworkPlan): string {
  const words = ['docker network create', ...(internal ? ['--internal'] : []), `--subnet ${ipv4.block}`, `-o ${OPTION}.name=${name}`];
  const options = [
    ...(icc ? [] : [`-o ${OPTION}.enable_icc=false`]),
    ...(trusted.length > 0 ? [`-o ${OPTION}.trusted_host_interfaces=${trusted.join(':')}`] : []),
  ];
  return [...words, ...options, name].join(' ');
}

function containerCommand({ name, networks: [joined], address, ports }: BookContainer): string {
  // On the default bridge the engine chooses the address: on a fresh host the first free one.
  const place = joined === DEFAULT_BRIDGE ? [] : [`--network ${joined}`, `--ip ${address}`];
  return ['docker run -d', `--name ${name}`, ...place, ...ports.map((port) => `-p ${portText(port)}`), 'lab:1'].join(' ');
}

function portText({ hostAddress, host, target }: PortPlan): string {
  return [...(hostAddress === undefined ? [] : [hostAddress]), host, target].join(':');
}

export function tryCommands(engine: EngineId, tries: Tries): string[] {
  return [...switchCommands(tries), ...(engine === '29-nft' ? nftCommands(tries) : iptablesCommands(tries))];
}

export function switchCommands({ switches = [] }: Tries): string[] {
  return switches.map(({ file, value }) => `echo ${value} > ${file}`);
}

export function iptablesCommands({ iptables = [] }: Tries): string[] {
  return iptables.map((words) => `iptables ${words}`);
}

export function nftCommands({ nft = [] }: Tries): string[] {
  return nft.length === 0 ? [] : [...OWN_CHAIN, ...nft.map((rule) => `nft add rule ip ${OWN_TABLE} forward ${rule}`)];
}
