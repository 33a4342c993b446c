import * as fs from 'node:fs';
import * as path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { InputError } from './input-error';
import { isNamed } from './private/named';
import { readTopology, type ReadTopology } from './private/read-topology';
import { TOPOLOGY_VERSION } from '../reports/private/topology-json';

const NAME = 'topology.json';
const AGAIN = "run 'cdktf synth' again";
const SCHEMA = path.join(__dirname, `../../schemas/topology-${TOPOLOGY_VERSION}.schema.json`);

/**
 * The topology of one daemon.
 * @param input a `topology.json`, or a folder that has some below it, such as `cdktf.out`
 * @param daemon path of the daemon, or the end of it, where there are several
 * @throws InputError
 */
export function topologyAt(input: string, daemon?: string): ReadTopology {
  const found = filesAt(input).map(read);
  const wanted = daemon === undefined ? found : found.filter(({ topology }) => isNamed(topology.daemon, daemon));
  const known = found.map(({ topology }) => topology.daemon).join(', ');
  if (wanted.length === 1) return wanted[0];
  if (daemon !== undefined && wanted.length === 0) throw new InputError(`no daemon '${daemon}' in ${input}; it has ${known}`);
  throw new InputError(`${input} has ${wanted.length} daemons; choose one with --daemon: ${known}`);
}

function filesAt(input: string): string[] {
  const stat = fs.statSync(input, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new InputError(`${input} does not exist; run 'cdktf synth' first, or name a topology.json or its folder with --input`);
  }
  if (stat.isFile()) return [input];
  const files = fs
    .readdirSync(input, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === NAME && !file.split(path.sep).includes('node_modules'))
    .map((file) => path.join(input, file))
    .sort();
  if (files.length === 0) {
    throw new InputError(`no ${NAME} in ${input}; a synth writes one for each daemon, unless the program switches reports off`);
  }
  return files;
}

function read(file: string): ReadTopology {
  const json = parse(file, fs.readFileSync(file, 'utf8')) as { format?: unknown; version?: unknown } | null;
  if (typeof json !== 'object' || json === null || json.format !== 'bulkhead-topology') {
    throw new InputError(`${file} is not a topology of Bulkhead: its 'format' is not 'bulkhead-topology'`);
  }
  if (json.version !== TOPOLOGY_VERSION) {
    throw new InputError(`${file} has version ${JSON.stringify(json.version)}, and this command reads ${TOPOLOGY_VERSION}; ${AGAIN} with this version of Bulkhead`); // prettier-ignore
  }
  const { valid, errors } = new Validator(JSON.parse(fs.readFileSync(SCHEMA, 'utf8')), '7').validate(json);
  if (!valid) {
    const { instanceLocation, error } = errors[errors.length - 1];
    throw new InputError(`${file} is not as its schema says, at ${instanceLocation}: ${error} ${AGAIN}`);
  }
  return readTopology(json);
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is not JSON, or is cut: ${(error as Error).message}; ${AGAIN}`);
  }
}
