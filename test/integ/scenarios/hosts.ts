// Hosts that Bulkhead did not set up, from a seed: what the model makes of the texts that their tools print, against real packets. `BULKHEAD_TOPOLOGIES`
// says how many, `BULKHEAD_SEED` which (a text; `TEXT/17` for the hosts of one engine alone, which has one set of rules after another).
import { hostOf, type IntakeHost } from '../../../src/intake/private/host/intake-host';
import type { Checks } from '../harness/checks';
import { chosenHosts } from '../harness/engine-campaign';
import { Random } from '../harness/generate';
import { Crowd } from '../harness/generate-traffic';
import { captureTexts } from '../harness/host-capture';
import { type Asked, probe, questionsFor, type Sum } from '../harness/hosts-ask';
import { isReal, type Site, type Style, STYLES } from '../harness/hosts-rules';
import { applyRules, CLEAR, HAND, PORTS, secondWire, setUp, SIDE, type Stage } from '../harness/hosts-stage';
import type { EngineId } from '../lab/cache';
import { firewallLayers, makeFirewalls } from '../lab/firewalls';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29', '29-nft'];

export const prepare = makeFirewalls;

const SAMPLE = 7;
/** Sets of rules that one engine with its containers has, one after another. */
const PER_ENGINE = 7;
/** Probes of one host. */
const SHARE = 90;
/** A model that says UNKNOWN everywhere is none. */
const MOST_UNKNOWN = 0.1;

interface HostSum extends Sum {
  hosts: number;
}

export function run(engine: EngineId, checks: Checks): void {
  const sum: HostSum = { hosts: 0, probes: 0, open: 0, unknown: 0, wrong: 0 };
  const layers = firewallLayers(engine);
  if (layers === undefined) checks.skip("ufw and firewalld themselves", "Debian's packages could not be installed in a tree of their own; what prepares the scenario says why"); // prettier-ignore
  const onHost = (lab: Lab) => {
    secondWire(lab);
    const crowd = new Crowd(lab);
    chosenHosts(SAMPLE, PER_ENGINE).forEach(({ seed, topologies }, i) => {
      checks.step(`host ${seed}`, () => {
        const random = new Random(`hosts ${seed}`);
        startEngine(lab, random);
        if (i === 0) lab.importImage();
        try {
          const stage = setUp(lab, random);
          const turn = Number(/\d+$/.exec(seed)?.[0] ?? 0) * PER_ENGINE;
          for (let n = 0; n < topologies; n++) {
            const style = STYLES[(turn + n) % STYLES.length];
            if (layers === undefined && isReal(style)) continue;
            checks.step(`host ${seed}, ${style}`, () => tryHost({ lab, crowd, checks, name: `${seed} ${style}`, stage, style, random: new Random(`hosts ${seed} ${n}`) }, sum)); // prettier-ignore
          }
        } finally {
          lab.host(['sh', '-c', CLEAR], { timeout: 120_000 });
        }
      });
    });
  };
  withLab(engine, onHost, layers);
  const { hosts, probes, open, unknown, wrong } = sum;
  checks.say(`${hosts} hosts, ${probes} probes (${open} open), ${unknown} unknown, ${wrong} differences`);
  checks.check(`at most ${MOST_UNKNOWN * 100} % of the answers are UNKNOWN`, unknown <= probes * MOST_UNKNOWN, `${unknown} of ${probes}`);
}

function startEngine(lab: Lab, random: Random): void {
  if (lab.engine.running) lab.stopEngine();
  const isOld = lab.engineId === '20.10' || lab.engineId === '26.1';
  const settings = { 'userland-proxy': random.chance(0.6), ...(isOld ? { experimental: true } : {}), ...(random.chance(0.5) ? { ip6tables: true } : {}) }; // prettier-ignore
  lab.writeFile('/etc/docker/daemon.json', JSON.stringify(settings));
  // Its nftables backend does not switch this on itself.
  if (lab.engineId === '29-nft') lab.mustHost('forwarding', ['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
  lab.startEngine();
}

interface Trial {
  readonly lab: Lab;
  readonly crowd: Crowd;
  readonly checks: Checks;
  /** In what is printed. */
  readonly name: string;
  readonly stage: Stage;
  readonly style: Style;
  readonly random: Random;
}

function tryHost({ lab, crowd, checks, name, stage, style, random }: Trial, sum: HostSum): void {
  const applied = applyRules(lab, random, style, siteOf(hostOf(captureTexts(lab)), lab));
  try {
    const host = hostOf(captureTexts(lab));
    checks.check(`${name}: all of the texts is understood`, host.notes.length === 0, () => host.notes.map((note) => JSON.stringify(note)).join('\n')); // prettier-ignore
    const why = (answered: Asked) => `${wayOf(host, answered)}\n${applied.text}`;
    probe({ checks, crowd, what: name, host, containers: [...stage.containers, HAND.name], why }, questionsFor(random, host, stage, SHARE), sum); // prettier-ignore
    sum.hosts++;
  } finally {
    applied.remove();
  }
}

function siteOf(host: IntakeHost, lab: Lab): Site {
  const { view } = host;
  return {
    uplinks: ['eth0', SIDE.interface],
    bridges: view.interfaces.filter(({ kind }) => kind === 'bridge').map(({ name }) => name),
    outsiders: [NET.lanA, SIDE.station, NET.internet],
    outsiders6: [NET.lanA6, SIDE.station6, NET.internet6],
    containers: view.containers.flatMap(({ attachments }) => attachments.flatMap(({ ipv4, interface: bridge }) => (ipv4 === undefined ? [] : [{ address: ipv4, bridge }]))), // prettier-ignore
    guest: HAND.guest,
    handBridge: HAND.bridge,
    ports: PORTS,
    hasUserChain: lab.host(['iptables', '-n', '-L', 'DOCKER-USER']).code === 0,
    hasUserChain6: lab.host(['ip6tables', '-n', '-L', 'DOCKER-USER']).code === 0,
  };
}

function wayOf({ view }: IntakeHost, { source, to, protocol, port, expected }: Asked): string {
  const doubts = expected.doubts.map(({ text, rule }) => text ?? rule?.origin).join('; ');
  const place =
    expected.decidedBy && `${expected.decidedBy.table} ${expected.decidedBy.chain} ${expected.decidedBy.rule?.origin ?? 'policy'}`;
  return `${source} ${to} ${protocol} ${port}: ${expected.disposition} ${expected.direction} ${expected.reason} ${place ?? ''} ${doubts} of ${view.interfaces.length} interfaces`;
}
