#!/usr/bin/env python3
# What a connection tracking helper reads: a connection of FTP or a dialogue of SIP that names an address and a port where more is to come. `answer` listens
# and says `text` to whoever speaks; `speak` says `text`, and keeps the connection. Both tell what they heard. Over TCP a line goes before in each
# direction, since the helper reads whole lines, and no first one. Only for the lab's namespaces.
import socket
import time

from probe import family, main, say, stop_on_signal

KINDS = {'tcp': socket.SOCK_STREAM, 'udp': socket.SOCK_DGRAM}


def answer(spec):
    state, fam = stop_on_signal(), family(spec['address'])
    sock = socket.socket(fam, KINDS[spec['proto']])
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if fam == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind((spec['address'], spec['port']))
    sock.settimeout(0.2)
    if spec['proto'] == 'tcp':
        sock.listen()
    say({'ready': True})
    heard, kept = [], []
    while not state['stop']:
        try:
            if spec['proto'] == 'tcp':
                connection, _ = sock.accept()
                connection.settimeout(3)
                kept.append(connection)
                connection.sendall(b'220 ready\r\n')
                connection.recv(4096)
                connection.sendall(b'331 go on\r\n')
                heard.append(connection.recv(4096).decode('ascii', 'replace'))
                connection.sendall(spec['text'].encode())
            else:
                data, peer = sock.recvfrom(4096)
                heard.append(data.decode('ascii', 'replace'))
                if spec['text']:
                    sock.sendto(spec['text'].encode(), peer)
        except OSError:
            continue
    say({'heard': heard})


def speak(spec):
    """From `sport`, when told; says what came back, and goes on holding the connection until it is stopped."""
    state = stop_on_signal()
    sock = socket.socket(family(spec['dst']), KINDS[spec['proto']])
    sock.settimeout(3)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    heard = ''
    try:
        if spec.get('sport'):
            sock.bind(('', spec['sport']))
        sock.connect((spec['dst'], spec['port']))
        if spec['proto'] == 'tcp':
            sock.recv(4096)
            sock.sendall(b'USER a\r\n')
            sock.recv(4096)
        sock.sendall(spec['text'].encode())
        heard = sock.recv(4096).decode('ascii', 'replace')
    except OSError as error:
        heard = f'nothing: {error}'
    say({'ready': True, 'heard': heard})
    while not state['stop']:
        time.sleep(0.1)
    say({'heard': heard})


if __name__ == '__main__':
    main({'answer': answer, 'speak': speak})
