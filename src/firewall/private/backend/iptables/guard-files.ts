import type { RestoreFile } from './restore-file';
import type { Family } from '../../../../topology/private/terms';
import type { GuardFile } from '../guard-backend';

const SUFFIX = { ipv4: 'v4', ipv6: 'v6' } as const;

/**
 * The files that the host's program loads, and `chains`: a line for each chain that is read back, with family, table, name, the chain that jumps to
 * it, number of rules and digest.
 *
 * Refuses what could not be loaded safely: this is the last check, so that a mistake of the library reaches no host.
 */
export function guardFiles(restore: Readonly<Record<Family, RestoreFile>>): GuardFile[] {
  const both = (['ipv4', 'ipv6'] as const).map((family) => {
    const file = restore[family];
    if (file.family !== family) throw new Error(`${family}: holds rules for ${file.family}`);
    check(family, file);
    return { file, suffix: SUFFIX[family] };
  });
  const chains = both.flatMap(({ file, suffix }) =>
    file.chains.map(({ table, chain, hook, rules }) => `${suffix} ${table} ${chain} ${hook} ${rules} ${file.digest}\n`),
  );
  return [
    ...both.map(({ file, suffix }) => ({ name: `rules.${suffix}`, content: file.rules })),
    ...both.map(({ file, suffix }) => ({ name: `sets.${suffix}`, content: file.sets })),
    { name: 'chains', content: chains.join('') },
  ];
}

function check(place: Family, file: RestoreFile): void {
  demand(`${place}.digest`, file.digest, /^[0-9a-zA-Z]{6,64}$/);
  if (!/^COMMIT$/m.test(file.rules)) throw new Error(`${place}.rules: has no COMMIT; nothing would be loaded`);
  if (!file.rules.endsWith('\n') || (file.sets && !file.sets.endsWith('\n'))) throw new Error(`${place}: does not end with a newline`);
  if (file.chains.length === 0) throw new Error(`${place}.chains: is empty; there would be no guard`);
  const hooks = new Set<string>();
  for (const { table, chain, hook, rules } of file.chains) {
    demand(`${place}.chains`, chain, /^[A-Z][A-Z0-9_-]{1,27}$/);
    demand(`${place}.chains`, hook, /^(PREROUTING|FORWARD|INPUT|OUTPUT|DOCKER-USER)$/);
    demand(`${place}.chains`, table, /^(raw|mangle|nat|filter)$/);
    if (!Number.isSafeInteger(rules) || rules < 0) throw new Error(`${place}.chains: ${chain} cannot hold ${rules} rules`);
    if (hooks.has(`${table} ${hook}`)) throw new Error(`${place}.chains: two chains want to be first in ${table} ${hook}`);
    hooks.add(`${table} ${hook}`);
  }
  const created = [...file.sets.matchAll(/^create (\S+) /gm)].map((match) => match[1]);
  for (const name of created) demand(`${place}.sets`, name, /^[A-Za-z0-9][A-Za-z0-9_.-]{0,30}$/);
  if ([...created].sort().join(' ') !== [...file.setNames].sort().join(' ')) {
    throw new Error(`${place}.setNames: '${file.setNames.join(' ')}' are not the sets that are created: '${created.join(' ')}'`);
  }
}

function demand(place: string, value: string, form: RegExp): void {
  if (!form.test(value)) throw new Error(`${place}: '${value}' is not of the form ${form.source}`);
}
