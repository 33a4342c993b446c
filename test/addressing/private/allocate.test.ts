import { allocated, codes, segment } from './requests';
import { LockedDaemon } from '../../../src/addressing/private/allocation';

const explicit = (key: string, explicitBlock: string, members: Parameters<typeof segment>[1] = {}) =>
  segment(key, { ipv4: { explicitBlock, prefixLength: 24 }, ...members });

describe('shape of a segment', () => {
  test('gateway, members and the range left to Docker', () => {
    const { segments, problems } = allocated([segment('app/Data', { ipv6: {} })]);
    expect(problems).toEqual([]);
    expect(segments['app/Data']).toEqual({
      bridge: expect.stringMatching(/^bh-data-[a-z2-7]{5}$/),
      ipv4: { block: '10.20.0.0/24', gateway: '10.20.0.1', dockerRange: '10.20.0.240/28' },
      ipv6: { block: 'fd00:20::/64', gateway: 'fd00:20::1', dockerRange: 'fd00:20:0:0:f000::/69' },
      members: {
        'app/Data/A': { ipv4: '10.20.0.2', ipv6: 'fd00:20::2' },
        'app/Data/B': { ipv4: '10.20.0.3', ipv6: 'fd00:20::3' },
      },
    });
  });

  test.each([
    [24, '10.20.0.240/28'],
    [26, '10.20.0.60/30'],
    [28, '10.20.0.12/30'],
    [16, '10.20.240.0/20'],
  ])('a /%s leaves %s to Docker', (prefixLength, dockerRange) => {
    const { segments } = allocated([segment('app/S', { ipv4: { prefixLength } })]);
    expect(segments['app/S'].ipv4.dockerRange).toBe(dockerRange);
  });

  test('a /28 holds ten members, and the eleventh is told', () => {
    const members = Array.from({ length: 11 }, (_, i) => ({ key: `app/W${String(i).padStart(2, '0')}` }));
    const full = allocated([segment('app/S', { ipv4: { prefixLength: 28 }, members: members.slice(0, 10) })]);
    expect(Object.values(full.segments['app/S'].members).map((member) => member.ipv4)).toEqual(
      Array.from({ length: 10 }, (_, i) => `10.20.0.${i + 2}`),
    );
    expect(codes(full)).toEqual([]);
    const over = allocated([segment('app/S', { ipv4: { prefixLength: 28 }, members })]);
    expect(over.problems).toEqual([
      {
        code: 'BlockExhausted',
        path: 'app/W10',
        message: "'app/S' (10.20.0.0/28) has no free static address left for 'app/W10'; give the segment a larger block",
      },
    ]);
  });

  test('IPv6 takes the host number of IPv4, unless that is somebody’s', () => {
    const members = [{ key: 'app/A', explicitIpv4: '10.20.0.9' }, { key: 'app/B', explicitIpv6: 'fd00:20::9' }, { key: 'app/C' }];
    const { segments, problems } = allocated([segment('app/S', { ipv6: {}, members })]);
    expect(problems).toEqual([]);
    expect(segments['app/S'].members).toEqual({
      'app/A': { ipv4: '10.20.0.9', ipv6: 'fd00:20::2' },
      'app/B': { ipv4: '10.20.0.2', ipv6: 'fd00:20::9' },
      'app/C': { ipv4: '10.20.0.3', ipv6: 'fd00:20::3' },
    });
  });

  test('a second pool is used when the first is full', () => {
    const { segments } = allocated(
      ['app/A', 'app/B', 'app/C'].map((key) => segment(key)),
      { ipv4Pools: ['10.20.0.0/23', '10.40.0.0/24'] },
    );
    expect(Object.values(segments).map(({ ipv4 }) => ipv4.block)).toEqual(['10.20.0.0/24', '10.20.1.0/24', '10.40.0.0/24']);
  });
});

