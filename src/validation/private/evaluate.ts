import { BaselineEntry, inBaseline } from './baseline';
import { META } from './meta-rules';
import type { Resource } from './view';
import { compareKeys } from '../../addressing/private/allocation';
import { addTo, groupBy } from '../../private/multimap';
import { readable } from '../../private/readable';
import { type Finding, FindingState } from '../finding';
import type { Rule, Violation } from '../rule';
import { Severity } from '../severity';

/** An accepted finding. */
export interface Suppression {
  readonly path: string;
  readonly ruleId: string;
  readonly reason: string;
  /** Detail of the findings; a star at the end matches any ending. */
  readonly detail: string;
  readonly inherited: boolean;
  readonly expires?: string;
  readonly ticket?: string;
  /** From a reason in the props of a construct: it is never stale. */
  readonly isImplied?: boolean;
}

/** Looks at every construct of the stack. */
export const EVERYWHERE = (): boolean => true;

/** A rule as the packs of a stack want it. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly severity: Severity;
  /** Whether a construct of that path is looked at. */
  readonly covers: (path: string) => boolean;
}

/** How often a rule said what. */
export interface RuleTally {
  readonly ruleId: string;
  readonly compliant: number;
  readonly violated: number;
  readonly unknown: number;
  readonly notApplicable: number;
}

export interface Evaluation {
  /** Heaviest first, then by path. */
  readonly findings: readonly Finding[];
  readonly tallies: readonly RuleTally[];
}

export interface EvaluationInput {
  readonly resources: readonly Resource[];
  readonly rules: readonly ActiveRule[];
  readonly suppressions: readonly Suppression[];
  readonly baseline: readonly BaselineEntry[];
  /** Such as `2026-11-21`, in UTC. */
  readonly today: string;
}

/** The findings of all rules on all resources. A function only of its input: neither the order of resources nor that of rules affects it. */
export function evaluate(input: EvaluationInput): Evaluation {
  const found: Finding[] = [];
  const asked = input.rules
    .map((active) => ({ active, tally: newTally(active.rule) }))
    .sort((a, b) => compareKeys(a.tally.ruleId, b.tally.ruleId));
  const byType = new Map<string, typeof asked>();
  for (const one of asked) for (const type of one.active.rule.resourceTypes) addTo(byType, type, one);
  // All rules on one resource, then the next: in the opposite order, the JavaScript engine would optimize the loop for each rule in turn, and then
  // discard that. The order is that of the findings: sorting an already sorted list is fast.
  for (const resource of [...input.resources].sort((a, b) => compareKeys(a.path, b.path))) {
    for (const { active, tally } of byType.get(resource.resourceType) ?? []) {
      if (active.covers(resource.path)) tally[ask(active, resource, found)]++;
    }
  }
  const used = new Set<Suppression>();
  const suppressions = groupBy(input.suppressions, ({ ruleId }) => ruleId);
  const told = unique(found).map((finding) => accepted(finding, input, suppressions.get(finding.ruleId) ?? [], used));
  const stale = input.suppressions.flatMap((suppression) => staleness(suppression, input, used, told));
  return { findings: byWeight([...told, ...stale]), tallies: asked.map(({ tally }) => tally) };
}

type State = Exclude<keyof RuleTally, 'ruleId'>;

function newTally({ ruleId }: Rule): { ruleId: string } & Record<State, number> {
  return { ruleId, compliant: 0, violated: 0, unknown: 0, notApplicable: 0 };
}

/** The statistics, with the findings added to the rest. */
function ask({ rule, severity }: ActiveRule, resource: Resource, found: Finding[]): State {
  if (resource.unknown.size > 0) resource.unknown.clear();
  try {
    if (!rule.appliesTo(resource)) return 'notApplicable';
    const violations = rule.check(resource);
    if (violations.length > 0) {
      found.push(...violations.map((violation) => findingOf(rule, severity, resource, violation)));
      return 'violated';
    }
    if (resource.unknown.size === 0) return 'compliant';
    if (severity === Severity.ERROR) found.push(...unknownOf(rule, resource));
  } catch (error) {
    const message = `${rule.ruleId} (${rule.title}) failed, so it did not check this resource: ${error instanceof Error ? error.message : String(error)}`;
    found.push(findingOf(META.failed, META.failed.severity, resource, { detail: rule.ruleId, message }));
  }
  return 'unknown';
}

function unknownOf(rule: Rule, resource: Resource): Finding[] {
  return [...resource.unknown].sort().map((attribute) =>
    findingOf(META.unknown, META.unknown.severity, resource, {
      detail: `${rule.ruleId} ${attribute}`,
      message: `'${attribute}' is known only to Terraform, so the synth cannot check ${rule.ruleId} (${rule.title})`,
    }),
  );
}

function findingOf(rule: Rule, severity: Severity, { path, address }: { path: string; address: string }, violation: Violation): Finding {
  return {
    ruleId: rule.ruleId,
    title: rule.title,
    severity: violation.severity === undefined ? severity : weightOf(violation.severity, rule.severity, severity),
    path,
    address,
    detail: violation.detail,
    message: readable(violation.message),
    fix: rule.fix,
    cisControls: rule.cisControls,
    state: FindingState.OPEN,
  };
}

