import type { BaseChain, Hook, HostChain, HostRules } from '../../src/firewall/private/host-rules';
import type { Match, Rule, RuleSet, Verdict } from '../../src/firewall/private/ir';
import type { HostInterface, HostView } from '../../src/reachability/private/walk/host-view';
import type { Family } from '../../src/topology/private/terms';

/** Numbers from a seed: the same host each time. */
export class Dice {
  constructor(private state: number) {}

  public below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) % 2 ** 32;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  public one<T>(all: readonly T[]): T {
    return all[this.below(all.length)];
  }

  public in100(percent: number): boolean {
    return this.below(100) < percent;
  }

  public some<T>(all: readonly T[], percent = 50): T[] {
    return all.filter(() => this.in100(percent));
  }

  public times<T>(count: number, make: (at: number) => T): T[] {
    return Array.from({ length: count }, (_, at) => make(at));
  }
}

const PORTS = [53, 80, 81, 90, 443, 8080];
export const OUTSIDE = { ipv4: '203.0.113.7', ipv6: '2001:db8:ffff::7' } as const;

/**
 * A host of bridges with containers, with an uplink and perhaps a macvlan on it. Its rules are of every kind in every hook; or `sharp`: a few
 * translations, and one chain in which mostly one rule decides.
 */
export function randomHost(seed: number, isSharp = false): HostView {
  const dice = new Dice(seed);
  const bridges = dice.times(1 + dice.below(3), (at) => at + 1);
  const switches = (percent: number) => ({ ipv4: dice.in100(percent), ipv6: dice.in100(percent) });
  const interfaces: HostInterface[] = [
    { name: 'lo', kind: 'loopback', addresses: ['127.0.0.1/8', '::1/128'] },
    {
      name: 'eth0',
      kind: 'uplink',
      addresses: ['192.0.2.10/24', ...(dice.in100(30) ? ['198.51.100.10/25'] : []), ...(dice.in100(80) ? ['2001:db8::10/64'] : [])],
      routeLocalnet: dice.in100(15),
    },
    ...bridges.map((net): HostInterface => ({
      name: `br-${net}`,
      kind: 'bridge',
      addresses: [`10.${net}.0.1/24`, ...(dice.in100(25) ? [`10.${net}.9.1/24`] : []), `fd00:${net}::1/64`],
      filtersFrames: switches(60),
      hairpin: dice.in100(40),
      routeLocalnet: dice.in100(25),
    })),
  ];
  const on = (net: number, host: number) => ({
    interface: `br-${net}`,
    kind: 'bridge' as const,
    ipv4: `10.${net}.0.${host}`,
    ...(dice.in100(85) && { ipv6: `fd00:${net}::${host}` }),
    isGateway: switches(70),
  });
  const containers: HostView['containers'] = [
    ...dice.times(2 + dice.below(3), (at) => {
      const homes = dice.some(bridges, 50);
      const nets = homes.length === 0 ? [dice.one(bridges)] : homes.slice(0, 2);
      return { key: `c${at}`, attachments: nets.map((net) => on(net, at + 2)) };
    }),
    ...(dice.in100(25)
      ? [{ key: 'm0', attachments: [{ interface: 'eth0', kind: 'macvlan' as const, ipv4: '192.0.2.101', isGateway: switches(100) }] }]
      : []),
  ];
  const view: HostView = {
    rules: {
      ipv4: { family: 'ipv4', chains: [], sets: [], notUnderstood: [] },
      ipv6: { family: 'ipv6', chains: [], sets: [], notUnderstood: [] },
    },
    interfaces,
    routes: [
      { block: '0.0.0.0/0', interface: 'eth0', gateway: '192.0.2.1' },
      ...(dice.in100(30) ? [{ block: '10.1.0.128/25', interface: 'eth0', gateway: '192.0.2.2' }] : []),
      ...(dice.in100(90) ? [{ block: '::/0', interface: 'eth0', gateway: '2001:db8::1' }] : []),
    ],
    containers,
    proxies: [],
    forwarding: switches(90),
  };
  const proxies = dice.in100(25)
    ? containers.slice(0, 1).flatMap(({ key, attachments: [{ ipv4 }] }) =>
        ipv4 === undefined
          ? []
          : [
              {
                protocol: 'tcp' as const,
                address: dice.one(['0.0.0.0', '192.0.2.10', '::']),
                port: 8080,
                target: { container: key, address: ipv4, port: 80 },
              },
            ],
      )
    : [];
  return {
    ...view,
    proxies,
    rules: { ipv4: new RandomRules(dice, view, 'ipv4').all(isSharp), ipv6: new RandomRules(dice, view, 'ipv6').all(isSharp) },
  };
}

