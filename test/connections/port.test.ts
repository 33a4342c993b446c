import { Token } from 'cdktf';
import { ConnectionRate, Port, TransportProtocol } from '../../src';
import { expectError } from '../support/errors';

describe('Port', () => {
  test.each([
    [Port.tcp(443), 'tcp/443', 'tcp', 443, 443, 1],
    [Port.tcp(1), 'tcp/1', 'tcp', 1, 1, 1],
    [Port.tcp(65535), 'tcp/65535', 'tcp', 65535, 65535, 1],
    [Port.udp(53), 'udp/53', 'udp', 53, 53, 1],
    [Port.sctp(3868), 'sctp/3868', 'sctp', 3868, 3868, 1],
    [Port.tcpRange(50000, 50100), 'tcp/50000-50100', 'tcp', 50000, 50100, 101],
    [Port.udpRange(5000, 5000), 'udp/5000', 'udp', 5000, 5000, 1],
    [Port.sctpRange(3868, 3871), 'sctp/3868-3871', 'sctp', 3868, 3871, 4],
    [Port.icmpPing(), 'icmp/ping', 'icmp', 0, 0, 1],
  ])('%s', (port, text, protocol, first, last, size) => {
    expect([port.text, port.protocol, port.first, port.last, port.size]).toEqual([text, protocol, first, last, size]);
    expect(`${port}`).toBe(text);
    expect(port._spec()).toEqual({ protocol, first, last });
  });

  test.each([0, -1, 65536, 80.5, NaN, Infinity, '80' as unknown as number, undefined as unknown as number])('%s is no port', (port) => {
    for (const make of [Port.tcp, Port.udp, Port.sctp]) {
      expectError(() => make(port), 'PortOutOfRange', { says: ['whole number from 1 to 65535'] });
    }
    expectError(() => Port.tcpRange(port, 80), 'PortOutOfRange');
    expectError(() => Port.udpRange(80, port), 'PortOutOfRange');
    expectError(() => Port.sctpRange(80, port), 'PortOutOfRange');
  });

  test('the wrong number is in the message', () => expectError(() => Port.tcp(65536), 'PortOutOfRange', { says: ['65536'] }));

  test('a range that falls names the one that was meant', () => {
    expectError(() => Port.tcpRange(90, 80), 'PortRangeReversed', { says: ['90–80', 'write 80–90'] });
  });

  test('a number token is told as such, not as out of range', () => {
    expectError(() => Port.tcp(Token.asNumber({ resolve: () => 80 })), 'UnresolvedValue', { says: ['Terraform reference'] });
    expectError(() => Port.tcp(Token.asString({ resolve: () => 80 }) as unknown as number), 'UnresolvedValue');
  });

  test('protocols have their names of the kernel', () => {
    expect(Object.values(TransportProtocol)).toEqual(['tcp', 'udp', 'sctp', 'icmp']);
  });
});

describe('ConnectionRate', () => {
  test.each([
    [ConnectionRate.perSecond(50), '50/second burst 50'],
    [ConnectionRate.perSecond(1), '1/second burst 5'],
    [ConnectionRate.perMinute(50, { burst: 20 }), '50/minute burst 20'],
    [ConnectionRate.perMinute(10000), '10000/minute burst 10000'],
    [ConnectionRate.perSecond(7, { burst: 1 }), '7/second burst 1'],
  ])('%s', (rate, text) => {
    expect(rate.text).toBe(text);
    expect(`${rate}`).toBe(text);
  });

  test('as plain data', () => expect(ConnectionRate.perSecond(9)._spec()).toEqual({ amount: 9, per: 'second', burst: 9 }));

  test.each([0, -5, 10001, 1.5, NaN])('%s per second, per minute and as burst is refused', (amount) => {
    expectError(() => ConnectionRate.perSecond(amount), 'RateOutOfRange', { says: ["'rate'", 'from 1 to 10000'] });
    expectError(() => ConnectionRate.perMinute(amount), 'RateOutOfRange');
    expectError(() => ConnectionRate.perSecond(5, { burst: amount }), 'RateOutOfRange', { says: ["'burst'"] });
  });

  test('a number token is refused', () => {
    expectError(() => ConnectionRate.perSecond(Token.asNumber({ resolve: () => 5 })), 'UnresolvedValue');
  });
});
