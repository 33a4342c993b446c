type Arities = Readonly<Record<string, number>>;

const each = (count: number, names: string): Arities => Object.fromEntries(names.split(' ').map((name) => [`--${name}`, count]));

/**
 * Matches that ask for what no text of a host tells: counts, hours, contents, programs, the network card or the path of the sender. Options with their
 * numbers of words.
 */
export const DEPENDING: ReadonlyMap<string, Arities> = new Map<string, Arities>([
  ['recent', { ...each(0, 'set rcheck update remove reap rttl rsource rdest'), ...each(1, 'seconds hitcount name mask') }],
  ['connlimit', { ...each(0, 'connlimit-saddr connlimit-daddr'), ...each(1, 'connlimit-upto connlimit-above connlimit-mask') }],
  ['connbytes', each(1, 'connbytes connbytes-dir connbytes-mode')],
  [
    'hashlimit',
    {
      ...each(0, 'hashlimit-rate-match'),
      ...each(1, 'hashlimit-upto hashlimit-above hashlimit-burst hashlimit-mode hashlimit-name hashlimit-srcmask hashlimit-dstmask'),
      ...each(1, 'hashlimit-htable-size hashlimit-htable-max hashlimit-htable-expire hashlimit-htable-gcinterval hashlimit-rate-interval'),
    },
  ],
  ['quota', each(1, 'quota')],
  ['statistic', each(1, 'mode probability every packet')],
  ['time', { ...each(0, 'utc kerneltz localtz contiguous'), ...each(1, 'datestart datestop timestart timestop monthdays weekdays days') }],
  ['mac', each(1, 'mac-source mac')],
  ['owner', { ...each(0, 'socket-exists suppl-groups'), ...each(1, 'uid-owner gid-owner pid-owner sid-owner cmd-owner') }],
  ['string', { ...each(0, 'icase'), ...each(1, 'from to algo string hex-string') }],
  ['u32', each(1, 'u32')],
  ['bpf', each(1, 'bytecode object-pinned')],
  ['length', each(1, 'length')],
  ['ttl', each(1, 'ttl ttl-eq ttl-lt ttl-gt')],
  ['hl', each(1, 'hl hl-eq hl-lt hl-gt')],
  ['dscp', each(1, 'dscp dscp-class')],
  ['tos', each(1, 'tos')],
  ['ecn', { ...each(0, 'ecn-tcp-cwr ecn-tcp-ece'), ...each(1, 'ecn-ip-ect') }],
  ['tcp', each(1, 'sport dport tcp-option')],
  ['tcpmss', each(1, 'mss')],
  ['osf', each(1, 'genre ttl log')],
  ['cgroup', each(1, 'cgroup path')],
  ['policy', { ...each(0, 'strict next'), ...each(1, 'dir pol reqid spi proto mode tunnel-src tunnel-dst') }],
  ['helper', each(1, 'helper')],
  ['socket', each(0, 'transparent nowildcard restore-skmark')],
  ['devgroup', each(1, 'src-group dst-group')],
  ['realm', each(1, 'realm')],
  ['pkttype', each(1, 'pkt-type')],
  ['cpu', each(1, 'cpu')],
  ['geoip', each(1, 'source-country src-cc destination-country dst-cc')],
  ['ipvs', { ...each(0, 'ipvs'), ...each(1, 'vproto vaddr vport vdir vmethod vportctl') }],
  ['connlabel', each(1, 'label')],
  ['ah', each(1, 'ahspi')],
  ['esp', each(1, 'espspi')],
  ['physdev', { ...each(0, 'physdev-is-in physdev-is-out physdev-is-bridged'), ...each(1, 'physdev-in physdev-out') }],
  ['conntrack', each(1, 'ctstatus ctorigsrcport ctreplsrc ctreplsrcport ctrepldst ctrepldstport ctexpire')],
  ['layer7', each(1, 'l7proto l7dir')],
]);