type Base = readonly [hook: Hook, type: BaseChain['type'], priority: number];

/** Where chains of iptables stand, and some of nftables before and behind them; raw and nat are drawn apart. */
const FILTERS: readonly Base[] = [
  ...(['prerouting', 'output', 'input', 'forward', 'forward', 'postrouting'] as const).flatMap((hook) => [
    [hook, 'filter', -150] as const,
    [hook, 'filter', hook === 'prerouting' ? -50 : 0] as const,
  ]),
  ['prerouting', 'filter', 10],
  ['forward', 'filter', 10],
  ['postrouting', 'filter', 150],
];
const OTHERS: readonly (readonly [base: Base, percent: number])[] = [
  [['prerouting', 'filter', -300], 30],
  [['output', 'filter', -300], 15],
  [['prerouting', 'nat', -100], 60],
  [['output', 'nat', -100], 25],
  [['postrouting', 'nat', 90], 15],
  [['postrouting', 'nat', 100], 45],
  [['input', 'nat', 100], 10],
];

/** Rules of one family. Each host has few chains, and what drops asks for something, so that packets get far and what each rule says counts. */
class RandomRules {
  private readonly addresses: readonly string[];
  private readonly blocks: readonly string[];
  private readonly names: readonly string[];

  constructor(
    private readonly dice: Dice,
    { interfaces, containers }: HostView,
    private readonly family: Family,
  ) {
    const isOf = (text: string) => text.includes(':') === (family === 'ipv6');
    const own = interfaces.flatMap(({ addresses }) => addresses).filter(isOf);
    const theirs = containers.flatMap(({ attachments }) => attachments.flatMap((each) => each[family] ?? []));
    this.addresses = [...own.map((text) => text.split('/')[0]), ...theirs, OUTSIDE[family]];
    const halves =
      family === 'ipv4'
        ? ['10.1.0.2/31', '10.0.0.0/8', '192.0.2.0/24', '0.0.0.0/0']
        : ['fd00:1::2/127', 'fd00::/16', '2001:db8::/32', '::/0'];
    this.blocks = [...this.addresses, ...own, ...halves];
    this.names = interfaces.map(({ name }) => name);
  }

  public all(isSharp: boolean): HostRules {
    const { dice } = this;
    if (isSharp) return { family: this.family, chains: this.sharp(), sets: this.sets(), notUnderstood: [] };
    const filters = dice.times(1 + dice.below(3), () => dice.one(FILTERS));
    const bases = [...new Set(filters), ...OTHERS.filter(([, percent]) => dice.in100(percent)).map(([base]) => base)];
    const chains = bases.flatMap((base, at) => this.table(`t${at}`, base));
    return { family: this.family, chains, sets: this.sets(), notUnderstood: [] };
  }

