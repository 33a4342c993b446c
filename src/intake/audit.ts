import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { InputError } from './input-error';
import { parsedFile } from './json-file';
import { audit, type Program } from './private/audit/audit';
import { auditSarif } from './private/audit/audit-sarif';
import type { Difference } from './private/audit/difference';
import type { WantedFile } from './private/audit/host-state';
import type { StackJson } from './private/audit/resources';
import { readDump } from './private/host/dump';
import { topologyFile } from './topology-file';

/** What an audit says, and what it is about. */
export interface Audited {
  readonly daemon: string;
  readonly differences: readonly Difference[];
  /** For code scanning. */
  readonly sarif: () => string;
}

/**
 * Compares a program with its host.
 * @param input a `topology.json`, or a folder that has some below it, such as `cdktf.out`
 * @param text the text of `bulkhead collect`, or of a tool
 * @throws InputError
 */
export function auditOf(input: string, daemon: string | undefined, text: string): Audited {
  const { file, read } = topologyFile(input, daemon);
  const dump = readDump(text);
  const program: Program = { ...read, stacks: stacksBeside(file), files: filesBeside(file) };
  const { daemon: audited } = read.topology;
  const differences = audit(program, dump);
  return { daemon: audited, differences, sarif: () => auditSarif(audited, placeOf(file), differences) };
}

/** Code scanning takes a path in the repository. */
function placeOf(file: string): string {
  const place = path.relative(process.cwd(), file);
  return place.startsWith('..') || path.isAbsolute(place) ? path.basename(file) : place.split(path.sep).join('/');
}

/** The Terraform JSON of every stack of the synth that wrote the file: `OUT/stacks/STACK/bulkhead/DAEMON/topology.json`. */
function stacksBeside(file: string): StackJson[] {
  const stacks = path.resolve(path.dirname(file), '../../..');
  if (!fs.existsSync(path.resolve(path.dirname(file), '../../cdk.tf.json'))) return [];
  return fs
    .readdirSync(stacks)
    .sort()
    .flatMap((stack) => {
      const json = path.join(stacks, stack, 'cdk.tf.json');
      return fs.existsSync(json) ? [{ stack, json: parsedFile(json) }] : [];
    });
}

/** Files of the host, as the synth wrote them beside the topology; undefined where it wrote none. */
function filesBeside(file: string): WantedFile[] | undefined {
  const root = path.join(path.dirname(file), 'host');
  if (!fs.existsSync(root)) return undefined;
  const list = path.join(path.dirname(file), 'host-files.txt');
  const modes = new Map(
    (fs.existsSync(list) ? fs.readFileSync(list, 'utf8') : '').split('\n').flatMap((line) => {
      const [, mode, place] = /^(\d{4}) \S+ (\/.*)$/.exec(line) ?? [];
      return place === undefined ? [] : [[place, mode] as const];
    }),
  );
  return fs
    .readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(path.join(root, name)).isFile())
    .sort()
    .map((name) => {
      const place = `/${name.split(path.sep).join('/')}`;
      const bytes = fs.readFileSync(path.join(root, name));
      return {
        path: place,
        mode: modes.get(place),
        text: bytes.toString('utf8'),
        sum: createHash('sha256').update(bytes).digest('hex').slice(0, 12),
      };
    });
}

/** Reads the text about a host. @throws InputError */
export function hostText(file: string): string {
  if (!fs.existsSync(file)) throw new InputError(`${file} does not exist; 'bulkhead collect' prints the program that makes one`);
  return fs.readFileSync(file, 'utf8');
}