describe('problems', () => {
  test.each([
    ['host bits', '10.99.0.1/24', 'CidrHasHostBits app/S'],
    ['no block', '10.99.0.0', 'CidrSyntax app/S'],
    ['the other family', 'fd00::/64', 'CidrSyntax app/S'],
    ['a token', '${x}', 'UnresolvedValue app/S'],
    ['a block that is too small', '10.99.0.0/29', 'BlockTooSmall app/S'],
  ])('an explicit block with %s', (_, block, expected) => {
    expect(codes(allocated([explicit('app/S', block)]))).toEqual([expected]);
  });

  test('an explicit block may lie outside the pool', () => {
    const result = allocated([explicit('app/S', '192.0.2.0/24')]);
    expect(codes(result)).toEqual([]);
    expect(result.segments['app/S'].ipv4.block).toBe('192.0.2.0/24');
  });

  test.each([
    [
      'outside',
      '10.99.1.5',
      'AddressOutsideBlock',
      "'10.99.1.5' is not inside the block of 'app/S' (10.99.0.0/24); choose from '10.99.0.2' to '10.99.0.239'",
    ],
    [
      'the network address',
      '10.99.0.0',
      'AddressOutsideBlock',
      "'10.99.0.0' is the network address of 'app/S'; choose from '10.99.0.2' to '10.99.0.239'",
    ],
    [
      'the broadcast address',
      '10.99.0.255',
      'AddressOutsideBlock',
      "'10.99.0.255' is the broadcast address of 'app/S'; choose from '10.99.0.2' to '10.99.0.239'",
    ],
    ['the gateway', '10.99.0.1', 'AddressIsGateway', "'10.99.0.1' is the gateway of 'app/S'; choose from '10.99.0.2' to '10.99.0.239'"],
    [
      'in the range of Docker',
      '10.99.0.240',
      'AddressInDockerRange',
      "'10.99.0.240' is in '10.99.0.240/28', which is reserved for addresses that Docker allocates; choose from '10.99.0.2' to '10.99.0.239'",
    ],
    ['reserved', '10.99.0.7', 'AddressTaken', "'10.99.0.7' of 'app/W' in 'app/S' is already reserved; choose another"],
    [
      'of the other family',
      'fd00::5',
      'AddressOutsideBlock',
      "'fd00::5' is not inside the block of 'app/S' (10.99.0.0/24); choose from '10.99.0.2' to '10.99.0.239'",
    ],
    [
      'no address',
      '10.99.0',
      'AddressSyntax',
      "'10.99.0' is not an IP address: expected four decimal numbers from 0 to 255, separated by dots",
    ],
    ['a token', '${x}', 'UnresolvedValue', "'${x}' is a Terraform reference; pass the address as literal text"],
  ])('an explicit address that is %s', (_, explicitIpv4, code, message) => {
    const result = allocated([explicit('app/S', '10.99.0.0/24', { members: [{ key: 'app/W', explicitIpv4 }], reserved: ['10.99.0.7'] })]);
    expect(result.problems).toEqual([{ code, path: 'app/W', message }]);
  });

  test('two members that ask for one address', () => {
    const members = ['app/A', 'app/B'].map((key) => ({ key, explicitIpv4: '10.99.0.5', explicitIpv6: 'fd00:20::5' }));
    const result = allocated([explicit('app/S', '10.99.0.0/24', { ipv6: {}, members })]);
    expect(result.problems.map((problem) => problem.message)).toEqual([
      "'10.99.0.5' of 'app/B' in 'app/S' is already the address of 'app/A'; choose another",
      "'fd00:20::5' of 'app/B' in 'app/S' is already the address of 'app/A'; choose another",
    ]);
  });

  test('an exhausted pool names the segment and the pool, and no pool is said so', () => {
    const two = ['app/A', 'app/B#gateway'].map((key) => segment(key));
    expect(allocated(two, { ipv4Pools: ['10.20.0.0/24'] }).problems).toEqual([
      {
        code: 'PoolExhausted',
        path: 'app/B',
        message:
          "no /24 is free in '10.20.0.0/24' for 'app/B#gateway'; widen the pool, give every segment a smaller block with prefixLength: 25, or give the segment an explicit block outside the pool",
      },
    ]);
    const three = ['app/A', 'app/B', 'app/C'].map((key) => segment(key));
    expect(allocated(three, { ipv4Pools: ['10.20.0.0/24'] }).problems.map(({ message }) => message)).toEqual([
      "no /24 is free in '10.20.0.0/24' for 'app/B' and 1 more; widen the pool, give every segment a smaller block with prefixLength: 26, or give the segment an explicit block outside the pool",
    ]);
    const overlapped = { ipv4Pools: ['172.17.0.0/16'], foreign: [{ label: "Docker's default pools", block: '172.16.0.0/12' }] };
    expect(allocated(three, overlapped).problems).toEqual([
      {
        code: 'PoolExhausted',
        path: 'app/A',
        message:
          "no /24 is free in '172.17.0.0/16' for 'app/A' and 2 more, since the pool shares addresses with 'Docker's default pools' (172.16.0.0/12); choose a pool that shares none, such as Cidr.parse('10.20.0.0/16'), or a wider one",
      },
    ]);
    const crowded = ['172.16.0.0/12', '10.20.0.0/16', '10.0.0.0/9'].map((block) => ({ label: 'LAN', block }));
    expect(allocated(three, { ...overlapped, foreign: crowded }).problems[0].message).toMatch(/such as Cidr.parse\('10.144.0.0\/16'\)/);
    const full = ['172.16.0.0/12', '10.0.0.0/8'].map((block) => ({ label: 'LAN', block }));
    expect(allocated(three, { ...overlapped, foreign: full }).problems[0].message).toMatch(
      /choose a pool that shares none, or a wider one$/,
    );
    expect(codes(allocated([segment('app/A', { ipv6: {} })], { ipv6Pool: undefined }))).toEqual(['PoolExhausted app/A']);
    expect(codes(allocated([segment('app/A', { ipv6: {} })], { ipv6Pool: 'fd00::/80' }))).toEqual(['PoolExhausted app/A']);
    expect(codes(allocated([segment('app/A', { ipv4: { prefixLength: 29 } })]))).toEqual(['BlockTooSmall app/A']);
  });

  test('pools and foreign blocks that cannot be read are blamed on the daemon', () => {
    const result = allocated([segment('app/A')], { ipv4Pools: ['10.20.0.1/16'], foreign: [{ label: 'LAN', block: 'lan' }] });
    expect(codes(result)).toEqual(['PoolExhausted app/A', 'CidrHasHostBits app/Edge', 'CidrSyntax app/Edge']);
  });

  test('all overlaps are one problem, with the words of the user', () => {
    const foreign = [
      { label: 'LAN', block: '10.99.0.0/16' },
      { label: 'VPN', block: '10.0.0.0/8' },
    ];
    const result = allocated([explicit('app/A', '10.99.1.0/24'), explicit('app/B', '10.99.1.128/25')], {
      foreign,
      ipv4Pools: ['172.30.0.0/16'],
    });
    expect(result.problems).toEqual([
      {
        code: 'BlockOverlap',
        path: 'app/Edge',
        message:
          "blocks overlap: 'VPN' (10.0.0.0/8) and 'app/A' (10.99.1.0/24); 'VPN' (10.0.0.0/8) and 'app/B' (10.99.1.128/25); " +
          "'LAN' (10.99.0.0/16) and 'app/A' (10.99.1.0/24); 'LAN' (10.99.0.0/16) and 'app/B' (10.99.1.128/25); " +
          "'app/A' (10.99.1.0/24) and 'app/B' (10.99.1.128/25). Choose blocks that share no address, or delete the lock entry of a segment whose block may change",
      },
    ]);
  });
});

