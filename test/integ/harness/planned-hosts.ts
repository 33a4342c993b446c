// Hosts that a description tells of, Terraform's or that of Compose: their place in the lab, and what is asked of them.
import type { Checks } from './checks';
import { chosenHosts } from './engine-campaign';
import { Random } from './generate';
import { Crowd } from './generate-traffic';
import { type Asked, expectedOf, isProxied, type Sum } from './hosts-ask';
import { CLEAR, PORTS } from './hosts-stage';
import type { IntakeHost } from '../../../src/intake/private/host/intake-host';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

const SAMPLE = 3;
/** Probes of one host. */
const SHARE = 150;
const UPLINK = 'eth0';

export interface PlannedTrial {
  readonly lab: Lab;
  readonly crowd: Crowd;
  readonly checks: Checks;
  readonly seed: string;
  readonly random: Random;
  readonly sum: Sum;
}

/** Descriptions of a kind, each from a seed, on an engine of their own. */
export function eachPlanned(engine: EngineId, checks: Checks, kind: string, tryOne: (trial: PlannedTrial) => void): void {
  const sum: Sum = { probes: 0, open: 0, unknown: 0, wrong: 0 };
  withLab(engine, (lab) => {
    routesToContainers(lab);
    const crowd = new Crowd(lab);
    chosenHosts(SAMPLE, 1).forEach(({ seed }, i) => {
      checks.step(`${kind} ${seed}`, () => {
        const random = new Random(`${kind} ${seed}`);
        startPlain(lab, random);
        if (i === 0) lab.importImage();
        try {
          tryOne({ lab, crowd, checks, seed, random, sum });
        } finally {
          lab.host(['sh', '-c', CLEAR], { timeout: 120_000 });
        }
      });
    });
  });
  tellSum(checks, sum);
}

/** The LAN and the internet send what is for containers to the host. */
function routesToContainers(lab: Lab): void {
  for (const ns of ['lanA', 'inet'] as const) {
    for (const block of ['10.0.0.0/8', '172.16.0.0/12']) lab.inNs(ns, ['ip', 'route', 'replace', block, 'via', NET.host]);
    lab.inNs(ns, ['ip', '-6', 'route', 'replace', 'fd00::/8', 'via', NET.host6]);
  }
}

/** The engine with its default settings. */
function startPlain(lab: Lab, random: Random): void {
  if (lab.engine.running) lab.stopEngine();
  // Docker sets the policy of FORWARD where it turns forwarding on itself.
  const forwards = random.chance(0.5);
  lab.mustHost('forwarding', ['sh', '-c', `echo ${forwards ? 1 : 0} >/proc/sys/net/ipv4/ip_forward; iptables -P FORWARD ACCEPT`]);
  lab.writeFile('/etc/docker/daemon.json', JSON.stringify({}));
  lab.startEngine();
}

function tellSum(checks: Checks, sum: Sum): void {
  checks.say(`${sum.probes} probes (${sum.open} open), ${sum.unknown} unknown`);
  checks.check(
    'some connections are open, and most answers are certain',
    sum.open > 0 && sum.unknown < sum.probes / 4,
    JSON.stringify(sum),
  );
}

/** The lab's interface to the outside, with its addresses: no description tells them. */
export function asInLab(host: IntakeHost): IntakeHost {
  const uplink = host.view.interfaces.find(({ kind }) => kind === 'uplink')!.name;
  const named = (name: string) => (name === uplink ? UPLINK : name);
  const addresses = [`${NET.host}/24`, `${NET.host2}/24`, `${NET.host6}/64`, `${NET.host62}/64`];
  const interfaces = host.view.interfaces.map((each) => (each.name === uplink ? { ...each, name: UPLINK, addresses } : each));
  const routes = host.view.routes.map((route) => ({ ...route, interface: named(route.interface) }));
  return { ...host, view: { ...host.view, interfaces, routes } };
}

/** @param names of the containers that have a network of their own */
export function plannedQuestions(random: Random, host: IntakeHost, names: readonly string[]): Asked[] {
  const inside = host.names.containers.flatMap(({ name, addresses }) => addresses.map(({ address }) => ({ name, address })));
  const published = host.names.containers.flatMap(({ ports }) => ports.map(({ hostPort }) => hostPort));
  const places: readonly string[] = [...inside.map(({ address }) => address), NET.host, NET.host6, NET.lanA, NET.internet];
  const hasSix = new Set(['host', 'lanA', 'inet', ...inside.filter(({ address }) => address.includes(':')).map(({ name }) => name)]);
  const all = [...names, 'host', 'lanA', 'inet'].flatMap((source) =>
    places.flatMap((to) => [
      ...[...random.some([...PORTS], 2), ...(to === NET.host ? published : [])].map((port) => ({
        source,
        to,
        protocol: 'tcp' as const,
        port,
      })),
      { source, to, protocol: random.pick(['udp', 'icmp'] as const), port: random.pick([...PORTS]) },
    ]),
  );
  const isReal = ({ source, to, protocol }: (typeof all)[number]) =>
    !inside.some(({ name, address }) => name === source && address === to) &&
    (!to.includes(':') || (hasSix.has(source) && protocol === 'tcp')) &&
    // The router connects these, not the host.
    !([NET.lanA, NET.internet] as string[]).includes(['lanA', 'inet'].includes(source) ? to : '') &&
    !(source === 'host' && (to === NET.host || to === NET.host6));
  return random
    .some(all.filter(isReal), SHARE)
    .map((each) => ({ ...each, expected: expectedOf(host, each), isProxied: isProxied(host, each) }));
}
