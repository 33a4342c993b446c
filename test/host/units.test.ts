import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { sampleInput } from './sample';
import { renderUnits } from '../../src/host/private/render-units';

/** Beyond it systemd calls a service exposed; without the sandbox it says 9.5. */
const MOST = 4;
const services = renderUnits(sampleInput()).filter(({ path: file }) => /\/bulkhead-[a-z]+\.service$/.test(file));

test('there are three services, and each has the sandbox', () => {
  expect(services.map(({ path: file }) => path.basename(file))).toEqual([
    'bulkhead-firewall.service',
    'bulkhead-watch.service',
    'bulkhead-check.service',
  ]);
  for (const { content } of services) {
    expect(content).toMatch(/^CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_SYS_MODULE$/m);
    expect(content).toMatch(/^\[Service\]\n(?:[A-Z].*\n)*ProtectSystem=strict\n(?:[A-Z].*\n)*(?:\n\[Install\]|$)/m);
  }
});

/** What systemd says of a service: its score, or why it has none. */
function exposure(name: string, content: string): number | string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'units-'));
  const file = path.join(folder, name);
  fs.writeFileSync(file, content);
  const { stdout, stderr } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', file], { encoding: 'utf8' });
  fs.rmSync(folder, { recursive: true });
  const score = /exposure level for \S+: ([0-9.]+)/.exec(stdout);
  return score ? Number(score[1]) : `${stdout}${stderr}`;
}

// Since 250 it reads a unit that is not installed.
const version = Number(/^systemd (\d+)/.exec(spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 0);
const hasAnalyzer = version >= 250;
if (!hasAnalyzer) console.warn('SKIP how exposed the units are: systemd-analyze 250 or later is not on this machine');

(hasAnalyzer ? test : test.skip)('systemd finds little that they could do', () => {
  for (const { path: file, content } of services) {
    expect([file, exposure(path.basename(file), content)]).toEqual([file, expect.any(Number)]);
  }
  const scores = services.map(({ path: file, content }) => exposure(path.basename(file), content));
  expect(Math.max(...(scores as number[]))).toBeLessThan(MOST);
  // That it would find more: without the sandbox.
  const bare = services[0].content.replace(/^CapabilityBoundingSet=[^]*?\n\n/m, '\n');
  expect(exposure('bulkhead-firewall.service', bare)).toBeGreaterThan(9);
});
