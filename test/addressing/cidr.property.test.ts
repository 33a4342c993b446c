import { Lazy, Token } from 'cdktf';
import * as fc from 'fast-check';
import { Cidr, IpFamily } from '../../src/addressing/cidr';
import { isAddress, parseAddress } from '../../src/addressing/private/ip';
import { bits, holds, overlap } from '../oracle/cidr-oracle';

/** Undefined where nothing was thrown. */
const messageOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
};

describe('parse', () => {
  test.each([
    ['0.0.0.0/0', IpFamily.IPV4, 0, '0.0.0.0'],
    ['10.20.0.0/16', IpFamily.IPV4, 16, '10.20.0.0'],
    ['192.0.2.7/32', IpFamily.IPV4, 32, '192.0.2.7'],
    ['255.255.255.255/32', IpFamily.IPV4, 32, '255.255.255.255'],
    ['::/0', IpFamily.IPV6, 0, '::'],
    ['fd00:20::/48', IpFamily.IPV6, 48, 'fd00:20::'],
    ['2001:db8:0:1::/64', IpFamily.IPV6, 64, '2001:db8:0:1::'],
    ['2001:db8::1:0:0:1/128', IpFamily.IPV6, 128, '2001:db8::1:0:0:1'],
    ['64:ff9b::/96', IpFamily.IPV6, 96, '64:ff9b::'],
  ])('reads %s', (text, family, prefixLength, networkAddress) => {
    const cidr = Cidr.parse(text);
    expect({ ...cidr }).toMatchObject({ text, family, prefixLength, networkAddress });
    expect(`${cidr}`).toBe(text);
  });

  test.each([
    ['', 'CidrSyntax'],
    ['10.20.0.0', 'CidrSyntax'],
    ['10.20.0.0/', 'CidrSyntax'],
    ['/24', 'CidrSyntax'],
    ['10.20.0.0/33', 'CidrSyntax'],
    ['10.20.0.0/-1', 'CidrSyntax'],
    ['10.20.0.0/08', 'CidrSyntax'],
    ['10.20.0.0/+8', 'CidrSyntax'],
    ['10.20.0.0/16.0', 'CidrSyntax'],
    ['10.20.0.0/1e1', 'CidrSyntax'],
    ['10.20.0.0/16/16', 'CidrSyntax'],
    ['10.20.0.0/255.255.0.0', 'CidrSyntax'],
    ['10.20/16', 'CidrSyntax'],
    ['10.20.0/16', 'CidrSyntax'],
    ['10.20.0.0.0/16', 'CidrSyntax'],
    ['999.1.1.1/32', 'CidrSyntax'],
    ['010.20.0.0/16', 'CidrSyntax'],
    ['10.020.0.0/16', 'CidrSyntax'],
    ['0x0a.20.0.0/16', 'CidrSyntax'],
    ['167772160/8', 'CidrSyntax'],
    [' 10.20.0.0/16', 'CidrSyntax'],
    ['10.20.0.0/16 ', 'CidrSyntax'],
    ['10.20.0.0/16\n', 'CidrSyntax'],
    ['10.20.0.0 /16', 'CidrSyntax'],
    ['１０.20.0.0/16', 'CidrSyntax'],
    ['localhost/8', 'CidrSyntax'],
    ['10.0.3.1/28', 'CidrHasHostBits'],
    ['10.0.0.1/0', 'CidrHasHostBits'],
    ['fd00::/129', 'CidrSyntax'],
    ['FD00::/8', 'CidrSyntax'],
    ['fd00:0:0:0::/8', 'CidrSyntax'],
    ['fd00:0020::/48', 'CidrSyntax'],
    ['0:0:0:0:0:0:0:0/0', 'CidrSyntax'],
    ['2001:db8::0:1/128', 'CidrSyntax'],
    ['2001:db8:0:0:1::1/128', 'CidrSyntax'],
    ['::ffff:10.0.0.0/104', 'CidrSyntax'],
    ['::ffff:a00:0/104', 'CidrSyntax'],
    ['::ffff:0:0/96', 'CidrSyntax'],
    ['::10.0.0.1/128', 'CidrSyntax'],
    ['fe80::1%eth0/128', 'CidrSyntax'],
    ['fd00:::/8', 'CidrSyntax'],
    ['fd00::1::/64', 'CidrSyntax'],
    ['[fd00::]/8', 'CidrSyntax'],
    ['fd00::1/64', 'CidrHasHostBits'],
    ['${var.block}', 'UnresolvedValue'],
    ['10.20.${count.index}.0/24', 'UnresolvedValue'],
    [Lazy.stringValue({ produce: () => '10.0.0.0/8' }), 'UnresolvedValue'],
    [Token.asString({ resolve: () => '10.0.0.0/8' }), 'UnresolvedValue'],
  ])('refuses %j with %s', (text, code) => {
    expect(codeOf(() => Cidr.parse(text))).toBe(code);
  });

  test.each([undefined, null, 10, {}, []])('refuses %p, which jsii lets through', (value) => {
    expect(codeOf(() => Cidr.parse(value as unknown as string))).toBe('CidrSyntax');
  });

  test.each([
    [
      '10.0.3.1/28',
      "'10.0.3.1/28' has host bits set; write '10.0.3.0/28' for the block, or '10.0.3.1/32' for that address alone (CidrHasHostBits)",
    ],
    [
      'fd00::1/64',
      "'fd00::1/64' has host bits set; write 'fd00::/64' for the block, or 'fd00::1/128' for that address alone (CidrHasHostBits)",
    ],
    ['FD00::/8', "'FD00::/8' is not a block: the canonical form of the address is 'fd00::'; did you mean 'fd00::/8' (CidrSyntax)"],
    [
      ' 10.0.0.0/8',
      "' 10.0.0.0/8' is not a block: expected four decimal numbers from 0 to 255, separated by dots; did you mean '10.0.0.0/8' (CidrSyntax)",
    ],
    ['10.20.0.9/255.255.0.0', /; did you mean '10.20.0.0\/16' \(CidrSyntax\)$/],
    ['10.20.0.0/255.0.255.0', /got '255.0.255.0' \(CidrSyntax\)$/],
    ['10.0.0.0/8/8', /\(CidrSyntax\)$/],
    [
      '::ffff:10.0.0.0/104',
      "'::ffff:10.0.0.0/104' is not a block: an IPv4-mapped address is not allowed; write the IPv4 form, '10.0.0.0' (CidrSyntax)",
    ],
    [
      '192.0.2.7',
      "'192.0.2.7' is not a block: it has no prefix length; write '192.0.2.7/32' for a single address, or the length of the block, such as '192.0.0.0/16' (CidrSyntax)",
    ],
    ['010.0.0.0/8', "'010.0.0.0/8' is not a block: leading zeros are not allowed (CidrSyntax)"],
    ['10.0.0.0/33', "'10.0.0.0/33' is not a block: the prefix length of an IPv4 block is a number from 0 to 32, got '33' (CidrSyntax)"],
  ])('says what to write instead of %s', (text, message) => {
    expect(() => Cidr.parse(text)).toThrow(message);
  });

  test('what a message suggests is a block, and contains the address that was written', () => {
    const blocks = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.constantFrom('', ' '));
    fc.assert(
      fc.property(blocks, ([address, length, space]) => {
        const mask = [0, 8, 16, 24].map((shift) => (length === 0 ? 0 : (-1 << (32 - length)) >>> (24 - shift)) & 255).join('.');
        for (const text of [`${space}${address}/${length}`, `${address}/${mask}${space}`]) {
          const thrown = messageOf(() => Cidr.parse(text));
          if (thrown === undefined) continue;
          const meant = /(?:did you mean|write) '([^']*)'/.exec(thrown)?.[1];
          expect(meant).toMatch(new RegExp(`/${length}$`));
          expect(Cidr.parse(meant!).containsAddress(address)).toBe(true);
        }
      }),
    );
  });
});

