import { IPTABLES_GUARD } from '../../../src/firewall/private/backend/iptables/backend';
import { guardFiles } from '../../../src/firewall/private/backend/iptables/guard-files';
import type { RestoreFile } from '../../../src/firewall/private/backend/iptables/restore-file';
import { renderHostFiles } from '../../../src/host/private/render-host-files';
import { sampleInput, sampleRestore } from '../../host/sample';

const { ipv4, ipv6 } = sampleRestore();

test.each<[string, Partial<RestoreFile>]>([
  ['ipv4.rules: has no COMMIT', { rules: '*mangle\n' }],
  ['does not end with a newline', { rules: '*mangle\nCOMMIT' }],
  ['ipv4.chains: is empty', { chains: [] }],
  ['two chains want to be first', { chains: [ipv4.chains[0], { ...ipv4.chains[0], chain: 'OTHER' }] }],
  ['ipv4.setNames', { setNames: ['bh-none'] }],
  ['ipv4.digest', { digest: '' }],
  ['ipv4: holds rules for ipv6', { family: 'ipv6' }],
])('what could not be loaded safely is not written: %s', (message, change) => {
  expect(() => guardFiles({ ipv4: { ...ipv4, ...change }, ipv6 })).toThrow(message);
});

describe('what of the host belongs to it', () => {
  const { tools, functions, sweeper } = IPTABLES_GUARD.needs;
  const program = renderHostFiles(sampleInput()).find(({ path }) => path === '/usr/local/sbin/bulkhead-firewall')!.content;

  test('its functions, the sweeper among them, are in the program, once each', () => {
    const defined = [...program.matchAll(/^([a-z_]+)\(\) \{/gm)].map(([, name]) => name);
    expect(functions.map((name) => [name, defined.filter((one) => one === name).length])).toEqual(functions.map((name) => [name, 1]));
    expect(new Set(functions).size).toBe(functions.length);
    expect(functions).toEqual(expect.arrayContaining([...sweeper]));
  });

  test('its commands are asked for by the program, each by its package', () => {
    const [, list] = /for entry in ([^;]*);/.exec(program.slice(program.indexOf('need_tools() {')))!;
    const own = Object.entries(tools).flatMap(([name, commands]) => commands.map((command) => `${command}:${name}`));
    expect(list.split(/[\s\\]+/)).toEqual(expect.arrayContaining(own));
  });
});
