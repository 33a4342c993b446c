// Frames as bytes: one UDP datagram to a port of its own, wrapped in whatever a container with a packet socket may put round it.

export interface Ends {
  readonly src4: string;
  readonly dst4: string;
  readonly src6?: string;
  readonly dst6?: string;
}

export interface Frame {
  readonly name: string;
  readonly port: number;
  /** All that comes after the two addresses of the frame. */
  readonly typed: Buffer;
}

const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ''), 'hex');
const u16 = (...values: number[]): Buffer => Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
const tag = (tpid: number, vid = 0, priority = 0): Buffer => u16(tpid, (priority << 13) | vid);

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

function addressBytes(text: string): Buffer {
  if (!text.includes(':')) return Buffer.from(text.split('.').map(Number));
  const [left, right] = text.split('::').map((half) => half.split(':').filter(Boolean));
  const middle = right ? Array<string>(8 - left.length - right.length).fill('0') : [];
  return u16(...[...left, ...middle, ...(right ?? [])].map((word) => parseInt(word, 16)));
}

function udp(src: string, dst: string, port: number, text: string): Buffer {
  const payload = Buffer.from(text.padEnd(24, '.'));
  const head = u16(40_000, port, 8 + payload.length, 0);
  const ends = Buffer.concat([addressBytes(src), addressBytes(dst)]);
  const pseudo = ends.length === 8 ? u16(17, head.length + payload.length) : u16(0, head.length + payload.length, 0, 17);
  head.writeUInt16BE(checksum(Buffer.concat([ends, pseudo, head, payload])) || 0xffff, 6);
  return Buffer.concat([head, payload]);
}

interface Ip4Options {
  readonly id?: number;
  /** As on the wire: flags, and the offset in units of eight bytes. */
  readonly fragment?: number;
  readonly version?: number;
  readonly words?: number;
  readonly length?: number;
}

export function ip4(src: string, dst: string, proto: number, body: Buffer, options: Ip4Options = {}): Buffer {
  const { id = 7, fragment = 0, version = 4, words = 5, length = 20 + body.length } = options;
  const head = Buffer.concat([
    u16((version << 12) | (words << 8), length, id, fragment, (64 << 8) | proto, 0),
    addressBytes(src),
    addressBytes(dst),
  ]);
  head.writeUInt16BE(checksum(head), 10);
  return Buffer.concat([head, body]);
}

const ip6 = (src: string, dst: string, next: number, body: Buffer): Buffer =>
  Buffer.concat([hex('60000000'), u16(body.length, (next << 8) | 64), addressBytes(src), addressBytes(dst), body]);

type Wrap = (inner: Inner) => Buffer | Buffer[];

interface Inner {
  readonly ends: Ends;
  /** With its EtherType. */
  readonly four: Buffer;
  readonly six: Buffer;
  readonly udp4: Buffer;
}

const before =
  (head: Buffer): Wrap =>
  (inner) =>
    Buffer.concat([head, inner.four]);
const tags = (...all: readonly (readonly [number, number?, number?])[]): Wrap => before(Buffer.concat(all.map((one) => tag(...one))));
const tags6 =
  (...all: readonly number[]): Wrap =>
  ({ six }) =>
    Buffer.concat([...all.map((tpid) => tag(tpid)), six]);
/** An EtherType of its own with IP right behind what it says of itself. */
const as =
  (type: number, head = ''): Wrap =>
  ({ four }) =>
    Buffer.concat([u16(type), hex(head), four.subarray(2)]);
const snap =
  (ahead: Buffer, type: Buffer): Wrap =>
  ({ four }) => {
    const body = Buffer.concat([hex('aaaa03000000'), type, four.subarray(2)]);
    return Buffer.concat([ahead, u16(body.length), body]);
  };
const within =
  (proto: number, head: string, inner: (all: Inner) => Buffer): Wrap =>
  (all) =>
    Buffer.concat([u16(0x0800), ip4(all.ends.src4, all.ends.dst4, proto, Buffer.concat([hex(head), inner(all)]))]);
