// What `explain` names decides: without it the same packet has another answer. `BULKHEAD_FLIPS` says of how many packets of each kind, `BULKHEAD_PROPERTY_SEED`
// which hosts and programs.
import { HostQuestions } from '../../src/intake/host-questions';
import { InputError } from '../../src/intake/input-error';
import type { HostTexts } from '../../src/intake/private/host/host-texts';
import { hostOf } from '../../src/intake/private/host/intake-host';
import type { Explanation } from '../../src/reachability/explanation';
import { textsOf } from '../intake/host-texts';
import { Random } from '../integ/harness/generate';
import { rulesFor, type Site, type WrittenStyle } from '../integ/harness/hosts-rules';
import { SavedRules } from '../support/saved-rules';

const COUNT = Number(process.env.BULKHEAD_FLIPS ?? 8);
const SEED = Number(process.env.BULKHEAD_PROPERTY_SEED ?? 20261201);

// Its tables of nftables are those of iptables again.
const TEXTS: HostTexts = { ...textsOf('docker-28.5'), nft: '{"nftables": []}' };
const BRIDGES = ['docker0', 'br-f8523169a1a4', 'br-c0fbd79b426f', 'six'];
const SITE: Site = {
  uplinks: ['eth0', 'eth1'],
  bridges: BRIDGES,
  outsiders: ['192.0.2.20', '198.51.100.20', '203.0.113.7'],
  outsiders6: ['2001:db8:1::20', '2001:db8:ffff::7'],
  containers: ['172.17.0.2', '172.18.0.2', '172.19.0.2', '10.9.0.2'].map((address, i) => ({ address, bridge: BRIDGES[i] })),
  guest: '10.77.0.9',
  handBridge: 'br-hand',
  ports: [80, 443, 5432, 8080, 8443],
  hasUserChain: true,
  hasUserChain6: false,
};
const STYLES: readonly WrittenStyle[] = ['hand', 'ufw-like', 'firewalld-like', 'fail2ban-like'];
const BY_FAMILY = { ipv4: 'iptables', ipv6: 'ip6tables' } as const;

function drawnTexts(random: Random, style: WrittenStyle): HostTexts {
  const { ipv4, ipv6, sets } = rulesFor(random, style, SITE);
  return {
    ...TEXTS,
    iptables: new SavedRules(TEXTS.iptables!).with(ipv4).text,
    ip6tables: new SavedRules(TEXTS.ip6tables!).with(ipv6).text,
    ...(sets !== '' && { ipset: sets }),
  };
}

interface Named {
  readonly table: string;
  readonly chain: string;
  /** Undefined for the policy. */
  readonly number?: number;
}

/** The rules and policies that the sentence names, in its order. */
function namedIn({ summary }: Explanation): Named[] {
  const pattern = /\b(raw|mangle|nat|filter|security) (\S+)(?: rule (\d+))?(?= \((?:the policy of|-A) | lets it through: )/g;
  return [...summary.matchAll(pattern)].map(([, table, chain, number]) => ({ table, chain, ...(number && { number: Number(number) }) }));
}

function without(texts: HostTexts, family: 'ipv4' | 'ipv6', named: readonly Named[]): HostTexts {
  const name = BY_FAMILY[family];
  const last = [...named].sort((a, b) => (b.number ?? 0) - (a.number ?? 0));
  const left = last.reduce(
    (rules, { table, chain, number }) => (number === undefined ? rules.turned(table, chain) : rules.without(table, chain, number)),
    new SavedRules(texts[name]!),
  );
  return { ...texts, [name]: left.text };
}

function questionAt(random: Random): [string, string, string] {
  const ends = ['web', 'plain', 'db', 'side', 'host', '192.0.2.20', '203.0.113.7', 'outside:eth0', '2001:db8:1::20'];
  const places = [...SITE.containers.map(({ address }) => address), '192.0.2.10', '192.0.2.11', '172.18.0.1', '192.0.2.20', '203.0.113.7', 'fd09::2', '2001:db8:1::10']; // prettier-ignore
  const ports = ['80', '443', '5432', '8080', '8443', 'udp/90', 'udp/9090', '22', '7121', 'ping'];
  return [random.pick(ends), random.pick(places), random.pick(ports)];
}

function asked(texts: HostTexts, [source, to, port]: readonly [string, string, string]): Explanation | undefined {
  try {
    return new HostQuestions(hostOf(texts)).explain(source, to, port);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

test('on a host, a packet is no longer dropped, or no longer delivered, without what explain names, and with a part of it nothing changes', () => {
  const counts = { DELIVERED: 0, DROPPED: 0, several: 0, ipv6: 0, policy: 0 };
  const wrong: string[] = [];
  for (let i = 0; counts.DELIVERED < COUNT || counts.DROPPED < COUNT; i++) {
    const random = new Random(`${SEED} ${i}`);
    const texts = drawnTexts(random, STYLES[i % STYLES.length]);
    const question = questionAt(random);
    const before = asked(texts, question);
    const named = before === undefined ? [] : namedIn(before);
    if (before === undefined || named.length === 0 || (before.disposition !== 'DELIVERED' && before.disposition !== 'DROPPED')) continue;
    if (counts[before.disposition] >= COUNT) continue;
    counts[before.disposition]++;
    if (named.length > 1) counts.several++;
    if (named.some(({ number }) => number === undefined)) counts.policy++;
    const family = question[1].includes(':') ? 'ipv6' : 'ipv4';
    if (family === 'ipv6') counts.ipv6++;
    const after = asked(without(texts, family, named), question)!;
    const isOpened = after.disposition === 'DELIVERED' || before.remedy.includes('it would still not be sure to arrive');
    if (after.disposition === before.disposition || (before.disposition === 'DROPPED' && !isOpened)) {
      wrong.push(`${question.join(' ')}: ${before.summary}\n  ${before.remedy}\n  without: ${after.summary}`);
    }
    const part = asked(without(texts, family, named.slice(0, -1)), question)!;
    if (named.length > 1 && part.disposition !== before.disposition) {
      wrong.push(`${question.join(' ')}: ${before.summary}\n  too many: ${part.summary}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(Math.min(counts.several, counts.policy)).toBeGreaterThan(0);
  if (process.env.BULKHEAD_FLIPS !== undefined) console.log(JSON.stringify(counts));
});
