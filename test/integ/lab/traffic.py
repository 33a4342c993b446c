#!/usr/bin/env python3
# Traffic over time, inside one network namespace: counting what arrives or passes, flooding, and holding a connection to see whether it
# lives. Same manners as probe.py; a mode that waits ends on SIGTERM and then prints its result.
import errno
import socket
import selectors
import struct
import time

from probe import family, main, make_socket, say, stop_on_signal

SO_RCVBUFFORCE = 33  # Python names no constant for it


def rounds(state, spec, drain=1):
    """False until told to stop or the time is up; then True, up to `drain` times: what is queued by then still counts."""
    until = time.monotonic() + spec.get('seconds', 3600)
    while not state['stop'] and time.monotonic() < until:
        yield False
    for _ in range(drain):
        yield True


def listen_count(spec):
    """Counts datagrams and connections on the given ports, until SIGTERM or for `seconds`."""
    state, chosen, counts = stop_on_signal(), selectors.DefaultSelector(), {}
    for listener in spec['listeners']:
        sock = make_socket(listener['proto'], listener['address'])
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener['proto'] == 'udp':
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        sock.bind((listener['address'], listener['port']))
        if listener['proto'] == 'tcp':
            sock.listen(1024)
        name = '%s/%s/%d' % (listener['proto'], listener['address'], listener['port'])
        counts[name] = 0
        chosen.register(sock, selectors.EVENT_READ, (listener['proto'], name))
    say({'ready': True})
    for last in rounds(state, spec):
        for key, _ in chosen.select(0 if last else 0.1):
            proto, name = key.data
            try:
                while True:
                    if proto == 'udp':
                        key.fileobj.recv(2048)
                    else:
                        key.fileobj.accept()[0].close()
                    counts[name] += 1
            except BlockingIOError:
                pass
    say({'total': sum(counts.values()), 'counts': counts})


def sniff(spec):
    """Counts frames on a device (or on all) that match: proto, src, dst, port (destination), text (anywhere in them). Incoming, outgoing, or both."""
    state = stop_on_signal()
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    if spec.get('device'):
        sock.bind((spec['device'], 3))
    sock.settimeout(0.1)
    total, sample, want, text = 0, [], spec.get('direction'), spec.get('text', '').encode()
    say({'ready': True})
    empty = 0
    for last in rounds(state, spec, 10000):
        if last and empty:
            break
        try:
            data, place = sock.recvfrom(65535)
        except (socket.timeout, InterruptedError):
            empty = last
            continue
        outgoing = place[2] == socket.PACKET_OUTGOING
        if (want and outgoing != (want == 'out')) or text not in data:
            continue
        packet = parse(place[1], data)
        if packet and all(spec.get(key) in (None, packet.get(key)) for key in ('proto', 'src', 'dst', 'port')):
            total += 1
            if len(sample) < 20:
                sample.append({**packet, 'device': place[0], 'direction': 'out' if outgoing else 'in'})
    say({'total': total, 'sample': sample})


def parse(ethertype, data):
    names = {6: 'tcp', 17: 'udp', 1: 'icmp', 58: 'icmp'}
    if ethertype == 0x8100 and len(data) > 4:
        ethertype, data = struct.unpack('!H', data[2:4])[0], data[4:]
    if ethertype == 0x0800 and len(data) >= 20:
        head, number = (data[0] & 15) * 4, data[9]
        src, dst = socket.inet_ntop(socket.AF_INET, data[12:16]), socket.inet_ntop(socket.AF_INET, data[16:20])
        if struct.unpack('!H', data[6:8])[0] & 0x1fff:
            head = len(data)  # a later fragment has no ports
    elif ethertype == 0x86dd and len(data) >= 40:
        head, number = 40, data[6]
        src, dst = socket.inet_ntop(socket.AF_INET6, data[8:24]), socket.inet_ntop(socket.AF_INET6, data[24:40])
    else:
        return None
    packet = {'proto': names.get(number, str(number)), 'src': src, 'dst': dst}
    if number in (6, 17, 132) and len(data) >= head + 4:
        packet['sport'], packet['port'] = struct.unpack('!HH', data[head:head + 4])
    return packet


