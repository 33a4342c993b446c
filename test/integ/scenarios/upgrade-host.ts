// What `whatif` says of a host that collect read on the engine before, against the next engine with the same networks, containers and rules of others: its
// rules are those that were foretold, and packets go where they were foretold to go.
import * as fs from 'node:fs';
import { ruleText } from '../../../src/firewall/private/canonical-rule';
import type { HostRules } from '../../../src/firewall/private/host-rules';
import { collectScript } from '../../../src/host/private/programs';
import { askHost } from '../../../src/intake/ask';
import type { HostQuestions } from '../../../src/intake/host-questions';
import type { ProbeSource } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import { compareRules, differenceText } from '../../support/compare-rules';
import type { Checks } from '../harness/checks';
import { Crowd } from '../harness/generate-traffic';
import { routeToContainers } from '../harness/packets-host';
import type { EngineId } from '../lab/cache';
import { type Lab, type Where, withLab } from '../lab/lab';
import { NET } from '../lab/network';

export const engines: readonly EngineId[] = ['26.1', '28.5', '29'];

const SCRIPT = '/lab/collect.sh';
const PLACES = { web: '10.81.0.10', db: '10.82.0.10', key: '10.84.0.10' } as const;
/** The engine that such a host had before. */
const BEFORE: Readonly<Partial<Record<EngineId, EngineId>>> = { '26.1': '20.10', '28.5': '26.1', '29': '28.5' };
const EST = '-m conntrack --ctstate RELATED,ESTABLISHED';

/** Arguments of iptables in DOCKER-USER, and of others that stay where they are. */
const HOSTS: Readonly<Record<string, readonly string[]>> = {
  'no rules of others': [],
  'an accept between networks': [
    `-I DOCKER-USER -s ${PLACES.web}/32 -d ${PLACES.db}/32 -p tcp -m tcp --dport 80 -j ACCEPT`,
    `-I DOCKER-USER ${EST} -j ACCEPT`,
  ],
  'an accept of all that comes in': ['-I DOCKER-USER -i eth0 -j ACCEPT', `-I DOCKER-USER ${EST} -j ACCEPT`],
  'a list of senders': [`-I DOCKER-USER -i eth0 ! -s ${NET.lanA}/32 -j DROP`, `-I DOCKER-USER ${EST} -j RETURN`],
  'a chain, INPUT and mangle': [
    '-N SITE',
    `-A SITE -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL ! -s ${NET.internet}/32 -j DROP`,
    '-I DOCKER-USER -j SITE',
    '-A INPUT -i vault -j DROP',
    '-t mangle -A FORWARD -s 10.82.0.0/24 -d 203.0.113.0/24 -j DROP',
  ],
};

const PORTS = [80, 6789];

export function run(engine: EngineId, checks: Checks): void {
  const archives = new Map<string, string>();
  onEach(BEFORE[engine]!, (lab, _, name) => archives.set(name, collected(lab)));
  const sum = { probes: 0, changed: 0 };
  const version = onEach(engine, (lab, crowd, name) => {
    const there = lab.version().version;
    const [before, now] = [askedOf(lab, archives.get(name)!), askedOf(lab, collected(lab))];
    const then = before.onEngine(there);
    for (const family of ['ipv4', 'ipv6'] as const) {
      const differences = compareRules(withoutEnd(then.host.view.rules[family]), withoutEnd(now.host.view.rules[family]), {
        networksInAnyOrder: true,
      });
      checks.check(`${name}: the ${family} rules are those that were foretold`, differences.length === 0, () => differences.map(differenceText).join('\n')); // prettier-ignore
    }
    sum.changed += then.changesSince(before).length;
    sum.probes += probe(crowd, checks, name, then);
  });
  // The rules of these hosts changed with 28 only.
  checks.check('some of it changes with the engine', sum.changed > 0 || engine !== '28.5', version);
  checks.say(`${Object.keys(HOSTS).length} hosts, ${sum.probes} probes, ${sum.changed} changes foretold`);
}

