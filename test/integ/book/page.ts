// What a page of the book is made of: plain data. One host grows from page to page, so that each shows what the new thing adds.
import type { ContainerPlan, NetworkPlan, PortPlan } from '../harness/engine-topology';
import type { Question } from '../harness/packets-questions';
import type { EngineId } from '../lab/cache';

export interface Page {
  /** Of its file, without `.md`; the number says its place. */
  readonly name: string;
  readonly title: string;
  readonly text: readonly string[];
  readonly parts: readonly Part[];
}

export interface Part {
  readonly title: string;
  readonly text: readonly string[];
  /** Stays for all that follows. */
  readonly networks?: readonly NetworkPlan[];
  readonly containers?: readonly BookContainer[];
  /** Gone at the end of the part. */
  readonly tries?: Tries;
  /** Which of the engine's rules are shown: those that came since the part before, or all of some chains. */
  readonly rules?: 'added' | { readonly iptables: readonly string[]; readonly nft: readonly string[] };
  /** Which chains a packet meets at each hook, in their order. */
  readonly hooks?: boolean;
  readonly questions?: readonly BookQuestion[];
}

/** What an administrator does by hand. */
export interface Tries {
  /** Arguments of `iptables`, one call each, where the engine uses it. */
  readonly iptables?: readonly string[];
  /** Rules for a chain of one's own before the engine's, where the engine uses nftables. */
  readonly nft?: readonly string[];
  readonly switches?: readonly { readonly file: string; readonly value: string }[];
}

export interface BookContainer extends ContainerPlan {
  readonly address: string;
}

export interface BookQuestion extends Question {
  /** Engines on which it is answered. */
  readonly open: readonly EngineId[];
  /** Whether every step is shown instead of the deciding ones. */
  readonly steps?: boolean;
}

export const EVERY: readonly EngineId[] = ['20.10', '26.1', '28.5', '29', '29-nft'];
export const NONE: readonly EngineId[] = [];
/** The isolation of old. */
export const OLD: readonly EngineId[] = ['20.10', '26.1'];
export const only = (...engines: readonly EngineId[]): readonly EngineId[] => engines;
export const allBut = (...engines: readonly EngineId[]): readonly EngineId[] => EVERY.filter((engine) => !engines.includes(engine));

/** Its bridge has the same name. */
export function network(
  name: string,
  block: string,
  options: Partial<Pick<NetworkPlan, 'internal' | 'icc' | 'trusted'>> = {},
): NetworkPlan {
  const { internal = false, icc = true, trusted = [] } = options;
  return { name, internal, icc, masquerade: true, trusted, ipv4: { block, mode: 'nat' } };
}

/** Ports as `docker run -p` has them. */
export function container(name: string, joined: string, address: string, ...published: readonly string[]): BookContainer {
  return { name, networks: [joined], address, ports: published.map(toPort), exposed: [], links: [] };
}

function toPort(text: string): PortPlan {
  const [target, host, hostAddress] = text.split(':').reverse();
  return { protocol: 'tcp', ...(hostAddress === undefined ? {} : { hostAddress }), host: Number(host), target: Number(target), count: 1 };
}

/** `ask('lanA', '192.0.2.10:8080', EVERY)`; without a port it is a ping. */
export function ask(source: string, target: string, open: readonly EngineId[], options: { readonly steps?: boolean } = {}): BookQuestion {
  const [to, port] = target.split(':');
  return { source, to, protocol: port === undefined ? 'icmp' : 'tcp', port: Number(port ?? 0), open, ...options };
}

export function questionText({ source, to, protocol, port }: Question): string {
  return `${source} → ${to} ${protocol === 'icmp' ? 'ping' : `${protocol}/${port}`}`;
}
