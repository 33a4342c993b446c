#!/usr/bin/env python3
# The prober: runs inside one network namespace, with the real machine's Python. `serve` listens on, `probe` asks, hundreds of ports at
# once. Input is JSON (on stdin, or in the file named), output JSON on stdout. Standard library only.
import errno
import json
import os
import resource
import selectors
import signal
import socket
import struct
import sys
import time

OPEN, REFUSED, TIMEOUT, UNREACHABLE, ERROR = 'open', 'refused', 'timeout', 'unreachable', 'error'
REFUSED_ERRNOS = {errno.ECONNREFUSED, errno.ECONNRESET}
UNREACHABLE_ERRNOS = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM, errno.EHOSTDOWN, errno.ENETDOWN, errno.ENOPROTOOPT}
# Python names no IP_PKTINFO.
PACKET_INFO = {
    socket.AF_INET: (socket.IPPROTO_IP, 8),
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO),
}
KINDS = {'tcp': socket.SOCK_STREAM, 'udp': socket.SOCK_DGRAM}


def say(value):
    sys.stdout.write(json.dumps(value) + '\n')
    sys.stdout.flush()


def family(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def make_socket(proto, address, device=None):
    fam = family(address)
    if proto == 'icmp':
        number = 58 if fam == socket.AF_INET6 else 1
        try:
            sock = socket.socket(fam, socket.SOCK_DGRAM, number)
        except PermissionError:
            sock = socket.socket(fam, socket.SOCK_RAW, number)
    else:
        sock = socket.socket(fam, KINDS[proto])
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + b'\0')
    sock.setblocking(False)
    return sock


def stop_on_signal():
    """Waiting commands end on SIGTERM and print their result."""
    state = {'stop': False}
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: state.update(stop=True))
    return state


def main(modes):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65536)), hard))
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding='utf8') as file:
            spec = json.load(file)
    else:
        spec = json.load(sys.stdin)
    modes[sys.argv[1]](spec)


# --- serve -----------------------------------------------------------------------------------------------------------------------------

def serve(spec):
    chosen = selectors.DefaultSelector()
    up, skipped = [], []
    for listener in spec:
        sock = make_socket(listener['proto'], listener['address'])
        try:
            if listener['proto'] == 'tcp':
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if sock.family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if listener['proto'] == 'udp':  # the answer comes from the address that was asked
                sock.setsockopt(*PACKET_INFO[sock.family], 1)
            sock.bind((listener['address'], listener['port']))
            if listener['proto'] == 'tcp':
                sock.listen(128)
        except OSError as error:
            skipped.append({**listener, 'reason': os.strerror(error.errno or 0)})
            sock.close()
            continue
        chosen.register(sock, selectors.EVENT_READ, listener)
        up.append(listener)
    say({'ready': True, 'listening': len(up), 'skipped': skipped})
    kept = {}
    while True:
        for key, _ in chosen.select():
            try:
                answer(chosen, key, kept)
            except OSError:
                drop(chosen, key.fileobj, kept)


def answer(chosen, key, kept):
    sock, listener = key.fileobj, key.data
    if listener is None:  # a TCP connection that stays: whatever comes is sent back
        data = sock.recv(4096)
        if data:
            sock.send(data)
        else:
            drop(chosen, sock, kept)
    elif listener['proto'] == 'tcp':
        conn, _ = sock.accept()
        conn.setblocking(False)
        conn.send(listener['token'].encode() + b'\n')
        kept[conn.fileno()] = conn
        chosen.register(conn, selectors.EVENT_READ, None)
    else:
        _, control, _, peer = sock.recvmsg(2048, 128)
        sock.sendmsg([listener['token'].encode() + b'\n'], reply_from(control), 0, peer)


def reply_from(control):
    """The address that was asked as the source of the answer, the interface left to routing."""
    for level, kind, data in control:
        if level == socket.IPPROTO_IP and kind == 8:
            _, local, _ = struct.unpack('=I4s4s', data[:12])
            return [(socket.IPPROTO_IP, 8, struct.pack('=I4s4s', 0, local, b'\0' * 4))]
        if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
            return [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, struct.pack('=16sI', data[:16], 0))]
    return []


def drop(chosen, sock, kept):
    if kept.pop(sock.fileno(), None) is not None:
        chosen.unregister(sock)
        sock.close()


# --- probe -----------------------------------------------------------------------------------------------------------------------------

