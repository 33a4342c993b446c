// Hosts that Bulkhead did not set up, from a seed: what the model makes of the texts that their tools print, against real packets. `BULKHEAD_TOPOLOGIES`
// says how many, `BULKHEAD_SEED` which (a text; `TEXT/17` for one host alone).
import { hostOf, type IntakeHost } from '../../../src/intake/private/host/intake-host';
import type { Checks } from '../harness/checks';
import { chosenHosts } from '../harness/engine-campaign';
import { Random } from '../harness/generate';
import { Crowd } from '../harness/generate-traffic';
import { captureTexts } from '../harness/host-capture';
import { type Asked, probe, questionsFor, type Sum } from '../harness/hosts-ask';
import { type Site, STYLES } from '../harness/hosts-rules';
import { applyRules, CLEAR, HAND, PORTS, secondWire, setUp, SIDE } from '../harness/hosts-stage';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

const SAMPLE = 4;
/** Probes of one host. */
const SHARE = 160;
/** A model that says UNKNOWN everywhere is none. */
const MOST_UNKNOWN = 0.1;

export function run(engine: EngineId, checks: Checks): void {
  const sum = { probes: 0, open: 0, unknown: 0, wrong: 0 };
  withLab(engine, (lab) => {
    secondWire(lab);
    const crowd = new Crowd(lab);
    const hosts = chosenHosts(SAMPLE, 1);
    hosts.forEach(({ seed }, i) => {
      checks.step(`host ${seed}`, () => {
        const random = new Random(`hosts ${seed}`);
        if (lab.engine.running) lab.stopEngine();
        const settings = { 'userland-proxy': random.chance(0.6), ...(engine === '20.10' || engine === '26.1' ? { experimental: true } : {}), ...(random.chance(0.5) ? { ip6tables: true } : {}) }; // prettier-ignore
        lab.writeFile('/etc/docker/daemon.json', JSON.stringify(settings));
        lab.startEngine();
        if (i === 0) lab.importImage();
        try {
          tryHost({ lab, crowd, checks, seed, random }, sum);
        } finally {
          lab.host(['sh', '-c', CLEAR], { timeout: 120_000 });
        }
      });
    });
  });
  const { probes, open, unknown, wrong } = sum;
  checks.say(`${probes} probes (${open} open), ${unknown} unknown, ${wrong} differences`);
  checks.check(`at most ${MOST_UNKNOWN * 100} % of the answers are UNKNOWN`, unknown <= probes * MOST_UNKNOWN, `${unknown} of ${probes}`);
}

interface Trial {
  readonly lab: Lab;
  readonly crowd: Crowd;
  readonly checks: Checks;
  readonly seed: string;
  readonly random: Random;
}

function tryHost({ lab, crowd, checks, seed, random }: Trial, sum: Sum): void {
  const stage = setUp(lab, random);
  const style = STYLES[Number(/\d+$/.exec(seed)?.[0] ?? 0) % STYLES.length];
  const plan = applyRules(lab, random, style, siteOf(hostOf(captureTexts(lab)), lab));
  const host = hostOf(captureTexts(lab));
  checks.check(`${seed}: all of the texts is understood`, host.notes.length === 0, () =>
    host.notes.map((note) => JSON.stringify(note)).join('\n'),
  );
  const asked = questionsFor(random, host, stage, SHARE);
  const containers = [...stage.containers, HAND.name];
  const why = (answered: Asked) => `${wayOf(host, answered)}\n${plan.ipv4}`;
  probe({ checks, crowd, what: `${seed} ${style}`, host, containers, why }, asked, sum);
}

function siteOf(host: IntakeHost, lab: Lab): Site {
  const { view } = host;
  return {
    uplinks: ['eth0', SIDE.interface],
    bridges: view.interfaces.filter(({ kind }) => kind === 'bridge').map(({ name }) => name),
    outsiders: [NET.lanA, SIDE.station, NET.internet],
    containers: view.containers.flatMap(({ attachments }) => attachments.flatMap(({ ipv4, interface: bridge }) => (ipv4 === undefined ? [] : [{ address: ipv4, bridge }]))), // prettier-ignore
    guest: HAND.guest,
    handBridge: HAND.bridge,
    ports: PORTS,
    hasUserChain: lab.host(['iptables', '-n', '-L', 'DOCKER-USER']).code === 0,
  };
}

function wayOf({ view }: IntakeHost, { source, to, protocol, port, expected }: Asked): string {
  const doubts = expected.doubts.map(({ text, rule }) => text ?? rule?.origin).join('; ');
  const place =
    expected.decidedBy && `${expected.decidedBy.table} ${expected.decidedBy.chain} ${expected.decidedBy.rule?.origin ?? 'policy'}`;
  return `${source} ${to} ${protocol} ${port}: ${expected.disposition} ${expected.direction} ${expected.reason} ${place ?? ''} ${doubts} of ${view.interfaces.length} interfaces`;
}
