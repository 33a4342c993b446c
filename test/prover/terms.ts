/**
 * Formulas about one packet: truth values and bit-vectors, each distinct one made once. What is decided by constants alone is decided when it is made,
 * so that the rules of other interfaces never reach the solver.
 */
export interface Term {
  readonly id: number;
  readonly op: 'const' | 'var' | 'not' | 'and' | 'or' | 'eq' | 'ule' | 'ite' | 'bvand' | 'bvor';
  /** 0 for a truth value, else the number of bits. */
  readonly width: number;
  readonly args: readonly Term[];
  readonly value: bigint;
  readonly name: string;
}

const known = new Map<string, Term>();
const opposites = new Map<Term, Term>();
const conjunctions = new Map<number, Term>();
const disjunctions = new Map<number, Term>();
let made = 0;

function make(op: Term['op'], width: number, args: readonly Term[], value = 0n, name = ''): Term {
  const key = `${op} ${width} ${args.map(({ id }) => id).join(' ')} ${value} ${name}`;
  let term = known.get(key);
  if (!term) known.set(key, (term = { id: made++, op, width, args, value, name }));
  return term;
}

/** Terms of one host are of no use to the next one. */
export function forgetTerms(): void {
  known.clear();
  [opposites, conjunctions, disjunctions].forEach((each) => each.clear());
  for (const [key, term] of [
    ['const 0  1 ', TRUE],
    ['const 0  0 ', FALSE],
  ] as const) {
    known.set(key, term);
  }
}

export const TRUE = make('const', 0, [], 1n);
export const FALSE = make('const', 0, [], 0n);
export const bool = (value: boolean): Term => (value ? TRUE : FALSE);
export const num = (width: number, value: bigint | number): Term => make('const', width, [], BigInt(value));
export const variable = (width: number, name: string): Term => make('var', width, [], 0n, name);

/** Negations stand at the leaves, so that a part and its opposite meet. */
export function not(term: Term): Term {
  switch (term.op) {
    case 'const':
      return bool(term === FALSE);
    case 'not':
      return term.args[0];
    case 'and':
    case 'or': {
      const found = opposites.get(term);
      if (found) return found;
      const opposite = junction(term.op === 'and' ? 'or' : 'and', term.args.map(not));
      opposites.set(term, opposite);
      return opposite;
    }
    default:
      return make('not', 0, [term]);
  }
}

const MOST_UNFOLDED = 6;

function junction(op: 'and' | 'or', terms: readonly Term[]): Term {
  if (terms.length !== 2) return joined(op, terms);
  const key = terms[0].id * 2 ** 24 + terms[1].id;
  const results = op === 'and' ? conjunctions : disjunctions;
  let result = results.get(key);
  if (!result) results.set(key, (result = joined(op, terms)));
  return result;
}

function joined(op: 'and' | 'or', terms: readonly Term[]): Term {
  const [unit, zero] = op === 'and' ? [TRUE, FALSE] : [FALSE, TRUE];
  const parts = new Set<Term>();
  for (const term of terms) {
    if (term === zero) return zero;
    if (term === unit) continue;
    // A long one stays whole: what it says has been drawn out of it already, and to unfold it again and again costs more than it brings.
    for (const part of term.op === op && term.args.length <= MOST_UNFOLDED ? term.args : [term]) parts.add(part);
  }
  if (parts.size > 1) {
    const fixed = fixedBy(op, parts);
    for (const part of [...parts]) {
      const lesser = reduced(op, part, parts, fixed);
      if (lesser === zero) return zero;
      if (lesser !== part) {
        parts.delete(part);
        if (lesser !== unit) for (const each of lesser.op === op ? lesser.args : [lesser]) parts.add(each);
      }
    }
    for (const part of parts) if (parts.has(not(part))) return zero;
  }
  const args = [...parts].sort((a, b) => a.id - b.id);
  return args.length === 0 ? unit : args.length === 1 ? args[0] : make(op, 0, args);
}

/** Under `x = 5 and …` x is 5, under `x ≠ 5 or …` as well. */
function fixedBy(op: 'and' | 'or', parts: ReadonlySet<Term>): ReadonlyMap<Term, Term> {
  const fixed = new Map<Term, Term>();
  for (const part of parts) {
    const atom = op === 'and' ? part : part.op === 'not' ? part.args[0] : part;
    if (atom.op === 'eq' && (op === 'and' || part.op === 'not') && atom.args[1].op === 'const' && !fixed.has(atom.args[0])) {
      fixed.set(atom.args[0], atom.args[1]);
    }
  }
  return fixed;
}

/** What is left of a part beside the others. */
function reduced(op: 'and' | 'or', part: Term, parts: ReadonlySet<Term>, fixed: ReadonlyMap<Term, Term>): Term {
  const atom = part.op === 'not' ? part.args[0] : part;
  if (atom.op === 'eq' || atom.op === 'ule') {
    const [a, b] = atom.args.map((each) => fixed.get(each) ?? each);
    const isItself = atom.op === 'eq' && fixed.get(atom.args[0]) === atom.args[1] && (op === 'and' ? part === atom : part !== atom);
    if (isItself || (a === atom.args[0] && b === atom.args[1])) return part;
    const value = atom.op === 'eq' ? eq(a, b) : ule(a, b);
    return part === atom ? value : not(value);
  }
  if (part.op !== (op === 'and' ? 'or' : 'and')) return part;
  // What one of the others says already need not be said, and what one of them denies cannot be.
  if (part.args.some((each) => parts.has(each))) return op === 'and' ? TRUE : FALSE;
  const left = part.args.filter((each) => !parts.has(not(each)));
  return left.length === part.args.length ? part : junction(part.op, left);
}

