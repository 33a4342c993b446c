import { init } from 'z3-solver';
import { type Assignment, evaluate, FALSE, partsOf, type Term, TRUE } from './terms';

type Z3 = Awaited<ReturnType<typeof init>>['Z3'];

/** What the solver says of one formula: values of its variables that meet it, or that there are none. */
export type Answer = { readonly kind: 'sat'; readonly model: Assignment } | { readonly kind: 'unsat' };

/** Steps of z3, far more than a formula of a host takes: an answer that is not found is an error, never a guess. */
const MOST_STEPS = 200_000_000;

/** Of the compiled module; the package declares the whole of it as `any`. */
interface Module {
  readonly PThread: { terminateAllThreads(): void };
  ccall(name: string, result: 'string', types: readonly string[], values: readonly unknown[]): string;
}

/**
 * z3, asked in SMT-LIB: any other solver of bit-vectors could take its place. It is called in this thread, since the package's own call in another one
 * frees the text before that has read it.
 */
export class Solver {
  public static async start(): Promise<Solver> {
    const { Z3, em } = await init();
    return new Solver(Z3.mk_context(Z3.mk_config()), em as Module);
  }

  private constructor(
    private readonly context: ReturnType<Z3['mk_context']>,
    private readonly em: Module,
  ) {}

  public stop(): void {
    this.em.PThread.terminateAllThreads();
  }

  /** One answer for each formula. Each model is held against its formula, so that no translation into text or back goes wrong unseen. */
  public solve(formulas: readonly Term[]): Answer[] {
    const open = [...new Set(formulas.filter((formula) => formula !== FALSE && formula !== TRUE))];
    const found = open.length === 0 ? [] : this.ask(open);
    return formulas.map((formula) => {
      if (formula === FALSE) return { kind: 'unsat' };
      if (formula === TRUE) return { kind: 'sat', model: new Map() };
      const answer = found[open.indexOf(formula)];
      if (answer.kind === 'sat' && evaluate([formula], answer.model)[0] !== 1n) throw new Error('the model does not meet its formula');
      return answer;
    });
  }

  private ask(formulas: readonly Term[]): Answer[] {
    const { text, variables } = textOf(formulas);
    const output = this.em.ccall('Z3_eval_smtlib2_string', 'string', ['number', 'string'], [this.context, text]);
    return readAnswers(output, formulas.length, variables);
  }
}

function textOf(formulas: readonly Term[]): { text: string; variables: Term[] } {
  const parts = partsOf(formulas);
  const variables = parts.filter(({ op }) => op === 'var');
  const sort = ({ width }: Term) => (width === 0 ? 'Bool' : `(_ BitVec ${width})`);
  const word = (term: Term): string => {
    if (term.op === 'var') return term.name;
    if (term.op !== 'const') return `t${term.id}`;
    return term.width === 0 ? String(term === TRUE) : `(_ bv${term.value} ${term.width})`;
  };
  const operator = { not: 'not', and: 'and', or: 'or', eq: '=', ule: 'bvule', ite: 'ite', bvand: 'bvand', bvor: 'bvor' };
  const lines = parts.flatMap((term) => {
    if (term.op === 'const') return [];
    if (term.op === 'var') return [`(declare-const ${term.name} ${sort(term)})`];
    return [`(define-fun t${term.id} () ${sort(term)} (${operator[term.op]} ${term.args.map(word).join(' ')}))`];
  });
  const names = variables.map(({ name }) => name).join(' ');
  const questions = formulas.map(
    (formula) => `(push)(assert ${word(formula)})(check-sat)${names === '' ? '' : `(get-value (${names}))`}(pop)`,
  );
  return { text: ['(reset)', `(set-option :rlimit ${MOST_STEPS})`, '(set-logic QF_BV)', ...lines, ...questions].join('\n'), variables };
}

/** After `unsat` there is no model, so the solver answers the question for one with an error. */
function readAnswers(output: string, count: number, variables: readonly Term[]): Answer[] {
  const words = [...output.matchAll(/^(sat|unsat|unknown|timeout)$|\((\w+) (?:#x([0-9a-f]+)|#b([01]+)|(true|false))\)|\(error "([^"]*)/gm)];
  const answers: { kind: 'sat' | 'unsat'; model: Map<string, bigint> }[] = [];
  for (const [, verdict, name, hex, bits, truth, error] of words) {
    if (verdict === 'sat' || verdict === 'unsat') {
      answers.push({ kind: verdict, model: new Map() });
    } else if (verdict !== undefined) {
      throw new Error(`the solver says ${verdict}`);
    } else if (error !== undefined && !/model is not available/.test(error)) {
      throw new Error(`the solver says: ${error}`);
    } else if (name !== undefined) {
      const value = hex ? BigInt(`0x${hex}`) : bits ? BigInt(`0b${bits}`) : BigInt(truth === 'true');
      answers.at(-1)!.model.set(name, value);
    }
  }
  if (answers.length !== count || answers.some(({ kind, model }) => kind === 'sat' && model.size !== variables.length)) {
    throw new Error(`${answers.length} answers to ${count} questions: ${output.slice(0, 500)}`);
  }
  return answers;
}
