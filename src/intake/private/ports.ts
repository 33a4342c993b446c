import { Port } from '../../firewall/port';
import { given, InputError } from '../input-error';

const RANGES = { tcp: Port.tcpRange, udp: Port.udpRange, sctp: Port.sctpRange } as const;

/** A port as people write it: `443`, `tcp/443`, `443/tcp`, `8000-8010`, `ping`. Without a protocol it is TCP. @throws InputError */
export function portOf(word: string): Port {
  if (/^(icmp(\/ping)?|ping)$/.test(word)) return Port.icmpPing();
  const [, before, first, last, after] = /^(?:(tcp|udp|sctp)\/)?(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/.exec(word) ?? [];
  if (first === undefined || (before !== undefined && after !== undefined)) {
    throw new InputError(`'${word}' is not a port; write 443, tcp/443, udp/53, 8000-8010 or ping`);
  }
  const range = RANGES[(before ?? after ?? 'tcp') as keyof typeof RANGES];
  return given(() => range(Number(first), Number(last ?? first)));
}
