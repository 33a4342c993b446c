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
/** For a flow inside: engines before 28 spoil what the published one answers there. */
const UNPUBLISHED = 3869;
const TOKEN = 'sctp-answer';

const programFor =
  (inner: number): Program =>
  ({ stack, daemon, image }) => {
    const segment = new BridgeSegment(stack, 'Core', { daemon });
    const [gateway, peer] = ['Gateway', 'Peer'].map((id) => new HardenedContainer(stack, id, { segment, image }));
    gateway.publish(Port.sctp(PUBLISHED), { targetPort: Port.sctp(INSIDE), hostAddress: HOST_ADDRESS, sources: [Peer.address(NET.lanA)] });
    peer.connections.allowTo(gateway, Port.sctp(inner));
  };

export function run(engine: EngineId, checks: Checks): void {
  const isSpoilt = engine === '20.10' || engine === '26.1';
  const inner = isSpoilt ? UNPUBLISHED : INSIDE;
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, programFor(inner));
    deployment.up();
    for (const container of ['app-gateway', 'app-peer']) {
      for (const port of new Set([INSIDE, inner])) {
        const log = `${lab.runDir}/sctp-${container}-${port}.log`;
        lab.backgroundIn({ container }, [...python('sctp.py'), 'serve', String(port), TOKEN], log);
        until(() => fs.existsSync(log) && fs.readFileSync(log, 'utf8').includes('ready'), 20_000);
      }
    }
    const addressOf = (name: string) =>
      lab.docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', name).split(' ')[0];
    const [gateway, peer] = ['app-gateway', 'app-peer'].map(addressOf);
    const inside = (container: string, dst: string, port = inner) => answer(lab.inContainer(container, client(dst, port)));
    const from = (ns: NsName, dst: string, port: number) => answer(lab.inNs(ns, client(dst, port)));
    checks.shown(
      'who may ask gets an answer at the published port',
      from('lanA', HOST_ADDRESS, PUBLISHED),
      () => lab.inNs('lanA', client(HOST_ADDRESS, PUBLISHED)).stderr + counted(lab),
    );
    checks.shown('nobody else does', !from('lanB', HOST_ADDRESS, PUBLISHED));
    checks.shown('nor at another address of the host', !from('lanA', NET.host2, PUBLISHED));
    lab.inNs('lanA', ['ip', 'route', 'add', `${gateway}/32`, 'via', HOST_ADDRESS]);
    checks.shown('nor past the publication, at the port inside', !from('lanA', gateway, INSIDE));
    checks.shown('a declared flow between containers passes', inside('app-peer', gateway));
    checks.shown('and not the other way', !inside('app-gateway', peer));
    if (isSpoilt) {
      for (const table of ['filter', 'mangle']) {
        lab.iptables('letting SCTP pass', '-t', table, '-I', 'FORWARD', '-p', 'sctp', '-j', 'ACCEPT');
      }
      checks.shown(
        'control: to another container the published port does not answer, though nothing drops it',
        !inside('app-peer', gateway, INSIDE),
      );
      lab.iptables("dropping the engine's rules", '-t', 'mangle', '-F', 'POSTROUTING');
      checks.shown("without the engine's checksum it does", inside('app-peer', gateway, INSIDE), () => counted(lab));
    }
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

/** Rules that met a packet, and those that name the protocol. */
function counted(lab: Lab): string {
  return lab.mustHost('listing', ['sh', '-c', "iptables-save -c | grep -E '^\\*|^\\[[1-9]|sctp'"]);
}
