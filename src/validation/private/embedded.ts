import { gunzipSync } from 'zlib';
import { parse } from 'yaml';
import { holdsExpression, isObject, type Json, type JsonObject, unescaped } from './json';
import type { Subject } from './subject';
import type { Resource } from './view';

const PLACES = ['filename', 'destination', 'path'];
const CONTENTS = ['content', 'content_base64', 'sensitive_content'];
/** Largest text that packed user data may hold; clouds take far less. */
const LARGEST = 4 * 1024 * 1024;

/**
 * Settings of engines and hosts that resources contain in their texts: files named daemon.json, and cloud-init user data.
 *
 * The code ignores texts that are neither: the engine does not start with such a file.
 */
export function embeddedSubjects(resources: readonly Resource[]): Subject[] {
  return resources.flatMap((resource) => {
    const { path, address } = resource;
    const place = { path, address };
    const found: Subject[] = [];
    walk(resource.attributes, {
      object: (object) => found.push(...filesOf(object).map((attributes) => ({ resourceType: 'daemon.json', ...place, attributes }))),
      text: (key, text) => {
        const config = cloudConfigOf(key, text);
        if (config === undefined) return;
        const files = entriesOf(config.write_files);
        found.push(...files.flatMap(filesOf).map((attributes) => ({ resourceType: 'daemon.json', ...place, attributes })));
        const host = hostOf(config, files);
        if (host !== undefined) found.push({ resourceType: 'host', ...place, attributes: host });
      },
    });
    return found;
  });
}

/** Text of a daemon.json as attributes; the text itself if Terraform creates it; undefined if it is not a JSON object. */
export function readDaemonJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isObject(value) ? value : undefined;
  } catch {
    return holdsExpression(text) ? text : undefined;
  }
}

/** The content of a block that names a file and contains it. */
function filesOf(object: JsonObject): Json[] {
  if (!PLACES.some((key) => isDaemonJson(object[key]))) return [];
  return CONTENTS.flatMap((key) => {
    const content = object[key];
    // An override may contain the object itself, which Terraform then refuses.
    if (!isText(content)) return [];
    const encoding = key === 'content_base64' ? 'b64' : isText(object.encoding) ? object.encoding : '';
    const read = readDaemonJson(holdsExpression(content) ? content : decoded(content, encoding));
    return read === undefined ? [] : [read];
  });
}

function isDaemonJson(path: Json | undefined): boolean {
  return isText(path) && (path === 'daemon.json' || path.endsWith('/daemon.json'));
}

/** As cloud-init reads it: `gz`, `b64` and their other names, one or both. */
function decoded(content: string, encoding: string): string {
  const packed = /gz/.test(encoding);
  if (!packed && !/b(ase)?64/.test(encoding)) return content;
  const bytes = Buffer.from(content, 'base64');
  if (!packed && !isPacked(bytes)) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST }).toString('utf8');
  } catch {
    return '';
  }
}

function isPacked(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** User data is known by its first line, and where it is in base64 by the name of the attribute, too. */
function cloudConfigOf(key: string, text: string): JsonObject | undefined {
  const mayBePacked = key.endsWith('_base64') || key === 'custom_data';
  const plain = mayBePacked && !text.startsWith('#') && !holdsExpression(text) ? decoded(text, 'b64') : text;
  if (!plain.startsWith('#cloud-config')) return undefined;
  try {
    // In a text without expressions, marks of Terraform are literal.
    const value: unknown = parse(holdsExpression(plain) ? plain : unescaped(plain), { logLevel: 'silent', maxAliasCount: 100 });
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The settings of a host from cloud-init, as far as rules check them; undefined if there are none. */
function hostOf(config: JsonObject, files: readonly JsonObject[]): JsonObject | undefined {
  const written = files.flatMap(({ path, owner, permissions }) =>
    isText(path)
      ? [{ path, owner: isText(owner) ? owner : 'root:root', mode: isText(permissions) || typeof permissions === 'number' ? `${permissions}` : '0644' }] // prettier-ignore
      : [],
  );
  const members = [...new Set([...membersByUser(config.users), ...membersByGroup(config.groups), ...membersByCommand(config)])];
  return members.length === 0 && written.length === 0 ? undefined : { files: written, docker_group_members: members };
}

function membersByUser(users: Json | undefined): string[] {
  const list: { name: Json | undefined; user: JsonObject }[] = Array.isArray(users)
    ? entriesOf(users).map((user) => ({ name: user.name, user }))
    : isObject(users)
      ? Object.entries(users).flatMap(([name, user]) => (isObject(user) ? [{ name: user.name ?? name, user }] : []))
      : [];
  return list.flatMap(({ name, user }) => {
    const groups = [user.groups, user.primary_group].flatMap(namesOf);
    return groups.includes('docker') ? [isText(name) ? name : 'the default user'] : [];
  });
}

function membersByGroup(groups: Json | undefined): string[] {
  const maps = isObject(groups) ? [groups] : entriesOf(groups);
  return maps.flatMap(({ docker }) => namesOf(docker));
}

/** The usual commands that add a user to the group. */
function membersByCommand({ runcmd, bootcmd }: JsonObject): string[] {
  const lines = [runcmd, bootcmd].flatMap((commands) => (Array.isArray(commands) ? (commands as readonly Json[]) : []));
  return lines
    .map((line) => (Array.isArray(line) ? line.join(' ') : isText(line) ? line : ''))
    .flatMap((line) => [
      ...[...line.matchAll(/\busermod\s+(?:-aG|-a\s+-G|-G|-Ga|--append\s+--groups)\s+(?:\S+,)?docker(?:,\S+)?\s+(\S+)/g)].map(
        ([, name]) => name,
      ),
      ...[...line.matchAll(/\bgpasswd\s+(?:-a|--add)\s+(\S+)\s+docker\b/g)].map(([, name]) => name),
      ...[...line.matchAll(/\b(?:adduser|addgroup)\s+([^\s-]\S*)\s+docker\b/g)].map(([, name]) => name),
    ]);
}

/** Names in a list, in a map, or in a text with commas. */
function namesOf(value: Json | undefined): string[] {
  if (isText(value)) return value.split(',').map((name) => name.trim()).filter((name) => name !== ''); // prettier-ignore
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(namesOf);
  return isObject(value) ? Object.keys(value) : [];
}

function entriesOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string';
}

/** Every object and every text of a resource, except the metadata of cdktf. */
function walk(value: Json | undefined, on: { object(object: JsonObject): void; text(key: string, text: string): void }, key = ''): void {
  if (isText(value)) return on.text(key, value);
  if (Array.isArray(value)) return (value as readonly Json[]).forEach((item) => walk(item, on, key));
  if (!isObject(value)) return;
  on.object(value);
  for (const name of Object.keys(value)) if (name !== '//') walk(value[name], on, name);
}
