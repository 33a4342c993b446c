import type { IntakeHost } from './intake-host';
import { addressInAnySpelling } from '../../../addressing/private/ip';
import { writeAddress } from '../../../reachability/private/walk/address';
import { Host } from '../../../reachability/private/walk/host';
import type { HostView } from '../../../reachability/private/walk/host-view';
import type { ProbeSource } from '../../../reachability/private/walk/outcome';
import type { Family } from '../../../topology/private/terms';
import { InputError } from '../../input-error';

/** One end of a question: the sender, and the addresses for which it is asked. */
export interface QuestionEnd {
  readonly text: string;
  readonly kind: 'container' | 'host' | 'outside';
  readonly addresses: readonly string[];
  /** Of an end outside: the interface of the host that leads there. */
  readonly interface?: string;
  sourceIn(family: Family): ProbeSource | undefined;
}

/** Stand for the internet: documentation addresses that no host has of its own. */
export const ELSEWHERE: Readonly<Record<Family, string>> = { ipv4: '203.0.113.77', ipv6: '2001:db8:ffff:ffff::77' };

export function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** Containers, the host, and the outside by interface. */
export function endsOf(host: IntakeHost): QuestionEnd[] {
  const { view } = host;
  const others = view.interfaces.filter(({ kind, hasOthers }) => kind === 'uplink' || hasOthers === true);
  return [...view.containers.map(({ key }) => containerEnd(view, key)), hostEnd(view), ...others.map(({ name }) => outsideEnd(name))];
}

function containerEnd({ containers }: HostView, key: string): QuestionEnd {
  const attachments = containers.find((each) => each.key === key)!.attachments;
  const addresses = attachments.flatMap(({ ipv4, ipv6 }) => [ipv4 ?? [], ipv6 ?? []].flat());
  return { text: key, kind: 'container', addresses, sourceIn: () => ({ kind: 'container', key }) };
}

function hostEnd({ interfaces }: HostView): QuestionEnd {
  const addresses = interfaces
    .filter(({ kind }) => kind !== 'loopback')
    .flatMap((each) => each.addresses.map((text) => text.split('/')[0]));
  return { text: 'host', kind: 'host', addresses, sourceIn: () => ({ kind: 'host' }) };
}

/** Any machine at the far side of an interface; with addresses, only that one. */
export function outsideEnd(name: string, address?: string): QuestionEnd {
  return {
    text: address ?? `outside at ${name}`,
    kind: 'outside',
    interface: name,
    addresses: address === undefined ? [] : [address],
    sourceIn: (family) => {
      if (address !== undefined && familyOf(address) !== family) return undefined;
      return { kind: 'outside', interface: name, address: address ?? ELSEWHERE[family] };
    },
  };
}

/**
 * What a word means: a container by its name, `host`, `internet`, `internet6`, `outside:INTERFACE`, or an address.
 * @throws InputError
 */
export function endNamed(host: IntakeHost, word: string): QuestionEnd {
  const { view, names } = host;
  const ends = endsOf(host);
  if (word === 'internet' || word === 'internet6') {
    const address = ELSEWHERE[word === 'internet' ? 'ipv4' : 'ipv6'];
    return { ...outsideTo(view, address), text: word };
  }
  if (word.startsWith('outside:')) {
    const name = word.slice('outside:'.length);
    if (ends.some(({ kind, text }) => kind === 'outside' && text === `outside at ${name}`)) return outsideEnd(name);
  }
  const container = names.containers.find(({ name, id }) => name === word || (word.length >= 12 && id.startsWith(word)));
  if (container !== undefined && !container.isRunning) throw new InputError(`container '${word}' does not run, so that no packet reaches it; start it and take the texts again`); // prettier-ignore
  const shared = typeof container?.network === 'object' ? container.network.of : container?.network === 'host' ? 'host' : container?.name;
  const end = ends.find(({ text, addresses }) => text === (shared ?? word) || addresses.includes(word));
  if (end !== undefined) return addressInAnySpelling(word) === undefined ? end : { ...end, addresses: [word] };
  if (addressInAnySpelling(word) !== undefined) return outsideTo(view, word);
  throw new InputError(`'${word}' is not known; it can be host, internet, internet6, an address, or one of: ${ends.map(({ text }) => text.replace(/^outside at /, 'outside:')).join(', ')}`); // prettier-ignore
}

/** A machine outside is at the interface by which the host would send to it. */
function outsideTo(view: HostView, address: string): QuestionEnd {
  const family = familyOf(address);
  const host = Host.of(view);
  const value = host.valueOf(family, address);
  const hop = value === undefined ? undefined : host.hopTo(family, value);
  if (value === undefined || hop === undefined) throw new InputError(`the host has no route to ${address}; name an interface with outside:INTERFACE`); // prettier-ignore
  return outsideEnd(hop.interface, writeAddress(family, value));
}
