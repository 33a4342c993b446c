import { InputError } from './input-error';
import { checkShape, checkVersion, filesNamed, parsedFile } from './json-file';
import { isNamed } from './private/named';
import { readTopology, type ReadTopology } from './private/read-topology';
import { TOPOLOGY_VERSION } from '../reports/private/topology-json';

const NONE = 'a synth writes one for each daemon, unless the program switches reports off';

/**
 * The topology of one daemon.
 * @param input a `topology.json`, or a folder that has some below it, such as `cdktf.out`
 * @param daemon path of the daemon, or the end of it, where there are several
 * @throws InputError
 */
export function topologyAt(input: string, daemon?: string): ReadTopology {
  return topologyFile(input, daemon).read;
}

/** The same with its file. @throws InputError */
export function topologyFile(input: string, daemon?: string): { readonly file: string; readonly read: ReadTopology } {
  const found = filesNamed(input, 'topology.json', NONE).map((file) => ({ file, read: read(file) }));
  const wanted = daemon === undefined ? found : found.filter(({ read: { topology } }) => isNamed(topology.daemon, daemon));
  const known = found.map(({ read: { topology } }) => topology.daemon).join(', ');
  if (wanted.length === 1) return wanted[0];
  if (daemon !== undefined && wanted.length === 0) throw new InputError(`no daemon '${daemon}' in ${input}; it has ${known}`);
  throw new InputError(`${input} has ${wanted.length} daemons; choose one with --daemon: ${known}`);
}

function read(file: string): ReadTopology {
  const json = parsedFile(file) as { format?: unknown; version?: unknown } | null;
  if (typeof json !== 'object' || json === null || json.format !== 'bulkhead-topology') {
    throw new InputError(
      `${file} is not a topology of Bulkhead: its 'format' is not 'bulkhead-topology'; pass the topology.json that a synth wrote`,
    );
  }
  checkVersion(file, json, TOPOLOGY_VERSION);
  checkShape(file, json, `topology-${TOPOLOGY_VERSION}`);
  return readTopology(json);
}
