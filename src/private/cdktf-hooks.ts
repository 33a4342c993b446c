import { Annotations, Aspects, type ISynthesisSession, TerraformStack } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';
import { ValidationError } from './errors';
import { Slot } from './slot';

/** A declaration that works, but not as well as its author may think: by the path of the construct. */
export interface Told {
  readonly path: string;
  readonly message: string;
}

const WARNINGS = new Slot<Set<string>>('warnings');
const NOTES = new Slot<Set<string>>('notes');

/** Warns as cdktf does, since only its command prints warnings; the reports list what was printed, and each only once. */
export function warn(construct: IConstruct, message: string): void {
  if (isNew(WARNINGS, construct, message)) Annotations.of(construct).addWarning(message);
}

/** The same for what an author may want to know, where nothing is wrong. */
export function note(construct: IConstruct, message: string): void {
  if (isNew(NOTES, construct, message)) Annotations.of(construct).addInfo(message);
}

/** The warnings in a stack, in the order of the tree. */
export function warningsIn(stack: TerraformStack): Told[] {
  return toldIn(WARNINGS, stack);
}

/** The notes in a stack, in the order of the tree. */
export function notesIn(stack: TerraformStack): Told[] {
  return toldIn(NOTES, stack);
}

function isNew(slot: Slot<Set<string>>, construct: IConstruct, message: string): boolean {
  const told = slot.get(construct) ?? new Set<string>();
  slot.set(construct, told);
  return !told.has(message) && told.add(message) !== undefined;
}

function toldIn(slot: Slot<Set<string>>, stack: TerraformStack): Told[] {
  return stack.node
    .findAll()
    .filter((construct) => TerraformStack.of(construct) === stack)
    .flatMap((construct) => [...(slot.get(construct) ?? [])].map((message) => ({ path: construct.node.path, message })));
}

const CUSTOM_SYNTHESIS = Symbol.for('cdktf/customSynthesis');

/** Whether a construct, such as a user's stack, has custom synthesis. It can have only one. */
export function hasCustomSynthesis(construct: Construct): boolean {
  return CUSTOM_SYNTHESIS in construct;
}

/**
 * Runs when the stack that holds the construct is written, after every validation passed.
 *
 * cdktf does not export its own function for this; the symbol is a registered one, so both name the same slot.
 */
export function onStackWritten(construct: Construct, write: (session: ISynthesisSession) => void): void {
  Object.defineProperty(construct, CUSTOM_SYNTHESIS, {
    configurable: false,
    enumerable: false,
    value: { onSynthesize: write },
  });
}

/** Makes cdktf write what was already rendered: the next rendering of the stack is the given one, later ones are rendered again. */
export function handOver(stack: TerraformStack, json: unknown): void {
  Object.defineProperty(stack, 'toTerraform', {
    configurable: true,
    value: () => {
      delete (stack as { toTerraform?: unknown }).toTerraform;
      return json;
    },
  });
}

/** The error for an aspect on the app. */
export function aspectOnApp(construct: IConstruct): string[] {
  return Aspects.of(construct.node.root).all.length > 0
    ? ['cdktf never invokes aspects of the app itself; add them to each stack: Aspects.of(stack).add(…) (AspectOnApp)']
    : [];
}

/** A stack has one version of the provider: it must meet the requirements of everything in it. */
const versionConstraints = new WeakMap<TerraformStack, Set<string>>();

export function requireProvider(stack: TerraformStack, constraint: string): void {
  const constraints = versionConstraints.get(stack) ?? new Set();
  versionConstraints.set(stack, constraints.add(constraint));
  stack.addOverride('terraform.required_providers.docker.version', [...constraints].join(', '));
}

/** The construct at a path, or undefined if it was removed from the tree. */
export function constructAt(root: IConstruct, path: string): IConstruct | undefined {
  return path.split('/').reduce<IConstruct | undefined>((at, id) => at?.node.tryFindChild(id), root);
}

/** Whether a construct was not taken out of the tree. */
export function isInTree(construct: IConstruct): boolean {
  return constructAt(construct.node.root, construct.node.path) === construct;
}

export function inOneStack(one: IConstruct, other: IConstruct): boolean {
  return TerraformStack.of(one) === TerraformStack.of(other);
}

/** Orders the stacks of two constructs; reports a circle in Bulkhead's words. */
export function orderStacks(dependent: IConstruct, needed: IConstruct): void {
  const later = TerraformStack.of(dependent);
  const earlier = TerraformStack.of(needed);
  if (later === earlier || later.dependencies.includes(earlier)) {
    return;
  }
  try {
    later.addDependency(earlier);
  } catch {
    throw new ValidationError(
      'StackCycle',
      dependent,
      `stack '${later.node.path}' would have to be deployed after '${earlier.node.path}', which already depends on it; move one end, so that all flows and calls of startAfter() between the two stacks have the same direction`,
    );
  }
}
