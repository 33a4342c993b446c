#!/usr/bin/env python3
# Names as a way out. `serve` answers as the name server of a zone and takes down every name that it is asked for; `ask` sends questions, each to a server
# of its own over UDP or TCP, as a user without rights when told, and says which were answered. Only for the lab's namespaces.
import os
import selectors
import socket
import struct
import time

from probe import family, main, make_socket, say, stop_on_signal

TYPES = {'A': 1, 'PTR': 12, 'TXT': 16, 'AAAA': 28}
PORT = 53


def encoded(name):
    return b''.join(bytes([len(label)]) + label.encode() for label in name.split('.') if label) + b'\0'


def decoded(message):
    """The name of the question, and where it ends."""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode('ascii', 'replace'))
        at += 1 + message[at]
    return '.'.join(labels).lower(), at + 1


def answer(message):
    _, end = decoded(message)
    kind = struct.unpack('!H', message[end:end + 2])[0]
    record = b'\xc0\x0c' + struct.pack('!HHIH', 1, 1, 60, 4) + bytes([203, 0, 113, 99]) if kind == TYPES['A'] else b''
    return message[:2] + b'\x81\x80\0\1' + struct.pack('!HHH', 1 if record else 0, 0, 0) + message[12:end + 4] + record


def framed(message):
    return struct.pack('!H', len(message)) + message


def serve(spec):
    """On each of `addresses`, until told to stop; then `names` has each name with how often, by protocol, it was asked for and from where."""
    state, chosen, names = stop_on_signal(), selectors.DefaultSelector(), {}
    for address in spec['addresses']:
        for proto in ('udp', 'tcp'):
            sock = make_socket(proto, address)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if sock.family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((address, PORT))
            if proto == 'tcp':
                sock.listen(64)
            chosen.register(sock, selectors.EVENT_READ, proto)
    say({'ready': True})

    def heard(message, proto, peer):
        names.setdefault(decoded(message)[0], []).append(f'{proto} {peer[0]}')
        return answer(message)

    while not state['stop']:
        for key, _ in chosen.select(0.1):
            sock, proto = key.fileobj, key.data
            try:
                if proto == 'udp':
                    message, peer = sock.recvfrom(4096)
                    sock.sendto(heard(message, proto, peer), peer)
                elif proto == 'tcp':
                    chosen.register(sock.accept()[0], selectors.EVENT_READ, 'connection')
                else:
                    message = sock.recv(4096)
                    if len(message) > 14:
                        sock.send(framed(heard(message[2:], 'tcp', sock.getpeername())))
                    else:
                        chosen.unregister(sock)
                        sock.close()
            except (OSError, IndexError, struct.error):
                continue
    say({'names': names})


def ask(spec):
    """All `questions` at once (`name`, `type`, `server`, `proto`); `answered` has the names to which an answer of any kind came."""
    if spec.get('uid'):
        os.setgroups([])
        os.setgid(spec['uid'])
        os.setuid(spec['uid'])
    chosen, answered, said = selectors.DefaultSelector(), set(), {}
    say({'ready': True})
    until = time.monotonic() + spec.get('seconds', 4)
    for number, question in enumerate(spec['questions']):
        name, proto = question['name'], question['proto']
        message = struct.pack('!HHHHHH', number + 1, 0x0100, 1, 0, 0, 0) + encoded(name) + struct.pack('!HH', TYPES[question['type']], 1)
        try:
            sock = make_socket(proto, question['server'])
            code = sock.connect_ex((question['server'], PORT))
            if code and proto == 'udp':
                raise OSError(code, os.strerror(code))
            data = framed(message) if proto == 'tcp' else message
            chosen.register(sock, selectors.EVENT_WRITE, (name, data))
        except OSError as error:
            said[name] = error.strerror
    while chosen.get_map() and time.monotonic() < until:
        for key, mask in chosen.select(0.1):
            sock, (name, data) = key.fileobj, key.data
            try:
                if mask & selectors.EVENT_WRITE:
                    sock.send(data)
                    chosen.modify(sock, selectors.EVENT_READ, key.data)
                elif sock.recv(4096):
                    answered.add(name)
                    chosen.unregister(sock)
                else:
                    raise OSError(0, 'closed')
            except OSError as error:
                said[name] = error.strerror
                chosen.unregister(sock)
    say({'answered': sorted(answered), 'said': said})


if __name__ == '__main__':
    main({'serve': serve, 'ask': ask})
