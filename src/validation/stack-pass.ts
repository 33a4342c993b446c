import * as fs from 'fs';
import * as path from 'path';
import { AnnotationMetadataEntryType, App, type ISynthesisSession, Manifest, TerraformStack } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { type Finding, FindingState } from './finding';
import { type BaselineEntry, parseBaseline, serializeBaseline } from './private/baseline';
import { type ActiveRule, type Evaluation, evaluate, EVERYWHERE, type Suppression } from './private/evaluate';
import { mergeActive } from './private/merge-active';
import { META } from './private/meta-rules';
import { stackView } from './private/stack-view';
import type { Subject } from './private/subject';
import { Severity } from './severity';
import { Suppressions } from './suppressions';
import { ValidationSettings, type ValidationSettingsProps } from './validation-settings';
import { AddressBook } from '../addressing/address-book';
import { aspectOnApp, constructAt, handOver, hasCustomSynthesis, onStackWritten, notesIn, warningsIn } from '../private/cdktf-hooks';
import { Slot } from '../private/slot';
import { tell } from '../private/tell';
import { renderReports } from './private/report/render-reports';
import { countsOf, countsText } from './private/report/report';

/** What the pass needs of a pack. */
interface Pack {
  readonly packName: string;
  readonly _without: ReadonlyMap<string, string>;
  _active(covers: (path: string) => boolean): ActiveRule[];
}

const PASS = new Slot<StackPass>('stack-pass');

/**
 * The one check of a stack, shared by its packs.
 *
 * Rendering a stack is more than half of a synth, so it is done once here, and what was checked is what cdktf then writes.
 */
export class StackPass {
  public static of(stack: TerraformStack): StackPass {
    return PASS.get(stack) ?? new StackPass(stack);
  }

  public static isChecked(stack: TerraformStack): boolean {
    return PASS.get(stack)?.hasRun ?? false;
  }

  private readonly packs = new Map<Pack, string[]>();
  private readonly sources: (() => Subject[])[] = [];
  private defaultPack: (() => Pack) | undefined;
  private json: unknown;
  private written: { evaluation: Evaluation; rules: ActiveRule[]; packs: Pack[] } | undefined;
  private hasRun = false;
  private isToldElsewhere = false;
  private isInstalled = false;

  private constructor(private readonly stack: TerraformStack) {
    PASS.set(stack, this);
  }

  /** Has a pack check a path and everything below it. */
  public attach(pack: Pack, scope: string): void {
    this.install();
    const scopes = this.packs.get(pack) ?? [];
    if (!scopes.some((above) => isWithin(scope, above))) {
      this.packs.set(pack, [...scopes, scope]);
    }
  }

  /** The default pack of stacks with constructs of Bulkhead; one of the same name that a user adds to the stack replaces it. */
  public useDefault(pack: () => Pack): void {
    this.install();
    this.defaultPack ??= pack;
  }

  /** Has the rules check something other than a Terraform resource. */
  public addSubjects(source: () => Subject[]): void {
    this.sources.push(source);
  }

  /** Another line on the console has the number of findings. */
  public toldElsewhere(): void {
    this.isToldElsewhere = true;
  }

  /** How many findings there are, such as `0 errors, 1 warning, 2 notes`; undefined where no rule looked. */
  public get countsText(): string | undefined {
    return this.written && countsText(countsOf(this.written.evaluation.findings));
  }

  /** What one pack finds below a path, without a synth. */
  public findings(pack: Pack, scope: string): Finding[] {
    const covers = (wanted: string) => isWithin(wanted, scope);
    const { subjects, json } = this.look();
    const { findings } = this.evaluate(json, subjects, mergeActive(pack._active(covers)), this.settings(), []);
    return findings.filter((finding) => covers(finding.path));
  }

  /** A question for findings must not make the stack one that is checked at synth. */
  private install(): void {
    if (this.isInstalled) return;
    this.isInstalled = true;
    const { stack } = this;
    stack.node.addValidation({ validate: () => this.validate() });
    const write = (session: ISynthesisSession) => {
      this.tellWarnings();
      if (this.written !== undefined) {
        const folder = this.writeReports(path.join(session.outdir, session.manifest.forStack(stack).workingDirectory));
        if (!this.isToldElsewhere) this.tellCounts(folder);
        handOver(stack, this.json);
      }
    };
    // A construct can have only one such hook; if the stack's own is in use, a child reports it, while other code may still render the stack.
    if (hasCustomSynthesis(stack)) {
      onStackWritten(new Construct(stack, 'BulkheadReports'), write);
    } else {
      onStackWritten(stack, write);
    }
    watchApp(stack);
  }

