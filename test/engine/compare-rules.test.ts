import { container, host, network } from './hosts';
import { dockerRules } from '../../src/engine/private/docker-rules/docker-rules';
import type { HostChain, HostRules } from '../../src/firewall/private/host-rules';
import type { Rule } from '../../src/firewall/private/ir';
import { compareRules, differenceText } from '../support/compare-rules';

const networks = [network({ endpoints: [container()] }), network({ icc: false }, 2)];
const rules = dockerRules(host('28.2', networks), 'ipv4');

/** The same host with one chain changed. */
function changed(name: string, change: (own: readonly Rule[]) => readonly Rule[], table = 'filter'): HostRules {
  const chains = rules.chains.map((chain): HostChain => {
    return chain.name === name && chain.table === table ? { ...chain, rules: change(chain.rules) } : chain;
  });
  return { ...rules, chains };
}

const told = (real: HostRules, networksInAnyOrder = false) =>
  compareRules(rules, real, { networksInAnyOrder }).map((one) => differenceText(one).split('\n')[0]);

test('the same rules have no differences, whatever their origins', () => {
  expect(told(rules)).toEqual([]);
  expect(told(changed('DOCKER', (own) => own.map((rule) => ({ ...rule, origin: 'read' }))))).toEqual([]);
});

test('a rule that only one side has is told, and how often it stands there counts', () => {
  expect(told(changed('DOCKER-CT', (own) => own.slice(1)))).toEqual([
    'filter DOCKER-CT: missing: ct-state ESTABLISHED|RELATED out br1 => accept',
  ]);
  expect(told(changed('DOCKER-CT', (own) => [own[0], ...own]))).toEqual([
    'filter DOCKER-CT: extra: ct-state ESTABLISHED|RELATED out br1 => accept',
  ]);
});

test('a chain that only one side has is told with its rules', () => {
  const without = { ...rules, chains: rules.chains.filter(({ name }) => name !== 'DOCKER-BRIDGE') };
  expect(told(without)).toHaveLength(3);
  expect(told({ ...rules, chains: [...rules.chains, { table: 'filter', name: 'OTHER', rules: [] }] })).toEqual([
    'filter OTHER: extra: the chain, only jumped to',
  ]);
});

test('a built-in chain that accepts and is empty says nothing; a policy does', () => {
  const base = { hook: 'input', type: 'filter', priority: 0 } as const;
  const input = (policy: 'accept' | 'drop') => ({
    ...rules,
    chains: [...rules.chains, { table: 'filter', name: 'INPUT', base: { ...base, policy }, rules: [] }],
  });
  expect(told(input('accept'))).toEqual([]);
  expect(told(input('drop'))).toHaveLength(1);
  const forward = rules.chains.find(({ name }) => name === 'FORWARD')!;
  const chains = rules.chains.map((chain) =>
    chain === forward ? { ...chain, base: { ...chain.base!, policy: 'accept' as const } } : chain,
  );
  expect(told({ ...rules, chains })).toEqual(['filter FORWARD: base: model filter forward 0 drop, host filter forward 0 accept']);
});

test('what was not understood is a difference', () => {
  expect(told({ ...rules, notUnderstood: ['-A WHAT'] })).toEqual(['host: not understood: -A WHAT']);
});

test('the verdict of a network before its publications is another order', () => {
  expect(told(changed('DOCKER', (own) => [...own].reverse()))[0]).toMatch(/^filter DOCKER: order/);
});

test('rules that lead to the same end, or that no packet meets both of, may change places', () => {
  expect(told(changed('DOCKER-CT', (own) => [...own].reverse()))).toEqual([]);
  expect(told(changed('DOCKER', ([accept, first, second]) => [accept, second, first]))).toEqual([]);
  // -i br1 ACCEPT, and -i br2 -o br2 DROP
  expect(told(changed('DOCKER-FORWARD', ([a, b, c, first, second, third]) => [a, b, c, second, first, third]))).toEqual([]);
});

test('jumps stay in their order', () => {
  expect(told(changed('FORWARD', (own) => [...own].reverse()))[0]).toMatch(/^filter FORWARD: order/);
  expect(told(changed('DOCKER-FORWARD', ([a, b, ...rest]) => [b, a, ...rest]))[0]).toMatch(/^filter DOCKER-FORWARD: order/);
});

test('after a restart the networks may stand in any order, each network in its own', () => {
  const g20 = dockerRules(host('20.10', networks), 'ipv4');
  const turned = dockerRules(host('20.10', [...networks].reverse()), 'ipv4');
  expect(compareRules(g20, turned)).not.toEqual([]);
  expect(compareRules(g20, turned, { networksInAnyOrder: true })).toEqual([]);
  expect(
    told(
      changed('DOCKER', (own) => [...own].reverse()),
      true,
    )[0],
  ).toMatch(/^filter DOCKER: order/);
});
