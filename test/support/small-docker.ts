/**
 * What each generation of the engine writes for the networks of the small host, reduced to what decides about packets. Written by hand from the
 * tables of what the generations do, so that tests of the walk do not lean on the model of the engine.
 */
export type Generation = 'g20' | 'g27' | 'g28.0' | 'g28.2' | 'g29' | 'nft';

export interface SmallNetwork {
  readonly bridge: string;
  /** 1 for 10.1.0.0/24. */
  readonly net: number;
  readonly mode?: 'nat' | 'nat-unprotected' | 'routed' | 'internal';
  readonly icc?: boolean;
  /** Host address (or none), host port, container's address, its port. */
  readonly ports?: readonly { readonly host?: string; readonly port: number; readonly address: string; readonly target: number }[];
  readonly trusted?: string;
  /** Last bytes of its containers' addresses. */
  readonly hosts?: readonly number[];
}

export interface SmallDaemon {
  readonly generation: Generation;
  readonly proxy?: boolean;
  readonly forwardPolicy?: 'accept' | 'drop';
  readonly user?: string;
  readonly acceptMark?: number;
}

export function dockerRules(daemon: SmallDaemon, networks: readonly SmallNetwork[]): string {
  return daemon.generation === 'nft' ? nftRules(daemon, networks) : iptablesRules(daemon, networks);
}

const lines = (...parts: readonly (string | readonly string[])[]) => parts.flat().filter(Boolean).join('\n');

function iptablesRules(
  { generation, proxy = true, forwardPolicy = 'drop', user = '', acceptMark }: SmallDaemon,
  networks: readonly SmallNetwork[],
): string {
  const isOld = generation === 'g20' || generation === 'g27';
  const hasIsolation = generation !== 'g29';
  const open = networks.filter(({ mode }) => mode !== 'internal');
  const internal = networks.filter(({ mode }) => mode === 'internal');
  const each = (of: readonly SmallNetwork[], make: (network: SmallNetwork) => string | readonly string[]) => of.flatMap(make);
  const isNat = ({ mode = 'nat' }: SmallNetwork) => mode === 'nat' || mode === 'nat-unprotected';
  const closeInternal = each(internal, ({ bridge, net }) => [
    `-i ${bridge} ! -d 10.${net}.0.0/24 -j DROP`,
    `-o ${bridge} ! -s 10.${net}.0.0/24 -j DROP`,
  ]);
  const isolation = each(open, ({ bridge, mode }) =>
    mode === 'routed' && !isOld
      ? [`-i ${bridge} --ctstate RELATED,ESTABLISHED -j ACCEPT`, `-o ${bridge} -j RETURN`]
      : [`-i ${bridge} ! -o ${bridge} -j STAGE-2`],
  );
  // Rules for routed networks come before those that isolate.
  isolation.sort((a, b) => Number(a.includes('STAGE-2')) - Number(b.includes('STAGE-2')));
  const egress = each(networks, ({ bridge, mode, icc = true }) =>
    isOld
      ? [...(mode === 'internal' ? [] : [`-i ${bridge} ! -o ${bridge} -j ACCEPT`]), ...(icc ? [`-i ${bridge} -o ${bridge} -j ACCEPT`] : [])]
      : mode === 'internal'
        ? [`-i ${bridge} -o ${bridge} -j ${icc ? 'ACCEPT' : 'DROP'}`]
        : icc
          ? [`-i ${bridge} -j ACCEPT`]
          : [`-i ${bridge} -o ${bridge} -j DROP`, `-i ${bridge} ! -o ${bridge} -j ACCEPT`],
  );
  const established = each(open, ({ bridge }) => `-o ${bridge} --ctstate RELATED,ESTABLISHED -j ACCEPT`);
  const toDocker = each(open, ({ bridge }) => `-o ${bridge} -j DOCKER`);
  const lateDrops = isOld ? each(networks, ({ bridge, icc = true }) => (icc ? [] : [`-i ${bridge} -o ${bridge} -j DROP`])) : [];
  const accepts = each(open, ({ bridge, mode, ports = [] }) =>
    mode === 'nat-unprotected'
      ? []
      : ports.map(({ address, target }) => `! -i ${bridge} -o ${bridge} -p tcp -d ${address} --dport ${target} -j ACCEPT`),
  );
  const defaults = isOld
    ? []
    : each(open, ({ bridge, mode }) => [
        ...(mode === 'routed' ? [`-o ${bridge} -p icmp -j ACCEPT`] : []),
        `! -i ${bridge} -o ${bridge} -j ${mode === 'nat-unprotected' ? 'ACCEPT' : 'DROP'}`,
      ]);
  const raw = isOld
    ? []
    : each(open, ({ bridge, mode = 'nat', net, ports = [], trusted, hosts = [2, 3, 9] }) => [
        ...(mode !== 'nat'
          ? []
          : generation === 'g28.0'
            ? ports.map(({ address, target }) => `-d ${address} ! -i ${bridge} -p tcp --dport ${target} -j DROP`)
            : hosts.flatMap((host) => [
                ...(trusted ? [`-d 10.${net}.0.${host} -i ${trusted} -j ACCEPT`] : []),
                `-d 10.${net}.0.${host} ! -i ${bridge} -j DROP`,
              ])),
        ...ports
          .filter(({ host }) => host?.startsWith('127.'))
          .map(({ host, port }) => `-d ${host} -p tcp --dport ${port} ! -i lo -j DROP`),
      ]);
  return lines(
    `[raw PREROUTING accept]`,
    raw,
    `[nat PREROUTING accept]`,
    `--dst-type local -j DOCKER`,
    `[nat OUTPUT accept]`,
    proxy ? `! -d 127.0.0.0/8 --dst-type local -j DOCKER` : `--dst-type local -j DOCKER`,
    `[nat POSTROUTING accept]`,
    each(open.filter(isNat), ({ bridge, net, ports = [] }) => [
      `-s 10.${net}.0.0/24 ! -o ${bridge} -j MASQUERADE`,
      ...(proxy ? [] : [`-o ${bridge} --src-type local -j MASQUERADE`]),
      ...(proxy && !isOld ? [] : ports.map(({ address, target }) => `-s ${address} -d ${address} -p tcp --dport ${target} -j MASQUERADE`)),
    ]),
    `[nat DOCKER]`,
    hasIsolation && proxy ? each(open.filter(isNat), ({ bridge }) => `-i ${bridge} -j RETURN`) : [],
    each(open.filter(isNat), ({ bridge, ports = [] }) =>
      ports.map(
        ({ host, port, address, target }) =>
          `${host ? `-d ${host} ` : ''}-p tcp --dport ${port} ${proxy ? `! -i ${bridge} ` : ''}-j DNAT --to ${address}:${target}`,
      ),
    ),
    `[filter DOCKER-USER]`,
    user,
    `[filter STAGE-2]`,
    hasIsolation ? each(open, ({ bridge }) => `-o ${bridge} -j DROP`) : [],
    `[filter STAGE-1]`,
    closeInternal,
    hasIsolation ? isolation : [],
    `[filter DOCKER]`,
    accepts,
    defaults,
    `[filter FORWARD ${forwardPolicy}]`,
    `-j DOCKER-USER`,
    acceptMark === undefined ? '' : `--mark ${acceptMark} -j ACCEPT`,
    ...(isOld ? ['-j STAGE-1', ...established, ...toDocker] : [...established, '-j STAGE-1', ...toDocker]),
    egress,
    lateDrops,
  );
}

