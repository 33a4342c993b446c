import { amountMeant } from './amounts';
import { fail } from './errors';
import { FOREIGN_SENTENCES, FOREIGN_WORDS, plainName } from './foreign-words';
import { type KnownProperty, PROPERTIES } from './properties.generated';
import { EXAMPLES, EXAMPLES_BY_NAME } from './property-examples';
import { shown } from './text';
import { writtenAs } from './written-as';

export type StructName = keyof typeof PROPERTIES;

/** Endings of property names that a caller may omit. */
const UNITS = ['Seconds', 'Mebibytes', 'Millis', 'Reason'];

/** Types of which other checks say more. */
const TOLD_ELSEWHERE =
  /^(ContainerImage|ContainerNetwork|ContainerUser|DaemonConnection|EncryptedOverlay|EngineVersion|HardenedDaemon|I[A-Z]\w+|ImageProfile|Rule)$/;

/**
 * Checks the properties that a caller gave: jsii and plain JavaScript pass any object, and a misspelled name would have no effect.
 *
 * Wider props of constructs are welcome: a class of a user's own may add properties and pass all of them on. So a name there is refused only where it looks
 * like a mistake: it is close to a property that is not given, or it is a word of Compose or Terraform. The construct warns of any other. Within another
 * struct, and in options of a method, every unknown name is refused.
 * @param place path of the construct; undefined for value objects
 * @param toldLater required properties of which another check says more when they are missing
 */
export function checkProps(place: string | undefined, struct: StructName, given: object, toldLater: readonly string[] = []): void {
  if (typeof given !== 'object' || given === null) {
    fail(
      'PropertyMissing',
      place,
      `the properties are missing: pass ${passed(struct, given)}${given === undefined ? '' : `, got ${shownValue(given)}`}`,
    );
  }
  checkOne(place, '', PROPERTIES[struct], given as Readonly<Record<string, unknown>>, isWide(struct), toldLater);
}

/** Structs of which no construct is made, although their names say so. */
const NO_CONSTRUCTS: readonly string[] = ['HardenRawContainersProps', 'ImageProfileProps', 'SuppressionProps', 'ValidationSettingsProps'];

/** Whether a class of a user's may pass on what it adds to the struct. */
export function isWide(struct: StructName): boolean {
  return struct.endsWith('Props') && !NO_CONSTRUCTS.includes(struct);
}

/** Names that the library does not read, which a construct warns of. */
export function unreadProps(struct: StructName, given: object): string[] {
  return Object.entries(given).flatMap(([name, value]) => (value === undefined || Object.hasOwn(PROPERTIES[struct], name) ? [] : [name]));
}

function checkOne(
  place: string | undefined,
  prefix: string,
  known: Readonly<Record<string, KnownProperty>>,
  given: Readonly<Record<string, unknown>>,
  isOpen: boolean,
  toldLater: readonly string[] = [],
): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name) || given[name] === undefined) continue;
    const refuse = (wayOut: string): never => fail('UnknownProperty', place, `unknown property '${prefix}${name}'; ${wayOut}`);
    const meant = meantBy(name, known, given);
    if (meant !== undefined) refuse(`did you mean '${prefix}${meant}'? ${renamed(name, meant, given[name])}, or do not pass it on`);
    const sentence = insteadOf(name, given[name], isContainer(known) || prefix !== '');
    if (sentence !== undefined && (isContainer(known) || !isOpen)) refuse(sentence);
    if (Object.hasOwn(known, 'image') && isForeign(name)) refuse('Bulkhead has nothing of this name here; do not pass it on');
    if (!isOpen) {
      refuse(
        `use ${
          Object.keys(known)
            .map((each) => `'${each}'`)
            .join(', ') || 'none'
        }, or do not pass it on`,
      );
    }
  }
  for (const [name, property] of Object.entries(known)) {
    const value = given[name];
    if (value === undefined || value === null) {
      if (property.isRequired && !toldLater.includes(name)) {
        fail('PropertyMissing', place, `'${prefix}${name}' is required; set it to ${wantedBy(name, property)}`);
      }
      // Some would be the default, and others would not.
      if (value === null) fail('PropertyShape', place, `'${prefix}${name}' is null; leave it out, or set it to ${wanted(property.type)}`);
      continue;
    }
    checkShape(place, `${prefix}${name}`, property, value);
  }
}

