// What docker-bench-security finds on a host of ours: each finding is explained in docs/CIS.md. The tool is fetched by whoever runs this, and named by
// BULKHEAD_DOCKER_BENCH: the folder of https://github.com/docker/docker-bench-security.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { program } from './three-tier';
import { DOCKER_BENCH } from '../../../scripts/docker-bench';
import type { Checks } from '../harness/checks';
import { Deployment } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { withLab } from '../lab/lab';

/** One engine: what the tool asks differs little between them. */
export const engines: readonly EngineId[] = ['28.5'];

export function run(engine: EngineId, checks: Checks): void {
  const folder = process.env.BULKHEAD_DOCKER_BENCH;
  if (folder === undefined) {
    checks.skip('docker-bench-security', 'BULKHEAD_DOCKER_BENCH names no folder of it');
    return;
  }
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program, { daemon: { auditRules: true } });
    deployment.up();
    fs.cpSync(folder, path.join(lab.labDir, 'bench'), { recursive: true });
    const { stdout } = lab.host(['bash', '-c', 'cd /lab/bench && bash docker-bench-security.sh -b'], { timeout: 600_000 });
    const found = findings(stdout);
    checks.check('it looked at the host', found.length > 20, stdout);
    for (const id of found) checks.check(`docker-bench ${id} is explained in docs/CIS.md`, id in DOCKER_BENCH, linesOf(stdout, id));
    const unfounded = Object.keys(DOCKER_BENCH).filter((id) => !found.includes(id));
    checks.check('nothing is explained that it does not find', unfounded.length === 0, unfounded.join());
    checks.say(`docker-bench: ${found.length} findings, each explained`);
  });
}

/** Numbers of what it warns of, or leaves to who reads it. */
function findings(text: string): string[] {
  const ids = [...text.matchAll(/^\[(?:WARN|NOTE)\] (\d+(?:\.\d+)+)/gm)].map(([, id]) => id);
  return [...new Set(ids)];
}

function linesOf(text: string, id: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.includes(`] ${id} `));
  return lines.slice(at, at + 6).join('\n');
}
