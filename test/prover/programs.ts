import * as fc from 'fast-check';
import { AIMED } from './aimed';
import { Dice, randomHost } from './hosts';
import { EMPTY_LOCK } from '../../src/addressing/private/allocation';
import { viewOf } from '../../src/reachability/private/view-of';
import type { HostView } from '../../src/reachability/private/walk/host-view';
import { derive } from '../../src/topology/private/derive';
import { engineFacts, factsFor, VERSIONS } from '../reachability/random-facts';
import { dockerRules, type Generation, type SmallNetwork } from '../support/small-docker';
import { NO_RULES, rulesOf, smallHost } from '../support/small-host';

export type Kind = 'rules' | 'sharp' | 'engine' | 'program' | 'aimed';

/** Rules of every kind without sense, few of which one decides, those of an engine, and programs of ours with the rules of an engine and the guard. */
export const KINDS: readonly Kind[] = ['rules', 'sharp', 'engine', 'program'];

export function hostOf(kind: Kind, seed: number): HostView {
  switch (kind) {
    case 'rules':
      return randomHost(seed);
    case 'sharp':
      return randomHost(seed, true);
    case 'engine':
      return engineHost(new Dice(seed));
    case 'program':
      return programHost(seed);
    case 'aimed':
      return AIMED[seed % AIMED.length];
  }
}

const GENERATIONS: readonly Generation[] = ['g20', 'g27', 'g28.0', 'g28.2', 'g29', 'nft'];

function engineHost(dice: Dice): HostView {
  const networks = ['br-a', 'br-b', 'br-i'].map((bridge, at): SmallNetwork => ({
    bridge,
    net: at + 1,
    mode: bridge === 'br-i' ? 'internal' : dice.one(['nat', 'nat', 'nat-unprotected', 'routed'] as const),
    icc: dice.in100(60),
    hosts: [2, 3, 9],
    ports:
      bridge === 'br-i'
        ? []
        : dice.some([80, 443, 8080], 40).map((port) => ({
            ...(dice.in100(40) && { host: '192.0.2.10' }),
            port,
            address: `10.${at + 1}.0.2`,
            target: dice.one([80, 5432]),
          })),
  }));
  const filters = { ipv4: dice.in100(80), ipv6: false };
  const proxy = dice.in100(50);
  const user = dice.in100(40) ? `-i eth0 -p tcp --dport ${dice.one([80, 443])} -s 203.0.113.0/24 -j DROP` : '';
  const rules = dockerRules(
    { generation: dice.one(GENERATIONS), proxy, forwardPolicy: dice.one(['accept', 'drop'] as const), user },
    networks,
  );
  const view = smallHost({ ...NO_RULES, ipv4: rulesOf('ipv4', rules) });
  const published = networks.flatMap(({ ports = [] }) => ports);
  return {
    ...view,
    interfaces: view.interfaces.map((each) =>
      each.kind === 'bridge' ? { ...each, filtersFrames: filters, hairpin: dice.in100(50), routeLocalnet: !proxy } : each,
    ),
    proxies: proxy
      ? published.map(({ host = '0.0.0.0', port, address, target }) => ({
          protocol: 'tcp',
          address: host,
          port,
          target: { container: address === '10.1.0.2' ? 'a1' : 'b1', address, port: target },
        }))
      : [],
  };
}

function programHost(seed: number): HostView {
  const version = VERSIONS[seed % VERSIONS.length];
  const [facts] = fc.sample(factsFor(version), { numRuns: 1, seed });
  const { topology } = derive(facts, EMPTY_LOCK);
  return viewOf(topology, engineFacts(version));
}
