import { firstObject, holdsExpression, isObject, type Json, type JsonObject, objectsOf, referenceOf, unescaped } from './json';
import type { Registry } from '../../topology/private/registry';
import type { ICheckedBlock, ICheckedResource } from '../checked-resource';

/** Attributes of one block of the resolved JSON. */
export class Block implements ICheckedBlock {
  constructor(
    public readonly attributes: Json,
    /** Names of values that were looked at and are known to Terraform only. */
    public readonly unknown: Set<string> = new Set(),
    private readonly within: string = '',
  ) {}

  public has(attribute: string): boolean {
    const value = this.at(attribute);
    return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
  }

  public text(attribute: string): string | undefined {
    const value = this.at(attribute);
    if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
    return typeof value === 'string' ? this.literal(attribute, value) : undefined;
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
    return this.rawTexts(attribute).flatMap((text) => this.literal(attribute, text) ?? []);
  }

  public rawTexts(attribute: string): string[] {
    const value = this.at(attribute);
    if (typeof value === 'string') {
      this.literal(attribute, value);
      return [];
    }
    return Array.isArray(value) ? (value as readonly Json[]).filter((item) => item !== null && !isObject(item)).map(String) : [];
  }

  public entries(attribute: string): { [key: string]: string } {
    const value = this.at(attribute);
    if (typeof value === 'string') this.literal(attribute, value);
    const pairs = isObject(value) ? Object.entries(value) : [];
    return Object.fromEntries(
      pairs.flatMap(([key, item]) => {
        const text = item === null || item === undefined ? undefined : this.literal(`${attribute}.${key}`, String(item));
        return text === undefined ? [] : [[key, text]];
      }),
    );
  }

  public names(attribute: string): string[] {
    const value = this.at(attribute);
    if (typeof value === 'string') this.literal(attribute, value);
    return isObject(value) ? Object.keys(value) : [];
  }

  public blocks(name: string): Block[] {
    const value = this.at(name);
    if (typeof value === 'string') this.literal(name, value);
    const cut = name.lastIndexOf('.') + 1;
    const within = `${name.slice(0, cut)}dynamic`;
    const contents = this.has(within) ? objectsOf(this.at(`${within}.${name.slice(cut)}.content`)) : [];
    if (contents.length > 0) this.unknown.add(`${this.within}${name}`);
    return [...objectsOf(value), ...contents].map((block) => new Block(block, this.unknown, `${this.within}${name}.`));
  }

  public rawText(attribute: string): string | undefined {
    const value = this.at(attribute);
    return typeof value === 'string' ? value : this.text(attribute);
  }

  private literal(attribute: string, text: string): string | undefined {
    if (!holdsExpression(text)) return unescaped(text);
    this.unknown.add(`${this.within}${attribute}`);
    return undefined;
  }

  private at(attribute: string): Json | undefined {
    let value: Json | undefined = this.attributes;
    for (const key of keysOf(attribute)) {
      // What Terraform alone knows, it knows with all that is in it.
      if (typeof value === 'string' && holdsExpression(value)) return value;
      const first: JsonObject | undefined = firstObject(value);
      if (first === undefined || !Object.hasOwn(first, key)) return undefined;
      value = first[key];
    }
    return value;
  }
}

/** Rules ask a thousand resources for the same few names. */
const KEYS = new Map<string, readonly string[]>();

function keysOf(attribute: string): readonly string[] {
  let keys = KEYS.get(attribute);
  if (keys === undefined) {
    keys = attribute.split('.');
    KEYS.set(attribute, keys);
  }
  return keys;
}

/** Where to find what else is in the stack. */
export interface Lookup {
  ofType(resourceType: string): readonly Resource[];
  at(address: string): Resource | undefined;
}

export interface ResourcePlace {
  readonly resourceType: string;
  readonly path: string;
  readonly address: string;
  /** Facts of the daemon, for the rules that ask its proof. */
  readonly registry?: Registry;
}

/** One thing that rules look at. */
export class Resource extends Block implements ICheckedResource {
  public readonly resourceType: string;
  public readonly path: string;
  public readonly address: string;
  public readonly registry: Registry | undefined;

  constructor(
    place: ResourcePlace,
    attributes: Json,
    private readonly lookup: Lookup,
  ) {
    super(attributes);
    this.resourceType = place.resourceType;
    this.path = place.path;
    this.address = place.address;
    this.registry = place.registry;
  }

  public others(resourceType: string): Resource[] {
    return [...this.lookup.ofType(resourceType)];
  }

  public referenced(attribute: string): Resource | undefined {
    return this.referencedBy(this.rawText(attribute));
  }

  public referencedBy(text?: string): Resource | undefined {
    const reference = text === undefined ? undefined : referenceOf(text);
    return reference && this.lookup.at(reference.address);
  }
}
