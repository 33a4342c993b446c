import * as fs from 'node:fs';
import type { FirewallFinding } from './firewall-finding';
import { FirewallReview } from './firewall-review';
import { given, InputError } from './input-error';
import { EngineVersion } from '../engine/engine-version';
import type { Step } from '../private/step';
import type { Lack } from './private/host/archive';
import { readDump } from './private/host/dump';
import type { HostText, HostTexts } from './private/host/host-texts';
import { hostOf } from './private/host/intake-host';
import type { ReviewedRules } from './private/review/scene';
import { parseNftJson } from '../firewall/private/nft-text/parse-nft-json';

/** What the rules of a host do, by a file. */
export interface Reviewed {
  readonly engine: string;
  readonly findings: readonly FirewallFinding[];
  /** Of the rules, what the file does not tell. */
  readonly lacks: readonly Lack[];
  readonly sarif: string;
}

/** What a review reads. */
const RULES: readonly string[] = ['iptables', 'ip6tables', 'iptables-legacy', 'ip6tables-legacy', 'ipset', 'engine'];

/**
 * Reviews the rules that a file has: the archive of `bulkhead collect`, or what `iptables-save`, `iptables -S` or `iptables -L -n -v` printed.
 * @param version of the engine, where the file does not tell it
 * @throws InputError
 */
export function reviewOf(file: string, version?: string, step?: Step): Reviewed {
  if (!fs.existsSync(file)) throw new InputError(`${file} does not exist; 'bulkhead collect' prints the program that makes one`);
  const { texts, lacks } = readDump(fs.readFileSync(file, 'utf8'));
  const told = version ?? texts.engine?.trim();
  if (told === undefined) throw new InputError(`${file} does not tell the version of the engine; add --engine, such as --engine 28.5`);
  const { iptables } = texts;
  if (iptables === undefined || iptables.trim() === '') {
    throw new InputError(`${file} has no IPv4 rules of iptables: ${lacks.find(({ of }) => of === 'iptables')?.why ?? 'iptables-save prints none'}; a review is about these`); // prettier-ignore
  }
  const engine = given(() => EngineVersion.of(told));
  const known = { ...(WHOLE.every((name) => texts[name]?.trim()) && hostBeside(texts)), ...(step && { step }) };
  const review = given(() =>
    FirewallReview._of(
      {
        engine,
        ipv4Rules: withRemark(iptables, 'iptables-legacy', texts['iptables-legacy']),
        ...(texts.ip6tables?.trim() && { ipv6Rules: withRemark(texts.ip6tables, 'ip6tables-legacy', texts['ip6tables-legacy']) }),
        ...(texts.ipset !== undefined && { sets: texts.ipset }),
      },
      known,
    ),
  );
  const isKnown = (of: string) => !RULES.includes(of) || (of === 'engine' && version !== undefined);
  const legacy = (['iptables-legacy', 'ip6tables-legacy'] as const).filter((of) => texts[of]?.trim());
  return {
    engine: engine.version,
    findings: review.findings,
    lacks: [
      ...lacks.filter(({ of }) => !isKnown(of)),
      ...legacy.map((of): Lack => ({ of, why: 'the review does not read legacy tables beside those of nf_tables' })),
    ],
    sarif: review.toSarif(),
  };
}

/** What a text has to tell, so that the review is about this host, and not about any with its rules. */
const WHOLE: readonly HostText[] = ['addresses', 'routes-ipv4', 'docker-networks', 'docker-containers'];

function hostBeside(texts: HostTexts): Pick<ReviewedRules, 'host' | 'native'> {
  const native = texts.nft?.trim() ? { ipv4: parseNftJson(texts.nft, 'ipv4'), ipv6: parseNftJson(texts.nft, 'ipv6') } : undefined;
  return { host: hostOf(texts), ...(native && { native }) };
}

/** The remark that iptables itself makes, where legacy tables beside these have rules, or a policy that drops. */
function withRemark(rules: string, name: string, legacy = ''): string {
  return /^(-A |:\S+ DROP)/m.test(legacy) ? `# Warning: ${name} tables present, use ${name}-save to see them\n${rules}` : rules;
}