class Probe:
    def __init__(self, spec):
        self.spec, self.left, self.sock = spec, int(spec.get('tries', 1)), None
        self.timeout = spec.get('timeoutMs', 1000) / 1000
        self.began, self.sent = time.monotonic(), False

    def start(self, chosen):
        spec = self.spec
        self.left -= 1
        self.until, self.sent = time.monotonic() + self.timeout, False
        try:
            self.sock = make_socket(spec['proto'], spec['dst'], spec.get('device'))
            if spec['proto'] == 'udp':  # a closed port's answer belongs to this socket; Python names no constant for these
                six = self.sock.family == socket.AF_INET6
                self.sock.setsockopt(socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP, 25 if six else 11, 1)
            if spec.get('src'):
                self.sock.bind((spec['src'], 0))
            code = self.sock.connect_ex((spec['dst'], spec.get('port', 0)))
            if code not in (0, errno.EINPROGRESS):
                return self.fail(code)
            if spec['proto'] == 'udp':
                self.sock.send(b'bulkhead?')
            elif spec['proto'] == 'icmp':
                self.sock.send(self.echo_request())
            chosen.register(self.sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if spec['proto'] == 'tcp' else 0), self)
        except OSError as error:
            return self.fail(error.errno)
        return None

    def echo_request(self):
        six = self.sock.family == socket.AF_INET6
        body = struct.pack('!BBHHH', 128 if six else 8, 0, 0, os.getpid() & 0xffff, 1) + b'bulkhead'
        total = sum(struct.unpack('!8H', body))
        total = (total & 0xffff) + (total >> 16)
        total = ~((total & 0xffff) + (total >> 16)) & 0xffff
        return body[:2] + struct.pack('!H', total) + body[4:]

    def fail(self, code, detail=None):
        if code in REFUSED_ERRNOS:
            return self.done(REFUSED)
        if code in UNREACHABLE_ERRNOS:
            return self.done(UNREACHABLE, detail=errno.errorcode.get(code))
        if code == errno.ETIMEDOUT:
            return self.done(TIMEOUT)
        return self.done(ERROR, detail=detail or errno.errorcode.get(code, str(code)))

    def done(self, outcome, token=None, detail=None):
        result = {'id': self.spec['id'], 'outcome': outcome, 'ms': round((time.monotonic() - self.began) * 1000)}
        if token:
            result['token'] = token
        if detail:
            result['detail'] = detail
        return result

    def ready(self, chosen, events):
        """What happened on the socket: a result, or None to go on waiting."""
        if self.spec['proto'] == 'tcp' and not self.sent:
            code = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                return self.fail(code)
            if events & selectors.EVENT_WRITE:  # connected: open, whatever follows; the token says who answered
                self.sent = True
                self.until = time.monotonic() + min(self.timeout, 1.0)
                chosen.modify(self.sock, selectors.EVENT_READ, self)
        if events & selectors.EVENT_READ:
            try:
                data = self.sock.recv(2048)
            except BlockingIOError:
                return None
            except OSError as error:
                return self.done(OPEN) if self.sent else self.fail(error.errno)
            if self.spec['proto'] == 'icmp':
                return self.done(OPEN) if self.is_reply(data) else None
            return self.done(OPEN, token=data.decode('utf8', 'replace').strip())
        return None

    def is_reply(self, data):
        if self.sock.type == socket.SOCK_RAW and self.sock.family == socket.AF_INET:
            data = data[(data[0] & 15) * 4:]
        return data[:1] in (b'\0', b'\x81')

    def late(self):
        return self.done(OPEN) if self.sent else self.done(TIMEOUT)

    def close(self, chosen):
        if self.sock is not None:
            try:
                chosen.unregister(self.sock)
            except (KeyError, ValueError):
                pass
            self.sock.close()
            self.sock = None


def probe(spec):
    chosen, running, results = selectors.DefaultSelector(), set(), []
    # However many tries were asked for, all of it ends in bounded time.
    limit = time.monotonic() + max([(p.get('timeoutMs', 1000) / 1000 + 1) * p.get('tries', 1) for p in spec] or [0]) + 5

    def settle(one, result):
        one.close(chosen)
        if result['outcome'] in (TIMEOUT, UNREACHABLE) and one.left > 0:
            again = one.start(chosen)
            if again is None:
                running.add(one)
                return
            one.close(chosen)
            result = again
        running.discard(one)
        results.append(result)

    for each in spec:
        one = Probe(each)
        running.add(one)
        result = one.start(chosen)
        if result is not None:
            settle(one, result)
    while running and time.monotonic() < limit:
        wait = max(0.0, min(one.until for one in running) - time.monotonic())
        for key, events in chosen.select(min(wait, 0.5)):
            result = key.data.ready(chosen, events)
            if result is not None:
                settle(key.data, result)
        now = time.monotonic()
        for one in [one for one in running if one.until <= now]:
            settle(one, one.late())
    results.extend(one.late() for one in running)
    say(results)


if __name__ == '__main__':
    main({'serve': serve, 'probe': probe})
