import { matching } from '../../private/text';

/** Signals that ask a program to end. Others freeze it, or are the kernel's word for a fault, which the init process does not pass on. */
const SIGNAL = /^SIG(HUP|INT|KILL|PWR|QUIT|TERM|USR1|USR2|WINCH|RTMIN(\+([1-9]|1[0-5]))?)$/;

/** @see https://man7.org/linux/man-pages/man7/signal.7.html */
export function checkStopSignal(path: string, signal: string | undefined): void {
  if (signal === undefined) return;
  matching(
    path,
    'stopSignal',
    signal,
    SIGNAL,
    'StopSignal',
    'SIGHUP, SIGINT, SIGKILL, SIGPWR, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGRTMIN or SIGRTMIN+1 to SIGRTMIN+15',
  );
}
