// SCTP from end to end: the engine publishes the port, whoever may ask gets a connection, and nobody else does.
import * as fs from 'node:fs';
import { BridgeSegment, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { python, until } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET, type NsName } from '../lab/network';

export const needsModules = true;

const PUBLISHED = 36_412;
const INSIDE = 3868;
const TOKEN = 'sctp-answer';

const program: Program = ({ stack, daemon, image }) => {
  const segment = new BridgeSegment(stack, 'Core', { daemon });
  const [gateway, peer] = ['Gateway', 'Peer'].map((id) => new HardenedContainer(stack, id, { segment, image }));
  gateway.publish(Port.sctp(PUBLISHED), { targetPort: Port.sctp(INSIDE), hostAddress: HOST_ADDRESS, sources: [Peer.address(NET.lanA)] });
  peer.connections.allowTo(gateway, Port.sctp(INSIDE));
};

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program);
    deployment.up();
    for (const container of ['app-gateway', 'app-peer']) {
      const log = `${lab.runDir}/sctp-${container}.log`;
      lab.backgroundIn({ container }, [...python('sctp.py'), 'serve', String(INSIDE), TOKEN], log);
      until(() => fs.existsSync(log) && fs.readFileSync(log, 'utf8').includes('ready'), 20_000);
    }
    const addressOf = (name: string) =>
      lab.docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', name).split(' ')[0];
    const [gateway, peer] = ['app-gateway', 'app-peer'].map(addressOf);
    const inside = (container: string, dst: string) => answer(lab.inContainer(container, client(dst, INSIDE)));
    const from = (ns: NsName, dst: string, port: number) => answer(lab.inNs(ns, client(dst, port)));
    checks.shown(
      'who may ask gets an answer at the published port',
      from('lanA', HOST_ADDRESS, PUBLISHED),
      () => lab.inNs('lanA', client(HOST_ADDRESS, PUBLISHED)).stderr + logs(lab),
    );
    checks.shown('nobody else does', !from('lanB', HOST_ADDRESS, PUBLISHED));
    checks.shown('nor at another address of the host', !from('lanA', NET.host2, PUBLISHED));
    lab.inNs('lanA', ['ip', 'route', 'add', `${gateway}/32`, 'via', HOST_ADDRESS]);
    checks.shown('nor past the publication, at the port inside', !from('lanA', gateway, INSIDE));
    checks.shown('a declared flow between containers passes', inside('app-peer', gateway));
    checks.shown('and not the other way', !inside('app-gateway', peer));
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
  });
}

function client(dst: string, port: number): string[] {
  return [...python('sctp.py'), 'ask', dst, String(port)];
}

function answer({ stdout }: ReturnType<Lab['inNs']>): boolean {
  return stdout.trim() === TOKEN;
}

function logs(lab: Lab): string {
  return lab.mustHost('listing', ['sh', '-c', 'iptables-save -c | grep -i sctp; docker ps']);
}
