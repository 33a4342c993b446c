#!/usr/bin/env python3
# Datagrams from sources that are not the sender's, and what of them arrives. `talk` keeps flows alive and takes down every marked datagram that a socket
# of its own gets; `volley` sends one marked datagram after the other, each in its own way. Only for the lab's namespaces.
import os
import select
import socket
import struct
import time

from attack import device_mac, ip, mac_bytes, udp
from probe import family, main, say, stop_on_signal

FREEBIND = 78  # IPV6_FREEBIND, which Python does not name
MARK = b'forged '


def talk(spec):
    """Sockets on `ports` in both families; from some of them a datagram each 400 ms to `talks`. Who gets one answers."""
    state, sockets, got, answers, refused = stop_on_signal(), {}, {}, {}, []
    for port in spec['ports']:
        for fam, any_address in ((socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::')):
            sock = socket.socket(fam, socket.SOCK_DGRAM)
            sock.setblocking(False)
            if fam == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                sock.bind((any_address, port))
                sockets[fam, port] = sock
            except OSError:
                refused.append(port)
                sock.close()
    for fam, proto in ((socket.AF_INET, socket.IPPROTO_ICMP), (socket.AF_INET6, socket.IPPROTO_ICMPV6)):
        sock = socket.socket(fam, socket.SOCK_RAW, proto)
        sock.setblocking(False)
        sockets[fam, 'icmp'] = sock
    for port in spec.get('tcp', []):
        sock = socket.create_server(('::', port), family=socket.AF_INET6, dualstack_ipv6=True)
        sock.setblocking(False)
        sockets['listener', port] = sock
    say({'ready': True, 'refused': refused})
    due = 0.0
    while not state['stop']:
        if time.monotonic() >= due:
            due = time.monotonic() + 0.4
            for one in spec.get('talks', []):
                try:
                    sockets[family(one['dst']), one['sport']].sendto(b'open ' + one['id'].encode(), (one['dst'], one['port']))
                except OSError:
                    pass
        for sock in select.select(list(sockets.values()), [], [], 0.1)[0]:
            try:
                if sock in [sockets.get(('listener', port)) for port in spec.get('tcp', [])]:
                    accepted = sock.accept()[0]
                    accepted.setblocking(False)
                    sockets['accepted', accepted.fileno()] = accepted
                    continue
                data, sender = sock.recvfrom(2048)
                if sock.type == socket.SOCK_STREAM and not data:
                    sockets = {key: each for key, each in sockets.items() if each is not sock}
            except OSError:
                continue
            at = data.find(MARK)
            if at >= 0:
                name = data[at + len(MARK):].decode()
                got[name] = got.get(name, 0) + 1
            elif data.startswith(b'open '):
                try:
                    sock.sendto(b'answer ' + data[5:], sender)
                except OSError:
                    pass
            elif data.startswith(b'answer '):
                answers[data[7:].decode()] = answers.get(data[7:].decode(), 0) + 1
    say({'counts': got, 'answers': answers})


def freebind(shot, payload):
    """Any program may: no capability. Over IPv4 the kernel lets it bind and then finds no route."""
    fam = family(shot['dst'])
    sock = socket.socket(fam, socket.SOCK_DGRAM)
    bound(sock, shot)
    if fam == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, FREEBIND, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, 15, 1)
    sock.bind((shot['src'], shot['sport']))
    sock.sendto(payload, (shot['dst'], shot['port']))


def ping(shot, payload):
    """An echo request over a ping socket, which is bound the same way."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6)
    bound(sock, shot)
    sock.setsockopt(socket.IPPROTO_IPV6, FREEBIND, 1)
    sock.bind((shot['src'], shot['sport']))
    sock.sendto(struct.pack('!BBHHH', 128, 0, 0, 0, 1) + payload, (shot['dst'], 0))


def connect(shot, payload):
    """TCP from there: what is said arrives only once the answer to the first packet has come back."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    bound(sock, shot)
    sock.setsockopt(socket.IPPROTO_IPV6, FREEBIND, 1)
    sock.bind((shot['src'], shot['sport']))
    sock.settimeout(0.7)
    sock.connect((shot['dst'], shot['port']))
    sock.send(payload)


def packet_of(shot, payload):
    spec = {**shot, 'payload': payload.decode()}
    return ip(spec, 17, udp(spec))


def raw(shot, payload):
    """By a raw socket, routed as any packet: takes NET_RAW."""
    six = ':' in shot['dst']
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    bound(sock, shot)
    sock.sendto(packet_of(shot, payload), (shot['dst'], 0))


def frame(shot, payload):
    """As a frame to `mac`, past all routes: takes NET_RAW."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((shot['device'], 0))
    kind = struct.pack('!H', 0x86dd if ':' in shot['dst'] else 0x0800)
    sock.send((mac_bytes(shot['mac']) + mac_bytes(device_mac(sock)) + kind + packet_of(shot, payload)).ljust(60, b'\0'))


def bound(sock, shot):
    if shot.get('device'):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, shot['device'].encode() + b'\0')


WAYS = {'freebind': freebind, 'ping': ping, 'connect': connect, 'raw': raw, 'frame': frame}


def volley(spec):
    """Every shot up to `rounds` times; with `uid` without any capability. Says of each what the kernel said."""
    if spec.get('uid'):
        os.setgroups([])
        os.setgid(spec['uid'])
        os.setuid(spec['uid'])
    said = {}
    for round_ in range(spec.get('rounds', 3)):
        for shot in spec['shots']:
            if shot['way'] == 'connect' and round_:
                continue
            try:
                WAYS[shot['way']](shot, MARK + shot['id'].encode())
                said[shot['id']] = 'sent'
            except OSError as error:
                said.setdefault(shot['id'], error.strerror or str(error))
        time.sleep(0.25)
    say(said)


if __name__ == '__main__':
    main({'talk': talk, 'volley': volley})
