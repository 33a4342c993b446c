import { parseLockFile, serializeLockFile } from '../../../src/addressing/private/lock-file';

const member = { ipv4: '10.20.0.2', ipv6: 'fd00:20::2' };
const segment = { bridge: 'bh-a-abcde', ipv4: '10.20.0.0/24', ipv6: 'fd00:20::/64', members: { 'app/W': member } };
const file = (change: object) => JSON.stringify({ version: 1, daemons: { d: { segments: { s: { ...segment, ...change } } } } });

test('is sorted, two spaces deep, and ends with a line end', () => {
  const text = serializeLockFile({
    daemons: {
      'b/D': { segments: {} },
      'a/D': { segments: { 'a/Z': { members: {}, ipv4: '10.20.1.0/24', bridge: 'bh-z' }, 'a/S': segment } },
    },
  });
  expect(text).toBe(`{
  "version": 1,
  "daemons": {
    "a/D": {
      "segments": {
        "a/S": {
          "bridge": "bh-a-abcde",
          "ipv4": "10.20.0.0/24",
          "ipv6": "fd00:20::/64",
          "members": {
            "app/W": {
              "ipv4": "10.20.0.2",
              "ipv6": "fd00:20::2"
            }
          }
        },
        "a/Z": {
          "bridge": "bh-z",
          "ipv4": "10.20.1.0/24",
          "members": {}
        }
      }
    },
    "b/D": {
      "segments": {}
    }
  }
}
`);
  expect(serializeLockFile(parseLockFile(text))).toBe(text);
});

test('names that objects have by themselves survive', () => {
  const text = '{"version":1,"daemons":{"__proto__":{"segments":{}},"constructor":{"segments":{}}}}';
  expect(Object.keys(parseLockFile(text).daemons).sort()).toEqual(['__proto__', 'constructor']);
  expect(JSON.parse(serializeLockFile(parseLockFile(text)))).toEqual(JSON.parse(text));
});

test('line ends of another system are no difference', () => {
  const text = serializeLockFile({ daemons: { d: { segments: { s: segment } } } });
  expect(serializeLockFile(parseLockFile(text.replace(/\n/g, '\r\n')))).toBe(text);
});

test.each([
  ['nothing', '', /^it is not JSON: /],
  ['half a file', '{"version": 1,', /^it is not JSON: /],
  ['a merge conflict', '{\n<<<<<<< HEAD\n', /^it holds conflict markers; keep the entries of both sides/],
  ['an array', '[]', /^the file is not an object/],
  ['null', 'null', /^the file is not an object/],
  ['no version', '{"daemons":{}}', /^its version is undefined, and this release reads version 1/],
  ['a later version', '{"version":2,"daemons":{},"more":1}', /^its version is 2, and this release reads version 1/],
  ['a version in quotes', '{"version":"1","daemons":{}}', /^its version is "1"/],
  ['no daemons', '{"version":1}', /^daemons is missing/],
  ['more than it should', '{"version":1,"daemons":{},"extra":1}', /^the file holds 'extra', which this release does not know/],
  ['a daemon that is text', '{"version":1,"daemons":{"d":"x"}}', /^daemons\['d'\] is not an object/],
  ['no segments', '{"version":1,"daemons":{"d":{}}}', /^daemons\['d'\]\.segments is missing/],
  ['an unknown field', file({ vlan: 5 }), /^daemons\['d'\]\.segments\['s'\] holds 'vlan'/],
  ['no bridge', file({ bridge: undefined }), /\.bridge is missing/],
  ['a bridge of another', file({ bridge: 'docker0' }), /\.bridge: 'bridgeName' must be 'bh-' followed by/],
  ['a long bridge', file({ bridge: 'bh-0123456789abc' }), /\.bridge: 'bridgeName' must be at most 15 characters/],
  ['a bridge with a shell word', file({ bridge: 'bh-$(reboot)' }), /\.bridge: 'bridgeName'/],
  ['a number for a block', file({ ipv4: 10 }), /\.ipv4 is not text/],
  ['host bits', file({ ipv4: '10.20.0.1/24' }), /\.ipv4: '10\.20\.0\.1\/24' has host bits set; write '10\.20\.0\.0\/24'/],
  ['the wrong family', file({ ipv4: 'fd00::/64' }), /\.ipv4: 'fd00::\/64' belongs to the other address family/],
  ['a bad IPv6 block', file({ ipv6: 'FD00::/64' }), /\.ipv6: 'FD00::\/64' is not a block/],
  ['null for IPv6', file({ ipv6: null }), /\.ipv6 is not text/],
  ['no members', file({ members: undefined }), /\.members is missing/],
  ['a member that is text', file({ members: { w: '10.20.0.2' } }), /\.members\['w'\] is not an object/],
  [
    'a bad address',
    file({ members: { w: { ipv4: '10.20.0.02' } } }),
    /\.members\['w'\]\.ipv4: '10\.20\.0\.02' is not an IP address: leading zeros/,
  ],
  ['no address', file({ members: { w: {} } }), /\.members\['w'\]\.ipv4 is missing/],
  ['a token', file({ members: { w: { ipv4: '${x}' } } }), /\.ipv4: '\$\{x\}' is a Terraform reference/],
  ['an unknown field of a member', file({ members: { w: { ...member, mac: '' } } }), /\.members\['w'\] holds 'mac'/],
])('a file with %s is refused', (_, text, reason) => {
  let error: unknown;
  try {
    parseLockFile(text);
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ code: 'LockMalformed', message: expect.stringMatching(reason) });
});
