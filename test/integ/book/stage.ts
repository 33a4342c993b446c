// Plays the book on one engine: sets up, asks, and holds packets, prediction and the page's own words to each other.
import { askAll } from './asking';
import { setUp, tryCommands } from './commands';
import type { Answer, Fragment, PartResult } from './fragment';
import { serveContainers, serveSurroundings } from './listeners';
import { inputOf, modelRules, planOf, viewOf } from './model';
import { type BookContainer, type BookQuestion, type Page, type Part, questionText } from './page';
import { addedLines, linesOfChains, linesText, readLines, type RuleLine } from './rule-lines';
import { stepsOf, wayOf } from './ways';
import type { HostRules } from '../../../src/firewall/private/host-rules';
import { walk } from '../../../src/reachability/private/walk/walk';
import { compareRules, differenceText } from '../../support/compare-rules';
import type { Checks } from '../harness/checks';
import { startHost } from '../harness/engine-host';
import { readRules } from '../harness/engine-read';
import { DEFAULT_BRIDGE, type HostPlan, type NetworkPlan } from '../harness/engine-topology';
import { Crowd } from '../harness/generate-traffic';
import { type Asked, differs } from '../harness/packets-ask';
import { routeToContainers } from '../harness/packets-host';
import { probeOf } from '../harness/packets-questions';
import { readSwitches } from '../harness/packets-switches';
import { UPLINK } from '../harness/packets-view';
import type { EngineId } from '../lab/cache';
import type { Lab } from '../lab/lab';

const SAVED = '/lab/before-the-try';
const FRAMES = '/proc/sys/net/bridge/bridge-nf-call';

export class Stage {
  private readonly plan: HostPlan;
  private readonly crowd: Crowd;
  private readonly networks: NetworkPlan[] = [];
  private readonly containers: BookContainer[] = [];
  private lines: readonly RuleLine[] = [];
  probes = 0;

  constructor(
    private readonly lab: Lab,
    private readonly engine: EngineId,
    private readonly checks: Checks,
    pages: readonly Page[],
  ) {
    this.plan = planOf(engine);
    this.crowd = new Crowd(lab);
    // As where the module is not loaded; the kernel of a test may have it built in.
    this.run(
      'hiding frames from the rules',
      ['iptables', 'ip6tables'].map((tool) => `echo 0 > ${FRAMES}-${tool}`),
    );
    startHost(lab, this.plan);
    lab.importImage();
    routeToContainers(lab);
    serveSurroundings(this.crowd, pages);
  }

  play(pages: readonly Page[]): Fragment {
    try {
      return Object.fromEntries(
        pages.map((page) => [page.name, Object.fromEntries(page.parts.map((part) => [part.title, this.playPart(page, part, pages)]))]),
      );
    } finally {
      this.crowd.stop();
    }
  }

  private playPart(page: Page, part: Part, pages: readonly Page[]): PartResult {
    const title = `${page.name}: ${part.title}`;
    this.run(`setting up ${title}`, setUp(part));
    this.networks.push(...(part.networks ?? []));
    this.containers.push(...(part.containers ?? []));
    serveContainers(this.crowd, part.containers ?? [], pages);
    const undo = this.tryOut(title, part);
    try {
      return this.look(title, part);
    } finally {
      this.run(`clearing up after ${title}`, undo);
    }
  }

  /** Returns what takes it back. */
  private tryOut(title: string, { tries }: Part): string[] {
    if (tries === undefined) {
      return [];
    }
    const files = (tries.switches ?? []).map(({ file }) => file);
    this.run(`saving before ${title}`, [`iptables-save > ${SAVED}`, ...files.map((file, i) => `cat ${file} > ${SAVED}.${i}`)]);
    this.run(`trying ${title}`, tryCommands(this.engine, tries));
    return [
      this.engine === '29-nft' ? 'nft delete table ip own 2>/dev/null || true' : `iptables-restore < ${SAVED}`,
      ...files.map((file, i) => `cat ${SAVED}.${i} > ${file}`),
    ];
  }

  private look(title: string, part: Part): PartResult {
    const { checks, lab, plan, engine } = this;
    const real = readRules(lab).ipv4;
    const grown = { networks: this.networks, containers: this.containers };
    const rules = modelRules(inputOf(plan, grown), part.tries ? real : undefined);
    const differences = compareRules(rules, real);
    checks.check(`${title}: the rules are those of the model`, differences.length === 0, () => differences.map(differenceText).join('\n'));
    const bridges = [DEFAULT_BRIDGE, ...this.networks.map(({ name }) => name)];
    const view = viewOf(plan, grown, rules, readSwitches(lab, [...bridges, UPLINK], this.containers));
    const own = part.tries?.nft ?? [];
    const asked = (part.questions ?? []).map((question) => {
      const expected = walk(view, probeOf(question), { trace: true });
      return { ...question, expected, way: (question.steps ? stepsOf : wayOf)(expected, own) };
    });
    const results = askAll(this.crowd, asked);
    this.probes += results.size;
    const answers = asked.map((each): [string, Answer] => {
      const result = results.get(questionText(each))!;
      const text = `${title}: ${questionText(each)}`;
      const wrong = differs(each, result);
      checks.check(`${text}: packets do what the model says`, wrong === '', () => [wrong, ...stepsOf(each.expected, own)].join('\n'));
      checks.check(`${text}: as the page says`, each.open.includes(engine) === (result.outcome === 'open'), result.outcome);
      return [questionText(each), { by: result.outcome === 'open' ? answererOf(each, result.token) : '', way: each.way }];
    });
    return { rules: this.shown(part), hooks: part.hooks ? hooksOf(real) : [], answers: Object.fromEntries(answers) };
  }

  private shown({ rules }: Part): string[] {
    if (rules === undefined) {
      return [];
    }
    const before = this.lines;
    this.lines = readLines(this.lab, this.engine);
    const shown =
      rules === 'added' ? addedLines(before, this.lines) : linesOfChains(this.lines, this.engine === '29-nft' ? rules.nft : rules.iptables);
    return linesText(shown);
  }

  private run(step: string, commands: readonly string[]): void {
    if (commands.length > 0) {
      this.lab.mustHost(step, ['sh', '-c', ['set -e', ...commands].join('\n')], { timeout: 120_000 });
    }
  }
}

/** Nobody names himself in the answer to a ping. */
function answererOf({ expected }: Asked & BookQuestion, token: string | undefined): string {
  const receiver = expected.receiver;
  return token ?? receiver?.container ?? receiver?.kind ?? '';
}

/** Base chains that do something, in the order in which a packet meets them. */
function hooksOf({ chains }: HostRules): string[] {
  const bases = chains.flatMap(({ table, name, base, rules }) => {
    const counts = base !== undefined && (rules.length > 0 || base.policy === 'drop');
    return counts ? [{ ...base, text: `${table.replace('nft:', '')} ${name} (${base.priority}, policy ${base.policy})` }] : [];
  });
  return (['prerouting', 'input', 'forward', 'output', 'postrouting'] as const).flatMap((hook) => {
    const here = bases.filter((base) => base.hook === hook).sort((a, b) => a.priority - b.priority);
    return here.length === 0 ? [`${hook.padEnd(12)} -`] : [`${hook.padEnd(12)} ${here.map(({ text }) => text).join(', then ')}`];
  });
}
