// What FirewallReview says of rules on a live host, against packets: each finding's packet does what the statement says, and after the commands of its fix it
// does what the finding says of that. Rules that are right are controls: nothing is said of them, and they close what they are for. The review of the whole
// host, as collect prints it, says the same of its own containers and interfaces.
import * as fs from 'node:fs';
import { EngineVersion, type FirewallFinding, FirewallReview } from '../../../src';
import { collectScript } from '../../../src/host/private/programs';
import { reviewOf } from '../../../src/intake/review-file';
import { planOf } from '../book/model';
import type { Checks } from '../harness/checks';
import { startHost } from '../harness/engine-host';
import { Crowd } from '../harness/generate-traffic';
import { routeToContainers } from '../harness/packets-host';
import type { EngineId } from '../lab/cache';
import { type Lab, type Where, withLab } from '../lab/lab';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

const SAVED = '/lab/before-the-rules';
const SCRIPT = '/lab/collect.sh';
const EST = '-m conntrack --ctstate RELATED,ESTABLISHED';
const HOST = '192.0.2.10';
const INET = '203.0.113.7';
const OLD: readonly EngineId[] = ['20.10', '26.1'];
const NEW: readonly EngineId[] = ['28.5', '29'];

interface RuleSet {
  readonly name: string;
  /** Arguments of iptables, in this order. */
  readonly rules: readonly string[];
  /** The finding that is looked at; none for a control. */
  readonly code?: string;
  /** Whether the packet of the finding, or for a control that to the publication, gets an answer. */
  readonly isOpen: boolean;
  readonly on?: readonly EngineId[];
  /** Only the statement is tried: what is after the fix shows in something else than an answer. */
  readonly withoutFix?: true;
}

