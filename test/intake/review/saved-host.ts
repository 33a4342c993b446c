/** Engines whose rules differ. */
export type Engine = '20.10.24' | '26.1.5' | '27.5.1' | '28.0.4' | '28.5.2' | '29.1.0';
export interface SavedNetwork {
  br: string;
  sn: string;
  internal?: boolean;
  noIcc?: boolean;
}
export interface SavedPort {
  readonly port: number;
  readonly to: string;
  readonly inner: number;
  readonly proto?: string;
  readonly at?: string;
  readonly bridge: string;
}
export interface SavedHost {
  readonly engine: Engine;
  networks?: SavedNetwork[];
  published?: SavedPort[];
  noProxy?: boolean;
  user?: string[];
  afterReturn?: string[];
  userReturn?: boolean;
  noUser?: boolean;
  noUserJump?: boolean;
  pre?: string[];
  post?: string[];
  input?: string[];
  inputPolicy?: string;
  forwardPolicy?: string;
  output?: string[];
  chains?: Record<string, string[]>;
  mangle?: Record<string, string[]>;
  raw?: string[];
  natPre?: string[];
  natPost?: string[];
  natPreAfter?: string[];
  natChains?: Record<string, string[]>;
  v6?: boolean;
  counters?: boolean;
  swarm?: number[];
  dockerChain?: string[];
  staleDnat?: string[];
}
export const D0: SavedNetwork = { br: 'docker0', sn: '172.17.0.0/16' };
export const APP: SavedNetwork = { br: 'br-5f1c0a9d2e77', sn: '172.18.0.0/16' };
export const DB: SavedNetwork = { br: 'br-c3be71d40a18', sn: '172.19.0.0/16' };
export const INT: SavedNetwork = { br: 'br-88aa01f6b3cd', sn: '172.20.0.0/16', internal: true };
export const D06: SavedNetwork = { br: 'docker0', sn: 'fd00:17::/64' };
export const APP6: SavedNetwork = { br: APP.br, sn: 'fd00:18::/64' };
const isOld = (engine: Engine) => engine < '28';
function tables(h: SavedHost): Record<string, { policies: Record<string, string>; rules: string[] }> {
  const nets = h.networks ?? [D0, APP],
    pubs = h.published ?? [],
    v6 = !!h.v6,
    len = v6 ? 128 : 32;
  const EST = '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT';
  const ext = nets.filter((n) => !n.internal),
    ints = nets.filter((n) => n.internal);
  const loop = v6 ? '::1/128' : '127.0.0.0/8';
  const filter: string[] = [],
    chains: Record<string, string> = {};
  const add = (c: string, rules: string[]) => {
    chains[c] ??= '-';
    filter.push(...rules.map((r) => `-A ${c} ${r}`));
  };
  const pub = pubs.map(
    (p) => `-d ${p.to}/${len} ! -i ${p.bridge} -o ${p.bridge} -p ${p.proto ?? 'tcp'} -m ${p.proto ?? 'tcp'} --dport ${p.inner} -j ACCEPT`,
  );
  add('INPUT', h.input ?? []);
  const jump = h.noUser || h.noUserJump ? [] : ['-j DOCKER-USER'];
  if (isOld(h.engine)) {
    add('FORWARD', [
      ...(h.pre ?? []),
      ...jump,
      ...(h.swarm ? ['-j DOCKER-INGRESS'] : []),
      '-j DOCKER-ISOLATION-STAGE-1',
      ...[...nets]
        .reverse()
        .flatMap((n) =>
          n.internal
            ? [`-i ${n.br} -o ${n.br} -j ACCEPT`]
            : [
                `-o ${n.br} ${EST}`,
                `-o ${n.br} -j DOCKER`,
                `-i ${n.br} ! -o ${n.br} -j ACCEPT`,
                ...(n.noIcc ? [] : [`-i ${n.br} -o ${n.br} -j ACCEPT`]),
              ],
        ),
      ...(h.post ?? []),
      ...nets.filter((n) => n.noIcc).map((n) => `-i ${n.br} -o ${n.br} -j DROP`),
    ]);
    add('DOCKER', [...pub, ...(h.dockerChain ?? [])]);
    add('DOCKER-ISOLATION-STAGE-1', [
      ...ints.flatMap((n) => [`! -s ${n.sn} -o ${n.br} -j DROP`, `! -d ${n.sn} -i ${n.br} -j DROP`]),
      ...[...ext].reverse().map((n) => `-i ${n.br} ! -o ${n.br} -j DOCKER-ISOLATION-STAGE-2`),
      '-j RETURN',
    ]);
    add('DOCKER-ISOLATION-STAGE-2', [...[...ext].reverse().map((n) => `-o ${n.br} -j DROP`), '-j RETURN']);
  } else {
    const n29 = h.engine >= '29';
    add('FORWARD', [...(h.pre ?? []), ...jump, '-j DOCKER-FORWARD', ...(h.post ?? [])]);
    add('DOCKER', [...[...pub].reverse(), ...(h.dockerChain ?? []), ...ext.map((n) => `! -i ${n.br} -o ${n.br} -j DROP`)]);
    add(
      'DOCKER-BRIDGE',
      ext.map((n) => `-o ${n.br} -j DOCKER`),
    );
    add(
      'DOCKER-CT',
      ext.map((n) => `-o ${n.br} ${EST}`),
    );
    add('DOCKER-FORWARD', [
      ...(h.swarm ? ['-j DOCKER-INGRESS'] : []),
      '-j DOCKER-CT',
      n29 ? '-j DOCKER-INTERNAL' : '-j DOCKER-ISOLATION-STAGE-1',
      '-j DOCKER-BRIDGE',
      ...nets.flatMap((n) =>
        n.internal
          ? [`-i ${n.br} -o ${n.br} -j ACCEPT`]
          : n.noIcc
            ? [`-i ${n.br} -o ${n.br} -j DROP`, `-i ${n.br} ! -o ${n.br} -j ACCEPT`]
            : [`-i ${n.br} -j ACCEPT`],
      ),
    ]);
    const int = ints.flatMap((n) => [`! -s ${n.sn} -o ${n.br} -j DROP`, `! -d ${n.sn} -i ${n.br} -j DROP`]);
    if (n29) {
      add('DOCKER-INTERNAL', int);
    } else {
      add('DOCKER-ISOLATION-STAGE-1', [...int, ...ext.map((n) => `-i ${n.br} ! -o ${n.br} -j DOCKER-ISOLATION-STAGE-2`)]);
      add(
        'DOCKER-ISOLATION-STAGE-2',
        [...ext].reverse().map((n) => `-o ${n.br} -j DROP`),
      );
    }
  }
  if (h.swarm) {
    add('DOCKER-INGRESS', [
      ...h.swarm.flatMap((p) => [
        `-p tcp -m tcp --dport ${p} -j ACCEPT`,
        `-p tcp -m tcp --sport ${p} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      ]),
      '-j RETURN',
    ]);
  }
  const back = h.userReturn ?? h.engine <= '28.2';
  if (!h.noUser) add('DOCKER-USER', [...(h.user ?? []), ...(back ? ['-j RETURN'] : []), ...(h.afterReturn ?? [])]);
  for (const [c, r] of Object.entries(h.chains ?? {})) add(c, r);
  add('OUTPUT', h.output ?? []);
  const nat: string[] = [
    ...(h.natPre ?? []).map((r) => `-A PREROUTING ${r}`),
    ...(h.swarm ? ['-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS'] : []),
    '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    ...(h.natPreAfter ?? []).map((r) => `-A PREROUTING ${r}`),
    ...(h.swarm ? ['-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER-INGRESS'] : []),
    h.noProxy ? '-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER' : `-A OUTPUT ! -d ${loop} -m addrtype --dst-type LOCAL -j DOCKER`,
    ...(h.natPost ?? []).map((r) => `-A POSTROUTING ${r}`),
    ...[...ext]
      .reverse()
      .flatMap((n) => [
        ...(h.noProxy ? [`-A POSTROUTING -o ${n.br} -m addrtype --src-type LOCAL -j MASQUERADE`] : []),
        `-A POSTROUTING -s ${n.sn} ! -o ${n.br} -j MASQUERADE`,
      ]),
    ...(h.swarm ? ['-A POSTROUTING -o docker_gwbridge -m addrtype --src-type LOCAL -j MASQUERADE'] : []),
    ...(isOld(h.engine) || h.noProxy
      ? pubs.map(
          (p) =>
            `-A POSTROUTING -s ${p.to}/${len} -d ${p.to}/${len} -p ${p.proto ?? 'tcp'} -m ${p.proto ?? 'tcp'} --dport ${p.inner} -j MASQUERADE`,
        )
      : []),
    ...(h.engine < '29' && !h.noProxy ? [...ext].reverse().map((n) => `-A DOCKER -i ${n.br} -j RETURN`) : []),
    ...(h.staleDnat ?? []).map((r) => `-A DOCKER ${r}`),
    ...pubs.map(
      (p) =>
        `-A DOCKER ${v6 && !isOld(h.engine) ? '! -s fe80::/10 ' : ''}${p.at ? `-d ${p.at}/${len} ` : ''}${h.noProxy ? '' : `! -i ${p.bridge} `}-p ${p.proto ?? 'tcp'} -m ${p.proto ?? 'tcp'} --dport ${p.port} -j DNAT --to-destination ${v6 ? `[${p.to}]` : p.to}:${p.inner}`,
    ),
    ...(h.swarm ?? []).map((p) => `-A DOCKER-INGRESS -p tcp -m tcp --dport ${p} -j DNAT --to-destination 172.22.0.2:${p}`),
    ...(h.swarm ? ['-A DOCKER-INGRESS -j RETURN'] : []),
    ...Object.entries(h.natChains ?? {}).flatMap(([c, r]) => r.map((x) => `-A ${c} ${x}`)),
  ];
  const raw = [...(h.raw ?? []).map((r) => `-A PREROUTING ${r}`)];
  if (!isOld(h.engine)) {
    if (h.engine >= '28.2') {
      raw.push(...[...new Set(pubs.map((p) => `-A PREROUTING -d ${p.to}/${len} ! -i ${p.bridge} -j DROP`))]);
    } else {
      raw.push(
        ...pubs.map(
          (p) =>
            `-A PREROUTING -d ${p.to}/${len} ! -i ${p.bridge} -p ${p.proto ?? 'tcp'} -m ${p.proto ?? 'tcp'} --dport ${p.inner} -j DROP`,
        ),
      );
    }
    raw.push(
      ...pubs
        .filter((p) => p.at?.startsWith('127.'))
        .map((p) => `-A PREROUTING -d ${p.at}/32 ! -i lo -p ${p.proto ?? 'tcp'} -m ${p.proto ?? 'tcp'} --dport ${p.port} -j DROP`),
    );
  }
  const out: Record<string, { policies: Record<string, string>; rules: string[] }> = {};
  if (h.mangle) {
    const p: Record<string, string> = { PREROUTING: 'ACCEPT', INPUT: 'ACCEPT', FORWARD: 'ACCEPT', OUTPUT: 'ACCEPT', POSTROUTING: 'ACCEPT' };
    for (const c of Object.keys(h.mangle)) p[c] ??= '-';
    out.mangle = { policies: p, rules: Object.entries(h.mangle).flatMap(([c, r]) => r.map((x) => `-A ${c} ${x}`)) };
  }
  if (raw.length) out.raw = { policies: { PREROUTING: 'ACCEPT', OUTPUT: 'ACCEPT' }, rules: raw };
  const policies: Record<string, string> = { INPUT: h.inputPolicy ?? 'ACCEPT', FORWARD: h.forwardPolicy ?? 'DROP', OUTPUT: 'ACCEPT' };
  for (const c of Object.keys(chains)) policies[c] ??= '-';
  const order = (r: string) => Object.keys(policies).indexOf(r.split(' ')[1]!);
  out.filter = {
    policies,
    rules: filter
      .map((r, i) => [r, i] as const)
      .sort((a, b) => order(a[0]) - order(b[0]) || a[1] - b[1])
      .map(([r]) => r),
  };
  const np: Record<string, string> = {
    PREROUTING: 'ACCEPT',
    INPUT: 'ACCEPT',
    OUTPUT: 'ACCEPT',
    POSTROUTING: 'ACCEPT',
    DOCKER: '-',
    ...(h.swarm ? { 'DOCKER-INGRESS': '-' } : {}),
  };
  for (const c of Object.keys(h.natChains ?? {})) np[c] ??= '-';
  out.nat = { policies: np, rules: nat };
  return out;
}
export function savedText(h: SavedHost, only?: string[]): string {
  const name = h.v6 ? 'ip6tables-save' : 'iptables-save';
  return (
    Object.entries(tables(h))
      .filter(([t]) => !only || only.includes(t))
      .map(([t, { policies, rules }]) =>
        [
          `# Generated by ${name} v1.8.9 (nf_tables) on Mon Nov 30 07:12:44 2026`,
          `*${t}`,
          ...Object.entries(policies).map(([c, p], i) => `:${c} ${p} [${h.counters ? i * 131 : 0}:${h.counters ? i * 9040 : 0}]`),
          ...rules.map((r, i) => (h.counters ? `[${i}:${i * 60}] ${r}` : r)),
          'COMMIT',
          '# Completed on Mon Nov 30 07:12:44 2026',
        ].join('\n'),
      )
      .join('\n') + '\n'
  );
}
/** What `iptables -S` prints (filter), and `iptables -t nat -S` behind it if asked. */
export function specificationOf(h: SavedHost, only: string[] = ['filter'], prompt = false): string {
  return (
    Object.entries(tables(h))
      .filter(([t]) => only.includes(t))
      .sort((a, b) => only.indexOf(a[0]) - only.indexOf(b[0]))
      .map(([t, { policies, rules }]) =>
        [
          ...(prompt ? [`root@srv:~# iptables ${t === 'filter' ? '' : `-t ${t} `}-S`] : []),
          ...Object.entries(policies).map(([c, p]) => (p === '-' ? `-N ${c}` : `-P ${c} ${p}`)),
          ...rules,
        ].join('\n'),
      )
      .join('\n') + '\n'
  );
}
/** The text of collect around what other programs printed. */
export function archiveText(texts: Record<string, string>, none: Record<string, string> = {}, engine?: string): string {
  const all = [...Object.entries({ ...texts, ...(engine ? { engine: engine } : {}) })];
  return [
    'bulkhead-collect 1',
    '# Taken on srv1 at 2026-11-30T07:12:44Z. Read it before you give it away: it names addresses, containers and rules, with their comments.',
    ...all.flatMap(([n, t]) => {
      const l = t.replace(/\n$/, '').split('\n');
      return [`== ${n}: ${n === 'iptables' ? 'iptables-save' : n}`, ...l.map((x) => `| ${x}`), `== end ${n} ${l.length}`];
    }),
    ...Object.entries(none).map(([n, w]) => `== ${n} none: ${w}`),
    `== end of ${all.length + Object.keys(none).length} texts`,
    '',
  ].join('\n');
}
