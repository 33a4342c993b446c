const SECRET_WORD =
  /(^|[_.-])(PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET|TOKEN|API_?KEY|APIKEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?|AUTH_?KEY|ENCRYPTION_?KEY)S?([_.-]|$)/i;
/** Words that always mean a secret, also at the end of another word: PGPASSWORD, MYSQL_PWD. */
const SECRET_ENDING = /(PASS(WORD|WD|PHRASE)S?|_PWD)([_.-]|$)/i;

/** Shapes of secrets that are recognizable whatever the name of the variable is. */
const SECRET_VALUES: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: 'a password inside a URL', pattern: /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i },
  { what: 'an AWS access key', pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: 'a GitHub token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,}\b/ },
  { what: 'a Slack token', pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { what: 'a JSON web token', pattern: /^eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./ },
];

/** Names of options and labels that end in what they carry; others only have to do with it, such as `--token-ttl`. */
const SECRET_END =
  /(^|_)(PASS|PASSWD|PWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|SECRET_?KEY|AUTH_?KEY|ENCRYPTION_?KEY)S?$|PASS(WORD|WD|PHRASE)S?$|^REQUIREPASS$/i;
/** Values that switch an option, and those that refer to another value: a variable of a shell, a path, an option. */
const NO_VALUE = /^$|^[$/<@~-]|^(true|false|yes|no|on|off|none|null|\d{1,3})$/i;

/**
 * What kind of secret the value of an option, a label or a line `NAME=value` looks like, by its shape or its name; undefined if it does not look like
 * one.
 */
export function secretValue(name: string, value: string): string | undefined {
  const shape = SECRET_VALUES.find(({ pattern }) => pattern.test(value));
  if (shape !== undefined) return shape.what;
  return SECRET_END.test(name.replace(/[.-]/g, '_')) && !NO_VALUE.test(value) ? 'a secret, by its name' : undefined;
}

/** Secrets in the words of a command, each by the option or the variable that it belongs to. Words may be lines of a shell. */
export function secretsInWords(lines: readonly string[]): { readonly name: string; readonly what: string }[] {
  const words = lines.flatMap((line) => line.replace(/["'`]/g, '').split(/[\s;|&()]+/)).filter((word) => word !== '');
  return words.flatMap((word, index) => {
    const [, dashes, name, value] = /^(-{0,2})([A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(word) ?? [];
    // What follows an option may be its value.
    const given = value ?? (dashes === '--' ? words[index + 1] : undefined);
    const what = secretValue(name ?? '', given ?? '') ?? (name === undefined ? secretValue('', word) : undefined);
    return what === undefined ? [] : [{ name: name === undefined ? 'word' : `${dashes}${name}`, what }];
  });
}

/** `name: value`, `name = value` and `"name": "value",` in files of settings; some programs take a blank. */
const SETTING = /^\s*(?:[-*]\s+)?["']?([A-Za-z][\w.-]*)["']?\s*(?:=>?|:)\s*["']?([^"'\s;,#]+)/;
const OF_REDIS = /^\s*(requirepass|masterauth|masterpass)\s+["']?([^"'\s]+)/i;

/** Secrets in the lines of a file, each by the setting that it belongs to. */
export function secretsInText(text: string): { readonly name: string; readonly what: string }[] {
  const whole = secretValue('', text);
  const lines = text.split(/\r?\n/);
  const settings = lines.flatMap((line) => {
    const [, name, value] = SETTING.exec(line) ?? [];
    const [, word, password] = OF_REDIS.exec(line) ?? [];
    const what =
      (name === undefined ? undefined : secretValue(name, value)) ?? (word === undefined ? undefined : secretValue('password', password));
    return what === undefined ? [] : [{ name: name ?? word, what }];
  });
  const all = [...(whole === undefined ? [] : [{ name: 'file', what: whole }]), ...settings, ...secretsInWords(lines)];
  return [...new Map(all.map((found) => [found.name.replace(/^-+/, ''), found])).values()];
}

/** What the name of a variable says of it where its value is the path of a file: `TOKEN_FILE`, `TOKEN__FILE`, `TOKEN_PATH`, `KEY_SECRETFILE` of gluetun. */
const OF_A_FILE = /_+(?:[a-z]*FILE|PATH)$/i;

/** The name without what says that the value is the path of a file; undefined if it does not say so. */
export function valueOfFile(name: string): string | undefined {
  return OF_A_FILE.test(name) ? name.replace(OF_A_FILE, '') : undefined;
}

/** What switches something on or off, such as MARIADB_RANDOM_ROOT_PASSWORD. */
const SWITCH = /^(true|false|yes|no|on|off|[01]|)$/i;

/** The path of a file instead of a value, as a URL: programs such as authentik read a secret from there, whatever the name of the variable is. */
export function fileUrlPath(value: string): string | undefined {
  return /^file:\/\/(\/[^\s?#]+)$/.exec(value)?.[1];
}

/** What kind of secret a variable looks like, by its value or its name; undefined if it does not look like one. */
export function secretLooking(name: string, value: string): string | undefined {
  const shape = SECRET_VALUES.find(({ pattern }) => pattern.test(value));
  // A variable that names the path of a secret's file holds no secret.
  const namesAFile = (valueOfFile(name) !== undefined && /^\/[^\s]+$/.test(value)) || fileUrlPath(value) !== undefined;
  return (
    shape?.what ??
    ([SECRET_WORD, SECRET_ENDING].some((pattern) => pattern.test(name)) && !namesAFile && !SWITCH.test(value)
      ? 'a secret, by its name'
      : undefined)
  );
}
