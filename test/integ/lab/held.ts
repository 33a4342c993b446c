// What a process holds, and a command with just that.
import * as fs from 'node:fs';

/** In the order of their numbers, as linux/capability.h has them. */
export const CAPABILITY_NAMES = 'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'.split(' '); // prettier-ignore

/** Names of a mask as the kernel prints it. */
export function capabilityNames(mask: string): string[] {
  const bits = BigInt(`0x${mask}`);
  return CAPABILITY_NAMES.filter((_, number) => (bits >> BigInt(number)) & 1n);
}

/** Words before a command that give it the user, the group and the effective capabilities of a process, and nothing else. */
export function heldBy(pid: number): string[] {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string, pattern: string) => new RegExp(`^${name}:\\s+${pattern}`, 'm').exec(status)![1];
  const bounding = capabilityNames(field('CapEff', '(\\w+)')).map((name) => `,+${name.toLowerCase()}`);
  const ids = ['--reuid', field('Uid', '\\d+\\s+(\\d+)'), '--regid', field('Gid', '\\d+\\s+(\\d+)')];
  return ['setpriv', '--no-new-privs', '--clear-groups', ...ids, '--inh-caps=-all', `--bounding-set=-all${bounding.join('')}`, '--'];
}