  private validate(): string[] {
    // An author who excludes every rule has given a reason; such a stack was not forgotten.
    this.hasRun = true;
    const active = this.activePacks();
    const rules = mergeActive(active.flatMap(({ pack, scopes }) => pack._active(this.coverOf(scopes))));
    if (rules.length === 0) return [];
    const settings = this.settings();
    const problems: string[] = [];
    const { subjects, json } = this.look();
    this.json = json;
    const evaluation = this.evaluate(json, subjects, rules, settings, problems);
    this.written = { evaluation, rules, packs: active.map(({ pack }) => pack) };
    const onApp = aspectOnApp(this.stack);
    // A Bulkhead daemon reports it itself.
    if (this.sources.length === 0) problems.push(...onApp);
    const open = evaluation.findings.filter(({ state }) => state === FindingState.OPEN);
    if (writesBaseline(settings)) {
      writeBaseline(settings.baselineFile!, this.stack.node.path, open);
      return problems;
    }
    const errors = [...problems, ...open.filter(({ severity }) => severity === Severity.ERROR).map((finding) => this.text(finding))];
    open.filter(({ severity }) => severity === Severity.WARNING).forEach((finding) => this.warn(finding));
    if (errors.length > 0 || onApp.length > 0) this.reportFailure();
    return errors;
  }

  /** The subjects first: a daemon then notices what aspects took out of the tree, which the JSON would still hold. */
  private look(): { subjects: Subject[]; json: unknown } {
    const subjects = this.sources.flatMap((source) => source());
    return { subjects, json: this.stack.toTerraform() };
  }

  private evaluate(
    json: unknown,
    subjects: Subject[],
    rules: ActiveRule[],
    settings: ValidationSettingsProps,
    problems: string[],
  ): Evaluation {
    return evaluate({
      resources: stackView(json, this.stack.node.path, subjects),
      rules,
      suppressions: this.suppressions(),
      baseline: readBaseline(settings, problems),
      today: settings.today ?? new Date().toISOString().slice(0, 10),
    });
  }

  /** Those of the stack, and what is inherited from above it. */
  private suppressions(): Suppression[] {
    const above = this.stack.node.scopes.slice(0, -1).flatMap((scope) => Suppressions._at(scope).filter(({ inherited }) => inherited));
    return [...above, ...Suppressions._below(this.stack)];
  }

  private activePacks(): { pack: Pack; scopes: string[] }[] {
    const packs = [...this.packs].map(([pack, scopes]) => ({ pack, scopes }));
    if (this.defaultPack === undefined || this.settings().withoutSecureDefaultsReason !== undefined) return packs;
    const pack = this.defaultPack();
    const stackPath = this.stack.node.path;
    const replaced = packs.some((other) => other.pack.packName === pack.packName && other.scopes.includes(stackPath));
    return replaced ? packs : [...packs, { pack, scopes: [stackPath] }];
  }

  private coverOf(scopes: readonly string[]): ActiveRule['covers'] {
    return scopes.includes(this.stack.node.path) ? EVERYWHERE : (wanted) => scopes.some((scope) => isWithin(wanted, scope));
  }

  private settings(): ValidationSettingsProps {
    return ValidationSettings.of(this.stack)._effective;
  }

  /** cdktf puts the path of the stack before each of these itself. */
  private text({ ruleId, path: place, message, fix }: Finding): string {
    return `${place === this.stack.node.path ? '' : `[${place}] `}${message}; ${fix} (${ruleId})`;
  }

  /** A second synth in one process, as tests do it, must not tell everything twice. */
  private warn(finding: Finding): void {
    const construct = constructAt(this.stack.node.root, finding.path) ?? this.stack;
    const text = `${finding.message}; ${finding.fix} (${finding.ruleId})`;
    // Not as an annotation with its stack trace: that would lead here, and to nothing in the program.
    if (!construct.node.metadata.some(({ data }) => data === text)) construct.node.addMetadata(AnnotationMetadataEntryType.WARN, text);
  }

