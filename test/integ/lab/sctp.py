"""One answer over SCTP, which the prober does not speak: `serve PORT TOKEN` gives it to whoever connects, `ask ADDRESS PORT` prints it."""
import socket
import sys

SCTP = 132
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, SCTP)
if sys.argv[1] == 'serve':
    sock.bind(('0.0.0.0', int(sys.argv[2])))
    sock.listen(8)
    print('ready', flush=True)
    while True:
        client, _ = sock.accept()
        client.send(sys.argv[3].encode())
        client.close()
sock.settimeout(4)
sock.connect((sys.argv[2], int(sys.argv[3])))
print(sock.recv(100).decode())
