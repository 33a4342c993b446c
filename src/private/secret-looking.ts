const SECRET_WORD =
  /(^|[_.-])(PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET|TOKEN|API_?KEY|APIKEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?|AUTH_?KEY|ENCRYPTION_?KEY)S?([_.-]|$)/i;
/** Words that mean nothing else, also at the end of another one: PGPASSWORD, MYSQL_PWD. */
const SECRET_ENDING = /(PASS(WORD|WD|PHRASE)S?|_PWD)([_.-]|$)/i;

/** Shapes of secrets that betray themselves whatever the variable is called. */
const SECRET_VALUES: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: 'a password inside a URL', pattern: /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i },
  { what: 'an AWS access key', pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: 'a GitHub token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,}\b/ },
  { what: 'a Slack token', pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { what: 'a JSON web token', pattern: /^eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./ },
];

/** What kind of secret a variable looks like, by its value or its name; nothing when it looks like none. */
export function secretLooking(name: string, value: string): string | undefined {
  const shape = SECRET_VALUES.find(({ pattern }) => pattern.test(value));
  // A variable that names the path of a secret's file holds no secret.
  const namesAFile = /_(FILE|PATH)$/i.test(name) && /^\/[^\s]+$/.test(value);
  return (
    shape?.what ??
    ([SECRET_WORD, SECRET_ENDING].some((pattern) => pattern.test(name)) && !namesAFile && value !== ''
      ? 'a secret, by its name'
      : undefined)
  );
}