function checkShape(place: string | undefined, what: string, { type, struct, isClass }: KnownProperty, value: unknown): void {
  const isList = type.endsWith('[]');
  const isObject = type.startsWith('{') || (struct !== undefined && !isList);
  if (isList !== Array.isArray(value) && (isList || isObject)) {
    fail(
      'PropertyShape',
      place,
      `'${what}' must be ${wanted(type)}, got ${Array.isArray(value) ? 'a list' : shownValue(value)}${isList ? toWrite(type, value) : ''}`,
    );
  }
  const one = type.replace('[]', '');
  const isOfClass = !TOLD_ELSEWHERE.test(one) && isClass === true;
  const entries = isList ? (value as unknown[]).map((each, index) => [`${what}[${index}]`, each] as const) : [[what, value] as const];
  for (const [at, each] of entries) {
    const isWrong =
      one === 'boolean'
        ? typeof each !== 'boolean'
        : (isObject || isOfClass || struct !== undefined) && (typeof each !== 'object' || each === null);
    if (isWrong) {
      fail('PropertyShape', place, `'${at}' must be ${wanted(isList ? one : type)}, got ${shownValue(each)}${toWrite(one, each)}`);
    }
  }
  if (struct === undefined) return;
  for (const [at, each] of entries) {
    if (
      !Object.keys(each as object).some((name) => Object.hasOwn(PROPERTIES[struct as StructName], name)) &&
      (each as object).constructor?.name !== 'Object'
    ) {
      fail('PropertyShape', place, `'${at}' must be ${wanted(struct)}, got ${shown(each)}`);
    }
    checkOne(place, `${at}.`, PROPERTIES[struct as StructName], each as Readonly<Record<string, unknown>>, false);
  }
}

function toWrite(type: string, value: unknown): string {
  const written = writtenAs(type, value);
  return written === undefined ? '' : `; write ${written}`;
}

/** The options that a method takes; of a single one, how to write what the caller passed. */
function passed(struct: StructName, given: unknown): string {
  const known = Object.keys(PROPERTIES[struct]);
  const required = requiredOf(PROPERTIES[struct]);
  if (known.length === 1 && given !== undefined && given !== null) return `{ ${known[0]}: ${shownValue(given)} }`;
  return `an object with ${(required.length === 0 ? known : required).join(', ')}`;
}

/** What to write for a property of another name; a value with a unit is shown as the number that it comes to. */
function renamed(name: string, meant: string, value: unknown): string {
  if (meant === 'writableRootReason' && value === true) return 'Leave it out: the root file system is read-only';
  if (meant.endsWith('Reason') && typeof value !== 'string') return `Write ${meant}: 'why'`;
  // A number keeps its meaning under the other name, except where Docker counts processors.
  const amount = typeof value === 'string' || /^(cpus?|cpu_?count)$/i.test(name) ? amountMeant(meant, value) : undefined;
  if (amount === undefined) return typeof value === 'string' && /(Mebibytes|Seconds|Millis)$/.test(meant) ? 'Rename it, and write a number' : 'Rename it'; // prettier-ignore
  const [last, ...outer] = meant.split('.').reverse();
  const written = outer.reduce((inner, struct) => `${struct}: { ${inner} }`, `${last}: ${amount}`);
  return `Write ${written} instead of ${JSON.stringify(value)}`;
}

function isContainer(known: Readonly<Record<string, KnownProperty>>): boolean {
  return Object.hasOwn(known, 'image') && Object.hasOwn(known, 'segment');
}

function isForeign(name: string): boolean {
  return [FOREIGN_WORDS, FOREIGN_SENTENCES].some((names) => Object.hasOwn(names, plainName(name))) || plainName(name) === 'ports';
}

