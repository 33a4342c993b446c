import { blockOf } from './blocks';
import type { Chain, Match, Rule } from './ir';
import {
  destination,
  DROP,
  from,
  fromOurs,
  icmp,
  LOG,
  LOG_LIMIT,
  port,
  rate,
  RETURN,
  rule,
  type Scope,
  source,
  to,
  toOurs,
} from './matches';
import { neighboursOfHost } from './neighbours';
import { nodePorts } from './node-ports';
import { normalize } from './normalize';
import { errorsOfForgers, standing, standingFromHost, standingToHost } from './standing';
import type { HostFlowPlan } from '../../topology/private/topology';

const NO_STREAM: Match = { kind: 'protocol', protocol: 'tcp', negate: true };
const FOREIGN: Match = { kind: 'address-type', of: 'source', type: 'local', negate: true };

/**
 * The part of the guard for packets that arrive at the host itself. It does not filter the host's traffic with other machines, so no administrator
 * loses access. Only the ports that the nodes of a swarm use are restricted to the nodes.
 */
export function guardInput(scope: Scope): Chain {
  const ours = fromOurs(scope);
  return {
    role: 'guard',
    hook: 'input',
    rules: [
      ...errorsOfForgers(scope, []),
      ...standingToHost(scope, RETURN),
      ...neighboursOfHost(scope, RETURN, ours),
      ...hostFlows(scope, 'to-host', (plan) => [
        from(plan.bridge),
        ...source(scope, plan.address, plan.origin),
        ...destination(scope, plan.gateway, plan.origin),
      ]),
      rule('undeclared from our bridges to the host', LOG, [ours, LOG_LIMIT]),
      rule('undeclared from our bridges to the host', DROP, [ours]),
      ...nodePorts(scope),
      ...(scope.family === 'ipv4' ? loopback(scope) : []),
    ],
  };
}

/**
 * Without docker-proxy, the engine lets bridges route 127.0.0.0/8, so any neighbour could reach programs that listen on the host's loopback address.
 * Answers to the host itself arrive there too: a port that is published on 127.0.0.1 (by Bulkhead or not) works by translation, and the container's
 * answer has the loopback address again when INPUT sees it.
 */
function loopback(scope: Scope): Rule[] {
  const outside: Match[] = [
    { kind: 'in-interface', name: 'lo', negate: true },
    { kind: 'destination', block: '127.0.0.0/8' },
  ];
  return [
    ...standing('at loopback addresses', RETURN, outside, icmp(scope)),
    rule('only the host reaches its loopback addresses', DROP, outside),
  ];
}

/**
 * The part of the guard for packets that the host itself sends. It sees addresses before translation: packets of a host process that uses a
 * publication leave by `lo` or the uplink here, and need no rule.
 */
export function guardOutput(scope: Scope): Chain {
  const theirs = toOurs(scope);
  return {
    role: 'guard',
    hook: 'output',
    rules: [
      ...neighboursOfHost(scope, RETURN, theirs),
      ...namesOfOthers(scope, theirs),
      ...standingFromHost(scope, RETURN),
      ...hostFlows(scope, 'to-container', (plan) => [to(plan.bridge), ...destination(scope, plan.address, plan.origin)]),
      rule('undeclared from the host to our bridges', LOG, [theirs, LOG_LIMIT]),
      rule('undeclared from the host to our bridges', DROP, [theirs]),
      ...routedWires(scope),
    ],
  };
}

/**
 * Over IPv6, any user of the host sends datagrams from any address (`IPV6_FREEBIND` needs no capability), also into established connections.
 * Datagrams to Bulkhead's containers must come from an address of the host, also if they go to a publication at an address of the host, which is
 * translated later. No datagram may leave the host with the address of a container. TCP transfers no data from a source that receives no answer, and
 * the host itself sends such TCP packets: if a rule rejects with a reset, the reset has the requested address as its source.
 */
function namesOfOthers(scope: Scope, theirs: Match): Rule[] {
  const { blocks } = scope.sets;
  if (scope.family !== 'ipv6' || blocks === undefined) return [];
  return [
    rule('not from the host', DROP, [theirs, NO_STREAM, FOREIGN]),
    rule('not from the host', DROP, [to('lo'), NO_STREAM, FOREIGN]),
    rule('not from a container', DROP, [NO_STREAM, { kind: 'in-set', set: blocks.name, fields: ['src'] }, FOREIGN]),
  ];
}

/**
 * In modes L3 and L3S of an ipvlan, the host routes packets of a container as if it had sent them: also to its own addresses, and so to everything
 * that is published there. It accepts any source: that of the container in the LAN segment, the one that it has in another segment, and over IPv6,
 * without any capability, an address of the host. No socket of the host has sent the last kind; TCP transfers no data there, since the answer does
 * not get back. And the router of the LAN sends packets from the host to a container back to the LAN segment.
 */
function routedWires(scope: Scope): Rule[] {
  const routed = scope.topology.wires.flatMap((wire) => wire.routed ?? []).filter((block) => blockOf(block).family === scope.family);
  if (routed.length === 0) return [];
  const words = 'ipvlan L3';
  const { blocks } = scope.sets;
  return [
    rule('from ipvlan L3 in the name of the host', DROP, [to('lo'), NO_STREAM, { kind: 'host-socket', negate: true }]),
    ...(blocks === undefined
      ? []
      : [
          rule('from a container to the host by ipvlan L3', DROP, [
            to('lo'),
            { kind: 'in-set', set: blocks.name, fields: ['src'] },
            FOREIGN,
          ]),
        ]),
    ...routed.map((block) => rule('from ipvlan L3 to the host', DROP, [...source(scope, block, words), to('lo')])),
    ...routed.map((block) => rule('from ipvlan L3 to elsewhere', RETURN, source(scope, block, words))),
    ...routed.map((block) => rule('from the host to ipvlan L3', DROP, destination(scope, block, words))),
  ];
}

function hostFlows(scope: Scope, direction: HostFlowPlan['direction'], place: (plan: HostFlowPlan) => Match[]): Rule[] {
  const plans = scope.topology.hostFlows.filter((plan) => plan.direction === direction);
  return normalize(
    plans.map((plan) =>
      rule(plan.origin, RETURN, [
        ...place(plan),
        ...port(scope, plan.port, plan.origin),
        ...rate(plan.rate, [direction, plan.bridge, plan.address, plan.gateway, Object.values(plan.port), plan.origin]),
      ]),
    ),
  );
}
