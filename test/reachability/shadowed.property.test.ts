import * as fc from 'fast-check';
import { parseIptablesSave } from '../../src/firewall/private/iptables-text/parse-iptables-save';
import { shadowedRules } from '../../src/reachability/private/shadowed';

/** Place of each dead rule and of those that shadow it, in a chain of the filter table given by its rules. */
function dead(...rules: string[]): string[] {
  const text = ['*filter', ':FORWARD ACCEPT [0:0]', ':X - [0:0]', ...rules.map((rule) => `-A X ${rule}`), 'COMMIT', ''].join('\n');
  return shadowedRules(parseIptablesSave(text, 'ipv4')).map(
    ({ index, by, differs }) => `${index} by ${by.join('+')}${differs ? ', differs' : ''}`,
  );
}

test.each<[what: string, rules: string[], expected: string[]]>([
  ['after a rule that takes everything', ['-j RETURN', '-s 10.0.0.0/8 -j DROP'], ['1 by 0, differs']],
  ['the same verdict', ['-s 10.0.0.0/8 -j DROP', '-s 10.1.0.0/16 -j DROP'], ['1 by 0']],
  ['narrower first is alive', ['-s 10.1.0.0/16 -j DROP', '-s 10.0.0.0/8 -j DROP'], []],
  ['two halves', ['-s 10.0.0.0/9 -j DROP', '-s 10.128.0.0/9 -j ACCEPT', '-s 10.0.0.0/8 -j DROP'], ['2 by 0+1, differs']],
  ['a negation', ['! -s 10.0.0.0/8 -j DROP', '-s 192.0.2.0/24 -j ACCEPT', '-s 10.0.0.1/32 -j ACCEPT'], ['1 by 0, differs']],
  ['an interface by prefix', ['-i bh-+ -j DROP', '-i bh-app -j ACCEPT', '-i bh -j ACCEPT', '-i bi -j ACCEPT'], ['1 by 0, differs']],
  ['a longer prefix', ['-i bh-+ -j DROP', '-i bh-a+ -j ACCEPT', '-i b+ -j ACCEPT'], ['1 by 0, differs']],
  ['an interface and all others', ['-i a -j DROP', '! -i a -j DROP', '-j ACCEPT'], ['2 by 0+1, differs']],
  [
    'ports',
    ['-p tcp -m tcp --dport 1:100 -j DROP', '-p tcp -m tcp --dport 80 -j ACCEPT', '-p udp -m udp --dport 80 -j ACCEPT'],
    ['1 by 0, differs'],
  ],
  ['several ports', ['-p tcp -m multiport --dports 80,443 -j DROP', '-p tcp -m tcp --dport 443 -j ACCEPT'], ['1 by 0, differs']],
  [
    'states',
    ['-m conntrack --ctstate NEW,RELATED -j DROP', '-m conntrack --ctstate RELATED -j ACCEPT', '-m conntrack --ctstate NEW,DNAT -j ACCEPT'],
    ['1 by 0, differs'],
  ],
  [
    'every state',
    ['-m conntrack --ctstate INVALID -j DROP', '-m conntrack ! --ctstate INVALID -j ACCEPT', '-s 10.0.0.1/32 -j DROP'],
    ['2 by 0+1, differs'],
  ],
  ['a rate shadows nothing', ['-m limit --limit 1/min -j ACCEPT', '-s 10.0.0.1/32 -j ACCEPT'], []],
  ['but may be dead itself', ['-s 10.0.0.0/8 -j DROP', '-s 10.0.0.1/32 -m limit --limit 1/min -j ACCEPT'], ['1 by 0, differs']],
  ['what nobody understands shadows nothing', ['-m geoip --source-country XX -j DROP', '-s 10.0.0.1/32 -j ACCEPT'], []],
  ['a log decides nothing', ['-j LOG', '-s 10.0.0.1/32 -j ACCEPT'], []],
  ['a jump may come back', ['-j FORWARD', '-s 10.0.0.1/32 -j ACCEPT'], []],
])('%s', (_what, rules, expected) => {
  expect(dead(...rules)).toEqual(expected);
});

test('against a look at every packet of a small world', () => {
  const bit = (flag: string, words: string[]) => fc.constantFrom('', ...words.flatMap((word) => [`${flag} ${word}`, `! ${flag} ${word}`]));
  const rule = fc
    .tuple(bit('-s', ['10.0.0.0/31', '10.0.0.1/32']), bit('-i', ['a', 'a+']), fc.constantFrom('ACCEPT', 'DROP', 'LOG'))
    .map(([source, from, verdict]) => ({ source, from, verdict, text: `${source} ${from} -j ${verdict}`.trim().replace(/ +/g, ' ') }));
  const meets = ({ source, from }: { source: string; from: string }, address: string, name: string) =>
    side(source, (word) => (word.endsWith('/31') ? address !== '10.0.0.2' : address === '10.0.0.1')) &&
    side(from, (word) => (word.endsWith('+') ? name.startsWith('a') : name === 'a'));
  const side = (text: string, test: (word: string) => boolean) => text === '' || test(text) !== text.startsWith('!');
  const world = ['10.0.0.0', '10.0.0.1', '10.0.0.2'].flatMap((address) => ['a', 'ab', 'b'].map((name) => [address, name] as const));
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 6 }), (rules) => {
      const expected = rules.flatMap((given, i) => {
        const mine = world.filter(([address, name]) => meets(given, address, name));
        const reached = mine.filter(
          ([address, name]) => !rules.slice(0, i).some((other) => other.verdict !== 'LOG' && meets(other, address, name)),
        );
        return mine.length > 0 && reached.length === 0 ? [i] : [];
      });
      expect(dead(...rules.map(({ text }) => text)).map((line) => Number.parseInt(line, 10))).toEqual(expected);
    }),
  );
});
