import { NameLine } from './name-line';
import { type Box, type BoxContext, boxesOf, meetBox, subtractBox } from './packet-box';
import type { HostChain, HostRules } from '../../firewall/private/host-rules';
import type { Rule, Verdict } from '../../firewall/private/ir';

/** A rule that no packet can meet, since the rules before it in the chain take all of them. */
export interface Shadowed {
  readonly chain: HostChain;
  readonly index: number;
  /** The rules before it that together take its packets, by their place in the chain; as few as a walk from the top finds. */
  readonly by: readonly number[];
  /** Whether one of them decides differently: then the rule was meant to have an effect that it does not have. */
  readonly differs: boolean;
}

/** With more pieces than this, the question stays open: the rule then counts as effective. */
const MOST_PIECES = 2_000;

/** Dead rules of one family. Only what is certain: rates and unknown matches neither shadow other rules nor count as narrower than they may be. */
export function shadowedRules(rules: HostRules): Shadowed[] {
  const all = rules.chains.flatMap((chain) => chain.rules);
  const context: BoxContext = { interfaces: NameLine.ofInterfaces(all), sets: new Map(rules.sets.map((set) => [set.name, set])) };
  return rules.chains.flatMap((chain) => shadowedIn(chain, context));
}

function shadowedIn(chain: HostChain, context: BoxContext): Shadowed[] {
  const before: { readonly index: number; readonly boxes: readonly Box[]; readonly rule: Rule }[] = [];
  const result: Shadowed[] = [];
  chain.rules.forEach((rule, index) => {
    const { surely, perhaps } = boxesOf(rule, context);
    const by = perhaps.length === 0 ? [] : coveredBy(perhaps, before);
    if (by !== undefined && perhaps.length > 0) {
      result.push({
        chain,
        index,
        by: by.map((cover) => cover.index),
        differs: by.some((cover) => !sameVerdict(cover.rule.verdict, rule.verdict)),
      });
    } else if (isFinal(rule.verdict)) {
      before.push({ index, boxes: surely, rule });
    }
  });
  return result;
}

function coveredBy<T extends { readonly boxes: readonly Box[] }>(boxes: readonly Box[], before: readonly T[]): T[] | undefined {
  let left = boxes;
  const used: T[] = [];
  for (const cover of before) {
    const touching = cover.boxes.filter((box) => left.some((piece) => meetBox(piece, box) !== undefined));
    if (touching.length === 0) continue;
    used.push(cover);
    for (const box of touching) {
      left = left.flatMap((piece) => subtractBox(piece, box));
      if (left.length > MOST_PIECES) return undefined;
    }
    if (left.length === 0) return used;
  }
  return undefined;
}

/** Whether a packet that meets the rule never reaches the next rule of the chain. */
function isFinal({ kind }: Verdict): boolean {
  return ['accept', 'drop', 'reject', 'return', 'goto', 'dnat', 'redirect', 'snat', 'masquerade'].includes(kind);
}

function sameVerdict(a: Verdict, b: Verdict): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
