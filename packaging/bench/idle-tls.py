#!/usr/bin/env python3
"""idle-tls.py PORT PID [COUNT] [LOGIN PASSWORD]: what an idle connection behind TLS costs the server, in KiB of resident memory.

Opens COUNT (1,000) IMAPS connections to 127.0.0.1:PORT, logs each in, lets it IDLE in INBOX, and compares the memory of the process
PID before and after. The first 50 are opened before the first reading, so that pools and caches have their size."""

import socket
import ssl
import sys


def resident(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


def idle(port, login, password):
    connection = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=30))
    connection.recv(4096)
    for command, end in ((f"a LOGIN {login} {password}", b"a OK"), ("b SELECT INBOX", b"b OK"), ("c IDLE", b"+ ")):
        connection.sendall(command.encode() + b"\r\n")
        heard = b""
        while end not in heard:
            heard += connection.recv(65536)
    return connection


port, pid = int(sys.argv[1]), int(sys.argv[2])
count = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
login, password = sys.argv[4:6] if len(sys.argv) > 5 else ("alice@postern.test", "postern-demo")
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
held = [idle(port, login, password) for _ in range(50)]
before = resident(pid)
held += [idle(port, login, password) for _ in range(count)]
after = resident(pid)
print(f"{(after - before) / count:.1f} KiB per idle connection ({before} KiB before, {after} KiB after {count} more)")