# --- flood and hold --------------------------------------------------------------------------------------------------------------------

def flood(spec):
    """A bounded flood: `rate` packets a second for `seconds`, each (or each `perPort`-th) from a new source port; dst may be one or many."""
    state = stop_on_signal()
    proto, rate, seconds = spec['proto'], min(spec.get('rate', 1000), 50000), min(spec.get('seconds', 2), 120)
    targets = spec['dst'] if isinstance(spec['dst'], list) else [spec['dst']]
    say({'ready': True})
    sent = failed = 0
    began, kept = time.monotonic(), []
    while not state['stop'] and time.monotonic() - began < seconds:
        due = int((time.monotonic() - began) * rate)
        while sent + failed < due:
            sock = make_socket(proto, targets[0], spec.get('device'))
            try:
                if spec.get('src'):
                    sock.bind((spec['src'], 0))
                code = 0
                for _ in range(1 if proto == 'tcp' else int(spec.get('perPort', 1))):
                    target = (targets[(sent + failed) % len(targets)], spec['port'])
                    code = sock.connect_ex(target) if proto == 'tcp' else (sock.sendto(b'flood', target) and 0)
                    if code in (0, errno.EINPROGRESS):
                        sent += 1
                    else:
                        failed += 1
            except OSError:
                failed += 1
            if proto == 'tcp':
                kept.append(sock)  # a socket closed at once would take its SYN back
                if len(kept) > 500:
                    kept.pop(0).close()
            else:
                sock.close()
        time.sleep(0.001)
    say({'sent': sent, 'failed': failed, 'seconds': round(time.monotonic() - began, 2)})


def hold(spec):
    """Keeps exchanging a byte over one connection (the server answers each) every 200 ms; says whether, and when, it went dead."""
    state = stop_on_signal()
    fam = family(spec['dst'])
    udp = spec.get('proto') == 'udp'
    sock = socket.socket(fam, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
    sock.settimeout(spec.get('timeoutMs', 2000) / 1000)
    if spec.get('src'):
        sock.bind((spec['src'], 0))
    try:
        sock.connect((spec['dst'], spec['port']))
        if udp:
            sock.send(b'.')
        sock.recv(256)
    except OSError as error:
        say({'ready': False, 'detail': str(error)})
        return
    say({'ready': True})
    began, answers, dead, detail = time.monotonic(), 0, None, None
    limit, patience = spec.get('seconds', 10), spec.get('deadAfterMs', 1000) / 1000
    sock.settimeout(patience)
    while not state['stop'] and time.monotonic() - began < limit:
        asked = time.monotonic()
        try:
            sock.send(b'.')
            if not sock.recv(256):
                raise ConnectionError('closed by the other end')
            answers += 1
        except OSError as error:
            dead, detail = asked, str(error) or type(error).__name__
            break
        time.sleep(0.2)
    result = {'alive': dead is None, 'answers': answers, 'seconds': round(time.monotonic() - began, 2)}
    if dead is not None:
        result.update(deadAfterMs=round((dead - began) * 1000), detail=detail)
    say(result)


def talk(spec):
    """Asks by UDP from one port and is answered; then counts what the same peer sends on, and tells the MTU of the path."""
    state = stop_on_signal()
    fam = family(spec['dst'])
    sock = socket.socket(fam, socket.SOCK_DGRAM)
    sock.settimeout(3)
    try:
        sock.bind(('', spec['sport']))
        sock.connect((spec['dst'], spec['port']))
        sock.send(b'talk')
        sock.recv(2048)
    except OSError as error:
        say({'ready': False, 'detail': str(error)})
        return
    say({'ready': True})
    total = 0
    sock.settimeout(0.1)
    for _ in rounds(state, spec, 5):
        try:
            sock.recv(2048)
            total += 1
        except OSError:
            pass  # nothing came, or an error did
    say({'total': total, 'mtu': sock.getsockopt(*((socket.IPPROTO_IP, 14) if fam == socket.AF_INET else (socket.IPPROTO_IPV6, 24)))})


if __name__ == '__main__':
    main({'talk': talk, 'listen-count': listen_count, 'sniff': sniff, 'flood': flood, 'hold': hold})