function nftRules(
  { proxy = true, forwardPolicy = 'accept', user = '', acceptMark }: SmallDaemon,
  networks: readonly SmallNetwork[],
): string {
  const t = 'nft:docker-bridges';
  const all = <T>(make: (network: SmallNetwork) => readonly T[]) => networks.flatMap(make);
  const isNat = ({ mode = 'nat' }: SmallNetwork) => mode === 'nat' || mode === 'nat-unprotected';
  return lines(
    `[filter FORWARD ${forwardPolicy}]`,
    `[nft:own guard forward -1 accept]`,
    user,
    ...all((network) => {
      const { bridge, mode = 'nat', icc = true, net, ports = [] } = network;
      const isInternal = mode === 'internal';
      return [
        `[${t} in-${bridge}]`,
        `--ctstate RELATED,ESTABLISHED -j ACCEPT`,
        mode === 'routed' ? `-p icmp -j ACCEPT` : '',
        isInternal ? `! -i ${bridge} -j DROP` : '',
        acceptMark === undefined ? '' : `--mark ${acceptMark} -j ACCEPT`,
        isInternal ? `-j ${icc ? 'ACCEPT' : 'DROP'}` : `-i ${bridge} -j ${icc ? 'ACCEPT' : 'DROP'}`,
        ...(isInternal || mode === 'nat-unprotected'
          ? []
          : ports.map(({ address, target }) => `-d ${address} -p tcp --dport ${target} -j ACCEPT`)),
        isInternal ? '' : `-j ${mode === 'nat-unprotected' ? 'ACCEPT' : 'DROP'}`,
        `[${t} out-${bridge}]`,
        `--ctstate RELATED,ESTABLISHED -j ACCEPT`,
        isInternal ? `! -o ${bridge} -j DROP` : `-j ACCEPT`,
        `[${t} post-out-${bridge}]`,
        isNat(network) ? `! -o ${bridge} -s 10.${net}.0.0/24 -j MASQUERADE` : '',
        `[${t} post-in-${bridge}]`,
        isNat(network) && !proxy ? `--src-type local -j MASQUERADE` : '',
        ...(isNat(network) && !proxy
          ? ports.map(({ address, target }) => `-s ${address} -d ${address} -p tcp --dport ${target} -j MASQUERADE`)
          : []),
      ];
    }),
    `[${t} filter-FORWARD forward 0 accept]`,
    all(({ bridge }) => [`-o ${bridge} -j in-${bridge}`]),
    all(({ bridge }) => [`-i ${bridge} -j out-${bridge}`]),
    `[${t} dnat]`,
    all((network) =>
      (isNat(network) ? (network.ports ?? []) : []).map(
        ({ host, port, address, target }) =>
          `${proxy ? `! -i ${network.bridge} ` : ''}${host ? `-d ${host} ` : ''}-p tcp --dport ${port} -j DNAT --to ${address}:${target}`,
      ),
    ),
    `[${t} nat-PREROUTING prerouting -100 accept nat]`,
    `--dst-type local -j dnat`,
    `[${t} nat-OUTPUT output -100 accept nat]`,
    `${proxy ? '! -d 127.0.0.0/8 ' : ''}--dst-type local -j dnat`,
    `[${t} nat-POSTROUTING postrouting 100 accept nat]`,
    all(({ bridge }) => [`-i ${bridge} -j post-out-${bridge}`]),
    all(({ bridge }) => [`-o ${bridge} -j post-in-${bridge}`]),
    `[${t} raw-PREROUTING prerouting -300 accept]`,
    all(({ mode = 'nat', bridge, net, ports = [], trusted }) => [
      ...ports.filter(({ host }) => host?.startsWith('127.')).map(({ host, port }) => `! -i lo -d ${host} -p tcp --dport ${port} -j DROP`),
      ...(mode === 'nat'
        ? [2, 3, 9].map((host) => `-d 10.${net}.0.${host} ! --iifs ${[bridge, trusted].filter(Boolean).join(',')} -j DROP`)
        : []),
    ]),
  );
}
