/** A host that a setting of a program names, as a place to connect to. */
export interface NamedHost {
  readonly host: string;
  /** Undefined if only the name is given. */
  readonly port?: number;
}

/** Ports that a URL without one means. */
const USUAL: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ldap: 389,
  ldaps: 636,
  amqp: 5672,
  amqps: 5671,
  mqtt: 1883,
  mqtts: 8883,
  nats: 4222,
  redis: 6379,
  rediss: 6379,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
  mongodb: 27_017,
};

/** What follows `://`: user and password, a name or an IPv4 address, and a port; further hosts follow after a comma. */
const URL_HOSTS = /([a-z][a-z0-9+.-]*):\/\/(?:[^/\s@,]*@)?([a-z0-9][a-z0-9._-]*(?::\d{1,5})?(?:,[a-z0-9][a-z0-9._-]*:\d{1,5})*)/gi;
const HOST_AND_PORT = /^([a-z0-9][a-z0-9._-]*):(\d{1,5})$/i;
const ONLY_HOST = /^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$/i;

/** Variables that hold only the name of another host. */
const NAMES_A_HOST = /.HOST(NAME)?$/i;
/** Those whose host is the program itself, or what clients call it. */
const OWN_HOST =
  /(VIRTUAL|LETSENCRYPT|ALLOWED|TRUSTED|LISTEN|BIND|LOCAL|PUBLIC|EXTERNAL|ADVERTISED?|SERVER|HTTPS?|WEB|APP)_?HOST(NAME)?$|^HOST(NAME)?$/i;

/** The hosts in the value of a variable, or in a word of a command if it has no name. */
export function namedHosts(name: string | undefined, value: string): NamedHost[] {
  const urls = [...value.matchAll(URL_HOSTS)].flatMap(([, scheme, hosts]) =>
    hosts.split(',').map((each) => hostOf(each, USUAL[scheme.toLowerCase()])),
  );
  if (urls.length > 0) return urls;
  // Of a word of a command, the option may be before the equals sign.
  const text = name === undefined ? value.slice(value.indexOf('=') + 1) : value;
  const list = text.split(',').map((each) => each.trim());
  if (list.every((each) => HOST_AND_PORT.test(each))) return list.map((each) => hostOf(each, undefined));
  const isName = name !== undefined && NAMES_A_HOST.test(name) && !OWN_HOST.test(name) && ONLY_HOST.test(value);
  return isName ? [{ host: value.toLowerCase() }] : [];
}

function hostOf(text: string, usual: number | undefined): NamedHost {
  const [, host, port] = HOST_AND_PORT.exec(text) ?? [];
  if (host !== undefined) return { host: host.toLowerCase(), port: Number(port) };
  return { host: text.toLowerCase(), ...(usual !== undefined && { port: usual }) };
}
