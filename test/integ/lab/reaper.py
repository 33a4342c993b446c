#!/usr/bin/env python3
# Starts a long-lived command and stays as its parent, and as the parent of whatever that leaves orphaned. Process 1 of a build machine may
# reap late or never, and dockerd takes a dead predecessor that nobody reaped for a living one. Prints the command's process id.
# Arguments: log file, command …
import ctypes
import os
import sys

PR_SET_CHILD_SUBREAPER = 36

reader, writer = os.pipe()
if os.fork():
    os.close(writer)
    sys.stdout.write(os.read(reader, 32).decode())
    sys.exit(0)

os.setsid()
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
null = os.open(os.devnull, os.O_RDWR)
for number in (0, 1, 2):
    os.dup2(null, number)
child = os.fork()
if child == 0:
    log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        os.execvp(sys.argv[2], sys.argv[2:])
    except OSError as error:
        os.write(2, ('%s: %s\n' % (sys.argv[2], error)).encode())
        os._exit(127)
os.write(writer, str(child).encode())
os.close(writer)
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