  private sharp(): HostChain[] {
    const { dice } = this;
    const base = (table: string, [hook, type, priority]: Base, rules: Rule[], policy: 'accept' | 'drop' = 'accept'): HostChain => ({
      ...{ table, name: 'base', rules },
      base: { hook, type, priority, policy },
    });
    const rule = (verdict: Verdict, ...matches: Match[]): Rule => ({ matches, verdict, origin: '' });
    const [hook, type, priority] = dice.one(FILTERS);
    const decided = dice.one(['accept', 'drop'] as const);
    const tracked: Match = { kind: 'ct-state', states: ['ESTABLISHED'] };
    const decides = dice.times(1 + dice.below(2), () =>
      rule({ kind: decided }, ...(dice.in100(30) ? [this.match(), this.match()] : [this.match()])),
    );
    const isReached = { kind: 'destination', block: dice.one(this.addresses) } as const;
    return [
      base(
        'mark',
        ['prerouting', 'filter', -160],
        dice.times(dice.below(3), () =>
          rule(
            { kind: 'set-mark', ...this.markOf(dice.one([1, 3]), dice.one([0xffffffff, 0x80000003, 1])) },
            ...dice.some([this.match()], 60),
          ),
        ),
      ),
      base('raw', ['prerouting', 'filter', -300], dice.in100(25) ? [rule({ kind: 'notrack' }, this.match())] : []),
      base(
        'nat',
        ['prerouting', 'nat', -100],
        dice.times(dice.below(3), () =>
          rule(this.translation('prerouting'), ...dice.some([isReached], 70), ...dice.some([this.match()], 30)),
        ),
      ),
      base(
        'nat',
        ['postrouting', 'nat', 100],
        dice.in100(40) ? [rule(this.translation('postrouting'), ...dice.some([this.match()], 50))] : [],
      ),
      base(
        'filter',
        [hook, type, priority],
        [...(dice.in100(75) ? [rule({ kind: 'accept' }, tracked)] : []), ...decides],
        decided === 'accept' ? 'drop' : 'accept',
      ),
    ].map((chain, at) => ({ ...chain, table: `${chain.table}${at}` }));
  }

  private table(table: string, [hook, type, priority]: Base): HostChain[] {
    const { dice } = this;
    const names = ['base', ...dice.times(dice.below(4), (at) => `c${at}`)];
    const policy = dice.in100(80) ? 'accept' : 'drop';
    return names.map((name, at) => ({
      table,
      name,
      ...(at === 0 && { base: { hook, type, priority, policy: type === 'nat' ? 'accept' : policy } as const }),
      rules: dice.times(1 + dice.below(at === 0 ? 5 : 3), () => this.rule(names.slice(at + 1), hook, type, priority)),
    }));
  }

  private rule(jumps: readonly string[], hook: Hook, type: string, priority: number): Rule {
    const { dice } = this;
    const verdict = this.verdict(jumps, hook, type, priority);
    const isHard = verdict.kind === 'drop' || verdict.kind === 'reject';
    const matches = dice.times(isHard ? 1 + dice.below(2) : dice.one([0, 1, 1, 2]), () => this.match());
    return { matches, verdict, origin: '' };
  }

  private verdict(jumps: readonly string[], hook: Hook, type: string, priority: number): Verdict {
    const { dice, family } = this;
    if (jumps.length > 0 && dice.in100(40)) return { kind: dice.one(['jump', 'jump', 'goto'] as const), chain: dice.one(jumps) };
    if (type === 'nat' && dice.in100(60)) return this.translation(hook);
    if (type !== 'nat' && priority < -200 && dice.in100(25)) return { kind: 'notrack' };
    if (dice.in100(15)) return { kind: 'set-mark', ...this.markOf(dice.one([1, 2, 0x80000000]), dice.one([0xffffffff, 0x80000003])) };
    if (dice.in100(5)) return { kind: 'add-source', set: 'recent' };
    if (type !== 'nat' && dice.in100(40)) return dice.one([{ kind: 'drop' }, { kind: 'reject' }] as const);
    return dice.one<Verdict>([{ kind: 'accept' }, { kind: 'return' }, { kind: 'log', prefix: '' }, { kind: 'continue', text: family }]);
  }

  private translation(hook: Hook): Verdict {
    const { dice } = this;
    const first = dice.one(PORTS);
    if (hook === 'prerouting' || hook === 'output') {
      const ports = dice.in100(70) ? { first, last: first + dice.one([0, 0, 1, 10]) } : {};
      if (dice.in100(20)) return { kind: 'redirect', ...ports };
      return { kind: 'dnat', ...(dice.in100(90) || !('first' in ports) ? { address: dice.one(this.addresses) } : {}), ...ports };
    }
    return hook === 'postrouting' && dice.in100(60) ? { kind: 'masquerade' } : { kind: 'snat', address: dice.one(this.addresses) };
  }

  private markOf(value: number, mask: number) {
    return { value: Number(BigInt(value) & BigInt(mask)), mask };
  }

