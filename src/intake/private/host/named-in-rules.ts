import { isInside } from '../../../firewall/private/blocks';
import type { HostChain, HostRules } from '../../../firewall/private/host-rules';
import type { Match, Rule } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

type Of<K extends Match['kind']> = Extract<Match, { readonly kind: K }>;

export function chainOf(rules: HostRules, table: string, name: string): HostChain | undefined {
  return rules.chains.find((chain) => chain.table === table && chain.name === name);
}

/** The matches of a kind that are not negated. */
export function positive<K extends Match['kind']>({ matches }: Pick<Rule, 'matches'>, kind: K): Of<K>[] {
  return matches.filter((match): match is Of<K> => match.kind === kind && !('negate' in match && match.negate === true));
}

/** The matches of a kind that are negated. */
export function negative<K extends Match['kind']>({ matches }: Pick<Rule, 'matches'>, kind: K): Of<K>[] {
  return matches.filter((match): match is Of<K> => match.kind === kind && 'negate' in match && match.negate === true);
}

/** Chains that some generation of Docker has; other names that begin so are of people. */
const ENGINE_CHAIN = /^DOCKER(-(USER|FORWARD|CT|BRIDGE|INTERNAL|INGRESS|ISOLATION(-STAGE-[12])?))?$/;
export const isEngineChain = (name: string): boolean => ENGINE_CHAIN.test(name);

/** Names of bridges that Docker's own lines name, in the order of the text. */
export function bridgesIn(rules: HostRules): string[] {
  const names = new Set<string>();
  for (const { table, name, rules: lines } of rules.chains) {
    for (const rule of lines) bridgeOfLine(table, name, rule).forEach((bridge) => names.add(bridge));
  }
  return [...names];
}

function bridgeOfLine(table: string, chain: string, rule: Rule): string[] {
  const at = (kind: 'in-interface' | 'out-interface') =>
    rule.matches.flatMap((match) => (match.kind === kind && match.prefix !== true && match.name !== 'lo' ? [match.name] : []));
  const names = () => [...at('in-interface'), ...at('out-interface')];
  const { verdict } = rule;
  if (table === 'filter' && isEngineChain(chain) && chain !== 'DOCKER-USER') {
    // Of a trusted interface of 28.2 nothing stands here; `bridge-accept-fwmark` names none.
    return names();
  }
  if (table === 'filter' && chain === 'FORWARD' && verdict.kind === 'jump' && verdict.chain === 'DOCKER') return at('out-interface');
  const [outside] = negative(rule, 'out-interface');
  if (table === 'nat' && chain === 'POSTROUTING' && outside !== undefined && positive(rule, 'source').length === 1) {
    // A tunnel of another program may be written in the same way.
    return /^(docker|br-)/.test(outside.name) ? [outside.name] : [];
  }
  if (table === 'nat' && chain === 'DOCKER') {
    return verdict.kind === 'return' ? at('in-interface') : negative(rule, 'in-interface').map(({ name }) => name);
  }
  const isDirect = table === 'raw' && chain === 'PREROUTING' && verdict.kind === 'drop' && positive(rule, 'destination').length === 1;
  return isDirect ? negative(rule, 'in-interface').flatMap(({ name }) => (name === 'lo' ? [] : [name])) : [];
}

/** Blocks of a bridge, by the lines that translate what leaves it or wall it in. */
export function blocksOf(rules: HostRules, bridge: string): { readonly block?: string; readonly isInternal: boolean } {
  const left = (chainOf(rules, 'nat', 'POSTROUTING')?.rules ?? []).flatMap((rule) =>
    negative(rule, 'out-interface').some(({ name }) => name === bridge) ? positive(rule, 'source').map(({ block }) => block) : [],
  );
  const walls = ['DOCKER-ISOLATION-STAGE-1', 'DOCKER-INTERNAL']
    .flatMap((name) => chainOf(rules, 'filter', name)?.rules ?? [])
    .filter(({ verdict }) => verdict.kind === 'drop')
    .flatMap((rule) =>
      positive(rule, 'out-interface').some(({ name }) => name === bridge) ? negative(rule, 'source').map(({ block }) => block) : [],
    );
  return { block: left[0] ?? walls[0], isInternal: walls.length > 0 };
}

/** All addresses or blocks that rules name at one end. */
export function blocksNamed(rules: HostRules, kind: 'source' | 'destination'): string[] {
  return rules.chains.flatMap(({ rules: lines }) =>
    lines.flatMap(({ matches }) => matches.flatMap((match) => (match.kind === kind ? [match.block] : []))),
  );
}

/** Addresses that rules take for the host's own: those of publications, and those that INPUT is asked for. */
export function ownAddressesIn(rules: HostRules, blocks: readonly string[]): string[] {
  const named = rules.chains.flatMap(({ table, name, rules: lines }) =>
    lines.flatMap((rule) => {
      const ends = positive(rule, 'destination').map(({ block }) => block);
      const original = positive(rule, 'ct-original').flatMap(({ address }) => address ?? []);
      // What comes in from the LAN is for the host, or for a guest of it.
      const comesIn = positive(rule, 'in-interface').some(({ name: from }) => from !== 'lo' && !INNER.test(from));
      const isAsked = (table === 'nat' && rule.verdict.kind === 'dnat') || (table === 'filter' && (comesIn || /input/i.test(name)));
      return [...(isAsked ? ends : []), ...original];
    }),
  );
  const single = rules.family === 'ipv4' ? '/32' : '/128';
  return [...new Set(named.map((text) => text.replace(single, '')))].filter(
    (text) => !text.includes('/') && isUnicast(rules.family, text) && !blocks.some((block) => isInside(text, block)),
  );
}

function isUnicast(family: Family, address: string): boolean {
  return family === 'ipv4'
    ? !['127.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', '0.0.0.0/8'].some((block) => isInside(address, block))
    : !['::/127', 'ff00::/8', 'fe80::/10'].some((block) => isInside(address, block));
}

/** Interfaces other than bridges of Docker that rules name, in the order of the text; those that look like a way to the world come first. */
export function outsidesIn(all: readonly HostRules[], bridges: ReadonlySet<string>): string[] {
  const names = all.flatMap(({ chains }) =>
    chains.flatMap(({ rules }) =>
      rules.flatMap(({ matches }) =>
        matches.flatMap((match) =>
          (match.kind === 'in-interface' || match.kind === 'out-interface') && match.name !== ''
            ? [match.prefix ? `${match.name}0`.slice(0, 15) : match.name]
            : [],
        ),
      ),
    ),
  );
  const others = [...new Set(names)].filter((name) => name !== 'lo' && !bridges.has(name) && !INNER.test(name));
  const rank = (name: string) => (WIRE.test(name) ? 0 : TUNNEL.test(name) ? 2 : 1);
  return [0, 1, 2].flatMap((wanted) => others.filter((name) => rank(name) === wanted));
}

/** Interfaces that lead to guests of the host, whatever their number: bridges of other programs, and of networks that Docker no longer has. */
export const INNER = /^(veth|br-|bh-|docker|virbr|vnet|lxc|lxd|cni|cali|flannel|podman|cbr|kube|dummy|ifb)/;
/** Interfaces that a host has with and without a connection. */
export const isWire = (name: string): boolean => WIRE.test(name) && !/^(ppp|ww|usb)/.test(name);
const WIRE = /^(eth|en|wl|ww|bond|team|ppp|venet|ib|usb|lan|wan)/;
/** Interfaces behind which are clients of the host, and not the world. */
export const TUNNEL = /^(wg|tun|tap|tailscale|zt|utun|ipsec|vti|gre)/;