describe('bridge names', () => {
  test.each([
    ['br-data', 'BridgeNameInvalid'],
    ['bh-', 'BridgeNameInvalid'],
    ['bh--x', 'BridgeNameInvalid'],
    ['bh-a b', 'BridgeNameInvalid'],
    ['bh-a;reboot', 'BridgeNameInvalid'],
    ['bh-${x}', 'BridgeNameInvalid'],
    ['bh-reporting-fe', 'none'],
    ['bh-reporting-fro', 'BridgeNameTooLong'],
  ])('%j: %s', (bridgeName, code) => {
    expect(allocated([segment('app/S', { bridgeName })]).problems[0]?.code ?? 'none').toBe(code);
  });

  test('depend on daemon and key alone, and tell gateways apart', () => {
    const keys = ['app/Shop/Data', 'app/Shop/Data#gateway', 'app/Shop/Customers Data', 'app/数据'];
    const alone = keys.map((key) => allocated([segment(key)]).segments[key].bridge);
    const together = allocated(keys.map((key) => segment(key))).segments;
    expect(keys.map((key) => together[key].bridge)).toEqual(alone);
    expect(alone.map((name) => name.replace(/[a-z2-7]{5}$/, '#'))).toEqual(['bh-data-#', 'bh-g-data-#', 'bh-custom-#', 'bh-net-#']);
    expect(allocated([segment(keys[0])], { daemon: 'app/Other' }).segments[keys[0]].bridge).not.toBe(alone[0]);
  });

  test('a computed name that is taken is computed again', () => {
    const taken = allocated([segment('app/S')]).segments['app/S'].bridge;
    const result = allocated([segment('app/S'), segment('app/T', { bridgeName: taken })]);
    expect(codes(result)).toEqual([]);
    expect(result.segments['app/S'].bridge).toMatch(/^bh-s-[a-z2-7]{5}$/);
    expect(result.segments['app/S'].bridge).not.toBe(taken);
  });

  test('are unique per daemon', () => {
    const result = allocated([segment('app/A', { bridgeName: 'bh-x' }), segment('app/B', { bridgeName: 'bh-x' })]);
    expect(result.problems).toEqual([
      {
        code: 'BridgeNameTaken',
        path: 'app/B',
        message: "bridge name 'bh-x' of 'app/B' is already the name of the bridge of 'app/A'; give one of them another 'bridgeName'",
      },
    ]);
  });
});