export const and = (...terms: readonly Term[]): Term => junction('and', terms);
export const or = (...terms: readonly Term[]): Term => junction('or', terms);

export function ite(condition: Term, yes: Term, no: Term): Term {
  if (condition === TRUE || yes === no) return yes;
  if (condition === FALSE) return no;
  if (yes.width === 0) return or(and(condition, yes), and(not(condition), no));
  return make('ite', yes.width, [condition, yes, no]);
}

/** A comparison of a case distinction is a distinction of comparisons, of which mostly one is decided. */
function through(a: Term, b: Term, compare: (x: Term, y: Term) => Term): Term | undefined {
  if (a.op === 'ite') return ite(a.args[0], compare(a.args[1], b), compare(a.args[2], b));
  if (b.op === 'ite') return ite(b.args[0], compare(a, b.args[1]), compare(a, b.args[2]));
  return undefined;
}

export function eq(a: Term, b: Term): Term {
  if (a === b) return TRUE;
  if (a.op === 'const' && b.op === 'const') return FALSE;
  const split = through(a, b, eq);
  if (split) return split;
  const swap = a.op === 'const' || (b.op !== 'const' && a.id > b.id);
  return make('eq', 0, swap ? [b, a] : [a, b]);
}

function ule(a: Term, b: Term): Term {
  if (a.op === 'const' && b.op === 'const') return bool(a.value <= b.value);
  return through(a, b, ule) ?? make('ule', 0, [a, b]);
}

export function inRange(term: Term, first: bigint | number, last: bigint | number): Term {
  const [low, high] = [BigInt(first), BigInt(last)];
  if (low === high) return eq(term, num(term.width, low));
  const top = (1n << BigInt(term.width)) - 1n;
  return and(low === 0n ? TRUE : ule(num(term.width, low), term), high === top ? TRUE : ule(term, num(term.width, high)));
}

/** Bits of a mark: those outside of the mask stay. */
export function masked(term: Term, mask: bigint): Term {
  if (term.op === 'const') return num(term.width, term.value & mask);
  if (term.op === 'ite') return ite(term.args[0], masked(term.args[1], mask), masked(term.args[2], mask));
  return make('bvand', term.width, [term, num(term.width, mask)]);
}

export function withBits(term: Term, bits: bigint): Term {
  if (term.op === 'const') return num(term.width, term.value | bits);
  if (term.op === 'ite') return ite(term.args[0], withBits(term.args[1], bits), withBits(term.args[2], bits));
  return make('bvor', term.width, [term, num(term.width, bits)]);
}

/** Every distinct term of some, those inside of another one first. */
export function partsOf(roots: readonly Term[]): Term[] {
  const done = new Set<Term>();
  const order: Term[] = [];
  const visit = (term: Term): void => {
    if (done.has(term)) return;
    done.add(term);
    term.args.forEach(visit);
    order.push(term);
  };
  roots.forEach(visit);
  return order;
}

export type Assignment = ReadonlyMap<string, bigint>;

/** The value of each of some terms under an assignment; what it does not name is 0. Truth values are 0 and 1. */
export function evaluate(roots: readonly Term[], assignment: Assignment): bigint[] {
  const values = new Map<Term, bigint>();
  for (const term of partsOf(roots)) {
    const [a, b, c] = term.args.map((each) => values.get(each)!);
    values.set(term, valueOf(term, a, b, c, values, assignment));
  }
  return roots.map((root) => values.get(root)!);
}

function valueOf(term: Term, a: bigint, b: bigint, c: bigint, values: ReadonlyMap<Term, bigint>, assignment: Assignment): bigint {
  switch (term.op) {
    case 'const':
      return term.value;
    case 'var':
      return assignment.get(term.name) ?? 0n;
    case 'not':
      return 1n - a;
    case 'and':
      return BigInt(term.args.every((each) => values.get(each) === 1n));
    case 'or':
      return BigInt(term.args.some((each) => values.get(each) === 1n));
    case 'eq':
      return BigInt(a === b);
    case 'ule':
      return BigInt(a <= b);
    case 'ite':
      return a === 1n ? b : c;
    case 'bvand':
      return a & b;
    case 'bvor':
      return a | b;
  }
}

/** A term with a value in the place of a variable. */
export function substitute(root: Term, name: string, value: bigint): Term {
  const results = new Map<Term, Term>();
  for (const term of partsOf([root])) {
    const args = term.args.map((each) => results.get(each)!);
    results.set(term, rebuild(term, args, name, value));
  }
  return results.get(root)!;
}

function rebuild(term: Term, args: readonly Term[], name: string, value: bigint): Term {
  switch (term.op) {
    case 'const':
      return term;
    case 'var':
      return term.name === name ? num(term.width, value) : term;
    case 'not':
      return not(args[0]);
    case 'and':
      return and(...args);
    case 'or':
      return or(...args);
    case 'eq':
      return eq(args[0], args[1]);
    case 'ule':
      return ule(args[0], args[1]);
    case 'ite':
      return ite(args[0], args[1], args[2]);
    case 'bvand':
      return masked(args[0], args[1].value);
    case 'bvor':
      return withBits(args[0], args[1].value);
  }
}

/** Numbers that a variable is compared with: between two of them all of its values are alike. */
export function boundsOf(root: Term, name: string): Set<bigint> {
  const bounds = new Set<bigint>();
  for (const { op, args } of partsOf([root])) {
    if (op !== 'eq' && op !== 'ule') continue;
    if (args[0].name === name && args[1].op === 'const') bounds.add(args[1].value);
    if (args[1].name === name && args[0].op === 'const') bounds.add(args[0].value);
  }
  return bounds;
}