const SETS: readonly RuleSet[] = [
  { name: 'INPUT, the host port', rules: ['-A INPUT -p tcp -m tcp --dport 8080 -j DROP'], code: 'InputNeverSees', isOpen: true },
  { name: 'INPUT, several ports', rules: ['-A INPUT -p tcp -m multiport --dports 8080,9090 -j REJECT'], code: 'InputNeverSees', isOpen: true },
  { name: 'a chain that INPUT jumps to', rules: ['-N ufw-user-input', '-A INPUT -j ufw-user-input', '-A ufw-user-input -p tcp -m tcp --dport 8080 -j DROP'], code: 'InputNeverSees', isOpen: true },
  { name: 'INPUT lets in some', rules: [`-A INPUT ${EST} -j ACCEPT`, '-A INPUT -s 10.8.0.0/24 -p tcp -m tcp --dport 8080 -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 8080 -j DROP'], code: 'InputNeverSees', isOpen: true },
  { name: 'DOCKER-USER, the host port', rules: ['-I DOCKER-USER -p tcp -m tcp --dport 8080 -j DROP'], code: 'HostPortAfterTranslation', isOpen: true },
  { name: 'DOCKER-USER, the host port let in', rules: ['-I DOCKER-USER -i eth0 -j DROP', '-I DOCKER-USER -i eth0 -p tcp -m tcp --dport 8080 -j RETURN', `-I DOCKER-USER ${EST} -j RETURN`], code: 'HostPortAfterTranslation', isOpen: false },
  { name: 'DOCKER-USER, all ports but the host port', rules: ['-I DOCKER-USER -i eth0 -p tcp -m multiport ! --dports 8080 -j DROP', `-I DOCKER-USER ${EST} -j RETURN`], code: 'HostPortAfterTranslation', isOpen: false },
  { name: 'raw, the container port', rules: ['-t raw -A PREROUTING -i eth0 -p tcp -m tcp --dport 80 -j DROP'], code: 'ContainerPortBeforeTranslation', isOpen: true },
  { name: 'the address of the host', rules: [`-I DOCKER-USER -i eth0 -d ${HOST}/32 -p tcp -m tcp --dport 80 -j DROP`], code: 'AddressAfterTranslation', isOpen: true },
  { name: 'nothing jumps to DOCKER-USER', rules: ['-I DOCKER-USER -i eth0 -p tcp -m tcp --dport 80 -j DROP', '-D FORWARD -j DOCKER-USER'], code: 'ChainNeverCalled', isOpen: true },
  { name: 'nothing jumps to a chain', rules: ['-N BLOCKED', '-A BLOCKED -p tcp -m tcp --dport 80 -j DROP'], code: 'ChainNeverCalled', isOpen: true },
  { name: 'appended behind RETURN', rules: ['-A DOCKER-USER -i eth0 -p tcp -m tcp --dport 80 -j DROP'], code: 'RuleBehindVerdict', isOpen: true, on: OLD },
  { name: 'behind a RETURN', rules: ['-I DOCKER-USER -i eth0 -p tcp -m tcp --dport 80 -j DROP', '-I DOCKER-USER -i eth0 -j RETURN'], code: 'RuleBehindVerdict', isOpen: true },
  { name: 'appended in FORWARD', rules: ['-A FORWARD -i eth0 -o front -p tcp -m tcp --dport 80 -j DROP'], code: 'RuleBehindVerdict', isOpen: true },
  { name: 'another bridge', rules: ['-I DOCKER-USER -o docker0 -p tcp -m tcp --dport 80 -j DROP'], code: 'OtherInterface', isOpen: true },
  { name: 'in by a bridge', rules: ['-I DOCKER-USER -i docker0 -p tcp -m tcp --dport 80 -j DROP'], code: 'OtherInterface', isOpen: true },
  { name: 'the port of the sender', rules: ['-I DOCKER-USER -i eth0 -p tcp -m tcp --sport 8080 -j DROP'], code: 'RuleNeverMeets', isOpen: true },
  { name: 'a drop before answers', rules: ['-I DOCKER-USER -i eth0 -j DROP'], code: 'AnswersDropped', isOpen: false },
  { name: 'all but one network, before answers', rules: ['-I DOCKER-USER -i eth0 ! -s 192.0.2.0/24 -j DROP'], code: 'AnswersDropped', isOpen: false },
  { name: 'the original port both ways', rules: ['-I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j DROP'], code: 'AnswersDropped', isOpen: false },
  { name: 'nothing leaves, not even answers', rules: ['-I DOCKER-USER -i front -o eth0 -j DROP'], code: 'AnswersDropped', isOpen: false },
  { name: 'an accept of what comes in', rules: ['-I DOCKER-USER -i eth0 -j ACCEPT'], code: 'AcceptSkipsDocker', isOpen: true, on: OLD },
  { name: 'an accept between networks', rules: ['-I DOCKER-USER -i front -o back -j ACCEPT', `-I DOCKER-USER ${EST} -j ACCEPT`], code: 'AcceptSkipsDocker', isOpen: true, on: OLD },
  { name: 'an accept between networks that opens nothing', rules: ['-I DOCKER-USER -i front -o back -j ACCEPT', `-I DOCKER-USER ${EST} -j ACCEPT`], code: 'AcceptAcrossBridges', isOpen: false, on: NEW, withoutFix: true },
  { name: 'an accept between networks without answers', rules: ['-I DOCKER-USER -i front -o back -j ACCEPT'], code: 'AcceptAcrossBridges', isOpen: false, on: OLD },
  { name: 'FORWARD lets everything by', rules: ['-P FORWARD ACCEPT'], code: 'ForwardPolicyAccept', isOpen: true, on: OLD },
  { name: 'published on loopback', rules: [], code: 'LoopbackPublication', isOpen: true, on: OLD },
  { name: 'an internal network', rules: [], code: 'InternalReachesHost', isOpen: true },
  { name: 'a log that says dropped', rules: ['-I DOCKER-USER -i eth0 -p tcp -m tcp --dport 80 -m limit --limit 5/min -j LOG --log-prefix "DROPPED "'], code: 'LogOnly', isOpen: true },
  { name: 'control: the container port', rules: ['-I DOCKER-USER -i eth0 -p tcp -m tcp --dport 80 -j DROP'], isOpen: false },
  { name: 'control: the original port, one way', rules: ['-I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP'], isOpen: false },
  { name: 'control: the host port in raw', rules: ['-t raw -A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j DROP'], isOpen: false },
  { name: 'control: some sources', rules: ['-I DOCKER-USER -i eth0 ! -s 192.0.2.0/24 -j DROP', `-I DOCKER-USER ${EST} -j RETURN`], isOpen: false },
  { name: 'control: nothing', rules: [], isOpen: true },
]; // prettier-ignore