/** The same hosts on one engine. */
function onEach(engine: EngineId, look: (lab: Lab, crowd: Crowd, name: string) => void): string {
  return withLab(engine, (lab) => {
    lab.writeFile('/etc/docker/daemon.json', '{}');
    lab.startEngine();
    lab.importImage();
    routeToContainers(lab);
    const crowd = new Crowd(lab);
    lab.writeFile(SCRIPT, collectScript());
    must(lab, [
      'docker network create --subnet 10.81.0.0/24 --gateway 10.81.0.1 -o com.docker.network.bridge.name=front front',
      'docker network create --subnet 10.82.0.0/24 --gateway 10.82.0.1 -o com.docker.network.bridge.name=back back',
      'docker network create --internal --subnet 10.84.0.0/24 --gateway 10.84.0.1 -o com.docker.network.bridge.name=vault vault',
      `docker run -d --name web --network front --ip ${PLACES.web} -p 8080:80 lab:1`,
      `docker run -d --name db --network back --ip ${PLACES.db} lab:1`,
      `docker run -d --name key --network vault --ip ${PLACES.key} lab:1`,
      'iptables-save > /lab/clean',
    ]);
    for (const [name, rules] of Object.entries(HOSTS)) {
      must(lab, rules.map((rule) => `iptables ${rule}`)); // prettier-ignore
      look(lab, crowd, name);
      must(lab, ['iptables -t mangle -F FORWARD', 'iptables-restore < /lab/clean']);
    }
    return lab.version().version;
  });
}

/** A last RETURN, which some engines write and none takes away, decides nothing. */
function withoutEnd(rules: HostRules): HostRules {
  const isEnd = (text: string, name: string) => name === 'DOCKER-USER' && text === '=> return';
  return { ...rules, chains: rules.chains.map((chain) => (isEnd(chain.rules.length === 0 ? '' : ruleText(chain.rules.at(-1)!), chain.name) ? { ...chain, rules: chain.rules.slice(0, -1) } : chain)) };
} // prettier-ignore

function collected(lab: Lab): string {
  return lab.mustHost('collect', ['sh', SCRIPT], { timeout: 120_000 });
}

function askedOf(lab: Lab, archive: string): HostQuestions {
  const file = `${lab.labDir}/collected.txt`;
  fs.writeFileSync(file, archive);
  return askHost(file)!;
}

/** Every sender asks every port, straight and as it is published. */
function probe(crowd: Crowd, checks: Checks, name: string, then: HostQuestions): number {
  const token = (to: string) => ({ where: { container: to } as Where, spec: PORTS.map((port) => ({ proto: 'tcp' as const, address: '0.0.0.0', port, token: to })) }); // prettier-ignore
  const inet = { where: { ns: 'inet' } as Where, spec: [{ proto: 'tcp' as const, address: NET.internet, port: 80, token: 'inet' }] };
  crowd.serve([...Object.keys(PLACES).map(token), inet]);
  const senders: readonly (readonly [string, Where])[] = [
    ...Object.keys(PLACES).map((key) => [key, { container: key }] as const),
    [NET.lanA, { ns: 'lanA' }],
    [NET.lanB, { ns: 'lanB' }],
  ];
  const targets = [
    ...Object.values(PLACES).flatMap((address) => PORTS.map((port) => ({ address, port }))),
    { address: '192.0.2.10', port: 8080 },
    { address: NET.internet, port: 80 },
  ];
  try {
    // What is outside reaches the internet without the host.
    const isAsked = (from: string, address: string) =>
      from in PLACES ? address !== PLACES[from as keyof typeof PLACES] : address !== NET.internet;
    const asked = senders.map(([from, where]) => ({ from, where, targets: targets.filter(({ address }) => isAsked(from, address)) }));
    const results = crowd.ask(
      asked.map(({ where, targets: own }) => ({
        where,
        spec: own.map(({ address, port }, i) => ({ id: String(i), proto: 'tcp', dst: address, port, timeoutMs: 1_200, tries: 2 })),
      })),
    );
    asked.forEach(({ from, targets: own }, s) =>
      own.forEach(({ address, port }, i) => {
        const source: ProbeSource =
          from in PLACES
            ? { kind: 'container', key: from, routesOnly: true }
            : { kind: 'outside', interface: 'eth0', address: from, routesOnly: true };
        const said = walk(then.host.view, { family: 'ipv4', from: source, to: address, protocol: 'tcp', port }, {}).disposition;
        const got = results[s][i].outcome === 'open';
        checks.check(`${name}: ${from} to ${address}:${port} is foretold`, said === 'UNKNOWN' || (said === 'DELIVERED') === got, `foretold ${said}, ${results[s][i].outcome}`); // prettier-ignore
      }),
    );
    return asked.reduce((count, { targets: own }) => count + own.length, 0);
  } finally {
    crowd.stop();
  }
}

function must(lab: Lab, commands: readonly string[]): void {
  if (commands.length > 0) lab.mustHost(commands.join('; ').slice(0, 80), ['sh', '-c', ['set -e', ...commands].join('\n')], { timeout: 120_000 });
} // prettier-ignore
