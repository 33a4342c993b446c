import { firstObject, holdsExpression, isObject, type Json, type JsonObject, objectsOf, unescaped } from './json';
import type { FactStore } from '../../topology/private/fact-store';
import type { ICheckedBlock, ICheckedResource } from '../checked-resource';

/** Attributes of one block of the resolved JSON. */
export class Block implements ICheckedBlock {
  /** The attributes, unless only Terraform knows all of them. */
  private readonly own: JsonObject | undefined;
  /** A dozen rules ask for the same few. */
  private nested: Map<string, Nested> | undefined = undefined;

  constructor(
    public readonly attributes: Json,
    /** Names of values that were read and are known only to Terraform. */
    public readonly unknown: Set<string> = new Set(),
    private readonly within: string = '',
  ) {
    this.own = isObject(attributes) ? attributes : undefined;
  }

  public has(attribute: string): boolean {
    const value = this.at(attribute);
    return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
  }

  public text(attribute: string): string | undefined {
    const raw = this.rawText(attribute);
    return raw === undefined ? undefined : this.literal(attribute, raw);
  }

  public num(attribute: string): number | undefined {
    const text = this.text(attribute);
    return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  }

  public isTrue(attribute: string): boolean {
    return this.text(attribute) === 'true';
  }

  public isFalse(attribute: string): boolean {
    return this.text(attribute) === 'false';
  }

  public texts(attribute: string): string[] {
    const texts: string[] = [];
    for (const raw of this.rawTexts(attribute)) {
      const text = this.literal(attribute, raw);
      if (text !== undefined) texts.push(text);
    }
    return texts;
  }

  public rawTexts(attribute: string): string[] {
    const value = this.at(attribute);
    if (typeof value === 'string') this.literal(attribute, value);
    const texts: string[] = [];
    if (!Array.isArray(value)) return texts;
    for (const item of value as readonly Json[]) if (item !== null && !isObject(item)) texts.push(String(item));
    return texts;
  }

  public entries(attribute: string): { [key: string]: string } {
    const value = this.at(attribute);
    if (typeof value === 'string') this.literal(attribute, value);
    const pairs: [string, string][] = [];
    for (const [key, item] of isObject(value) ? Object.entries(value) : []) {
      const text = item === null || item === undefined ? undefined : this.literal(`${attribute}.${key}`, String(item));
      if (text !== undefined) pairs.push([key, text]);
    }
    return Object.fromEntries(pairs);
  }

  public names(attribute: string): string[] {
    const value = this.at(attribute);
    if (typeof value === 'string') this.literal(attribute, value);
    return isObject(value) ? Object.keys(value) : [];
  }

  public blocks(name: string): Block[] {
    this.nested ??= new Map();
    let known = this.nested.get(name);
    if (known === undefined) this.nested.set(name, (known = this.blocksIn(name)));
    if (known.unknown !== undefined) this.unknown.add(known.unknown);
    return [...known.blocks];
  }

  private blocksIn(name: string): Nested {
    const { keys, made } = pathOf(name);
    const value = this.read(keys);
    const contents = objectsOf(this.read(made));
    const within = `${this.within}${name}`;
    const isUnknown = contents.length > 0 || (typeof value === 'string' && holdsExpression(value));
    const blocks = [...objectsOf(value), ...contents].map((block) => new Block(block, this.unknown, `${within}.`));
    return { blocks, unknown: isUnknown ? within : undefined };
  }

  public rawText(attribute: string): string | undefined {
    const value = this.at(attribute);
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : undefined;
  }

  private literal(attribute: string, text: string): string | undefined {
    if (!holdsExpression(text)) return unescaped(text);
    this.unknown.add(`${this.within}${attribute}`);
    return undefined;
  }

  /** Nearly all that rules ask for has a plain name: it need not take the way through nested blocks. */
  private at(attribute: string): Json | undefined {
    const { own } = this;
    if (own === undefined || attribute.includes('.')) return this.read(pathOf(attribute).keys);
    const value = own[attribute];
    return value === undefined || Object.hasOwn(own, attribute) ? value : undefined;
  }

  private read(keys: readonly string[]): Json | undefined {
    let value: Json | undefined = this.attributes;
    for (const key of keys) {
      // If only Terraform knows a value, this includes all of its content.
      if (typeof value === 'string' && holdsExpression(value)) return value;
      const first: JsonObject | undefined = firstObject(value);
      // Most requested attributes are not there.
      const next: Json | undefined = first?.[key];
      if (next === undefined || !Object.hasOwn(first!, key)) return undefined;
      value = next;
    }
    return value;
  }
}

/** Blocks of one name. */
interface Nested {
  readonly blocks: readonly Block[];
  /** What is known to Terraform only where not all of them are there. */
  readonly unknown: string | undefined;
}

/** Where an attribute is, and where the content of `dynamic` blocks of that name. */
interface AttributePath {
  readonly keys: readonly string[];
  readonly made: readonly string[];
}

/** Rules ask a thousand resources for the same few names. */
const ATTRIBUTE_PATHS = new Map<string, AttributePath>();

function pathOf(attribute: string): AttributePath {
  let found = ATTRIBUTE_PATHS.get(attribute);
  if (found === undefined) {
    const keys = attribute.split('.');
    found = { keys, made: [...keys.slice(0, -1), 'dynamic', keys.at(-1)!, 'content'] };
    ATTRIBUTE_PATHS.set(attribute, found);
  }
  return found;
}

/** Where to find what else is in the stack. */
export interface Lookup {
  ofType(resourceType: string): readonly Resource[];
  /** The first of a type whose name is written like that. */
  named(resourceType: string, name: string): Resource | undefined;
  /** The target of a text that is only one reference. */
  referenced(text: string): Resource | undefined;
}

export interface ResourcePlace {
  readonly resourceType: string;
  readonly path: string;
  readonly address: string;
  /** Facts of the daemon, for the rules that ask its proof. */
  readonly store?: FactStore;
}

/** One thing that rules look at. */
export class Resource extends Block implements ICheckedResource {
  public readonly resourceType: string;
  public readonly path: string;
  public readonly address: string;
  public readonly store: FactStore | undefined;
  /** What rules share of it, by what worked it out. */
  public readonly remembered = new Map<unknown, unknown>();

  constructor(
    place: ResourcePlace,
    attributes: Json,
    public readonly stack: Lookup,
  ) {
    super(attributes);
    this.resourceType = place.resourceType;
    this.path = place.path;
    this.address = place.address;
    this.store = place.store;
  }

  public others(resourceType: string): Resource[] {
    return [...this.stack.ofType(resourceType)];
  }

  public referenced(attribute: string): Resource | undefined {
    return this.referencedBy(this.rawText(attribute));
  }

  public referencedBy(text?: string): Resource | undefined {
    return text?.startsWith('${') ? this.stack.referenced(text) : undefined;
  }
}
