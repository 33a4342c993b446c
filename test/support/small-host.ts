import { builtInChain, type Hook, type HostChain, type HostRules } from '../../src/firewall/private/host-rules';
import type { AddressType, CtState, IpProtocol, Match, Rule, Verdict } from '../../src/firewall/private/ir';
import type { HostView } from '../../src/reachability/private/walk/host-view';
import type { Family } from '../../src/topology/private/terms';

/**
 * Rules of a host in a few lines, for tests. A chain starts with its head, its rules follow in the words of iptables:
 *
 *     [filter FORWARD drop]            a built-in chain with its policy
 *     [filter DOCKER]                  a chain of one's own
 *     [nft:t in forward -1 accept]     a base chain of nftables: hook, priority, policy; `nat` at the end for its type
 */
export function rulesOf(family: Family, text: string, sets: HostRules['sets'] = []): HostRules {
  const chains: (HostChain & { rules: Rule[] })[] = [];
  for (const line of text.split('\n').map((each) => each.replace(/#.*/, '').trim())) {
    if (line.startsWith('[')) {
      chains.push({ ...headOf(line.slice(1, -1).split(/\s+/)), rules: [] });
    } else if (line !== '') {
      const chain = chains.at(-1)!;
      chain.rules.push(ruleOf(line, `${chain.name} ${chain.rules.length}`));
    }
  }
  return { family, chains, sets, notUnderstood: [] };
}

function headOf([table, name, ...rest]: string[]): Omit<HostChain, 'rules'> {
  if (rest.length === 0) {
    return { table, name };
  }
  const builtIn = builtInChain(table, name);
  if (builtIn) {
    return { table, name, base: { ...builtIn, policy: rest[0] as 'accept' } };
  }
  const [hook, priority, policy, type = 'filter'] = rest;
  return { table, name, base: { hook: hook as Hook, type: type as 'filter', priority: Number(priority), policy: policy as 'accept' } };
}

export function ruleOf(line: string, origin = ''): Rule {
  const words = line.split(/\s+/);
  const matches: Match[] = [];
  let verdict: Verdict = { kind: 'continue', text: 'nothing' };
  let negate = false;
  while (words.length > 0) {
    const option = words.shift()!;
    if (option === '!') {
      negate = true;
      continue;
    }
    const value = words.shift()!;
    if (option === '-j' || option === '-g') {
      verdict = verdictOf(option, value, words);
      break;
    }
    matches.push(...matchOf(option, value, negate));
    negate = false;
  }
  return { matches, verdict, origin };
}

function matchOf(option: string, value: string, negate: boolean): Match[] {
  const [first, last = first] = value.split(':').map(Number);
  const not = negate ? { negate } : {};
  switch (option) {
    case '-i':
    case '-o': {
      const kind = option === '-i' ? 'in-interface' : 'out-interface';
      return [value.endsWith('+') ? { kind, name: value.slice(0, -1), prefix: true, ...not } : { kind, name: value, ...not }];
    }
    case '-s':
      return [{ kind: 'source', block: value, ...not }];
    case '-d':
      return [{ kind: 'destination', block: value, ...not }];
    case '-p':
      return [{ kind: 'protocol', protocol: value as IpProtocol, ...not }];
    case '--dport':
      return [{ kind: 'destination-port', first, last, ...not }];
    case '--sport':
      return [{ kind: 'source-port', first, last, ...not }];
    case '--ports':
      return [{ kind: 'port-list', which: 'either', ranges: value.split(',').map((each) => [Number(each), Number(each)]), ...not }];
    case '--icmp-type':
      return [{ kind: 'icmp-type', type: first, ...not }];
    case '--syn':
      return [{ kind: 'tcp-flags', mask: ['FIN', 'SYN', 'RST', 'ACK'], set: ['SYN'], negate: value === 'no' }];
    case '--ctstate':
      return [{ kind: 'ct-state', states: value.split(',') as CtState[], ...not }];
    case '--ctorigdst':
      return [{ kind: 'ct-original', address: value }];
    case '--ctorigdstport':
      return [{ kind: 'ct-original', first, last }];
    case '--ctdir':
      return [{ kind: 'ct-direction', direction: value as 'reply' }];
    case '--dst-type':
    case '--src-type':
      return [{ kind: 'address-type', of: option === '--dst-type' ? 'destination' : 'source', type: value as AddressType, ...not }];
    case '--mark':
      return [{ kind: 'mark', value: first, mask: 0xffffffff, ...not }];
    case '--in-set':
      return [{ kind: 'in-set', set: value, ...not }];
    case '--dst-set':
      return [{ kind: 'in-set', set: value, fields: ['dst'], ...not }];
    case '--iifs':
      return [{ kind: 'interface-list', which: 'in', names: value.split(','), ...not }];
    case '--rate':
      return [{ kind: 'rate-per-source', name: value, rate: { amount: 1, per: 'second', burst: 1 } }];
    case '--limit':
      return [{ kind: 'limit', amount: first, per: 'second', burst: 1 }];
    case '--unknown':
      return [{ kind: 'unknown', text: value }];
    default:
      throw new Error(`no such option: ${option}`);
  }
}

function verdictOf(option: string, target: string, rest: string[]): Verdict {
  const [, value = ''] = rest;
  const [address, port] = value.includes('[') ? [value.slice(1, value.indexOf(']')), value.split(']:')[1]] : value.split(':');
  const ports = port ? { first: Number(port.split('-')[0]), last: Number(port.split('-').at(-1)) } : {};
  switch (target) {
    case 'ACCEPT':
    case 'DROP':
    case 'REJECT':
    case 'RETURN':
    case 'MASQUERADE':
    case 'NOTRACK':
      return { kind: target.toLowerCase() as 'accept' };
    case 'LOG':
      return { kind: 'log', prefix: 'x' };
    case 'NOTHING':
      return { kind: 'continue', text: 'nothing' };
    case 'UNKNOWN':
      return { kind: 'unknown', text: 'UNKNOWN' };
    case 'DNAT':
      return { kind: 'dnat', ...(address ? { address } : {}), ...ports };
    case 'SNAT':
      return { kind: 'snat', address: value };
    case 'REDIRECT':
      return { kind: 'redirect', first: Number(value) };
    case 'MARK':
      return { kind: 'set-mark', value: Number(value), mask: 0xffffffff };
    default:
      return { kind: option === '-g' ? 'goto' : 'jump', chain: target };
  }
}

export const NO_RULES: Readonly<Record<Family, HostRules>> = { ipv4: rulesOf('ipv4', ''), ipv6: rulesOf('ipv6', '') };

/**
 * Two bridges, one internal bridge and an uplink; a1 and a2 are on br-a, b1 on br-b, i1 and i2 on br-i, and `both` on br-a and br-i with its default
 * route over br-a. m1 and m2 share the wire of the uplink.
 */
export function smallHost(rules: string | Partial<Record<Family, HostRules>> = {}, changes: Partial<HostView> = {}): HostView {
  const ends = { ipv4: true, ipv6: true };
  const no = { ipv4: false, ipv6: false };
  const bridge = (name: string, net: number) => ({
    name,
    kind: 'bridge' as const,
    addresses: [`10.${net}.0.1/24`, `fd00:${net}::1/64`],
    filtersFrames: no,
  });
  const on = (name: string, net: number, host: number, isGateway = ends) => ({
    interface: name,
    kind: 'bridge' as const,
    ipv4: `10.${net}.0.${host}`,
    ipv6: `fd00:${net}::${host}`,
    isGateway,
  });
  const macvlan = (host: number) => ({ interface: 'eth0', kind: 'macvlan' as const, ipv4: `192.0.2.${host}`, isGateway: ends });
  return {
    rules: { ...NO_RULES, ...(typeof rules === 'string' ? { ipv4: rulesOf('ipv4', rules) } : rules) },
    interfaces: [
      { name: 'lo', kind: 'loopback', addresses: ['127.0.0.1/8', '::1/128'] },
      { name: 'eth0', kind: 'uplink', addresses: ['192.0.2.10/24', '2001:db8::10/64'] },
      bridge('br-a', 1),
      bridge('br-b', 2),
      bridge('br-i', 3),
    ],
    routes: [
      { block: '0.0.0.0/0', interface: 'eth0', gateway: '192.0.2.1' },
      { block: '::/0', interface: 'eth0', gateway: '2001:db8::1' },
    ],
    containers: [
      { key: 'a1', attachments: [on('br-a', 1, 2)] },
      { key: 'a2', attachments: [on('br-a', 1, 3)] },
      { key: 'b1', attachments: [on('br-b', 2, 2)] },
      { key: 'i1', attachments: [on('br-i', 3, 2, no)] },
      { key: 'i2', attachments: [on('br-i', 3, 3, no)] },
      { key: 'both', attachments: [on('br-a', 1, 9), on('br-i', 3, 9, no)] },
      { key: 'm1', attachments: [macvlan(101)] },
      { key: 'm2', attachments: [macvlan(102)] },
    ],
    proxies: [],
    forwarding: ends,
    ...changes,
  };
}
