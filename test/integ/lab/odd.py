#!/usr/bin/env python3
# Packets that are neither plain TCP nor plain UDP to one address: UDP-Lite, MPTCP, multicast and broadcast as name and address services use them, and both
# ends of a connection opening at once. `hear` takes down what arrives, by kind; `send` sends each kind, as a user without rights when told. Only for
# the lab's namespaces.
import errno
import os
import select
import socket
import struct
import time

from probe import main, say, stop_on_signal

UDPLITE = 136
MPTCP = 262
GROUPS = {'mdns': ('224.0.0.251', 5353), 'llmnr': ('224.0.0.252', 5355), 'ssdp': ('239.255.255.250', 1900)}
BROADCAST_PORT = 67
PORTS = {'udplite': 7001, 'mptcp': 7002, 'both ends': 7003, 'udp': 7004}


def datagrams(port, proto=0):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, proto)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(('0.0.0.0', port))
    return sock


def hear(spec):
    state, sockets, missing = stop_on_signal(), {}, []
    own = socket.inet_aton(spec['address'])
    for kind, (group, port) in GROUPS.items():
        sockets[kind] = datagrams(port)
        sockets[kind].setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack('4s4s', socket.inet_aton(group), own))
    sockets['broadcast'] = datagrams(BROADCAST_PORT)
    sockets['udp'] = datagrams(PORTS['udp'])
    for kind, make in (
        ('udplite', lambda: datagrams(PORTS['udplite'], UDPLITE)),
        ('mptcp', lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP)),
    ):
        try:
            sockets[kind] = make()
        except OSError:
            missing.append(kind)
    if 'mptcp' in sockets:
        sockets['mptcp'].bind(('0.0.0.0', PORTS['mptcp']))
        sockets['mptcp'].listen()
    counts = {kind: 0 for kind in sockets}
    counts['both ends'] = 0
    say({'ready': True, 'missing': missing})
    calling = None
    while not state['stop']:
        # One end of an opening at once: from the port that the other end calls, to the port that it calls from.
        if calling is None:
            calling = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            calling.setblocking(False)
            calling.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            calling.bind((spec['address'], PORTS['both ends']))
            try:
                calling.connect((spec['other'], PORTS['both ends']))
            except BlockingIOError:
                pass
            except OSError:
                calling.close()
                calling = None
        readable, writable, _ = select.select(list(sockets.values()), [calling] if calling else [], [], 0.2)
        for sock in readable:
            kind = next(name for name, each in sockets.items() if each is sock)
            counts[kind] += 1
            sock.accept()[0].close() if kind == 'mptcp' else sock.recvfrom(2048)
        if writable and calling:
            if calling.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                counts['both ends'] += 1
            calling.close()
            calling = None
    say({'counts': counts})


def send(spec):
    if spec.get('uid'):
        os.setgroups([])
        os.setgid(spec['uid'])
        os.setuid(spec['uid'])
    said = {}

    def attempt(kind, act):
        try:
            act()
            said[kind] = 'sent'
        except OSError as error:
            said[kind] = type(error).__name__ if not error.strerror else error.strerror

    def datagram(target, proto=0):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, proto)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(spec['address']))
        sock.bind((spec['address'], 0))
        for _ in range(3):
            sock.sendto(b'odd', target)

    def stream(proto, port, own_port=0):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, proto)
        sock.settimeout(1.5)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((spec['address'], own_port))
        sock.connect((spec['dst'], port))

    for kind, target in GROUPS.items():
        attempt(kind, lambda: datagram(target))
    attempt('broadcast', lambda: (datagram(('255.255.255.255', BROADCAST_PORT)), datagram((spec['broadcast'], BROADCAST_PORT))))
    attempt('udp', lambda: datagram((spec['dst'], PORTS['udp'])))
    attempt('udplite', lambda: datagram((spec['dst'], PORTS['udplite']), UDPLITE))
    attempt('mptcp', lambda: stream(MPTCP, PORTS['mptcp']))
    # The other end is at it for moments only; in between the port is shut and says so.
    until = time.monotonic() + 3
    while time.monotonic() < until:
        attempt('both ends', lambda: stream(0, PORTS['both ends'], PORTS['both ends']))
        if said['both ends'] != os.strerror(errno.ECONNREFUSED):
            break
    say(said)


if __name__ == '__main__':
    main({'hear': hear, 'send': send})
