import { Cidr } from '../../addressing/cidr';
import { checkProps } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import { reasonText, wholeNumber } from '../../private/text';
import type { SwarmNodeFact, SwarmSettings } from '../../topology/private/facts';
import type { SwarmClusterProps } from '../swarm-cluster-props';

/** Ports of a node that Swarm uses for other purposes, and the ones that it refuses for data. */
const DATA_PORTS = { least: 1024, most: 49_151, others: [2377, 7946] };

/** The MTU of a link by default. */
const USUAL_MTU = 1500;

type Daemon = SwarmClusterProps['managers'][number];

/** Checks before anything enters the tree. */
export function checkSwarm(
  scope: { readonly node: { readonly path: string } },
  id: string,
  props: SwarmClusterProps,
  isDaemon: (value: unknown) => boolean,
): Omit<SwarmSettings, 'id'> & { readonly underlayMtu: number } {
  const path = childPath(scope, id);
  checkProps(path, 'SwarmClusterProps', props);
  const { managers, workers = [] } = props;
  if (!Array.isArray(managers) || managers.length === 0) {
    throw new ValidationError('SwarmNodes', path, "'managers' is empty; list at least one daemon, or three to tolerate the loss of one");
  }
  const daemons = [...managers, ...workers];
  if (!daemons.every(isDaemon)) {
    throw new ValidationError('NotADaemon', path, "'managers' and 'workers' must be daemons of the class HardenedDaemon");
  }
  const nodes = daemons.map((daemon, index) => nodeOf(path, daemon, index < managers.length ? 'manager' : 'worker'));
  const twice = daemons.find((daemon, index) => daemons.indexOf(daemon) !== index);
  if (twice !== undefined) {
    throw new ValidationError('SwarmNodes', path, `'${twice.node.path}' is listed twice; a host is either a manager or a worker`);
  }
  const shared = nodes.find(({ address }, index) => nodes.findIndex((node) => node.address === address) !== index);
  if (shared !== undefined) {
    throw new ValidationError(
      'SwarmNodes',
      path,
      `two nodes have the same 'hostAddress' ${shared.address}; give each node a different one`,
    );
  }
  const { addressPool } = props;
  if (!(addressPool instanceof Cidr) || addressPool.text.includes(':')) {
    throw new ValidationError('WrongFamily', path, "'addressPool' must be an IPv4 block, such as Cidr.parse('10.64.0.0/16')");
  }
  daemons.forEach((daemon) => daemon._checkNode(path, addressPool));
  if (props.withoutAutolockReason !== undefined) reasonText(path, 'withoutAutolockReason', props.withoutAutolockReason);
  if (props.unencryptedIngressReason !== undefined) reasonText(path, 'unencryptedIngressReason', props.unencryptedIngressReason);
  return {
    path,
    nodes,
    dataPort: dataPort(path, props.dataPort ?? 4789),
    autolock: props.withoutAutolockReason === undefined,
    sealsIngress: props.unencryptedIngressReason === undefined,
    underlayMtu: underlayMtu(path, props.underlayMtu, daemons),
  };
}

function nodeOf(path: string, { node, _declarations }: Daemon, role: SwarmNodeFact['role']): SwarmNodeFact {
  const [address] = _declarations.store.hostAddresses;
  if (address.includes(':')) {
    throw new ValidationError(
      'WrongFamily',
      path,
      `'${node.path}' has the 'hostAddress' ${address}, and nodes connect to each other over IPv4; give it an IPv4 address`,
    );
  }
  const other = _declarations.store.swarm.path;
  if (other !== undefined) {
    throw new ValidationError(
      'SwarmNodes',
      path,
      `'${node.path}' is already a node of '${other}', and a host can be in one swarm only; remove it from one of the two`,
    );
  }
  _declarations.checkDeclaration(path, []);
  return { path: node.path, role, address };
}

function dataPort(path: string, port: number): number {
  const { least, most, others } = DATA_PORTS;
  if (others.includes(wholeNumber(path, 'dataPort', port, least, most, 'DataPort'))) {
    throw new ValidationError('DataPort', path, `'dataPort' ${port} is used by Swarm for another purpose; use 4789, or another free port`);
  }
  return port;
}

/** Uplinks may have a smaller or a larger MTU than the links between nodes; by default the smallest counts. */
function underlayMtu(path: string, given: number | undefined, daemons: readonly Daemon[]): number {
  const least = Math.min(USUAL_MTU, ...daemons.map(({ _declarations }) => _declarations.store.uplinkMtu ?? USUAL_MTU));
  return wholeNumber(
    path,
    given === undefined ? 'smallest uplinkMtu of a node' : 'underlayMtu',
    given ?? least,
    1280,
    65_535,
    'OverlayMtu',
  );
}