/** What to do instead of a property that Compose and Terraform have, and Bulkhead does not. */
function insteadOf(name: string, value: unknown, hasMethods: boolean): string | undefined {
  const plain = plainName(name);
  if (!hasMethods) return undefined;
  if (plain === 'ports' || plain === 'publish') return `publish() is a method: ${publishing(value)}`;
  return Object.hasOwn(FOREIGN_SENTENCES, plain) ? FOREIGN_SENTENCES[plain] : undefined;
}

/** A call for the first of what Compose calls ports: `'8080:80'`, `443`. */
function publishing(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const [, host = '443', target = host, protocol = 'tcp'] =
    /^(?:\d+\.[\d.]+:)?(\d+)(?::(\d+))?(?:\/(tcp|udp|sctp))?$/.exec(String(first)) ?? [];
  const lead = target === host ? '' : `targetPort: Port.${protocol}(${target}), `;
  return `container.publish(Port.${protocol}(${host}), { ${lead}hostAddress: '192.0.2.10', sources: [Peer.anyIpv4()] })`;
}

/** The property that a caller may have meant, if it is not among the given ones. */
function meantBy(
  name: string,
  known: Readonly<Record<string, KnownProperty>>,
  given: Readonly<Record<string, unknown>>,
): string | undefined {
  const places = Object.entries(known).flatMap(([own, { struct, type }]) => [
    own,
    ...(struct !== undefined && !type.endsWith('[]')
      ? Object.keys(PROPERTIES[struct as StructName]).map((inner) => `${own}.${inner}`)
      : []),
  ]);
  const plain = plainName(name);
  const word = Object.hasOwn(FOREIGN_WORDS, plain) ? FOREIGN_WORDS[plain] : undefined;
  // Inside of limits the first part is not said again.
  const ofDocker = places.find((each) => each === word || `limits.${each}` === word);
  if (ofDocker !== undefined && (Object.hasOwn(known, 'image') || ofDocker !== word || word.includes('.'))) return ofDocker;
  const withUnit = places.find((each) => given[each] === undefined && UNITS.some((unit) => each === `${name}${unit}`));
  if (withUnit !== undefined) return withUnit;
  const free = places.filter((each) => given[each.split('.')[0]] === undefined || each.includes('.'));
  const last = (each: string) => each.split('.').at(-1)!;
  const [nearest] = free
    .map((each) => ({ each, distance: distanceOf(name.toLowerCase(), last(each).toLowerCase()) }))
    .filter(({ each, distance }) => distance <= (last(each).length < 6 ? 1 : 2))
    .sort((a, b) => a.distance - b.distance);
  return nearest?.each;
}

/** How many letters must be inserted, removed or changed; two neighbours that changed places count as one. */
function distanceOf(from: string, to: string): number {
  let earlier: number[] = [];
  let before = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const now = [row];
    for (let column = 1; column <= to.length; column++) {
      const change = before[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1);
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      now.push(Math.min(change, before[column] + 1, now[column - 1] + 1, isSwap ? earlier[column - 2] + 1 : Infinity));
    }
    earlier = before;
    before = now;
  }
  return before[to.length];
}

function requiredOf(known: Readonly<Record<string, KnownProperty>>): string[] {
  return Object.keys(known).filter((name) => known[name].isRequired);
}

function wanted(type: string): string {
  const map = /^\{ \[(\w+): string\]: (.+); \}$/.exec(type);
  if (map !== null) return `an object that maps each ${map[1]} to ${wanted(map[2])}`;
  if (type.endsWith('[]')) return `a list, each entry ${wanted(type.slice(0, -2))}`;
  return EXAMPLES[type] ?? (Object.hasOwn(PROPERTIES, type) ? `an object with ${Object.keys(PROPERTIES[type as StructName]).join(', ')}` : `a value of ${type}`); // prettier-ignore
}

function wantedBy(name: string, { type }: KnownProperty): string {
  const byName = Object.hasOwn(EXAMPLES_BY_NAME, name) ? EXAMPLES_BY_NAME[name] : undefined;
  return type === 'ContainerUser' ? wanted(type) : (byName ?? wanted(type));
}

/** A value of any type for a message. */
export function shownValue(value: unknown): string {
  return typeof value === 'object' ? 'an object' : JSON.stringify(value);
}
