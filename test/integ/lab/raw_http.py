#!/usr/bin/env python3
# Sends bytes as they are, each text over a connection of its own, sixteen at once, and tells what came back. Reads {"to": "10.0.0.2", "port": 2375} or {"unix": path}, and in "texts"
# the bytes in latin-1 with their names. Only for the lab's namespaces.
import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor


def ask(spec, text):
    sock = None
    try:
        if 'unix' in spec:
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(spec['seconds'])
            sock.connect(spec['unix'])
        else:
            sock = socket.create_connection((spec['to'], spec['port']), spec['seconds'])
        sock.sendall(text.encode('latin-1'))
    except OSError as error:
        return {'error': str(error), 'answer': ''}
    heard = b''
    try:
        while len(heard) < 65536:
            part = sock.recv(65536)
            if not part:
                break
            heard += part
    except OSError as error:
        return {'error': str(error), 'answer': heard.decode('latin-1')}
    return {'answer': heard.decode('latin-1')}


if __name__ == '__main__':
    spec = json.load(sys.stdin)
    texts = spec['texts']
    with ThreadPoolExecutor(16) as pool:
        json.dump(dict(zip(texts, pool.map(lambda text: ask(spec, text), texts.values()))), sys.stdout)
