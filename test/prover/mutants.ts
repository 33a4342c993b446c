import * as fs from 'node:fs';
import * as path from 'node:path';
import { transformSync } from '@swc/core';
import type { Walk } from './compare';
import * as ip from '../../src/addressing/private/ip';
import * as tryParse from '../../src/addressing/private/try-parse';
import * as hostRules from '../../src/firewall/private/host-rules';
import * as wires from '../../src/topology/private/wires';

const FOLDER = path.resolve(__dirname, '../../src/reachability/private/walk');
/** What the walk takes from elsewhere. */
const OTHERS: Readonly<Record<string, unknown>> = {
  '../../../addressing/private/ip': ip,
  '../../../addressing/private/try-parse': tryParse,
  '../../../firewall/private/host-rules': hostRules,
  '../../../topology/private/wires': wires,
};

/** An error planted in the walk: in the text of a file something stands in the place of something else. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The walk from its sources, with one error in it. */
export function walkWith(mutant: Mutant): Walk {
  const loaded = new Map<string, { exports: unknown }>();
  const load = (name: string): unknown => {
    if (name in OTHERS) return OTHERS[name];
    if (!name.startsWith('./')) throw new Error(`the walk takes ${name} from elsewhere: name it among the others`);
    const known = loaded.get(name);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const source = fs.readFileSync(path.join(FOLDER, `${name}.ts`), 'utf8');
    const { code } = transformSync(name === `./${mutant.file}` ? planted(source, mutant) : source, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    new Function('require', 'module', 'exports', code)(load, module, module.exports);
    return module.exports;
  };
  return (load('./walk') as { walk: Walk }).walk;
}

/** An error that has no place any more is an error of the list. */
function planted(source: string, { name, from, to }: Mutant): string {
  const [before, after, ...more] = source.split(from);
  if (after === undefined || more.length > 0) throw new Error(`${name}: its text is not once in the source`);
  return before + to + after;
}

const mutant = (name: string, file: string, from: string, to: string): Mutant => ({ name, file, from, to });

export const MUTANTS: readonly Mutant[] = [
  mutant('negation is ignored', 'compile-match', '? (packet) => !positive(packet) : positive', '? positive : positive'),
  mutant(
    'negation of a port is ignored',
    'compile-match',
    'packet.destinationPort <= last) !== negate\n    : ',
    'packet.destinationPort <= last) !== false\n    : ',
  ),
  mutant('a port list never negates', 'compile-match', '(source || destination) !== negate', '(source || destination)'),
  mutant(
    'a port too many',
    'compile-match',
    'packet.destinationPort <= last) !== negate\n    : ',
    'packet.destinationPort <= last! + 1) !== negate\n    : ',
  ),
  mutant('the first port of a range is left out', 'compile-match', '(first <= packet.sourcePort', '(first < packet.sourcePort'),
  mutant('ports of what has none match', 'compile-match', 'return packet.hasPorts && (source', 'return (source'),
  mutant(
    'the prefix of an interface counts as its name',
    'compile-match',
    'packet.inInterface.startsWith(match.name)',
    'packet.inInterface === match.name',
  ),
  mutant('bits beyond the mask of a mark count', 'marks', 'return (mark & mask) >>> 0', 'return mark >>> 0'),
  mutant('a mark that is set forgets the others', 'marks', 'return ((mark & ~mask) | value) >>> 0', 'return value >>> 0'),
  mutant(
    'no direction of a connection',
    'compile-match',
    "packet.state === 'ESTABLISHED') === isReply",
    "packet.state === 'ESTABLISHED') === true",
  ),
  mutant(
    'the original destination is the present one',
    'compile-match',
    'return ({ connection }) =>\n    connection !== undefined &&\n    (address === undefined || (address.first <= connection.destination && connection.destination <= address.last))',
    'return ({ connection, destination }) =>\n    connection !== undefined &&\n    (address === undefined || (address.first <= destination && destination <= address.last))',
  ),
  mutant('the state DNAT is never met', 'compile-match', "const dnat = names.has('DNAT')", 'const dnat = false'),
  mutant(
    'source and destination of a set of networks are swapped',
    'compile-set',
    "return fields[0] === 'src' ? (packet) => has(packet.source)",
    "return fields[0] !== 'src' ? (packet) => has(packet.source)",
  ),
  mutant(
    'source and destination of a set of pairs are swapped',
    'compile-set',
    '[end(fields[0]), end(fields[2])]',
    '[end(fields[2]), end(fields[0])]',
  ),
  mutant(
    'the interface of a set of links is the other one',
    'compile-set',
    "side === 'src' ? packet.inInterface : packet.outInterface",
    "side === 'dst' ? packet.inInterface : packet.outInterface",
  ),
  mutant('hooks in the wrong order', 'compile-rules', 'a.base.priority - b.base.priority', 'b.base.priority - a.base.priority'),
  mutant('translation after the filter', 'compile-rules', 'prerouting: -100, output: -100', 'prerouting: 20, output: 20'),
  mutant('conntrack before raw', 'compile-rules', 'const CONNTRACK = -200', 'const CONNTRACK = -400'),
  mutant(
    'goto comes back as jump does',
    'hooks',
    "case 'goto':\n        return passChain(flight, hook, packet, rule.target!, end);",
    "case 'goto': {\n        const result = passChain(flight, hook, packet, rule.target!, end);\n        if (result !== THROUGH) return result;\n        break;\n      }",
  ),
  mutant('jump goes for good', 'hooks', 'if (result !== THROUGH) return result;\n        break;', 'return result;'),
  mutant('the policy is forgotten', 'hooks', "return base.drops ? dropped('policy', base.policy) : undefined", 'return undefined'),
  mutant('return accepts', 'hooks', "case 'return':\n        return THROUGH", "case 'return':\n        return ACCEPTED"),
  mutant('accept only goes on', 'hooks', "case 'accept':\n        return ACCEPTED", "case 'accept':\n        return THROUGH"),
  mutant(
    'answers keep the source that they have',
    'hooks',
    "end === 'source' && connection.destinationIsTranslated",
    "end === 'source' && false",
  ),
  mutant(
    'answers keep the destination that they have',
    'hooks',
    "end === 'destination' && connection.sourceIsTranslated) {\n    packet.destination = connection.source",
    "end === 'destination' && false) {\n    packet.destination = connection.source",
  ),
  mutant(
    'notrack is ignored',
    'hooks',
    'if (!packet.connection) {\n          packet.isUntracked',
    'if (false) {\n          packet.isUntracked',
  ),
  mutant('a translation always takes its first port', 'hooks', '|| (first <= port && port <= last!) ? port : first', '? port : first'),
  mutant('a translation to the port alone goes nowhere', 'hooks', 'return address ?? packet.destination', 'return address'),
  mutant('the second packet of nat asks again', 'hooks', 'if (isDecided) {', 'if (false) {'),
  mutant('answers open connections', 'conntrack', "packet.protocol !== 'tcp' || !packet.isAnswer", 'true'),
  mutant(
    'every message of ICMP opens a connection',
    'conntrack',
    'packet.isIcmp ? icmpAnswer(packet.protocol, packet.icmpType) !== undefined',
    'packet.isIcmp ? true',
  ),
  mutant(
    '/31 is one address',
    'address',
    'blockAround(family, parsed.value.value, prefixLength)',
    'blockAround(family, parsed.value.value, prefixLength === bitsOf(family) - 1 ? prefixLength + 1 : prefixLength)',
  ),
  mutant('loopback is one address', 'address', 'first: 0x7f000000, last: 0x7fffffff', 'first: 0x7f000001, last: 0x7f000001'),
  mutant(
    'the shortest prefix wins',
    'routing',
    '(sizeOf(a) < sizeOf(b) ? -1 : Number(sizeOf(a) > sizeOf(b)))',
    '(sizeOf(a) < sizeOf(b) ? 1 : -Number(sizeOf(a) > sizeOf(b)))',
  ),
  mutant(
    'masquerading takes any address',
    'host',
    '(own.find(({ subnet }) => inRange(subnet, next)) ?? own[0])?.address',
    'own[0]?.address',
  ),
  mutant('a container answers for no other link', 'host', 'if (isOwn || !link.has(address))', 'if (isOwn)'),
  mutant(
    'loopback is not local',
    'host',
    'this.local[family].has(address) || isLoopback(family, address)',
    'this.local[family].has(address)',
  ),
  mutant('IPv6 asks for no neighbour', 'path', "isFrame && packet.family === 'ipv6' && !packet.isAnswer ?", 'false ?'),
  mutant('frames meet no rules', 'path', 'if (!host.interfaceNamed(bridge)?.filtersFrames?.[packet.family]) {', 'if (true) {'),
  mutant('all frames meet rules', 'path', 'if (!host.interfaceNamed(bridge)?.filtersFrames?.[packet.family]) {', 'if (false) {'),
  mutant('a bridge sends back to the port', 'path', 'port.container === sender && !host.interfaceNamed(bridge)?.hairpin', 'false'),
  mutant(
    'frames have come in by their bridge when they leave',
    'path',
    "packet.inInterface = '';\n  return passHook(flight, 'postrouting', packet) ?? arriveOn(flight, bridge, port, packet)",
    "return passHook(flight, 'postrouting', packet) ?? arriveOn(flight, bridge, port, packet)",
  ),
  mutant('every host forwards', 'path', 'if (!host.isForwarding(family)) {', 'if (false) {'),
  mutant('loopback comes from everywhere', 'path', 'if (isLoopback(family, destination) && !takesLoopback) {', 'if (false) {'),
  mutant(
    'a macvlan reaches its parent',
    'path',
    "return host.portAt(name, packet.destination) ? unreachable('kept-apart') : { kind: 'outside', interface: name };",
    "{ const port = host.portAt(name, packet.destination); return port ? arriveAt(flight, port, packet) : { kind: 'outside', interface: name }; }",
  ),
  mutant(
    'what the host sends meets no output',
    'path',
    "const stop = passHook(flight, 'output', packet);\n  if (stop) {",
    "const stop = passHook(flight, 'output', packet);\n  if (false) {",
  ),
  mutant(
    'the host routes what it translated as it was',
    'path',
    'if (packet.destination !== asked || packet.mark !== mark) {\n    const second',
    'if (false) {\n    const second',
  ),
  mutant('an answer may come from anybody', 'walk', 'return isAsked && isMine', 'return isMine'),
  mutant('nobody waits for an answer', 'walk', 'if (!answer || oneWay) {', 'if (true) {'),
];
