import { Cidr } from '../../addressing/cidr';
import { needAddress } from '../../addressing/private/need-address';
import { HOST_NAME } from '../../hardening/private/host-name';
import { METADATA_NAMES } from '../../hardening/private/metadata-addresses';
import { ValidationError } from '../../private/errors';
import { matching, plainText } from '../../private/text';
import type { Declarations } from '../../topology/private/declarations';
import type { HardenedContainerProps } from '../hardened-container-props';

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
export const DNS_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})*$`, 'i');
const DNS_NAME_WORDS = "a DNS name of letters, digits and '-', its labels joined by '.'";

/** Words that resolv.conf knows, and those that take a number, with the largest one that counts. @see https://man7.org/linux/man-pages/man5/resolv.conf.5.html */
const FLAGS = [
  ...['debug', 'edns0', 'inet6', 'ip6-bytestring', 'ip6-dotint', 'no-aaaa', 'no-check-names', 'no-ip6-dotint', 'no-reload'],
  ...['no-tld-query', 'rotate', 'single-request', 'single-request-reopen', 'trust-ad', 'use-vc'],
];
const NUMBERS: Readonly<Record<string, number>> = { attempts: 5, ndots: 15, timeout: 30 };

type NameProps = Pick<HardenedContainerProps, 'aliases' | 'dns' | 'hostEntries'>;

/** How names resolve in a container and towards it. */
export function checkNames(path: string, containerName: string, props: NameProps, declarations: Declarations): void {
  checkAliases(path, props.aliases ?? []);
  const { servers = [], searchDomains = [], options = [] } = props.dns ?? {};
  servers.forEach((resolver, index) => needAddress(path, `dns.servers[${index}]`, resolver, '192.0.2.53'));
  checkSearch(path, searchDomains);
  checkOptions(path, options);
  checkEntries(path, containerName, props.hostEntries ?? {}, declarations);
}

export function checkAliases(path: string, aliases: readonly string[]): void {
  for (const [index, alias] of aliases.entries()) {
    matching(path, `aliases[${index}]`, alias, DNS_NAME, 'AliasName', DNS_NAME_WORDS);
    const why = reservedName(alias);
    if (why !== undefined) {
      throw new ValidationError('AliasName', path, `'aliases' contains '${alias}', which is ${why}; use another name`);
    }
  }
}

/** The meaning of a name for programs everywhere, so that no container may take it; undefined for other names. */
export function reservedName(name: string): string | undefined {
  const small = name.toLowerCase();
  if (small === 'localhost' || small.endsWith('.localhost')) return 'a name of the container itself';
  if (small.endsWith('.docker.internal')) return 'a name of the host';
  if (METADATA_NAMES.includes(small)) return 'the name of the metadata service of a cloud';
  return /^\d+$/.test(small.split('.').pop()!) && small.includes('.') ? 'read as an address' : undefined;
}

function checkSearch(path: string, domains: readonly string[]): void {
  if (domains.length === 1 && domains[0] === '.') {
    return;
  }
  domains.forEach((domain) => matching(path, 'dns.searchDomains', domain, DNS_NAME, 'SearchDomain', `${DNS_NAME_WORDS}, or '.' alone`));
  refuseTwice(path, 'dns.searchDomains', domains, 'SearchDomain');
}

function checkOptions(path: string, options: readonly string[]): void {
  for (const option of options) {
    const [word, number, ...rest] = plainText(path, 'dns.options', option).split(':');
    const most = Object.prototype.hasOwnProperty.call(NUMBERS, word) ? NUMBERS[word] : undefined;
    const known =
      most === undefined
        ? FLAGS.includes(option)
        : rest.length === 0 &&
          /^(0|[1-9]\d?)$/.test(number ?? '') &&
          Number(number) >= (word === 'ndots' ? 0 : 1) &&
          Number(number) <= most;
    if (!known) {
      throw new ValidationError(
        'ResolverOption',
        path,
        `'dns.options' contains '${option}', which is not an option of resolv.conf; use ${FLAGS.join(', ')}, ndots:0 to ndots:15, timeout:1 to timeout:30 and attempts:1 to attempts:5`,
      );
    }
  }
  refuseTwice(
    path,
    'dns.options',
    options.map((option) => option.split(':')[0]),
    'ResolverOption',
  );
}

function checkEntries(path: string, containerName: string, entries: Readonly<Record<string, string>>, declarations: Declarations): void {
  const names = Object.keys(entries);
  for (const name of names) {
    matching(path, 'hostEntries', name, DNS_NAME, 'HostEntryName', DNS_NAME_WORDS);
    if (['localhost', HOST_NAME, containerName.toLowerCase()].includes(name.toLowerCase())) {
      throw new ValidationError(
        'HostEntryName',
        path,
        `'hostEntries' contains '${name}', which is a name of the container itself or its host; remove it (a flow to Peer.host() adds ${HOST_NAME})`,
      );
    }
    const address = plainText(path, `hostEntries of ${name}`, entries[name]);
    needAddress(path, `hostEntries of ${name}`, address, '198.51.100.7');
    if (address.includes(':')) {
      throw new ValidationError(
        'HostEntryAddress',
        path,
        `the entry '${name}' leads to ${address}: the Terraform provider reads an IPv6 address only up to its first colon, and every plan would replace the container; use a DNS server for that name`,
      );
    }
    const pool = declarations.store.addressPools.find((block) => !block.includes(':') && Cidr.parse(block).containsAddress(address));
    if (pool !== undefined) {
      throw new ValidationError(
        'HostEntryAddress',
        path,
        `the entry '${name}' leads to ${address} in the address pool ${pool}, which contains only containers; use the dnsName of the workload instead of a host entry`,
      );
    }
  }
  refuseTwice(path, 'hostEntries', names, 'HostEntryName');
}

/** Names are the same in capital and in small letters. */
function refuseTwice(
  path: string,
  what: string,
  words: readonly string[],
  code: 'SearchDomain' | 'ResolverOption' | 'HostEntryName',
): void {
  const small = words.map((word) => word.toLowerCase());
  const twice = small.find((word, index) => small.indexOf(word) !== index);
  if (twice !== undefined) {
    throw new ValidationError(code, path, `'${what}' contains '${twice}' twice; remove one`);
  }
}