/** What the host of the test has in any case. */
const ALWAYS: readonly string[] = ['InternalReachesHost', 'LoopbackPublication'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    startHost(lab, planOf(engine));
    lab.importImage();
    lab.writeFile(SCRIPT, collectScript());
    routeToContainers(lab);
    must(lab, [
      'docker network create --subnet 10.81.0.0/24 -o com.docker.network.bridge.name=front front',
      'docker network create --subnet 10.82.0.0/24 -o com.docker.network.bridge.name=back back',
      'docker network create --internal --subnet 10.84.0.0/24 -o com.docker.network.bridge.name=vault vault',
      'docker run -d --name web --network front --ip 10.81.0.10 -p 8080:80 -p 127.0.0.1:9000:90 lab:1',
      'docker run -d --name db --network back --ip 10.82.0.10 lab:1',
      'docker run -d --name key --network vault --ip 10.84.0.10 lab:1',
    ]);
    const crowd = new Crowd(lab);
    const listeners = (token: string, ports: readonly number[], address = '0.0.0.0') =>
      ports.map((port) => ({ proto: 'tcp' as const, address, port, token }));
    const ports = [22, 53, 80, 90, 443, 6379, 6789];
    crowd.serve([
      { where: { host: true }, spec: listeners('host', [22, 6379]) },
      { where: { ns: 'inet' }, spec: listeners('inet', [443, 8080], INET) },
      ...['web', 'db', 'key'].map((name) => ({ where: { container: name }, spec: listeners(name, ports) })),
    ]);
    try {
      for (const set of SETS) if (set.on?.includes(engine) !== false) checks.step(set.name, () => play(lab, crowd, checks, set));
    } finally {
      crowd.stop();
    }
  });
}

function play(lab: Lab, crowd: Crowd, checks: Checks, { name, rules, code, isOpen, withoutFix }: RuleSet): void {
  must(lab, [`iptables-save > ${SAVED}`, ...rules.map((rule) => `iptables ${rule}`)]);
  try {
    const ipv4Rules = lab.mustHost('reading the rules', ['iptables-save']);
    const { findings } = FirewallReview.of({ engine: EngineVersion.of(lab.version().version), ipv4Rules });
    const known = code === undefined ? [] : [code];
    // The host of the lab is a router whose policy of FORWARD its engine set; what it says of that is asked by itself.
    const others = findings.filter((finding) => ![...ALWAYS, ...known].includes(finding.code));
    checks.check(`${name}: nothing else is said`, others.length === 0, () => others.map((one) => one.statement).join('\n'));
    const finding = findings.find((one) => one.code === code);
    tryWhole(lab, crowd, checks, name, code, isOpen);
    if (code === undefined) {
      const got = asks(crowd, { sender: INET, destination: HOST, protocol: 'tcp', port: 8080 });
      checks.check(`${name}: the publication is ${isOpen ? 'open' : 'closed'}`, got === isOpen, `it is ${got ? 'open' : 'closed'}`);
      return;
    }
    checks.check(`${name}: ${code} is said`, finding !== undefined, () => findings.map((one) => one.statement).join('\n') || 'nothing is said');
    if (finding?.packet !== undefined) tryFinding(lab, crowd, checks, name, finding, isOpen, withoutFix === true);
  } finally {
    // What was saved before there was a table raw does not empty it.
    must(lab, ['iptables -t raw -F PREROUTING', `iptables-restore < ${SAVED}`]);
  }
} // prettier-ignore