/** A pack that changes the severity of a rule changes it for all of its findings. */
function weightOf(ofFinding: Severity, ofRule: Severity, wanted: Severity): Severity {
  return wanted === ofRule ? ofFinding : wanted;
}

/** One of each. Resources with the same path may cause the same finding, and the heaviest counts. */
function unique(findings: Finding[]): Finding[] {
  const sorted = findings.sort((a, b) => byPlace(a, b) || WEIGHTS.indexOf(a.severity) - WEIGHTS.indexOf(b.severity) || compareKeys(a.address, b.address)); // prettier-ignore
  return sorted.filter((finding, index) => index === 0 || byPlace(sorted[index - 1], finding) !== 0);
}

/** @param suppressions those of the rule */
function accepted(finding: Finding, input: EvaluationInput, suppressions: readonly Suppression[], used: Set<Suppression>): Finding {
  if (suppressions.length === 0 && input.baseline.length === 0) return finding;
  const matching = suppressions.filter((suppression) => matches(suppression, finding));
  matching.forEach((suppression) => used.add(suppression));
  const holding = matching.find((suppression) => !expired(suppression, input.today));
  if (holding !== undefined && isSuppressible(finding.ruleId, input.rules)) {
    const { reason, ticket, expires } = holding;
    return {
      ...finding,
      state: FindingState.SUPPRESSED,
      reason,
      ...(ticket !== undefined && { ticket }),
      ...(expires !== undefined && { expires }),
    };
  }
  return inBaseline(input.baseline, finding) && isSuppressible(finding.ruleId, input.rules)
    ? { ...finding, state: FindingState.BASELINE }
    : finding;
}

function isSuppressible(ruleId: string, rules: readonly ActiveRule[]): boolean {
  return ruleOf(ruleId, rules)?.suppressible ?? true;
}

function ruleOf(ruleId: string, rules: readonly ActiveRule[]) {
  return rules.find((active) => active.rule.ruleId === ruleId)?.rule ?? Object.values(META).find((meta) => meta.ruleId === ruleId);
}

function matches({ path: at, detail: wanted, inherited }: Suppression, { path, detail }: Finding): boolean {
  const named = wanted.endsWith('*') ? detail.startsWith(wanted.slice(0, -1)) : detail === wanted;
  // The resource that a construct is made of has one of these two names below it.
  const here = path === at || path === `${at}/Resource` || path === `${at}/Default`;
  return named && (here || (inherited && (at === '' || path.startsWith(`${at}/`))));
}

function expired({ expires }: Suppression, today: string): boolean {
  return expires !== undefined && expires < today;
}

function staleness(
  suppression: Suppression,
  { today, rules }: EvaluationInput,
  used: ReadonlySet<Suppression>,
  told: readonly Finding[],
): Finding[] {
  const { ruleId, detail, path, expires, reason } = suppression;
  if (suppression.isImplied) return [];
  const what = `the suppression of ${ruleId}${detail === '*' ? '' : ` '${detail}'`} ("${reason}")`;
  const problem = !isSuppressible(ruleId, rules)
    ? `${what} has no effect: findings of this rule cannot be suppressed`
    : expired(suppression, today)
      ? `${what} expired after ${expires}: review the finding, then give it a new reason and a new expiry date, or remove it`
      : used.has(suppression)
        ? undefined
        : ruleOf(ruleId, rules) === undefined
          ? `${what} matched no finding, since no rule pack of this stack has the rule`
          : `${what} matched no finding${elsewhere(suppression, told)}`;
  return problem === undefined
    ? []
    : [findingOf(META.suppression, META.suppression.severity, { path, address: '' }, { detail: `${ruleId} ${detail}`, message: problem })];
}

/** The findings that a suppression may have been meant for: below it, or at the same place by another name. */
function elsewhere(suppression: Suppression, told: readonly Finding[]): string {
  const open = told.filter(({ ruleId, state }) => ruleId === suppression.ruleId && state === FindingState.OPEN);
  const below = open.find((finding) => matches({ ...suppression, inherited: true }, finding));
  if (below !== undefined) return `, but '${below.path}' below it has one: add 'inherited: true', or suppress it there`;
  const here = open.find((finding) => matches({ ...suppression, detail: '*', inherited: true }, finding));
  return here === undefined ? '' : `, but '${here.path}' has one with the detail '${here.detail}': write that as 'detail'`;
}

const WEIGHTS = [Severity.ERROR, Severity.WARNING, Severity.INFO];

/** Those of one weight are nearly in order when they come. */
function byWeight(findings: readonly Finding[]): Finding[] {
  return WEIGHTS.flatMap((wanted) => findings.filter(({ severity }) => severity === wanted).sort(byPlace));
}

function byPlace(a: Finding, b: Finding): number {
  return (
    compareKeys(a.path, b.path) || compareKeys(a.ruleId, b.ruleId) || compareKeys(a.detail, b.detail) || compareKeys(a.message, b.message)
  );
}
