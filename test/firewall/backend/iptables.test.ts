import { IPTABLES_GUARD } from '../../../src/firewall/private/backend/iptables/backend';
import { guardFiles } from '../../../src/firewall/private/backend/iptables/guard-files';
import type { RestoreFile } from '../../../src/firewall/private/backend/iptables/restore-file';
import { firewallScript } from '../../../src/host/private/programs';
import { FILES } from '../../../src/host/private/programs.generated';
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
  const { tools, program } = IPTABLES_GUARD.needs;
  const folder = program.replace(/[^/]*$/, '');
  const installed = firewallScript(sampleInput());

  test('its commands are asked for by the program, each by its package', () => {
    const [, list] = /guard_tools='([^']*)'/.exec(installed)!;
    expect(list.split(' ')).toEqual(Object.entries(tools).flatMap(([name, commands]) => commands.map((command) => `${command}:${name}`)));
  });

  test('no other file of the program names one of its commands, its sets or its tables', () => {
    const KNOWS = /\$tool\b|\bip6?tables(-save|-restore)?\b(?!:4\))|\bipset\b|DOCKER-USER/;
    const programs = Object.entries(FILES).filter(([name]) => /^(firewall|common)\//.test(name));
    const knowing = programs.filter(([, text]) => KNOWS.test(text.replace(/^ *#.*$/gm, ''))).map(([name]) => name);
    expect(knowing.filter((name) => !name.startsWith(folder))).toEqual([]);
    expect(knowing.length).toBeGreaterThan(3);
  });

  test('the rest of the program asks for the functions that its file lists, and for no other of them', () => {
    const defined = (text: string) => [...text.matchAll(/^([a-z_0-9]+)\(\) \{/gm)].map(([, name]) => name);
    const own = Object.entries(FILES).filter(([name]) => name.startsWith(folder) && name.endsWith('.sh'));
    const theirs = Object.entries(FILES).filter(([name]) => /^(firewall|common)\//.test(name) && !name.startsWith(folder));
    const words = new Set(theirs.flatMap(([, text]) => text.replace(/^ *#.*$/gm, '').match(/[a-z_0-9]+/g) ?? []));
    const asked = own.flatMap(([, text]) => defined(text)).filter((name) => words.has(name));
    const [listed] = /(?<=these functions:)[^.]*/.exec(FILES[program].replace(/\n# /g, ' '))!;
    expect(asked.sort()).toEqual(listed.trim().split(/,\s+/).sort());
  });
});
