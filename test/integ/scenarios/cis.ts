// What verify.sh says of a live host and its containers, and that it notices what somebody changed there.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { HardenedContainer, HealthCheck, Peer, Port, ThreeTierNetwork } from '../../../src';
import { VERIFIED } from '../../../src/daemon/private/scripts/verify';
import { CIS_CONTROLS } from '../../../src/validation/private/cis-controls';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { run as command } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';

const program: Program = ({ stack, daemon, image }) => {
  const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
  const healthCheck = HealthCheck.command(['true']);
  const web = new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image, healthCheck });
  const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image, healthCheck, defaultPort: Port.tcp(8080) });
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  web.connections.allowTo(api);
};

/** Where it lies on the host. */
const SCRIPT = '/lab/verify.sh';

interface Told {
  readonly code: number | null;
  readonly text: string;
  readonly byControl: ReadonlyMap<string, 'PASS' | 'FAIL' | 'SKIP'>;
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program);
    deployment.up();
    const script = path.join(deployment.hostFiles, 'verify.sh');
    const { code, stdout, stderr } = command(['shellcheck', '-s', 'sh', script], { timeout: 300_000 });
    checks.shown('shellcheck is silent about verify.sh', code === 0 && stdout === '', stdout + stderr);

    lab.writeFile(SCRIPT, fs.readFileSync(script, 'utf8'));
    const before = fingerprint(lab);
    const [first, second] = [1, 2].map((level) => ask(lab, '--level', `${level}`));
    const wanted = (level: number) => VERIFIED.filter((control) => CIS_CONTROLS[control][0] <= level).sort();
    for (const [level, told] of [
      [1, first],
      [2, second],
    ] as const) {
      checks.shown(
        `one line for each of ${wanted(level).length} controls of level ${level}`,
        [...told.byControl.keys()].sort().join() === wanted(level).join(),
        told.text,
      );
    }
    // What the lab has not: a partition, a kernel's audit of its own, and the engine's own cgroup.
    const expected = (control: string) => ['1.1.1', '5.25'].includes(control) || /^1\.1\.([3-9]|1[0-8])$/.test(control);
    const failures = failing(first).filter((control) => !expected(control));
    checks.shown('a host as we make it fails nothing else', failures.length === 0 && first.code === 1, first.text);
    checks.check('of level 2, only what no property sets', failing(second).filter((control) => !expected(control)).join() === '2.10,2.13,2.14', second.text); // prettier-ignore
    const accepted = ask(lab, ...failing(first).flatMap((control) => ['--accept', control]));
    checks.shown('what is accepted fails nothing', accepted.code === 0 && failing(accepted).length === 0, accepted.text);
    checks.shown('looking changes nothing', fingerprint(lab) === before && before.includes('app-web'), before);

    spoil(lab);
    const spoilt = ask(lab, '--level', '2');
    for (const control of SPOILT) checks.check(`${control} is noticed`, spoilt.byControl.get(control) === 'FAIL', spoilt.text);
    checks.check('bad arguments are refused', ask(lab, '--level', '3').code === 2 && ask(lab, '--accept').code === 2);
  });
}

const SPOILT = '2.2 2.15 3.17 3.18 4.1 5.3 5.4 5.5 5.6 5.8 5.9 5.10 5.11 5.12 5.13 5.14 5.16 5.17 5.18 5.21 5.22 5.26 5.27 5.28 5.31 5.32'.split(' '); // prettier-ignore

/** Somebody comes by: the settings, and a container of one of our names. */
function spoil(lab: Lab): void {
  const image = lab.docker('inspect', '--format', '{{.Image}}', 'app-web');
  lab.docker('tag', image, 'lab/spoilt:latest');
  lab.docker('rm', '-f', 'app-web', 'app-api');
  lab.docker('run', '-d', '--name', 'app-web', '--privileged', '--network', 'host', '--pid', 'host', '--ipc', 'host', '--uts', 'host', '--userns', 'host', '--security-opt', 'seccomp=unconfined', '--security-opt', 'label=disable', '-v', '/run/docker.sock:/run/docker.sock', '-v', '/etc:/host', '--device', '/dev/null:/dev/nothing', 'lab/spoilt:latest', 'sleep', '1000'); // prettier-ignore
  lab.docker('create', '--name', 'app-api', '-p', '81:81', 'lab/spoilt:latest', 'sleep', '1000');
  const settings = '/etc/docker/daemon.json';
  lab.mustHost('spoiling the settings', [
    'sed',
    '-i',
    '-E',
    's/("no-new-privileges":) true/\\1 false/; s/("icc":) false/\\1 true/',
    settings,
  ]);
  lab.mustHost('spoiling its mode', ['chmod', '577', settings]);
  lab.mustHost('spoiling its owner', ['chown', '1000', settings]);
  // While a container runs, a restart leaves the default bridge as it is.
  lab.docker('kill', 'app-web');
  lab.restartEngine();
}

function fingerprint(lab: Lab): string {
  const commands =
    'docker ps -a --format "{{.ID}} {{.Names}}"; docker network ls -q; sha256sum /etc/docker/* /etc/bulkhead/*; iptables-save -t filter | grep -v "^[#:]"';
  return lab.mustHost('looking at the host', ['sh', '-c', commands]);
}

function failing({ byControl }: Told): string[] {
  return [...byControl].flatMap(([control, state]) => (state === 'FAIL' ? [control] : []));
}

function ask(lab: Lab, ...words: string[]): Told {
  const { code, stdout, stderr } = lab.host(['sh', SCRIPT, ...words], { timeout: 300_000 });
  const lines = stdout.split('\n').map((line) => line.split(' '));
  const told = lines.filter(([state, control]) => /^(PASS|FAIL|SKIP)$/.test(state) && control !== '-');
  return { code, text: stdout + stderr, byControl: new Map(told.map(([state, control]) => [control, state as 'PASS'])) };
}