/** The findings of the whole host, whose packets are of its own containers. */
function tryWhole(lab: Lab, crowd: Crowd, checks: Checks, name: string, code: string | undefined, isOpen: boolean): void {
  const file = `${lab.labDir}/collected.txt`;
  fs.writeFileSync(file, lab.mustHost('collect', ['sh', SCRIPT], { timeout: 120_000 }));
  const { findings } = reviewOf(file);
  // docker-proxy listens on IPv6, too.
  for (const { packet, statement } of findings.filter((one) => one.code === 'OtherFamilyOpen')) {
    const [[result]] = crowd.ask([{ where: { ns: 'lanB' }, spec: [{ id: '0', proto: 'tcp', dst: packet!.destination, port: packet!.port, timeoutMs: 1_500, tries: 2 }] }]);
    checks.check(`${name}: of the whole host, the port is open over IPv6`, result.outcome === 'open', statement);
  }
  const others = findings.filter((one) => ![...ALWAYS, 'OtherFamilyOpen', ...(code === undefined ? [] : [code])].includes(one.code));
  checks.check(`${name}: of the whole host, nothing else is said`, others.length === 0, () => others.map((one) => one.statement).join('\n'));
  const finding = findings.find((one) => one.code === code);
  if (code === undefined) return;
  checks.check(`${name}: of the whole host, ${code} is said`, finding !== undefined, () => findings.map((one) => one.statement).join('\n') || 'nothing is said');
  if (finding?.packet === undefined) return;
  const got = asks(crowd, finding.packet);
  checks.check(`${name}: of the whole host, the packet ${isOpen ? 'arrives' : 'gets no answer'}`, got === isOpen, finding.statement);
} // prettier-ignore

function tryFinding(lab: Lab, crowd: Crowd, checks: Checks, name: string, finding: FirewallFinding, isOpen: boolean, withoutFix: boolean): void {
  const packet = finding.packet!;
  const before = asks(crowd, packet);
  checks.check(`${name}: the packet ${isOpen ? 'arrives' : 'gets no answer'}, as the finding says`, before === isOpen, finding.statement);
  if (withoutFix) return;
  checks.check(`${name}: the fix works on the model`, finding.isFixProved, finding.afterFix ?? 'it was not tried');
  must(lab, finding.commands);
  const after = asks(crowd, packet);
  checks.check(`${name}: after the fix the packet ${isOpen ? 'does not arrive' : 'gets an answer'}`, after !== isOpen, finding.commands.join('; '));
} // prettier-ignore

/** The packet of a finding, sent by who stands for its sender: whoever is outside and not named is the machine on the internet. */
function asks(crowd: Crowd, { sender, destination, port }: NonNullable<FirewallFinding['packet']>): boolean {
  const isContainer = /^(web|db|key|10\.8[124]\.0\.10)$/.test(sender) || sender.startsWith('a container on ');
  const container = /10\.82|back|^db$/.test(sender) ? 'db' : /10\.84|vault|^key$/.test(sender) ? 'key' : 'web';
  // A machine on the internet has no way to addresses that only the network of the host leads to.
  const isDirect = /^(10\.8|127\.)/.test(destination);
  const where: Where = isContainer ? { container } : { ns: isDirect ? 'lanB' : 'inet' };
  // Where a finding is about any container of a network, the one that is there stands for it.
  const guest = /^(10\.8[124])\./.exec(destination)?.[1];
  const isOutside = destination.startsWith('203.0.113.') || destination.startsWith('198.51.100.');
  const isGateway = destination.endsWith('.0.1');
  const dst = destination === 'the host' ? HOST : isOutside ? INET : guest !== undefined && !isGateway ? `${guest}.0.10` : destination;
  const src = isContainer || isDirect ? {} : { src: INET };
  const [[result]] = crowd.ask([{ where, spec: [{ id: '0', proto: 'tcp', dst, port, timeoutMs: 1_500, tries: 2, ...src }] }]);
  return result.outcome === 'open';
} // prettier-ignore

function must(lab: Lab, commands: readonly string[]): void {
  if (commands.length > 0) lab.mustHost(commands.join('; ').slice(0, 80), ['sh', '-c', ['set -e', ...commands].join('\n')], { timeout: 120_000 });
} // prettier-ignore
