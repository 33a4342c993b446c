/**
 * What the tools of a host print, one text for each. Every text may be missing; what then is not known is said with each answer.
 *
 * - `engine`: version of the engine, such as `28.5.2`
 * - `iptables`, `ip6tables`: `iptables-save`, `ip6tables-save`; `iptables-legacy`, `ip6tables-legacy`: the same of the legacy tables
 * - `nft`: `nft -j list ruleset`; `ipset`: `ipset save`
 * - `addresses`: `ip -j -d address show`; `routes-ipv4`, `routes-ipv6`: `ip -j -4 route show table all`, `ip -j -6 route show table all`
 * - `rules-ipv4`, `rules-ipv6`: `ip -j -4 rule show`, `ip -j -6 rule show`
 * - `sysctls`: lines `KEY = VALUE`; `listeners`: `ss -Hlntup` without processes' arguments
 * - `docker-info`, `docker-networks`, `docker-containers`: JSON of `docker info`, `docker network inspect`, `docker inspect`, reduced to what is read
 * - `docker-images`: JSON of `docker image inspect`, with ids and names only
 * - `docker-names`: lines `CONTAINER HOST:PORT`, of settings of a container where HOST is a name of a container
 * - `daemon-json`: `daemon.json`, reduced to what is read; `daemon-flags`: lines `KEY VALUE` of the engine's command line, with the same keys, and
 *   `environment NAME`; `units`: lines `UNIT LOADED ACTIVE ENABLED` of known firewalls
 * - `files`: lines `SUM MODE OWNER PATH` of the files of Bulkhead and of the engine's settings
 */
export const HOST_TEXTS = [
  'engine',
  'iptables',
  'ip6tables',
  'iptables-legacy',
  'ip6tables-legacy',
  'nft',
  'ipset',
  'addresses',
  'routes-ipv4',
  'routes-ipv6',
  'rules-ipv4',
  'rules-ipv6',
  'sysctls',
  'listeners',
  'docker-info',
  'docker-networks',
  'docker-containers',
  'docker-images',
  'docker-names',
  'daemon-flags',
  'daemon-json',
  'units',
  'files',
] as const;

export type HostText = (typeof HOST_TEXTS)[number];
export type HostTexts = Readonly<Partial<Record<HostText, string>>>;