  /** No other output of a failing stack is written, and the report is needed especially then. Outside a synth there is no folder for it. */
  private reportFailure(): void {
    const { root } = this.stack.node;
    if (!App.isApp(root) || !fs.existsSync(root.outdir)) return;
    this.tellCounts(this.writeReports(path.join(root.outdir, new Manifest('0', root.outdir, false).forStack(this.stack).workingDirectory)));
  }

  private writeReports(workingDirectory: string): string {
    const { evaluation, rules, packs } = this.written!;
    const folder = path.join(workingDirectory, 'bulkhead');
    fs.mkdirSync(folder, { recursive: true });
    const reports = renderReports({
      stack: this.stack.node.path,
      packs: packs.map(({ packName }) => packName),
      rules,
      warnings: warningsIn(this.stack),
      without: packs.flatMap(({ packName, _without }) => [..._without].map(([ruleId, reason]) => ({ ruleId, reason, packName }))),
      ...evaluation,
    });
    for (const [name, text] of Object.entries(reports)) fs.writeFileSync(path.join(folder, name), text);
    return folder;
  }

  /** The cdktf command prints them itself; a program that is started directly would not. */
  private tellWarnings(): void {
    if (process.env.CDKTF_CONTEXT_JSON !== undefined) return;
    for (const { path: place, message } of warningsIn(this.stack)) tell(this.stack, `warning: [${place}] ${message}`);
    for (const { path: place, message } of notesIn(this.stack)) tell(this.stack, `note: [${place}] ${message}`);
  }

  private tellCounts(folder: string): void {
    const report = path.relative('', path.join(folder, 'validation.md'));
    tell(this.stack, `${this.stack.node.path}: ${this.written!.rules.length} rules, ${this.countsText}; see ${report}`);
  }
}

const WATCHED = new Slot<true>('app-watched');

/** Once a stack of an app is checked, the others with resources of Docker must be, too: else they would pass unseen. */
function watchApp(stack: IConstruct): void {
  const { root } = stack.node;
  if (WATCHED.get(root)) return;
  WATCHED.set(root, true);
  AddressBook.of(root)._checkFirst(() =>
    root.node
      .findAll()
      .filter((node): node is TerraformStack => TerraformStack.isStack(node))
      .filter((other) => !StackPass.isChecked(other) && holdsDocker(other))
      .map(
        (other) =>
          `[${other.node.path}] no rule pack checks this stack, which has resources of the Docker provider; ${META.unchecked.fix} (${META.unchecked.ruleId})`,
      ),
  );
}

function holdsDocker(stack: TerraformStack): boolean {
  return stack.node.findAll().some((node) => {
    const type = (node as { terraformResourceType?: unknown }).terraformResourceType;
    return typeof type === 'string' && type.startsWith('docker_') && TerraformStack.of(node) === stack;
  });
}

function isWithin(wanted: string, scope: string): boolean {
  return scope === '' || wanted === scope || wanted.startsWith(`${scope}/`);
}

function writesBaseline({ baselineFile }: ValidationSettingsProps): boolean {
  return baselineFile !== undefined && process.env.BULKHEAD_BASELINE === 'write';
}

function readBaseline({ baselineFile }: ValidationSettingsProps, problems: string[]): BaselineEntry[] {
  if (baselineFile === undefined || !fs.existsSync(baselineFile)) return [];
  try {
    return parseBaseline(fs.readFileSync(baselineFile, 'utf8'));
  } catch (error) {
    problems.push(
      `the baseline ${baselineFile} cannot be read: ${(error as Error).message}; restore it from version control (BaselineMalformed)`,
    );
    return [];
  }
}

/** Findings of other stacks stay in it. */
function writeBaseline(file: string, stackPath: string, findings: readonly Finding[]): void {
  const kept = readBaseline({ baselineFile: file }, []).filter(({ path: place }) => !isWithin(place, stackPath));
  const added = findings.map(({ ruleId, path: place, detail }) => ({ rule: ruleId, path: place, detail }));
  fs.writeFileSync(file, serializeBaseline([...kept, ...added]));
}
