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

const HOST_AND_PORT = /^([a-z0-9][a-z0-9._-]*):(\d{1,5})$/i;
/** The beginning of a URL, up to `://`, at the end of a text. */
const SCHEME = /[a-z][a-z0-9+.-]*$/i;
const LONGEST_SCHEME = 20;
/** What follows `://` up to the path: user and password, and one host or several. */
const AUTHORITY = /^[^/\s?#"'<>]*/;
const LONGEST_AUTHORITY = 2048;
/** Not the user of a URL: after it no password begins, and no character of one in percent. */
const HOST_IN_URL = /^[a-z0-9][a-z0-9._-]*(:\d{1,5})?(?![\w.:%-])/i;
/** A password with a slash that is not written as `%2F`: where the host begins is then uncertain, so nothing is said of it. */
const AT_LATER = /^[^\s"'<>]*@/;
const ONLY_HOST = /^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$/i;

/** Variables that hold only the name of another host. */
const NAMES_A_HOST = /.HOST(NAME)?$/i;
/** Those whose host is the program itself, or what clients call it. */
const OWN_HOST =
  /(VIRTUAL|LETSENCRYPT|ALLOWED|TRUSTED|LISTEN|BIND|LOCAL|PUBLIC|EXTERNAL|ADVERTISED?|SERVER|HTTPS?|WEB|APP)_?HOST(NAME)?$|^HOST(NAME)?$/i;

/** The hosts in the value of a variable, or in a word of a command if it has no name. */
export function namedHosts(name: string | undefined, value: string): NamedHost[] {
  const urls = hostsInUrls(value);
  if (urls.length > 0) return urls;
  // Of a word of a command, the option may be before the equals sign.
  const text = name === undefined ? value.slice(value.indexOf('=') + 1) : value;
  const list = text.split(',').map((each) => each.trim());
  if (list.every((each) => HOST_AND_PORT.test(each))) return list.map((each) => hostOf(each, undefined));
  const isName = name !== undefined && NAMES_A_HOST.test(name) && !OWN_HOST.test(name) && ONLY_HOST.test(value);
  return isName ? [{ host: value.toLowerCase() }] : [];
}

const HOST_AND_PORT_IN_TEXT = /(?<![\w.:-])([a-z0-9][a-z0-9_-]*):(\d{1,5})(?![\w.:-])/gi;
const COMMENT = /^\s*(#|\/\/|;)/;

/** Words before a port in the lines of a config file: many of them are not names of hosts. */
export function hostsInConfig(text: string): NamedHost[] {
  const lines = text.split('\n').filter((line) => !COMMENT.test(line));
  return lines.flatMap((line) => [...line.matchAll(HOST_AND_PORT_IN_TEXT)].map(([each]) => hostOf(each, undefined)));
}

/** One expression for a whole URL would take minutes for a long text without one. */
function hostsInUrls(value: string): NamedHost[] {
  const parts = value.split('://');
  return parts.slice(1).flatMap((after, i) => {
    const [scheme] = SCHEME.exec(parts[i].slice(-LONGEST_SCHEME)) ?? [];
    const [authority] = AUTHORITY.exec(after.slice(0, LONGEST_AUTHORITY))!;
    const hosts = authority.slice(authority.lastIndexOf('@') + 1).split(',');
    const isUncertain = !authority.includes('@') && AT_LATER.test(after.slice(authority.length, LONGEST_AUTHORITY));
    return scheme === undefined || isUncertain
      ? []
      : hosts.flatMap((each, place) => {
          const [text, port] = HOST_IN_URL.exec(each) ?? [];
          // After a comma, a word without a port is the scheme of the next URL.
          return text === undefined || (place > 0 && port === undefined) ? [] : [hostOf(text, USUAL[scheme.toLowerCase()])];
        });
  });
}

function hostOf(text: string, usual: number | undefined): NamedHost {
  const [, host, port] = HOST_AND_PORT.exec(text) ?? [];
  if (host !== undefined) return { host: host.toLowerCase(), port: Number(port) };
  return { host: text.toLowerCase(), ...(usual !== undefined && { port: usual }) };
}
