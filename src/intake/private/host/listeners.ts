import type { HostTexts } from './host-texts';

/** A socket of the host that takes connections or datagrams. */
export interface Listener {
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0` and `::` stand for every address; `*` is written as `::` where it is of both families. */
  readonly address: string;
  readonly port: number;
  /** Of the program, where it is known. */
  readonly program?: string;
}

const LINE = /^(tcp|udp)\s+\S+\s+\d+\s+\d+\s+(\S+):(\d+|\*)\s+\S+(?:\s+users:\(\("((?:[^"\\]|\\.)*)".*)?\s*$/;

/** By `ss -Hlntup`; lines that are none of these are left out, since no answer needs them. */
export function listenersOf({ listeners }: HostTexts): readonly Listener[] | undefined {
  return listeners?.split(/\r?\n/).flatMap((line): Listener[] => {
    const [, protocol, place, port, program] = LINE.exec(line) ?? [];
    if (protocol === undefined || port === '*') return [];
    // A zone, as in `127.0.0.53%lo`, names the interface that the socket is bound to.
    const bare = place.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
    return [{ protocol: protocol as Listener['protocol'], address: bare === '*' ? '::' : bare, port: Number(port), ...(program !== undefined && { program }) }]; // prettier-ignore
  });
}