const bare4 = ({ four }: Inner): Buffer => four.subarray(2);
/** The datagram cut in two after eight bytes, so that its ports are in the first half. */
const halves =
  (ahead: Buffer, order: readonly number[]): Wrap =>
  ({ ends: { src4, dst4 }, udp4 }) => {
    const [first, rest] = [udp4.subarray(0, 8), udp4.subarray(8)];
    const parts = [ip4(src4, dst4, 17, first, { id: 99, fragment: 0x2000 }), ip4(src4, dst4, 17, rest, { id: 99, fragment: 1 })];
    return order.map((part) => Buffer.concat([ahead, u16(0x0800), parts[part]]));
  };
const broken =
  (options: Ip4Options, type = 0x0800): Wrap =>
  ({ ends: { src4, dst4 }, udp4 }) =>
    Buffer.concat([u16(type), ip4(src4, dst4, 17, udp4, options)]);

const VLAN = [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300];
const hexName = (tpid: number) => tpid.toString(16);

/** Those that a control must see go through where nothing looks below IP. */
export const KNOWN_OPEN = ['8100/8100', '88a8/8100', '8100/88a8', '8100/8100/8100'];

const WRAPS: Readonly<Record<string, Wrap>> = {
  untagged: before(Buffer.alloc(0)),
  ...Object.fromEntries(VLAN.map((tpid) => [hexName(tpid), tags([tpid])])),
  ...Object.fromEntries([1, 5, 4095].map((vid) => [`8100 VID ${vid}`, tags([0x8100, vid])])),
  '8100 priority 7': tags([0x8100, 0, 7]),
  ...Object.fromEntries(
    VLAN.flatMap((outer) => VLAN.map((inner) => [`${hexName(outer)}/${hexName(inner)}`, tags([outer], [inner])] as const)),
  ),
  '8100 VID 5/8100': tags([0x8100, 5], [0x8100]),
  '8100/8100 VID 5': tags([0x8100], [0x8100, 5]),
  '8100 VID 1/8100 VID 1': tags([0x8100, 1], [0x8100, 1]),
  '8100/8100 priority 7': tags([0x8100], [0x8100, 0, 7]),
  '8100/8100/8100': tags([0x8100], [0x8100], [0x8100]),
  '88a8/8100/8100': tags([0x88a8], [0x8100], [0x8100]),
  '8100/88a8/8100': tags([0x8100], [0x88a8], [0x8100]),
  '8100 four times': tags([0x8100], [0x8100], [0x8100], [0x8100]),
  '88a8/88a8/8100/8100': tags([0x88a8], [0x88a8], [0x8100], [0x8100]),
  '9100/8100/8100': tags([0x9100], [0x8100], [0x8100]),
  '8100, IPv6': tags6(0x8100),
  '8100/8100, IPv6': tags6(0x8100, 0x8100),
  '88a8/8100, IPv6': tags6(0x88a8, 0x8100),
  '8100/88a8, IPv6': tags6(0x8100, 0x88a8),
  '8100/8100/8100, IPv6': tags6(0x8100, 0x8100, 0x8100),
  'untagged, IPv6': tags6(),
  ...Object.fromEntries(
    [0, 1, 2].map((depth) => [
      `PPPoE behind ${depth} tags`,
      ((inner) =>
        Buffer.concat([
          ...Array.from({ length: depth }, () => tag(0x8100)),
          u16(0x8864, 0x1100, 1, inner.four.length, 0x0021),
          bare4(inner),
        ])) satisfies Wrap,
    ]),
  ),
  MPLS: as(0x8847, '00010140'),
  'MPLS multicast': as(0x8848, '00010140'),
  SNAP: snap(Buffer.alloc(0), u16(0x0800)),
  'SNAP with a tag in it': snap(Buffer.alloc(0), u16(0x8100, 0, 0x0800)),
  'SNAP behind a tag': snap(tag(0x8100), u16(0x0800)),
  'SNAP behind two tags': snap(Buffer.concat([tag(0x8100), tag(0x8100)]), u16(0x0800)),
  'SNAP behind 88a8/8100': snap(Buffer.concat([tag(0x88a8), tag(0x8100)]), u16(0x0800)),
  '802.3': ({ four }) => Buffer.concat([u16(four.length + 1), hex('e0e003'), four.subarray(2)]),
  '802.3 without LLC': ({ four }) => Buffer.concat([u16(four.length - 2), four.subarray(2)]),
  'IPv4 in IPv4': within(4, '', bare4),
  'IPv6 in IPv4': within(41, '', ({ six }) => six.subarray(2)),
  GRE: within(47, '00000800', bare4),
  'GRE with a frame': within(47, '00006558', ({ four }) => Buffer.concat([hex('ffffffffffff020000000001'), four])),
  'two fragments': halves(Buffer.alloc(0), [0, 1]),
  'two fragments, the last one first': halves(Buffer.alloc(0), [1, 0]),
  'two fragments behind two tags': halves(Buffer.concat([tag(0x8100), tag(0x8100)]), [0, 1]),
  'a first fragment behind two tags, the last one plain': (inner) => [
    (halves(Buffer.concat([tag(0x8100), tag(0x8100)]), [0])(inner) as Buffer[])[0],
    (halves(Buffer.alloc(0), [1])(inner) as Buffer[])[0],
  ],
  '0800 with IPv6': ({ six }) => Buffer.concat([u16(0x0800), six.subarray(2)]),
  '86dd with IPv4': (inner) => Buffer.concat([u16(0x86dd), bare4(inner)]),
  '0806 with IPv4': (inner) => Buffer.concat([u16(0x0806), bare4(inner)]),
  'version 5': broken({ version: 5 }),
  'version 6 as 0800': broken({ version: 6 }),
  'header of four words': broken({ words: 4 }),
  'header of six words': broken({ words: 6 }),
  'length too great': broken({ length: 1400 }),
  'length too small': broken({ length: 24 }),
  'ARP behind a tag': ({ ends: { src4, dst4 } }) =>
    Buffer.concat([
      tag(0x8100),
      u16(0x0806),
      hex('0001080006040002020000000001'),
      addressBytes(src4),
      hex('020000000002'),
      addressBytes(dst4),
    ]),
  MACsec: as(0x88e5, '000000000001'),
  BATMAN: as(0x4305, '0f013200'),
  NSH: as(0x894f, '00020101'),
  LLDP: as(0x88cc),
  EAPOL: as(0x888e, '0203'),
  HSR: as(0x892f, '00320001'),
  PRP: as(0x88fb),
  TRILL: as(0x22f3, '0001'),
  loopback: as(0x9000, '0000'),
  'Ethernet in Ethernet': as(0x6558),
  PTP: as(0x88f7),
  FCoE: as(0x8906),
  RoCE: as(0x8915),
  ERSPAN: as(0x88be),
  '802.1ah': as(0x88e7, '00000001'),
  MRP: as(0x88e3),
  CFM: as(0x8902),
  'EtherType 0000': as(0x0000),
  'EtherType ffff': as(0xffff),
};

/** Every encapsulation, each with a port of its own: what arrives tells which it came by. */
export function framesFor(ends: Ends, firstPort = 20_000): Frame[] {
  return Object.entries(WRAPS).flatMap(([name, wrap], index) => {
    const port = firstPort + index;
    const udp4 = udp(ends.src4, ends.dst4, port, `frame-${port}`);
    const four = Buffer.concat([u16(0x0800), ip4(ends.src4, ends.dst4, 17, udp4)]);
    const { src6, dst6 } = ends;
    if ((!src6 || !dst6) && /IPv6/.test(name)) return [];
    const six = src6 && dst6 ? Buffer.concat([u16(0x86dd), ip6(src6, dst6, 17, udp(src6, dst6, port, `frame-${port}`))]) : Buffer.alloc(0);
    const made = wrap({ ends, four, six, udp4 });
    return (Array.isArray(made) ? made : [made]).map((typed) => ({ name, port, typed }));
  });
}
