import { fromInternet } from './private/internet-ports';
import { namedPorts } from './private/named-ports';
import { isProved } from './private/proofs';
import { shortPortSetText, union } from '../../../reachability/private/matrix/port-set';
import type { FactStore } from '../../../topology/private/fact-store';
import { DAEMON, storeOf } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import { INNER_PORTS } from '../../private/known-ports';
import { Severity } from '../../severity';

export const innerPortReachable = defineRule({
  ruleId: 'BH-E01',
  title: 'data tier reachable from the internet',
  severity: Severity.ERROR,
  // It asks the proof for more than a synth does, so users must choose it.
  inDefaults: false,
  why: 'The proof evaluates every packet from outside against the rules of the engine and of Bulkhead: packets from most public addresses reach a database or management port, or a workload whose segment does not allow publications. A source that is restricted to specific blocks does not count, and neither do machines on the networks of the host.',
  fix: "restrict the 'sources' of the publication to the blocks that need it, or publish on '127.0.0.1'; if the workload has a public address, use another address pool",
  resourceTypes: [DAEMON],
  applies: isProved,
  find: (daemon) => {
    const store = storeOf(daemon);
    return [...fromInternet(store)].flatMap(([workload, { ports, asked, addresses }]) => {
      const at = `from the internet, at ${addresses.join(', ')}`;
      if (isInner(store, workload)) {
        const text = shortPortSetText(ports);
        return [
          {
            detail: `${workload} ${text}`,
            message: `${workload}, whose segment does not allow publications, is reachable on ${text} ${at}`,
          },
        ];
      }
      return namedPorts(INNER_PORTS, union(ports, asked)).map(({ port, name }) => ({
        detail: `${workload} ${port}`,
        message: `${workload} is reachable on ${port}, the port of ${name}, ${at}`,
      }));
    });
  },
});

/** A LAN segment accepts no publications either, for another reason: its members have their own addresses. */
function isInner(store: FactStore, workload: string): boolean {
  const home = store.placesOf(workload).find(({ member, network }) => member.home && network.kind === 'segment');
  return home !== undefined && store.segmentFact(home.network.segment)?.noPublicationsReason !== undefined;
}
