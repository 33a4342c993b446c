import { Token } from 'cdktf';
import { Peer } from '../../src';
import { expectError } from '../support/errors';

test.each([
  [Peer.anyIpv4(), '0.0.0.0/0', 'ipv4'],
  [Peer.anyIpv6(), '::/0', 'ipv6'],
  [Peer.cidr('203.0.113.0/24'), '203.0.113.0/24', 'ipv4'],
  [Peer.cidr('2001:db8::/32'), '2001:db8::/32', 'ipv6'],
  [Peer.address('203.0.113.7'), '203.0.113.7/32', 'ipv4'],
  [Peer.address('2001:db8::7'), '2001:db8::7/128', 'ipv6'],
])('%o is the block %s', (peer, block, family) => {
  expect(peer.peerText).toBe(block);
  expect(peer._peerFact).toEqual({ kind: 'block', block, family });
  expect(peer._peerDeclarations).toBeUndefined();
});

test('the host is a peer without an address', () => {
  expect(Peer.host()).toMatchObject({ peerText: 'host', _peerFact: { kind: 'host' } });
});

test('a block with host bits names the block that was meant', () => {
  expectError(() => Peer.cidr('203.0.113.7/24'), 'CidrHasHostBits', { says: ['203.0.113.7/24', '203.0.113.0/24'] });
});

test.each(['', '10.0.0.0', '10.0.0.0/33', '010.0.0.0/8', '10.0.0/8', '10.0.0.0/8 ', 'fe80::/10%eth0', '::ffff:10.0.0.0/104', 'host'])(
  '%j is no block',
  (text) => {
    expectError(() => Peer.cidr(text), 'CidrSyntax', { says: [`'${text}'`] });
  },
);

test.each(['', '10.0.0', '10.0.0.256', '2001:DB8::1', 'localhost', '10.0.0.1 '])('%j is no address', (text) => {
  expectError(() => Peer.address(text), 'AddressSyntax', { says: [`'${text}'`] });
});

test('a block given as an address points to cidr()', () => {
  expectError(() => Peer.address('10.0.0.0/8'), 'AddressSyntax', { says: ["'10.0.0.0/8'", 'Peer.cidr()'] });
});

test('references of Terraform are refused, whatever they look like', () => {
  const token = Token.asString({ resolve: () => '10.0.0.0/8' });
  expectError(() => Peer.cidr(token), 'UnresolvedValue');
  expectError(() => Peer.address(token), 'UnresolvedValue');
  expectError(() => Peer.cidr('${data.x.y.block}'), 'TemplateMark');
  expectError(() => Peer.address('${data.x.y.ip}'), 'TemplateMark');
});

test.each(['db', 'db.example.com', 'localhost'])('the name %s is told to be a name', (text) => {
  expectError(() => Peer.address(text), 'AddressSyntax', { says: [`'${text}' is a name`, "Peer.address('203.0.113.7')", 'Peer.cidr()'] });
});
