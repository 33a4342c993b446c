#!/usr/bin/env python3
# Groups and broadcasts of one link, as name and address services use them, over both families: mDNS, LLMNR, DHCP, and the reports by which a station joins a
# group. `hear` joins all groups and takes down what arrives, by kind; `send` joins them too, which sends reports, and then sends a datagram of each kind.
# Neither takes a capability, but for the reports of others, which root alone hears. Only for the lab's namespaces.
import os
import selectors
import socket
import struct
import time

from probe import family, main, say, stop_on_signal

# Port 0 stands for any that nobody uses: a group of an attacker's own.
GROUPS = {
    'mdns 4': ('224.0.0.251', 5353),
    'llmnr 4': ('224.0.0.252', 5355),
    'own 4': ('239.66.77.88', 7070),
    'mdns 6': ('ff02::fb', 5353),
    'llmnr 6': ('ff02::1:3', 5355),
    'dhcp 6': ('ff02::1:2', 547),
    'all nodes 6': ('ff02::1', 7071),
    'own 6': ('ff05::6677', 7070),
}
BROADCASTS = {'dhcp 4': 67, 'bootp reply 4': 68}
# With the group that routers listen to, where reports go.
REPORTS = {'igmp': (socket.AF_INET, 2, '224.0.0.22'), 'mld': (socket.AF_INET6, 58, 'ff02::16')}
MLD_TYPES = {130, 131, 132, 143}


def bound(fam, port):
    sock = socket.socket(fam, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if fam == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind(('', port))
    return sock


def join(sock, group, device):
    index = socket.if_nametoindex(device)
    if ':' in group:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, group) + struct.pack('@I', index))
    else:
        own = struct.pack('@4s4si', socket.inet_aton(group), b'\0' * 4, index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, own)


def listeners(device):
    found = {}
    for kind, (group, port) in GROUPS.items():
        found[kind] = bound(family(group), port)
        join(found[kind], group, device)
    for kind, port in BROADCASTS.items():
        found[kind] = bound(socket.AF_INET, port)
    return found


def drop(uid):
    if uid:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)


def hear(spec):
    """On `device`, as `uid`; `text` tells datagrams of the test from others."""
    state, chosen = stop_on_signal(), selectors.DefaultSelector()
    counts, sources = {}, {}
    if not spec.get('uid'):
        for kind, (fam, number, routers) in REPORTS.items():
            sock = socket.socket(fam, socket.SOCK_RAW, number)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, spec['device'].encode() + b'\0')
            join(sock, routers, spec['device'])
            chosen.register(sock, selectors.EVENT_READ, kind)
            counts[kind] = 0
    drop(spec.get('uid'))
    for kind, sock in listeners(spec['device']).items():
        chosen.register(sock, selectors.EVENT_READ, kind)
        counts[kind] = 0
    own = set(spec.get('own', []))
    say({'ready': True})
    while not state['stop']:
        for key, _ in chosen.select(0.1):
            data, peer = key.fileobj.recvfrom(2048)
            source = peer[0].split('%')[0]
            if source in own:
                continue
            if key.data == 'mld' and data[0] not in MLD_TYPES:
                continue
            if key.data in REPORTS or spec['text'].encode() in data:
                counts[key.data] += 1
                sources.setdefault(key.data, []).append(source)
    say({'counts': counts, 'sources': sources})


def send(spec):
    """From `device` as `uid`: joins and leaves all groups, and sends `text` to each, three times."""
    drop(spec.get('uid'))
    said, index, text = {}, socket.if_nametoindex(spec['device']), spec['text'].encode()
    for _ in range(3):
        for sock in listeners(spec['device']).values():
            sock.close()
        for kind, (group, port) in GROUPS.items():
            sock = socket.socket(family(group), socket.SOCK_DGRAM)
            if ':' in group:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
            else:
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack('@4s4si', b'\0' * 4, b'\0' * 4, index))
            said[kind] = tell(sock, text, (group, port))
        for kind, port in BROADCASTS.items():
            sock = bound(socket.AF_INET, 0)
            said[kind] = tell(sock, text, (spec['broadcast'], port))
        time.sleep(0.2)
    say({'said': said})


def tell(sock, text, target):
    try:
        sock.sendto(text, target)
        return 'sent'
    except OSError as error:
        return error.strerror
    finally:
        sock.close()


if __name__ == '__main__':
    main({'hear': hear, 'send': send})
