/** Drivers that leave what is logged on the host, or nowhere. */
const LOCAL = ['json-file', 'local', 'journald', 'none', ''];

/**
 * Whether a driver leaves logs on the host, or nowhere.
 *
 * @param syslogAddress the written value; without one, syslog is that of the host
 */
export function keepsLogs(driver: string, syslogAddress: string | undefined): boolean {
  return driver === 'syslog' ? !isElsewhere(syslogAddress) : LOCAL.includes(driver);
}

function isElsewhere(address: string | undefined): boolean {
  return address !== undefined && !/^unix(gram)?:/.test(address) && !/:\/\/(localhost|127\.|\[::1\])/.test(address);
}
