import type { Meaning } from './peers';
import { portOf } from './ports';
import type { Port } from '../../firewall/port';
import type { AskedEnd } from '../../reachability/private/ask';
import type { Topology } from '../../topology/private/topology';
import { InputError } from '../input-error';

const ANY = new Set(['0.0.0.0', '::']);

/**
 * The workload that answers at a published port of the host: people ask for the port that clients connect to, and the rules know that of the container.
 * Undefined where the port is not published.
 * @throws InputError
 */
export function publishedAt(
  { publications, hostAddresses }: Topology,
  { hostAddress }: Meaning,
  asked: Port,
): { end: AskedEnd; port: Port; at: readonly string[] } | undefined {
  const found = publications.filter(
    ({ hostAddress: at, hostPort, isChosen }) =>
      isChosen !== true &&
      (hostAddress === undefined || at === hostAddress || (ANY.has(at) && at.includes(':') === hostAddress.includes(':'))) &&
      (hostPort.protocol as string) === (asked.protocol as string) &&
      hostPort.first <= asked.first &&
      asked.last <= hostPort.last,
  );
  const ends = new Set(found.map(({ workload, hostPort, targetPort }) => `${workload} ${targetPort.first - hostPort.first}`));
  if (ends.size > 1) {
    const places = found.map(({ workload, hostAddress: at }) => `${workload} at ${at}`).join(' or ');
    throw new InputError(`${asked.text} of the host leads to ${places}; write the address instead of host`);
  }
  if (found.length === 0) return undefined;
  const [{ workload: path, hostAddress: at, hostPort, targetPort }] = found;
  const [first, last] = [asked.first, asked.last].map((number) => number - hostPort.first + targetPort.first);
  return {
    end: { fact: { kind: 'workload', path }, text: `${path} (published as ${asked.text} of ${hostAddress ?? at})` },
    port: portOf(`${targetPort.protocol}/${first}-${last}`),
    at:
      hostAddress !== undefined
        ? [hostAddress]
        : [...new Set(found.flatMap(({ hostAddress: on }) => (ANY.has(on) ? hostAddresses : [on])))],
  };
}
