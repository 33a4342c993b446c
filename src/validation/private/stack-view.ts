import { embeddedSubjects } from './embedded';
import { isObject, type Json, type JsonObject, objectsOf, referenceOf } from './json';
import type { Subject } from './subject';
import { type Lookup, Resource, type ResourcePlace } from './view';
import { compareKeys } from '../../addressing/private/allocation';
import { addTo } from '../../private/multimap';

/** Everything of a stack that rules look at. */
export function stackView(json: unknown, stackPath: string, subjects: readonly Subject[]): Resource[] {
  const byType = new Map<string, Resource[]>();
  const byAddress = new Map<string, Resource>();
  const lookup = lookupIn(byType, byAddress);
  const all: Resource[] = [];
  const add = (place: ResourcePlace, attributes: Json) => {
    const resource = new Resource(place, attributes, lookup);
    all.push(resource);
    addTo(byType, place.resourceType, resource);
    return resource;
  };
  const addAt = (place: ResourcePlace, attributes: JsonObject) => byAddress.set(place.address, add(place, attributes));
  const root = isObject(json) ? json : {};
  for (const [section, prefix] of [
    ['resource', ''],
    ['data', 'data.'],
    ['action', 'action.'],
  ] as const) {
    for (const { type, name, attributes } of named(root[section])) {
      const address = `${prefix}${type}.${name}`;
      addAt({ resourceType: `${prefix}${type}`, address, path: pathOf(attributes) ?? `${stackPath}/${address}` }, attributes);
    }
  }
  const required = objectsOf(objectsOf(root.terraform)[0]?.required_providers)[0] ?? {};
  for (const [name, blocks] of Object.entries(isObject(root.provider) ? root.provider : {})) {
    for (const attributes of objectsOf(blocks)) {
      const alias = typeof attributes.alias === 'string' ? `.${attributes.alias}` : '';
      addAt({ resourceType: `provider.${name}`, address: `provider.${name}${alias}`, path: stackPath }, attributes);
    }
  }
  for (const [name, provider] of Object.entries(required)) {
    if (isObject(provider)) {
      addAt({ resourceType: 'required_provider', address: `required_provider.${name}`, path: stackPath }, { ...provider, name });
    }
  }
  const said = new Set(subjects.map(contentOf));
  // User data of a Bulkhead daemon repeats what the daemon reports itself.
  const embedded = embeddedSubjects(all).filter((subject) => !said.has(contentOf(subject)));
  for (const { attributes, ...subject } of [...subjects, ...embedded]) {
    add({ address: '', ...subject }, attributes);
  }
  // A finding of one resource about the others must not depend on which of them was declared first.
  byType.forEach((list) => list.sort((a, b) => compareKeys(a.address, b.address) || compareKeys(a.path, b.path)));
  return all;
}

/** Names and references are looked up in tables: rules of a thousand containers would go through a thousand others each. */
function lookupIn(byType: ReadonlyMap<string, readonly Resource[]>, byAddress: ReadonlyMap<string, Resource>): Lookup {
  const names = new Map<string, Map<string, Resource>>();
  const references = new Map<string, Resource | undefined>();
  const ofType = (type: string) => byType.get(type) ?? [];
  return {
    ofType,
    named: (type, name) => {
      const known = names.get(type) ?? firstByName(ofType(type));
      names.set(type, known);
      return known.get(name);
    },
    referenced: (text) => {
      if (!references.has(text)) references.set(text, byAddress.get(referenceOf(text)?.address ?? ''));
      return references.get(text);
    },
  };
}

function firstByName(resources: readonly Resource[]): Map<string, Resource> {
  const first = new Map<string, Resource>();
  for (const resource of resources) {
    const name = resource.rawText('name');
    if (name !== undefined && !first.has(name)) first.set(name, resource);
  }
  return first;
}

function contentOf({ resourceType, attributes }: Subject): string {
  return JSON.stringify([resourceType, attributes]);
}

/** Terraform takes a type, and a name in it, as one object or as a list of them. */
function* named(section: Json | undefined): Generator<{ type: string; name: string; attributes: JsonObject }> {
  for (const types of objectsOf(section)) {
    for (const [type, names] of Object.entries(types)) {
      for (const byName of objectsOf(names)) {
        for (const [name, blocks] of Object.entries(byName)) {
          for (const attributes of objectsOf(blocks)) yield { type, name, attributes };
        }
      }
    }
  }
}

function pathOf(attributes: JsonObject): string | undefined {
  const path = objectsOf(objectsOf(attributes['//'])[0]?.metadata)[0]?.path;
  return typeof path === 'string' ? path : undefined;
}