describe('addresses', () => {
  test('the form of an IPv6 address is the one that the URL standard prints', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const long = groups.map((value) => value.toString(16)).join(':');
        const canonical = new URL(`http://[${long}]`).hostname.slice(1, -1);
        if (canonical.startsWith('::ffff:') && canonical.split(':').length === 5) return;
        expect(isAddress(canonical)).toBe(true);
        expect(isAddress(long)).toBe(long === canonical);
        expect(parseAddress(canonical).value).toBe(BigInt(`0b${bits(canonical)}`));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['10.20.0.0/16', '10.20.255.255', true],
    ['10.20.0.0/16', '10.21.0.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['fd00::/64', 'fd00::ffff:ffff:ffff:ffff', true],
    ['fd00::/64', 'fd00:0:0:1::', false],
  ])('%s contains %s: %s', (block, address, expected) => {
    expect(Cidr.parse(block).containsAddress(address)).toBe(expected);
  });

  test.each([
    ['10.20.0.1/32', 'AddressSyntax'],
    ['10.20.1', 'AddressSyntax'],
    ['FD00::1', 'AddressSyntax'],
    ['', 'AddressSyntax'],
    ['${data.x.ip}', 'UnresolvedValue'],
    [Token.asString({ resolve: () => '10.0.0.1' }), 'UnresolvedValue'],
  ])('containsAddress refuses %j with %s', (address, code) => {
    expect(codeOf(() => Cidr.parse('10.20.0.0/16').containsAddress(address))).toBe(code);
  });

  test.each([
    ['10.20.0.0/16', 0, '10.20.0.0'],
    ['10.20.0.0/16', 65535, '10.20.255.255'],
    ['10.20.0.4/32', 0, '10.20.0.4'],
    ['fd00::/64', 258, 'fd00::102'],
    ['::/0', Number.MAX_SAFE_INTEGER, '::1f:ffff:ffff:ffff'],
  ])('address of %s at %s is %s', (block, index, expected) => {
    expect(Cidr.parse(block).addressAt(index)).toBe(expected);
  });

  test.each([-1, 256, 1.5, NaN, Infinity, 2 ** 53])('a /24 has no address at %s', (index) => {
    expect(() => Cidr.parse('10.20.0.0/24').addressAt(index)).toThrow(
      `'10.20.0.0/24' has no address at ${index}; give a whole number from 0 to 255 (AddressOutsideBlock)`,
    );
  });
});

describe('blocks', () => {
  // Few leading bits, so that blocks meet.
  const block = fc.oneof(
    fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 8 })).map(([start, length]) => {
      const first = length === 0 ? 0 : start * 16 - ((start * 16) % 2 ** (8 - length));
      return `${first}.0.0.0/${length}`;
    }),
    fc.constantFrom('::/0', 'fd00::/8', 'fd00::/64', 'fd00:0:0:1::/64', 'fd00::/63', 'fd00::1/128'),
  );

  test('overlap and containment are what the oracle says', () => {
    fc.assert(
      fc.property(block, block, (a, b) => {
        const [left, right] = [Cidr.parse(a), Cidr.parse(b)];
        expect(left.overlapsWith(right)).toBe(overlap(a, b));
        expect(left.containsBlock(right)).toBe(overlap(a, b) && left.prefixLength <= right.prefixLength);
        expect(left.containsAddress(right.networkAddress)).toBe(holds(a, right.networkAddress));
        expect(left.isSameAs(right)).toBe(a === b);
      }),
      { numRuns: 500 },
    );
  });
});
