/**
 * The engine takes 6 MiB. Before the program starts, the runtime of the engine works within the limit: it used up to 14 MiB, and 8 of 13 containers with
 * a limit of 6 MiB did not start on a machine with much else to do.
 */
export const LEAST_MEMORY_MEBIBYTES = 16;

/** What a container gets that says nothing about it. */
export const HARDENED = {
  /** Of the user and of the group. */
  uid: 10001,
  memoryMebibytes: 256,
  /** A period of 100 ms; Docker's least quota is one millisecond of it. */
  cpuPeriod: 100_000,
  cpuMillis: 1000,
  logDriver: 'json-file',
  logMebibytes: 10,
  logFiles: 3,
  tmpMebibytes: 64,
  ulimit: { name: 'nofile', soft: 1024, hard: 4096 },
  restart: 'unless-stopped',
  /** CIS Docker Benchmark 5.15 asks for five restarts at most. */
  restartReason:
    'it has to run again after a restart of the host or the engine, whatever its exit code was; its memory, processor time and logs have limits',
  noNewPrivileges: 'no-new-privileges:true',
} as const;

/** Options of a file system in memory. World-writable with the sticky bit, as /tmp is: the user of the container is not root. */
export function tmpfsOptions(mebibytes: number, isExecutable = false): string {
  return `rw,${isExecutable ? 'exec' : 'noexec'},nosuid,nodev,size=${mebibytes}m,mode=1777`;
}

/** Options of that log driver; a daemon has the same, which the engine adds to the containers that have its driver. */
export function logOptions(mebibytes: number): Record<string, string> {
  return { 'max-size': `${mebibytes}m`, 'max-file': `${HARDENED.logFiles}` };
}
