import type { AddressType, IpProtocol, Match, Verdict } from '../../../firewall/private/ir';

/** Matches and verdicts by short names, so that a rule below reads as it does in `iptables-save`. */
export const source = (block: string): Match => ({ kind: 'source', block });
export const notSource = (block: string): Match => ({ kind: 'source', block, negate: true });
export const destination = (block: string): Match => ({ kind: 'destination', block });
export const notDestination = (block: string): Match => ({ kind: 'destination', block, negate: true });
export const input = (name: string): Match => ({ kind: 'in-interface', name });
export const notInput = (name: string): Match => ({ kind: 'in-interface', name, negate: true });
export const output = (name: string): Match => ({ kind: 'out-interface', name });
export const notOutput = (name: string): Match => ({ kind: 'out-interface', name, negate: true });
export const protocol = (name: IpProtocol): Match => ({ kind: 'protocol', protocol: name });
export const toPort = (first: number): Match => ({ kind: 'destination-port', first, last: first });
export const fromPort = (first: number): Match => ({ kind: 'source-port', first, last: first });
export const addressType = (of: 'source' | 'destination', type: AddressType): Match => ({ kind: 'address-type', of, type });
export const ESTABLISHED: Match = { kind: 'ct-state', states: ['RELATED', 'ESTABLISHED'] };

export const ACCEPT: Verdict = { kind: 'accept' };
export const DROP: Verdict = { kind: 'drop' };
export const RETURN: Verdict = { kind: 'return' };
export const MASQUERADE: Verdict = { kind: 'masquerade' };
export const jump = (chain: string): Verdict => ({ kind: 'jump', chain });
export const dnat = (address: string, port: number): Verdict => ({ kind: 'dnat', address, first: port, last: port });
export const snat = (address: string): Verdict => ({ kind: 'snat', address });