describe('the lock', () => {
  const lock: LockedDaemon = {
    segments: {
      'app/A': {
        bridge: 'bh-old',
        ipv4: '10.20.7.0/24',
        ipv6: 'fd00:20:0:7::/64',
        members: { 'app/A/A': { ipv4: '10.20.7.9', ipv6: 'fd00:20:0:7::9' } },
      },
      'app/Gone': { bridge: 'bh-gone', ipv4: '10.20.0.0/24', members: { 'app/X': { ipv4: '10.20.0.2' } } },
    },
  };

  test('holds block, bridge and address; what it lacks is new and is named', () => {
    const result = allocated([segment('app/A')], {}, lock);
    expect(result.segments['app/A']).toMatchObject({
      bridge: 'bh-old',
      ipv4: { block: '10.20.7.0/24' },
      members: { 'app/A/A': { ipv4: '10.20.7.9' }, 'app/A/B': { ipv4: '10.20.7.2' } },
    });
    expect(result.missing).toEqual(['app/A/B in app/A']);
  });

  test('keeps what is gone, and IPv6 that is switched off', () => {
    const result = allocated([segment('app/A'), segment('app/B')], {}, lock);
    expect(result.segments['app/B'].ipv4.block).toBe('10.20.1.0/24');
    expect(result.lock.segments['app/Gone']).toEqual(lock.segments['app/Gone']);
    expect(result.lock.segments['app/A']).toMatchObject({ ipv6: 'fd00:20:0:7::/64', members: { 'app/A/A': { ipv6: 'fd00:20:0:7::9' } } });
  });

  test('gives away what is gone when nothing else is free: the first key first', () => {
    const gone = (block: string) => ({ bridge: `bh-${block.slice(6, 7)}`, ipv4: block, members: {} });
    const full = { segments: { 'app/Z': gone('10.20.0.0/24'), 'app/Y': gone('10.20.1.0/24') } };
    const small = { ipv4Pools: ['10.20.0.0/23'] };
    const result = allocated([segment('app/New')], small, full);
    expect(codes(result)).toEqual([]);
    expect(result.segments['app/New'].ipv4.block).toBe('10.20.1.0/24');
    expect(Object.keys(result.lock.segments).sort()).toEqual(['app/New', 'app/Z']);
    const wide = allocated([segment('app/New', { ipv4: { prefixLength: 23 } })], small, full);
    expect(Object.keys(wide.lock.segments)).toEqual(['app/New']);
  });

  test('gives away addresses of members that are gone in the same way', () => {
    const members = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`app/Old${i}`, { ipv4: `10.20.0.${11 - i}`, ipv6: `fd00:20::${(11 - i).toString(16)}` }]),
    );
    const full = { segments: { 'app/S': { bridge: 'bh-s', ipv4: '10.20.0.0/28', ipv6: 'fd00:20::/64', members } } };
    const result = allocated(
      [segment('app/S', { ipv4: { prefixLength: 28 }, ipv6: {}, members: [{ key: 'app/New' }, { key: 'app/Old3' }] })],
      {},
      full,
    );
    expect(codes(result)).toEqual([]);
    expect(result.segments['app/S'].members).toEqual({
      'app/New': { ipv4: '10.20.0.11', ipv6: 'fd00:20::b' },
      'app/Old3': members['app/Old3'],
    });
    expect(Object.keys(result.lock.segments['app/S'].members)).toHaveLength(10);
    expect(result.lock.segments['app/S'].members).not.toHaveProperty(['app/Old0']);
  });

  test('what it holds never moves for an explicit wish of another: both are named', () => {
    const block = allocated([explicit('app/B', '10.20.7.0/24'), segment('app/A')], {}, lock);
    expect(block.problems.map((problem) => problem.message)).toEqual([
      "blocks overlap: 'app/A' (10.20.7.0/24, from the lock file) and 'app/B' (10.20.7.0/24). " +
        'Choose blocks that share no address, or delete the lock entry of a segment whose block may change',
    ]);
    const address = allocated([segment('app/A', { members: [{ key: 'app/A/A' }, { key: 'app/B', explicitIpv4: '10.20.7.9' }] })], {}, lock);
    expect(address.problems.map((problem) => problem.message)).toEqual([
      "'10.20.7.9' of 'app/A/A' in 'app/A' is already the address of 'app/B'; choose another, or delete the entry of 'app/A/A' from the lock file if its address may change",
    ]);
    const bridge = allocated([segment('app/A'), segment('app/B', { bridgeName: 'bh-old' })], {}, lock);
    expect(codes(bridge)).toEqual(['BridgeNameTaken app/A']);
    expect(bridge.lock).toBe(lock);
  });

  test('two entries with one block, as a merge leaves them, are told', () => {
    const merged = { segments: { ...lock.segments, 'app/B': { bridge: 'bh-b', ipv4: '10.20.7.0/24', members: {} } } };
    expect(codes(allocated([segment('app/A'), segment('app/B')], {}, merged))).toEqual(['BlockOverlap app/Edge']);
  });

  test.each([
    ['block', explicit('app/B', '10.20.0.0/24')],
    ['bridge name', segment('app/B', { bridgeName: 'bh-gone' })],
  ])('an explicit %s may be that of what is gone, whose entry goes', (_, wish) => {
    const result = allocated([wish], {}, lock);
    expect(codes(result)).toEqual([]);
    expect(Object.keys(result.lock.segments).sort()).toEqual(['app/A', 'app/B']);
  });

  test('a new explicit block or another size moves a segment, and its old block is not handed on at once', () => {
    const moved = allocated(
      [explicit('app/A', '10.99.0.0/24'), segment('app/B', { ipv4: { prefixLength: 23 } })],
      {},
      {
        segments: { 'app/A': { bridge: 'bh-a', ipv4: '10.20.0.0/24', members: { 'app/A/A': { ipv4: '10.20.0.7' } } } },
      },
    );
    expect(moved.segments['app/B'].ipv4.block).toBe('10.20.2.0/23');
    expect(moved.segments['app/A'].members['app/A/A'].ipv4).toBe('10.99.0.2');
    expect(moved.missing).toEqual(['app/A', 'app/A/A in app/A', 'app/A/B in app/A', 'app/B']);
  });

  test('a segment that grows or shrinks may stay where it is', () => {
    const old = allocated([segment('app/A'), segment('app/B')]).lock;
    expect(allocated([segment('app/A', { ipv4: { prefixLength: 25 } })], {}, old).segments['app/A'].ipv4.block).toBe('10.20.0.0/25');
    const alone = { segments: { 'app/A': old.segments['app/A'] } };
    expect(allocated([segment('app/A', { ipv4: { prefixLength: 23 } })], {}, alone).segments['app/A'].ipv4.block).toBe('10.20.0.0/23');
  });

  test('a pool that changed moves what lies outside it', () => {
    const result = allocated([segment('app/A')], { ipv4Pools: ['10.40.0.0/16'] }, lock);
    expect(codes(result)).toEqual([]);
    expect(result.segments['app/A'].ipv4.block).toBe('10.40.0.0/24');
  });

  test('a LAN declared later does not move what is deployed: it is told', () => {
    const result = allocated([segment('app/A')], { foreign: [{ label: 'LAN', block: '10.20.7.128/25' }] }, lock);
    expect(codes(result)).toEqual(['BlockOverlap app/Edge']);
  });
});

test('a thousand segments with five members each take well under a second', () => {
  const segments = Array.from({ length: 1000 }, (_, i) =>
    segment(`app/S${i}`, {
      ipv4: { prefixLength: 26 },
      ipv6: {},
      members: Array.from({ length: 5 }, (__, j) => ({ key: `app/W${i}-${j}` })),
    }),
  );
  const first = allocated(segments);
  expect(codes(first)).toEqual([]);
  // Time of the processor: other tests run beside this one.
  const start = process.cpuUsage();
  const again = allocated(segments, {}, first.lock);
  expect(again.missing).toEqual([]);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000);
});
