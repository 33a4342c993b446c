import * as fs from 'node:fs';
import * as path from 'node:path';
import Ajv from 'ajv';
import { writeDaemonReports } from '../../src/reports/daemon-reports';
import type { Declarations } from '../../src/topology/private/declarations';

export interface Reports {
  readonly topology: string;
  readonly matrix: string;
  readonly report: string;
}

export function reportsOf(
  folder: () => string,
  daemon: { readonly _declarations: Declarations },
  props: Parameters<typeof writeDaemonReports>[2] = {},
): Reports {
  writeDaemonReports(folder(), daemon._declarations.store, props);
  const read = (name: string) => fs.readFileSync(path.join(folder(), name), 'utf8');
  return { topology: read('topology.json'), matrix: read('matrix.json'), report: read('report.md') };
}

const schema = (name: string) => JSON.parse(fs.readFileSync(path.join(__dirname, '../../schemas', `${name}-1.schema.json`), 'utf8'));
const validators = Object.fromEntries(['topology', 'matrix'].map((name) => [name, new Ajv({ allErrors: true }).compile(schema(name))]));

export function isValid(name: 'topology' | 'matrix', text: string): void {
  const validate = validators[name];
  expect([validate(JSON.parse(text)), validate.errors]).toEqual([true, null]);
}