  private match(): Match {
    const { dice, family } = this;
    const negate = dice.in100(20) ? { negate: true } : {};
    const first = dice.one(PORTS);
    const range = { first, last: first + dice.one([0, 0, 0, 1, 10]) };
    const icmp =
      family === 'ipv4' ? { protocol: 'icmp', type: dice.one([0, 8]) } : { protocol: 'ipv6-icmp', type: dice.one([128, 129, 135, 136]) };
    switch (dice.below(19)) {
      case 0:
      case 1:
      case 2:
        return { kind: dice.one(['in-interface', 'out-interface'] as const), name: dice.one(this.names), ...negate };
      case 3:
        return { kind: dice.one(['in-interface', 'out-interface'] as const), name: dice.one(['br-', 'e']), prefix: true, ...negate };
      case 4:
        return { kind: 'interface-list', which: dice.one(['in', 'out'] as const), names: dice.some(this.names), ...negate };
      case 5:
      case 6:
      case 7:
        return { kind: dice.one(['source', 'destination'] as const), block: dice.one(this.blocks), ...negate };
      case 8:
        return { kind: 'protocol', protocol: dice.one(['tcp', 'udp', icmp.protocol as 'icmp']), ...negate };
      case 9:
        return { kind: dice.one(['destination-port', 'destination-port', 'source-port'] as const), ...range, ...negate };
      case 10:
        return {
          kind: 'port-list',
          which: dice.one(['source', 'destination', 'either'] as const),
          ranges: [[range.first, range.last] as const, [443, 443] as const],
          ...negate,
        };
      case 11:
        return { kind: 'icmp-type', type: icmp.type, ...negate };
      case 12:
        return {
          kind: 'tcp-flags',
          mask: dice.one([['SYN', 'ACK'], ['SYN'], ['FIN', 'SYN', 'RST', 'ACK']] as const),
          set: ['SYN'],
          ...negate,
        };
      case 13:
      case 14: {
        const states = dice.one([
          ['NEW'],
          ['ESTABLISHED', 'RELATED'],
          ['INVALID'],
          ['DNAT'],
          ['SNAT'],
          ['UNTRACKED'],
          ['NEW', 'DNAT'],
        ] as const);
        return { kind: 'ct-state', states, ...negate };
      }
      case 15:
        return dice.in100(50)
          ? { kind: 'ct-direction', direction: dice.one(['original', 'reply'] as const) }
          : { kind: 'ct-original', ...(dice.in100(60) && { address: dice.one(this.addresses) }), ...(dice.in100(60) && range) };
      case 16:
        return {
          kind: 'address-type',
          of: dice.one(['source', 'destination'] as const),
          type: dice.one(['local', 'unicast'] as const),
          ...negate,
        };
      case 17:
        return { kind: 'mark', ...this.markOf(dice.one([0, 1, 2, 0x80000000]), dice.one([0xffffffff, 0x80000003, 1])), ...negate };
      default:
        return this.inSet(negate);
    }
  }

  private inSet(negate: { negate?: boolean }): Match {
    const { dice } = this;
    const end = () => dice.one(['src', 'dst'] as const);
    return dice.one<Match>([
      { kind: 'in-set', set: 'pairs', ...negate },
      { kind: 'in-set', set: 'pairs', fields: [end(), end(), end()], ...negate },
      { kind: 'in-set', set: 'nets', fields: [end()], ...negate },
      { kind: 'in-set', set: 'links', fields: [end(), end()], ...negate },
      { kind: 'limit', amount: 1, per: 'second', burst: 1 },
    ]);
  }

  private sets(): RuleSet[] {
    const { dice } = this;
    return [
      {
        name: 'pairs',
        elements: dice.times(4, () => {
          const first = dice.one(PORTS);
          return {
            source: dice.one(this.addresses),
            protocol: dice.one(['tcp', 'udp'] as const),
            first,
            last: first + dice.below(12),
            destination: dice.one(this.addresses),
            origin: '',
          };
        }),
      },
      { name: 'nets', blocks: dice.some(this.blocks, 20) },
      { name: 'links', links: dice.times(3, () => ({ block: dice.one(this.blocks), interface: dice.one(this.names) })) },
      { name: 'recent', seconds: 60 },
    ];
  }
}
