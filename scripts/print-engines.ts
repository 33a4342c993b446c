import { type Concern, type Cut, IPTABLES, NFTABLES } from '../src/engine/private/docker-rules/lines';

const BEGIN = '<!-- printed from the lines of descent -->\n';
const END = '<!-- end of what is printed -->\n';
const CONCERNED: Readonly<Record<Concern, string>> = {
  ingress: 'hosts on which the ingress of a swarm publishes',
  ip6tables: 'hosts whose engine makes rules in ip6tables',
  routed: 'hosts with routed networks, or with the switch',
  'DOCKER-USER': 'hosts on which another program appends rules to DOCKER-USER',
};

/** docs/ENGINES.md, in which the changes of the rules stand as the model has them. */
export function enginesPage(page: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/ENGINES.md has lost the line '${BEGIN.trim()}' or '${END.trim()}'`);
  const table = [
    '| firewall | first release | what changed | affects |',
    '|---|---|---|---|',
    ...rows('iptables', IPTABLES),
    ...rows('nftables', NFTABLES),
    '',
  ].join('\n');
  return page.slice(0, from + BEGIN.length) + table + page.slice(to);
}

function rows(firewall: string, line: readonly Cut<unknown>[]): string[] {
  return line.map(
    ({ since, what, concerns }) => `| ${firewall} | ${since} | ${what.join('; ')} | ${concerns ? CONCERNED[concerns] : 'every host'} |`,
  );
}
